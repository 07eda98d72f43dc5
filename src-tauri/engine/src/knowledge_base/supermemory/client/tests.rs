use super::*;

fn reply(status: u16, wait: Option<u64>) -> Result<Reply, Silence> {
    let wait = wait.map(Duration::from_secs);
    Ok(Reply { status, body: Bytes::new(), wait, key: None, host: "host".into() })
}

fn silence(code: ErrorCode) -> Result<Reply, Silence> {
    Err(Silence { error: Error::new(code, ""), unsent: false })
}

fn client(address: &str, key: Option<&str>) -> Client {
    let address = Address::parse(address).expect("an address");
    Client::new(&address, key.map(|key| Secret::from(key.to_owned())), &Proxy::None).expect("a client")
}

#[test]
fn what_writes_is_sent_again_only_after_an_answer_that_nothing_was_taken() {
    let again = |outcome| wait_before_next(Repeat::WhenRefused, &outcome, 1).is_some();
    assert!(again(reply(429, None)) && again(reply(429, Some(60))));
    assert!(!again(reply(429, Some(61))), "longer than anybody waits");
    for status in [200, 400, 401, 402, 403, 409, 500, 503] {
        assert!(!again(reply(status, None)), "{status}");
    }
    assert!(!again(silence(ErrorCode::KnowledgeBaseUnreachable)));
}

#[test]
fn what_reads_is_sent_again_after_no_answer_and_after_a_failure_over_there() {
    let again = |outcome| wait_before_next(Repeat::Safe, &outcome, 1).is_some();
    for status in [429, 500, 502, 503] {
        assert!(again(reply(status, None)), "{status}");
    }
    for status in [200, 400, 401, 404, 409, 501] {
        assert!(!again(reply(status, None)), "{status}");
    }
    assert!(again(silence(ErrorCode::KnowledgeBaseUnreachable)));
    assert!(!again(silence(ErrorCode::TlsFailed)));
}

#[test]
fn the_wait_is_the_one_asked_for_or_grows_and_is_never_shorter() {
    let wait = |seconds, attempt| wait_before_next(Repeat::Safe, &reply(503, seconds), attempt).expect("again");
    assert!((Duration::from_secs(3)..Duration::from_secs(4)).contains(&wait(Some(3), 1)));
    assert!((Duration::from_millis(500)..Duration::from_millis(626)).contains(&wait(None, 1)));
    assert!((Duration::from_secs(1)..Duration::from_millis(1_251)).contains(&wait(None, 2)));
}

#[test]
fn a_path_under_the_address_is_kept_and_every_segment_is_one() {
    let url = |address: &str, path: &[&str]| {
        client(address, None).request(Method::GET, path).build().expect("a request").url().to_string()
    };
    assert_eq!(url("https://h/memory/", &["v3", "documents"]), "https://h/memory/v3/documents");
    assert_eq!(
        url("http://localhost:6767", &["v3", "documents", "a/../b?c"]),
        "http://localhost:6767/v3/documents/a%2F..%2Fb%3Fc"
    );
}

#[test]
fn a_key_is_in_no_text() {
    let client = client("https://h", Some("sm_secret"));
    let mut answer = reply(401, None).expect("a reply");
    answer.key = client.key.clone();
    answer.body = Bytes::from_static(br#"{"error":"Unauthorized","details":"sm_secret is not known"}"#);
    let error = answer.refusal();
    assert_eq!((error.code, error.detail.as_str()), (ErrorCode::ApiKeyRejected, "host answered 401: … is not known"));
    let (hosted, key) = (Address::parse("").expect("hosted"), Secret::from("sm_\nsecret".to_owned()));
    let Err(refused) = Client::new(&hosted, Some(key), &Proxy::None) else {
        panic!("a header with a line break");
    };
    assert!(!refused.to_string().contains("secret"));
}

#[test]
fn only_this_computer_is_loopback() {
    let is = |text: &str| is_loopback(&Url::parse(text).expect("a URL"));
    assert!(is("http://localhost:1") && is("http://127.9.9.9") && is("http://[::1]:5"));
    assert!(!is("http://10.0.0.1") && !is("https://localhost.example.com"));
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_told_as_itself_and_not_as_a_server_that_is_silent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let client = client(&format!("http://{}", listener.local_addr().expect("an address")), None);
    let request = || {
        let pieces = [Ok("a piece"), Err(Error::new(ErrorCode::DataFolderUnusable, "the disk is gone"))];
        let body = reqwest::Body::wrap_stream(futures::stream::iter(pieces));
        let part = reqwest::multipart::Part::stream_with_length(body, 100);
        client.request(Method::POST, &[]).multipart(reqwest::multipart::Form::new().part("file", part))
    };
    let answer = client.answer(Repeat::WhenRefused, request).await;
    let Err(Silence { error, unsent: false }) = answer else { panic!("nobody answers there") };
    assert_eq!((error.code, error.detail.as_str()), (ErrorCode::DataFolderUnusable, "the disk is gone"));
}
