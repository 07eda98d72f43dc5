//! The tag studio over very many keys: how long a person waits, with every character of a rule, for the rows in sight and
//! for the totals. The engine's own commands, in this process, over a made-up bucket.

use std::sync::Arc;
use std::time::{Duration, Instant};

use s3_connector_engine::connection::ConnectionDraft;
use s3_connector_engine::engine::Engine;
use s3_connector_engine::secrets::MemorySecrets;
use serde_json::json;

use super::Bench;
use super::bucket::MadeUp;

const KEYS: u64 = 1_000_000;
/// The longest that the rows in sight may take, and the totals over all keys.
const ROWS: Duration = Duration::from_millis(50);
const TOTALS: Duration = Duration::from_millis(300);
/// Rows in sight of a tall window.
const IN_SIGHT: u32 = 60;

/// Folder by folder; without any folder named; and one that captures something else in every key.
const RULES: [&str; 3] = ["users/(?<userId>[^/]+)/", "^(?<area>[^/]+)/user-(?:0|1)", "notes/0*(?<note>[0-9]+)\\.md$"];

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
    let draft = |rule: &str| -> ConnectionDraft {
        let draft = json!({
            "name": "big", "bucket": "big", "region": "us-east-1", "endpoint": bucket.endpoint(), "everyMinutes": 0,
            "containerTagRegex": rule, "containerTags": ["shared"], "credentials": {"kind": "anonymous"},
        });
        serde_json::from_value(draft).unwrap()
    };
    println!("\n{:<60} {:>9} {:>10} {:>10}", "the tag studio", "keys", "ms", "at most");
    let say = |what: &str, taken: Duration, most: Option<Duration>| {
        let at_most = most.map(|most| most.as_millis().to_string()).unwrap_or_default();
        println!("{what:<60} {keys:>9} {:>10.1} {at_most:>10}", taken.as_secs_f64() * 1000.0);
        most.is_some_and(|most| taken > most)
    };

    let begun = Instant::now();
    let mut listing = engine.draft_list(draft(RULES[0]), None, false).await.unwrap();
    say("first keys of the bucket", begun.elapsed(), None);
    while listing.under_way {
        tokio::time::sleep(Duration::from_millis(50)).await;
        listing = engine.draft_listing(listing.listing_id).await.unwrap();
    }
    say("all keys of the bucket, behind", begun.elapsed(), None);
    assert_eq!(listing.keys, keys);
    let id = listing.listing_id;
    let begun = Instant::now();
    engine.studio_suggest(id.clone()).await.unwrap();
    say("suggested rules", begun.elapsed(), None);

    let mut slow = false;
    for rule in RULES {
        let (mut rows, mut totals) = (Duration::ZERO, Duration::ZERO);
        // As it is typed: each time another rule.
        for round in 0..5 {
            let typed = draft(&format!("{rule}(?:){{{round}}}"));
            let counting = tokio::spawn({
                let (engine, id, draft) = (Arc::clone(&engine), id.clone(), typed.clone());
                async move {
                    let begun = Instant::now();
                    let answer = engine.studio_totals(id, draft).await.unwrap();
                    assert!(answer.totals.is_some(), "{:?}", answer.field_errors);
                    begun.elapsed()
                }
            });
            let begun = Instant::now();
            let at = (0..IN_SIGHT).map(|row| row * (keys as u32 / IN_SIGHT)).collect();
            let reply = engine.studio_rows(id.clone(), typed, at).await.unwrap();
            rows = rows.max(begun.elapsed());
            assert_eq!(reply.rows.len(), IN_SIGHT as usize);
            totals = totals.max(counting.await.unwrap());
        }
        slow |= say(&format!("rows in sight, longest of 5, {rule}"), rows, Some(ROWS));
        slow |= say(&format!("totals, longest of 5, {rule}"), totals, Some(TOTALS));
    }
    engine.shut_down().await;
    slow
}
