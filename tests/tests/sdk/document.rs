//! The OpenAPI document that the API serves, against what the API does. schemathesis makes requests out of the document,
//! such that fit and such that do not, and holds every reply to it: no 500, no status, type or shape that it does not
//! have, no route without the token. What it draws is the same every time.

use std::time::Duration;

use s3_connector_tests::sdk::schemathesis;
use serde_json::{Value, json};

use super::examples::with_documents;
use super::place::{Place, skipped};

/// Generous, because machines that build are slow; on its own it takes a minute.
const DEADLINE: Duration = Duration::from_secs(480);

#[tokio::test(flavor = "multi_thread")]
async fn the_api_does_what_its_document_says_and_nothing_else() {
    let Some(schemathesis) = schemathesis() else { return skipped("schemathesis is not installed") };
    let place = with_documents().await;
    let (config, file) = (place.folder().with_extension("toml"), place.folder().with_extension("report"));
    std::fs::write(&config, configuration(&place).await).unwrap();
    let mut command = place.program(schemathesis);
    command.arg("--config-file").arg(config).arg("run").arg(format!("{}/openapi.json", place.url()));
    command.args(["--report", "json", "--report-json-path"]).arg(&file);
    let output = tokio::time::timeout(DEADLINE, command.output()).await.expect("schemathesis ends in time").unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}\n{}", String::from_utf8_lossy(&output.stderr), place.said());
    let report: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!((&report["complete"], &report["failures"], &report["errors"]), (&json!(true), &json!([]), &json!([])));
    everything_was_asked(&place.get("/openapi.json").await, &report);
}

/// The configuration with the ids of a connection and of a document, which requests about one can name.
async fn configuration(place: &Place) -> String {
    let body = json!({"metadata": place.settings("my-documents-bucket"), "containerTag": "org-123"});
    let id = |value: &Value| value["id"].as_str().unwrap_or_else(|| panic!("an id: {value}")).to_owned();
    let connection = id(&place.post("/v3/connections/s3", &body).await);
    place.until_held(&[("readme.md", "org-123"), ("handbook/vacation.md", "org-123")]).await;
    let listed = place.post("/v3/documents/list", &json!({"containerTags": ["org-123"]})).await;
    let template = include_str!("../../sdk/schemathesis.toml");
    template.replace("${CONNECTION_ID}", &connection).replace("${DOCUMENT_ID}", &id(&listed["memories"][0]))
}

/// A run that tested nothing, or that heard nothing but refusals, would find nothing.
fn everything_was_asked(document: &Value, report: &Value) {
    const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
    let paths = document["paths"].as_object().unwrap();
    let operations: Vec<String> = paths
        .iter()
        .flat_map(|(path, item)| METHODS.iter().filter(|method| item.get(**method).is_some()).map(move |m| (m, path)))
        .map(|(method, path)| format!("{} {path}", method.to_uppercase()))
        .collect();
    assert!(operations.len() > 20, "{operations:?}");
    assert_eq!(report["operations"]["tested"], operations.len(), "{}", report["operations"]);
    let accepted = |name: &String| {
        let phases = report["valid_rates"][name].as_object().into_iter().flatten();
        phases.filter_map(|(_, counts)| counts["accepted"].as_u64()).sum::<u64>()
    };
    let never: Vec<_> = operations.iter().filter(|name| accepted(name) == 0).collect();
    assert!(never.is_empty(), "never accepted: {never:?} {}", report["valid_rates"]);
}
