//! The fake itself: one that accepted everything would prove nothing.

use std::time::Duration;

use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, RequestBuilder, Response};
use s3_connector_tests::supermemory::{FakeSupermemory, Fault, On, Operation, Pipeline, Quirks, Status};
use serde_json::{Value, json};

fn request(server: &FakeSupermemory, method: Method, path: &str) -> RequestBuilder {
    let client = Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
    client.request(method, format!("{}{path}", server.url())).bearer_auth(server.key())
}

async fn send(request: RequestBuilder) -> (u16, Value) {
    let response: Response = request.send().await.unwrap();
    let (status, text) = (response.status().as_u16(), response.text().await.unwrap());
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

async fn post(server: &FakeSupermemory, path: &str, body: &Value) -> (u16, Value) {
    send(request(server, Method::POST, path).json(body)).await
}

async fn get(server: &FakeSupermemory, path: &str) -> (u16, Value) {
    send(request(server, Method::GET, path)).await
}

async fn delete(server: &FakeSupermemory, path: &str, body: &Value) -> (u16, Value) {
    send(request(server, Method::DELETE, path).json(body)).await
}

/// Adds a document; gives its id.
async fn add(server: &FakeSupermemory, custom_id: &str, tag: &str, content: &str) -> String {
    let body = json!({"content": content, "containerTag": tag, "customId": custom_id});
    let (status, answer) = post(server, "/v3/documents", &body).await;
    assert_eq!(status, 200, "{answer}");
    answer["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_not_documented_is_refused_and_remembered() {
    let server = FakeSupermemory::start();
    let long = "x".repeat(101);
    let wrong = [
        json!({}),
        json!({"content": 5}),
        json!({"content": " \n"}),
        json!({"content": "a\u{0}b"}),
        json!({"content": "a", "title": "not in the schema"}),
        json!({"content": "a", "containerTag": "a/b"}),
        json!({"content": "a", "containerTag": long}),
        json!({"content": "a", "containerTag": "a", "containerTags": ["a"]}),
        json!({"content": "a", "containerTags": "a"}),
        json!({"content": "a", "customId": ""}),
        json!({"content": "a", "customId": "a.b"}),
        json!({"content": "a", "customId": long}),
        json!({"content": "a", "metadata": {"a": null}}),
        json!({"content": "a", "metadata": {"a": {"b": 1}}}),
        json!({"content": "a", "metadata": {"sm_own": 1}}),
        json!({"content": "a", "metadata": {"a key": 1}}),
        json!({"content": "a", "filepath": "relative.txt"}),
        json!({"content": "a", "filepath": "/a//b.txt"}),
        json!({"content": "a", "filepath": "/no-extension"}),
        json!({"content": "a", "filepath": format!("/{}.txt", "é".repeat(200))}),
        json!({"content": "a", "taskType": "other"}),
    ];
    for body in &wrong {
        let (status, answer) = post(&server, "/v3/documents", body).await;
        assert_eq!((status, &answer["success"], &answer["data"]), (400, &json!(false), body));
        assert!(answer["error"][0]["message"].is_string() && answer["error"][0]["path"].is_array(), "{answer}");
    }
    assert_eq!(server.take_violations().len(), wrong.len());
    assert_eq!(server.document_count(), 0);

    server.set(|quirks| quirks.flat_complaints = true);
    let (status, answer) = post(&server, "/v3/documents", &json!({"content": 5})).await;
    assert_eq!((status, answer["error"].is_string(), answer["details"].is_string()), (400, true, true));
    let (status, _) = get(&server, "/v3/nothing").await;
    assert_eq!((status, server.take_violations().len()), (404, 2));
}

#[tokio::test]
async fn lists_searches_and_deletions_are_held_against_the_schema_too() {
    let server = FakeSupermemory::start();
    let condition = json!({"key": "a", "value": "b"});
    let nested = (0..5).fold(json!({"AND": [condition]}), |inner, _| json!({"AND": [inner]}));
    for (path, body) in [
        ("/v3/documents/list", json!({"limit": 0})),
        ("/v3/documents/list", json!({"limit": 1101})),
        ("/v3/documents/list", json!({"limit": "many"})),
        ("/v3/documents/list", json!({"containerTag": "a"})),
        ("/v3/documents/list", json!({"filters": {"AND": [{"key": "a", "value": 5}]}})),
        ("/v3/documents/list", json!({"filters": {"AND": [{"key": "a b", "value": "c"}]}})),
        ("/v3/documents/list", json!({"filters": nested})),
        ("/v3/documents/batch", json!({"documents": []})),
        ("/v3/documents/batch", json!({"documents": vec!["a"; 601]})),
        ("/v3/documents/batch", json!({"documents": [{"content": "a", "title": "b"}]})),
        ("/v3/search", json!({"q": ""})),
        ("/v3/search", json!({"q": "a", "limit": 101})),
        ("/v3/connections/s3", json!({"accessKeyId": "a", "secretAccessKey": "b", "bucket": "c", "region": "d"})),
        ("/v3/connections/s3", json!({"metadata": {"accessKeyId": "a", "secretAccessKey": "b", "region": "d"}})),
    ] {
        let (status, answer) = post(&server, path, &body).await;
        assert_eq!(status, 400, "{path} {body} {answer}");
    }
    let ids: Vec<String> = (0..101).map(|n| n.to_string()).collect();
    for body in [json!({"ids": []}), json!({"ids": ids}), json!({})] {
        assert_eq!(delete(&server, "/v3/documents/bulk", &body).await.0, 400);
    }
    assert_eq!(server.take_violations().len(), 17);
}

#[tokio::test]
async fn text_of_more_than_a_megabyte_and_files_of_more_than_fifty_are_refused() {
    let server = FakeSupermemory::start();
    assert_eq!(post(&server, "/v3/documents", &json!({"content": "a".repeat(1_000_000)})).await.0, 200);
    assert_eq!(post(&server, "/v3/documents", &json!({"content": "a".repeat(1_000_001)})).await.0, 413);
    server.set(|quirks| (quirks.too_large, quirks.file_limit) = (400, 1000));
    let form = |size| Form::new().part("file", Part::bytes(vec![b'a'; size]).file_name("a.txt"));
    let upload = |size| send(request(&server, Method::POST, "/v3/documents/file").multipart(form(size)));
    assert_eq!((upload(1000).await.0, upload(1001).await.0, upload(0).await.0), (200, 400, 400));
    assert_eq!(server.take_violations().len(), 3);
}

#[tokio::test]
async fn a_form_is_held_against_the_schema_too() {
    let server = FakeSupermemory::start();
    let file = || Part::bytes(&b"%PDF-1.4"[..]).file_name("a b.pdf").mime_str("application/pdf").unwrap();
    let upload = |form| send(request(&server, Method::POST, "/v3/documents/file").multipart(form));
    let good = Form::new().text("metadata", r#"{"key":"k"}"#).text("containerTag", "t").text("customId", "c");
    let (status, answer) = upload(good.part("file", file())).await;
    assert_eq!((status, &answer["status"]), (200, &json!("queued")));
    let document = server.documents().remove(0);
    assert_eq!((document.tags, document.metadata["key"].as_str()), (vec!["t".to_owned()], Some("k")));
    assert_eq!(document.file.unwrap().name.as_deref(), Some("a b.pdf"));

    for form in [
        Form::new().text("containerTag", "t"),
        Form::new().part("file", file()).part("file", file()),
        Form::new().part("file", file()).text("title", "t"),
        Form::new().part("file", file()).text("metadata", "{"),
        Form::new().part("file", file()).text("metadata", r#"{"a":null}"#),
        Form::new().part("file", file()).text("fileType", "image"),
        Form::new().part("file", file()).text("customId", "a").text("customId", "b"),
        Form::new().part("file", Part::bytes(&b"a"[..])),
    ] {
        assert_eq!(upload(form).await.0, 400);
    }
    let (status, _) = post(&server, "/v3/documents/file", &json!({})).await;
    assert_eq!((status, server.take_violations().len()), (400, 9));
}

#[tokio::test]
async fn only_the_key_is_let_in_and_self_hosted_also_nobody() {
    let server = FakeSupermemory::start();
    let bare = |path: &str| Client::builder().no_proxy().build().unwrap().get(format!("{}{path}", server.url()));
    assert_eq!(send(bare("/v3/session")).await.0, 401);
    assert_eq!(send(bare("/v3/session").bearer_auth("wrong")).await.0, 401);
    assert_eq!(send(bare("/v3/session").header("x-api-key", server.key())).await.0, 200);
    assert_eq!(send(bare("/")).await.0, 200);
    server.set(|quirks| *quirks = Quirks::self_hosted(1));
    assert_eq!(send(bare("/v3/documents/processing")).await.0, 200);
    assert_eq!(send(bare("/v3/documents/processing").bearer_auth("wrong")).await.0, 401);
    assert_eq!(send(bare("/v3/session")).await.0, 404);
    assert_eq!(post(&server, "/v3/connections/list", &json!({})).await.0, 404);
    assert!(server.seen().iter().all(|seen| !format!("{seen:?}").contains(server.key())));
}

#[tokio::test]
async fn an_address_as_content_is_fetched_and_remembered() {
    let server = FakeSupermemory::start();
    add(&server, "a", "t", "https://example.com/a").await;
    add(&server, "b", "t", "see https://example.com/a").await;
    assert_eq!(server.take_hazards().len(), 1);
    let contents: Vec<_> = server.documents().into_iter().map(|document| document.content).collect();
    assert_eq!(contents, ["What stood at that address", "see https://example.com/a"]);
}

#[tokio::test]
async fn a_second_write_depends_on_how_the_document_stands() {
    let server = FakeSupermemory::with(Quirks { pipeline: Pipeline::Held, ..Quirks::default() });
    let id = add(&server, "a", "t", "one").await;
    let again = json!({"content": "two", "containerTag": "t", "customId": "a"});
    assert_eq!(post(&server, "/v3/documents", &again).await.1, json!({"id": id, "status": "queued"}));
    server.work();
    assert_eq!((server.documents()[0].content.as_str(), server.take_hazards().len()), ("one", 1));

    let same = json!({"content": "one", "containerTag": "t", "customId": "a", "metadata": {"a": 1}});
    assert_eq!(post(&server, "/v3/documents", &same).await.1, json!({"id": id, "status": "done"}));
    assert_eq!(server.documents()[0].metadata["a"], 1);

    assert_eq!(post(&server, "/v3/documents", &again).await.1, json!({"id": id, "status": "queued"}));
    server.work();
    assert_eq!((server.documents()[0].content.as_str(), server.take_hazards().len()), ("one\ntwo", 1));
    let patch = request(&server, Method::PATCH, "/v3/documents/a").json(&json!({"content": "three"}));
    assert_eq!(send(patch).await.0, 200);
    server.work();
    assert_eq!(server.documents()[0].content, "three");

    // Under another tag it is another document.
    assert_ne!(add(&server, "a", "u", "one").await, id);
}

#[tokio::test]
async fn what_is_processed_is_not_deleted_and_fails_or_vanishes_as_told() {
    let server = FakeSupermemory::with(Quirks {
        pipeline: Pipeline::Held,
        fails_on: Some("bad".into()),
        failure: Some(("errorMessage", "No text".into())),
        vanishes_on: Some("gone".into()),
        invisible_reads: 1,
        ..Quirks::default()
    });
    let ids = [add(&server, "a", "t", "good").await, add(&server, "b", "t", "bad").await];
    add(&server, "c", "t", "gone").await;
    assert_eq!(send(request(&server, Method::DELETE, "/v3/documents/a")).await.0, 409);
    let bulk = delete(&server, "/v3/documents/bulk", &json!({"ids": [ids[0], "unknown"]})).await.1;
    assert_eq!(
        (&bulk["success"], &bulk["deletedCount"], bulk["errors"].as_array().unwrap().len()),
        (&json!(false), &json!(0), 2)
    );
    assert_eq!(get(&server, "/v3/documents/processing").await.1["totalCount"], 3);
    assert_eq!(server.work(), 3);
    assert_eq!((get(&server, "/v3/documents/b").await.0, get(&server, "/v3/documents/c").await.0), (404, 404));
    let failed = get(&server, "/v3/documents/b").await.1;
    assert_eq!((&failed["status"], &failed["errorMessage"]), (&json!("failed"), &json!("No text")));
    assert_eq!(
        delete(&server, "/v3/documents/bulk", &json!({"ids": ids})).await.1,
        json!({"success": true, "deletedCount": 2})
    );
    assert_eq!((server.document_count(), server.take_violations().len()), (0, 0));
}

#[tokio::test]
async fn two_at_a_time_are_ready_after_so_many_looks() {
    let server = FakeSupermemory::with(Quirks::self_hosted(2));
    for id in ["a", "b", "c"] {
        add(&server, id, "t", id).await;
    }
    let mut left = Vec::new();
    for _ in 0..7 {
        left.push(get(&server, "/v3/documents/processing").await.1["totalCount"].as_u64().unwrap());
    }
    assert_eq!(left, [3, 3, 1, 1, 1, 0, 0]);
    assert!(server.documents().iter().all(|document| document.status == Status::Done));
}

#[tokio::test]
async fn lists_have_pages_filters_and_every_documented_key() {
    let server = FakeSupermemory::start();
    for n in 0..25 {
        let (tag, metadata) = (if n < 20 { "t" } else { "u" }, json!({"number": n, "even": n % 2 == 0}));
        let body = json!({"content": format!("text {n}"), "containerTag": tag, "customId": format!("d{n}"), "metadata": metadata});
        assert_eq!(post(&server, "/v3/documents", &body).await.0, 200);
    }
    let list = async |body: Value| post(&server, "/v3/documents/list", &body).await.1;
    let page = list(json!({"containerTags": ["t"], "limit": "8", "page": 3, "order": "asc"})).await;
    assert_eq!(page["pagination"], json!({"currentPage": 3, "limit": 8, "totalItems": 20, "totalPages": 3}));
    assert_eq!(page["memories"][0]["customId"], "d16");
    let item = page["memories"][0].as_object().unwrap();
    for key in [
        "id",
        "customId",
        "connectionId",
        "containerTags",
        "createdAt",
        "updatedAt",
        "filepath",
        "metadata",
        "status",
        "summary",
        "title",
        "type",
        "url",
    ] {
        assert!(item.contains_key(key), "{key}");
    }
    assert!(!item.contains_key("content"));
    let filters = json!({"AND": [
        {"key": "even", "value": "true"},
        {"OR": [{"key": "number", "value": "21", "filterType": "numeric", "numericOperator": ">"}, {"key": "number", "value": "0"}]},
    ]});
    let page = list(json!({"filters": filters, "includeContent": true, "order": "asc"})).await;
    let contents: Vec<_> =
        page["memories"].as_array().unwrap().iter().map(|item| item["content"].as_str().unwrap()).collect();
    assert_eq!(contents, ["text 0", "text 22", "text 24"]);
    let tags = get(&server, "/v3/container-tags/list").await.1;
    assert_eq!(
        (&tags[0]["containerTag"], &tags[0]["documentCount"], &tags[1]["documentCount"]),
        (&json!("t"), &json!(20), &json!(5))
    );
    let found = post(&server, "/v3/search", &json!({"q": "text 7", "containerTags": ["t"]})).await.1;
    let found: Vec<_> =
        found["results"].as_array().unwrap().iter().map(|r| r["chunks"][0]["content"].as_str().unwrap()).collect();
    assert_eq!(found, ["text 7", "text 17"]);
}

#[tokio::test]
async fn a_batch_refuses_inside_a_200() {
    let server =
        FakeSupermemory::with(Quirks { credits: Some(2), batch_answers_accepted_first: true, ..Quirks::default() });
    server.set(|quirks| quirks.batch_refuses = Some("bad".into()));
    let documents = json!([{"content": "bad"}, {"content": "one", "customId": "a"}, "two", "three"]);
    let (status, answer) =
        post(&server, "/v3/documents/batch", &json!({"documents": documents, "containerTag": "t"})).await;
    assert_eq!((status, &answer["success"], &answer["failed"]), (200, &json!(2), &json!(2)));
    let states: Vec<_> = answer["results"].as_array().unwrap().iter().map(|r| r["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["queued", "queued", "error", "error"]);
    assert!(server.documents().iter().all(|document| document.tags == ["t"]));
    assert_eq!(post(&server, "/v3/documents", &json!({"content": "four"})).await.0, 402);
}

#[tokio::test]
async fn faults_happen_in_order_and_replies_get_lost_or_land_late() {
    let server = FakeSupermemory::start();
    server.fail(1, On::Write, Fault::TooManyRequests(Some(7)));
    server.fail(1, On::Operation(Operation::AddDocument), Fault::LostReply);
    server.fail(1, On::Having("late".into()), Fault::LandsLate);
    server.fail(1, On::Read, Fault::CutBody);
    server.fail(1, On::Read, Fault::HalfBody);
    let body = |text: &str| request(&server, Method::POST, "/v3/documents").json(&json!({"content": text}));
    let limited = body("one").send().await.unwrap();
    assert_eq!((limited.status().as_u16(), limited.headers()["retry-after"].to_str().unwrap()), (429, "7"));
    assert!(body("one").send().await.is_err());
    assert_eq!(server.document_count(), 1);
    assert!(body("late").send().await.is_err());
    assert_eq!((server.document_count(), server.land().await, server.document_count()), (1, 1, 2));
    let list = || request(&server, Method::POST, "/v3/documents/list").send();
    assert!(list().await.unwrap().bytes().await.is_err());
    assert!(list().await.unwrap().json::<Value>().await.is_err());
    assert_eq!(list().await.unwrap().json::<Value>().await.unwrap()["pagination"]["totalItems"], 2);
}

#[tokio::test]
async fn a_restart_keeps_documents_and_port_and_drops_connections() {
    let server = FakeSupermemory::start();
    add(&server, "a", "t", "one").await;
    let gate = server.hold(On::Any);
    let waiting = tokio::spawn(request(&server, Method::GET, "/v3/documents/a").send());
    gate.arrived(1).await;
    server.stop();
    assert!(waiting.await.unwrap().is_err());
    let refused = request(&server, Method::GET, "/v3/documents/a").send().await.unwrap_err();
    assert!(refused.is_connect());
    drop(gate);
    server.start_again();
    assert_eq!(get(&server, "/v3/documents/a").await.1["content"], "one");
}

#[tokio::test]
async fn hosted_connections_are_made_shown_run_and_deleted() {
    let server = FakeSupermemory::start();
    let metadata = json!({"accessKeyId": "AK", "secretAccessKey": "SK", "bucket": "b", "region": "auto"});
    let body = json!({"containerTag": "t", "documentLimit": 500, "metadata": metadata});
    let (status, made) = post(&server, "/v3/connections/s3", &body).await;
    assert_eq!((status, &made["authLink"], &made["expiresIn"]), (200, &Value::Null, &Value::Null));
    let id = made["id"].as_str().unwrap();
    server.sync_connection(id, &[("a.txt", "text")], None);
    let by_tag = json!({"containerTags": ["t"]});
    assert_eq!(post(&server, "/v3/connections/s3/documents", &by_tag).await.1.as_array().unwrap().len(), 1);
    let (status, text) = post(&server, "/v3/connections/s3/import", &by_tag).await;
    assert_eq!((status, text), (202, json!("Importing connections...")));
    assert_eq!(get(&server, &format!("/v3/connections/{id}/sync-runs")).await.1[0]["triggerType"], "manual");
    assert_eq!(post(&server, "/v3/connections/s3/connection", &by_tag).await.1["lastSyncRun"]["status"], "completed");
    server.set(|quirks| quirks.plan_too_low = true);
    assert_eq!(post(&server, "/v3/connections/s3", &body).await.0, 403);
    server.set(|quirks| quirks.plan_too_low = false);
    let path = format!("/v3/connections/{id}?deleteDocuments=false");
    assert_eq!(send(request(&server, Method::DELETE, &path)).await.1, json!({"id": id, "provider": "s3"}));
    assert_eq!((server.connections().len(), server.document_count()), (0, 1));
    assert_eq!(post(&server, "/v3/connections/notion", &body).await.0, 501);
}
