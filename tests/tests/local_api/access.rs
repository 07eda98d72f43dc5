//! Who may ask: a program that knows the token, by a name of this computer. Nobody else learns anything.

use std::sync::Arc;

use s3_connector_engine::error::ErrorCode;
use s3_connector_local_api::{Server, Token};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{empty, tenants};

#[tokio::test]
async fn the_token_opens_it_in_either_header_and_nothing_else_does() {
    let (_scene, api) = tenants().await;
    let list = || api.stranger("POST", "/v3/connections/list");
    let bearer = format!("Bearer {}", api.token);
    for request in [list().header("authorization", &bearer), list().header("x-api-key", &api.token)] {
        assert_eq!(api.send(request).await.good().as_array().unwrap().len(), 1);
    }
    let wrong = [
        list(),
        list().bearer_auth("sm_wrong"),
        list().bearer_auth(""),
        list().bearer_auth(&api.token[..api.token.len() - 1]),
        list().bearer_auth(format!("{}x", api.token)),
        list().header("authorization", format!("Basic {}", api.token)),
        list().header("x-api-key", "wrong"),
    ];
    for request in wrong {
        let refusal = api.send(request).await.with(401);
        assert_eq!(refusal, json!({"error": "Unauthorized", "details": "Invalid or missing API key"}));
    }
}

#[tokio::test]
async fn a_stranger_does_not_even_learn_which_routes_there_are() {
    let (_scene, api) = empty().await;
    for path in ["/v3/connections/none", "/v3/nothing", "/v3/documents/bulk", "/../secret"] {
        assert_eq!(api.send(api.stranger("GET", path)).await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn a_greeting_and_the_document_are_for_everybody_on_this_computer() {
    let (_scene, api) = empty().await;
    let greeting = api.send(api.stranger("GET", "/")).await.good();
    assert_eq!((&greeting["name"], &greeting["openapi"]), (&json!("S3 Connector"), &json!("/openapi.json")));
    let document = api.send(api.stranger("GET", "/openapi.json")).await.good();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.") && document["paths"].is_object());
}

#[tokio::test]
async fn a_renewed_token_ends_the_old_one_at_once() {
    let (scene, mut api) = empty().await;
    assert_eq!(api.get("/v3/connections").await.status, 200);
    let renewed = scene.engine.local_api_token(true).await.unwrap();
    assert_eq!(api.get("/v3/connections").await.status, 401);
    api.token = renewed;
    assert_eq!(api.get("/v3/connections").await.status, 200);
}

#[tokio::test]
async fn another_host_and_a_web_page_are_refused_even_with_the_token() {
    let (_scene, api) = empty().await;
    let port = api.server.port();
    for host in [format!("evil.example:{port}"), "localhost".into(), format!("127.0.0.1:{}", port ^ 1), "".into()] {
        let refusal = api.send(api.request("GET", "/v3/connections").header("host", &host)).await;
        assert_eq!(refusal.with(421)["error"], "Misdirected request", "{host}");
    }
    for host in [format!("localhost:{port}"), format!("[::1]:{port}")] {
        assert_eq!(api.send(api.request("GET", "/v3/connections").header("host", &host)).await.status, 200, "{host}");
    }
    for origin in ["https://evil.example", "null", &format!("http://localhost:{port}")] {
        for method in ["GET", "OPTIONS"] {
            let refusal = api.send(api.request(method, "/v3/connections/list").header("origin", origin)).await;
            assert_eq!(refusal.with(403)["error"], "Forbidden", "{method} {origin}");
        }
        assert_eq!(api.send(api.stranger("GET", "/").header("origin", origin)).await.status, 403);
    }
}

#[tokio::test]
async fn it_is_reached_by_both_loopback_addresses_and_by_no_other() {
    let (_scene, api) = empty().await;
    let port = api.server.port();
    let mut reached = Vec::new();
    for address in [format!("127.0.0.1:{port}"), format!("[::1]:{port}")] {
        reached.push(TcpStream::connect(&address).await.is_ok());
    }
    let has_ipv6 = TcpListener::bind("[::1]:0").await.is_ok();
    assert_eq!(reached, [true, has_ipv6]);
    assert!(TcpStream::connect(format!("127.0.0.2:{port}")).await.is_err(), "it listens on more than it should");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_whether_its_length_is_told_or_not() {
    let (_scene, api) = empty().await;
    let large = "x".repeat(1_000_001);
    let refusal = api.send(api.request("POST", "/v3/documents").body(large.clone())).await;
    assert_eq!(refusal.with(413)["error"], "Payload too large");
    // In chunks, without a length.
    let mut stream = TcpStream::connect(("127.0.0.1", api.server.port())).await.unwrap();
    let head = format!(
        "POST /v3/connections/list HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nauthorization: Bearer {}\r\n\
         transfer-encoding: chunked\r\n\r\n{:x}\r\n",
        api.server.port(),
        api.token,
        large.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The server may answer before it has read everything.
    let _ = stream.write_all(large.as_bytes()).await;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
}

#[tokio::test]
async fn what_is_no_json_or_does_not_fit_is_told_without_its_value() {
    let (_scene, api) = empty().await;
    let garbled = api.send(api.request("POST", "/v3/connections/s3").body("{\"metadata\":")).await;
    assert_eq!(garbled.with(400)["error"], "The body is not valid JSON");
    let misplaced = json!({"containerTag": {"secretAccessKey": "hunter2hunter2"}, "metadata": null});
    let refusal = api.post("/v3/connections/s3", misplaced).await;
    assert!(!refusal.text.contains("hunter2"), "{refusal:?}");
    let refusal = refusal.with(400);
    assert_eq!((&refusal["success"], &refusal["data"]), (&json!(false), &json!(null)));
    assert_eq!(refusal["error"][0]["path"], json!(["containerTag"]));
    let query = api.delete("/v3/connections/none?deleteDocuments=perhaps").await;
    assert_eq!(query.with(400)["error"], "The query of the URL does not fit");
    assert_eq!(api.get("/v3/connections/%FF").await.status, 400);
}

#[tokio::test]
async fn a_port_that_is_in_use_is_told_as_that() {
    let (scene, api) = empty().await;
    let taken = api.server.port();
    let error = Server::start(Arc::clone(&scene.engine), taken, Token::Engine).await.expect_err("it is in use");
    assert_eq!(error.code, ErrorCode::PortInUse);
    assert!(error.detail.contains(&taken.to_string()), "{error}");
    // Whoever has the other address would get the tokens of those who try it first.
    if let Ok(other) = TcpListener::bind("[::1]:0").await {
        let port = other.local_addr().unwrap().port();
        let error =
            Server::start(Arc::clone(&scene.engine), port, Token::Engine).await.expect_err("half of it is in use");
        assert_eq!(error.code, ErrorCode::PortInUse);
    }
}

#[tokio::test]
async fn a_server_that_is_stopped_answers_what_it_was_asked_and_listens_no_more() {
    let (_scene, api) = empty().await;
    let port = api.server.port();
    assert_eq!(api.get("/v3/connections").await.status, 200);
    api.server.stop().await;
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}
