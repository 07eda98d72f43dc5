//! Proxies of the environment, and buckets that are hosts: names that only a proxy knows, each test in a process with
//! an environment of its own.

use s3_connector_engine::engine::Engine;
use s3_connector_engine::knowledge_base::Address;
use s3_connector_engine::knowledge_base::supermemory::Supermemory;
use s3_connector_engine::network::Proxy;
use s3_connector_engine::secrets::MemorySecrets;
use s3_connector_engine::view::{TestReport, Verdict};
use s3_connector_tests::scene;
use serde_json::{Value, json};

use super::*;

/// `.test` never resolves (RFC 2606): whoever gets there went through the proxy.
const DOMAIN: &str = "s3.example.test";

/// What a child process says of a draft, behind this server as its proxy.
async fn behind(server: &MemoryS3, what: &str, fields: Value, variables: &[(&str, &str)]) -> String {
    child::said("source::proxy::child", |command| {
        command
            .env("HTTP_PROXY", server.endpoint())
            .env("CHILD_WHAT", what)
            .env("CHILD_FIELDS", fields.to_string())
            .env("CHILD_KEY", format!("{} {}", server.access_key(), server.secret()))
            .envs(variables.iter().copied())
    })
    .await
}

#[tokio::test]
#[ignore = "the other tests here start it with an environment of its own"]
async fn child() {
    let variable = |name| std::env::var(name).expect("set by the parent");
    let key = variable("CHILD_KEY");
    let (id, secret) = key.split_once(' ').expect("two words");
    let mut fields: Value = serde_json::from_str(&variable("CHILD_FIELDS")).expect("fields");
    fields["endpoint"] = json!(format!("http://{DOMAIN}"));
    let draft = scene::draft_with(fields, id, secret);
    let said = match variable("CHILD_WHAT").as_str() {
        "test" => {
            let folder = tempfile::tempdir().expect("a folder");
            let engine = Engine::open(folder.path(), Arc::new(MemorySecrets::default())).await.expect("an engine");
            line(&engine.connection_test_draft(draft, None).await.expect("a report"))
        }
        ask @ ("ask" | "ask directly") => {
            let proxy = if ask == "ask" { Proxy::System } else { Proxy::None };
            let address = Address::parse(&format!("http://{DOMAIN}")).expect("an address");
            let base = Supermemory::through(&proxy, &address, Some("sm_key".to_owned().into())).expect("a client");
            base.test().await.expect_err("no Supermemory is there").code.name()
        }
        _ => {
            let (settings, _) = draft.validate(s3_connector_engine::connection::SecretNeed::Typed).expect("valid");
            let proxy = if variable("CHILD_WHAT") == "list directly" { Proxy::None } else { Proxy::System };
            let network = Network { proxy, ..Network::default() };
            let key = access_key(id, secret);
            let source = S3Source::over(&network, &settings, &key, Limits::default()).await.expect("a source");
            match (source.list("", None).await, source.list("", None).await) {
                (Ok(page), Ok(_)) => format!("listed {}", page.objects.len()),
                (Err(error), _) | (_, Err(error)) => format!("{} {}", error.code.name(), error.detail),
            }
        }
    };
    writeln!(std::io::stdout(), "child: {said}").expect("the parent listens");
}

fn line(report: &TestReport) -> String {
    let sign = |verdict| match verdict {
        Verdict::Passed => '+',
        Verdict::Failed => '-',
        Verdict::NotTried => '.',
    };
    let signs: String = report.rungs.iter().map(|rung| sign(rung.verdict)).collect();
    let fix = report.rungs.iter().find_map(|rung| rung.fix.as_ref());
    format!("{signs} {}", serde_json::to_string(&fix).expect("JSON"))
}

async fn server() -> MemoryS3 {
    let server = MemoryS3::start().await;
    server.put("user-files", "a.md", "text");
    server
}

#[tokio::test]
async fn requests_go_through_the_proxy_of_the_environment() {
    let server = server().await;
    assert_eq!(behind(&server, "list", json!({}), &[]).await, "listed 1");
}

#[tokio::test]
async fn a_proxy_of_the_environment_is_left_aside_where_none_is_chosen() {
    let server = server().await;
    let said = behind(&server, "list directly", json!({}), &[]).await;
    assert!(said.starts_with("unreachable"), "{said}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_supermemory_is_asked_through_the_proxy_of_the_environment_unless_none_is_chosen() {
    let server = server().await;
    // The server is no Supermemory: that it answers at all shows that it was asked.
    for (what, code) in [("ask", "knowledge_base_failed"), ("ask directly", "knowledge_base_unreachable")] {
        assert_eq!(behind(&server, what, json!({}), &[]).await, code, "{what}");
    }
}

#[tokio::test]
async fn a_host_that_is_left_out_of_the_proxy_is_looked_for_without_it() {
    let server = server().await;
    let said = behind(&server, "list", json!({}), &[("NO_PROXY", "example.test")]).await;
    assert!(said.starts_with("unreachable"), "{said}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_server_whose_buckets_are_hosts_is_found_with_one_more_request() {
    let server = server().await;
    server.only_hosts_under(DOMAIN);
    assert_eq!(behind(&server, "list", json!({}), &[]).await, "listed 1");
    assert_eq!(server.operations().len(), 3, "one refused, and two listings");
}

#[tokio::test]
async fn a_style_that_is_set_is_taken_at_once() {
    let server = server().await;
    server.only_hosts_under(DOMAIN);
    assert_eq!(behind(&server, "list", json!({"addressing": "virtual"}), &[]).await, "listed 1");
    assert_eq!(server.operations().len(), 2);
}

#[tokio::test]
async fn a_bucket_that_is_nowhere_is_looked_for_in_both_styles_and_told_in_the_first_ones_words() {
    let server = server().await;
    server.hosts_under(DOMAIN);
    let said = behind(&server, "list", json!({"bucket": "no-such-bucket"}), &[]).await;
    assert!(said.starts_with("bucket_not_found"), "{said}");
    // Two listings, and the other style once and never again.
    assert_eq!(server.operations().len(), 3);
}

#[tokio::test]
async fn the_doctor_leaves_the_way_to_the_proxy_and_finds_the_style_that_was_set_wrong() {
    let server = server().await;
    assert_eq!(behind(&server, "test", json!({}), &[]).await, "+.+.++++ null");
    server.only_hosts_under(DOMAIN);
    let said = behind(&server, "test", json!({"addressing": "path"}), &[]).await;
    assert_eq!(said, r#"+.+.++-. {"kind":"set_addressing","addressing":"virtual"}"#);
}
