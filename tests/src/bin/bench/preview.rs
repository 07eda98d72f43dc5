//! A preview of very many keys: how long its totals take on the last listing, and any part of its rows in any order. What a
//! person waits for is measured, in this process: the engine's own commands, over a state file on disk.

use std::sync::Arc;
use std::time::{Duration, Instant};

use s3_connector_engine::engine::Engine;
use s3_connector_engine::secrets::MemorySecrets;
use s3_connector_engine::view::{PlanAction, PlanFilter, PlanOrder};
use serde_json::json;

use super::Bench;
use super::bucket::MadeUp;

const KEYS: u64 = 1_000_000;
/// The longest that the totals may take …
const TOTALS: Duration = Duration::from_secs(2);
/// … and a page of an order that was chosen.
const PAGE: Duration = Duration::from_millis(50);
/// Rows of a page, as the window asks for them.
const ROWS: u32 = 200;

/// Measures, prints, and says whether something took too long; an unoptimised program may.
pub fn is_slow(bench: &Bench) -> bool {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let slow = runtime.block_on(measure(KEYS / bench.part));
    slow && !cfg!(debug_assertions)
}

async fn measure(keys: u64) -> bool {
    let (folder, bucket) = (tempfile::tempdir().unwrap(), MadeUp::start());
    bucket.resize(keys);
    let engine = Engine::open(folder.path(), Arc::new(MemorySecrets::default())).await.unwrap();
    let draft = json!({
        "name": "big", "bucket": "big", "region": "us-east-1", "endpoint": bucket.endpoint(), "everyMinutes": 0,
        "containerTagRegex": "users/(?<userId>[^/]+)/", "documentLimit": keys / 2, "credentials": {"kind": "anonymous"},
    });
    let id = engine.connection_add(serde_json::from_value(draft).unwrap()).await.unwrap().id;
    println!("\n{:<44} {:>9} {:>10} {:>10}", "a preview", "keys", "ms", "at most");
    let say = |what: &str, taken: Duration, most: Option<Duration>| {
        let at_most = most.map(|most| most.as_millis().to_string()).unwrap_or_default();
        println!("{what:<44} {keys:>9} {:>10.1} {at_most:>10}", taken.as_secs_f64() * 1000.0);
        most.is_some_and(|most| taken > most)
    };

    let begun = Instant::now();
    engine.preview_make(id.clone(), true).await.unwrap();
    say("listed and worked out", begun.elapsed(), None);
    let begun = Instant::now();
    engine.preview_make(id.clone(), false).await.unwrap();
    let mut slow = say("totals, on the last listing", begun.elapsed(), Some(TOTALS));

    let page = async |filter: PlanFilter| {
        let begun = Instant::now();
        let page = engine.preview_page(id.clone(), PlanFilter { limit: ROWS, ..filter }).await.unwrap();
        assert!(!page.items.is_empty(), "a page without rows says nothing");
        begun.elapsed()
    };
    let by = |order| PlanFilter { order, descending: true, ..PlanFilter::default() };
    let skipped = PlanFilter { action: Some(PlanAction::Skipped), ..by(PlanOrder::Size) };
    let text = PlanFilter { text: "99.md".into(), ..PlanFilter::default() };
    for (name, filter) in [
        ("in key order", PlanFilter::default()),
        ("by key, the last first", by(PlanOrder::Key)),
        ("by size", by(PlanOrder::Size)),
        ("by time", by(PlanOrder::Modified)),
        ("by tag", by(PlanOrder::Tag)),
        ("by what happens", by(PlanOrder::Action)),
        ("of the skipped, by size", skipped),
        ("with a text", text),
    ] {
        say(&format!("first page {name}"), page(filter.clone()).await, None);
        let mut longest = Duration::ZERO;
        for part in 0..20 {
            // Text leaves the fewest rows: a hundredth.
            let offset = keys / 101 * part / 20;
            longest = longest.max(page(PlanFilter { offset, ..filter.clone() }).await);
        }
        slow |= say(&format!("any other page {name}"), longest, Some(PAGE));
    }
    engine.shut_down().await;
    slow
}
