//! Everything that can go wrong between engine and server, at the listing and at the reading, for a moment and for good:
//! nothing is lost, nothing is removed, the run says what happened, and after healing one sync brings what is desired.

use s3_connector_engine::error::ErrorCode;
use s3_connector_engine::view::{RunState, RunView};
use s3_connector_tests::held::{desired, differences, library};
use s3_connector_tests::proxy::{Operation, Proxy, Trouble, Where};
use s3_connector_tests::scene::{BUCKET, Scene};
use serde_json::json;

const RULE: &str = "users/(?<userId>[^/]+)/";
/// Objects of the first sync, over several pages of the listing.
const OBJECTS: usize = 40;
/// Of these change afterwards, and as many come new: more than the ten failures in a row that stop a run.
const CHANGES: usize = 12;
const GONE: usize = 3;

fn key(number: usize) -> String {
    format!("users/u{}/{number:03}.md", number % 3)
}

/// A scene behind a proxy, in step, and then a bucket that moved on.
async fn behind_a_proxy() -> (Scene, Proxy) {
    let mut scene = Scene::new(json!({"containerTagRegex": RULE, "onGone": "remove"})).await;
    let proxy = Proxy::before(&scene.server.endpoint());
    scene.server.page_size(9);
    (0..OBJECTS).for_each(|number| scene.put(&key(number), format!("first words of {number}")));
    let fields = json!({"containerTagRegex": RULE, "onGone": "remove", "endpoint": proxy.endpoint()});
    scene.edit(fields).await;
    let first = scene.sync().await;
    assert_eq!((first.state, first.sent), (RunState::Completed, OBJECTS as u64), "{:?}", first.error);
    (0..CHANGES).for_each(|number| scene.put(&key(number), format!("other words of {number}")));
    (OBJECTS..OBJECTS + CHANGES).for_each(|number| scene.put(&key(number), format!("new words of {number}")));
    (0..GONE).for_each(|number| assert!(scene.server.delete(BUCKET, &key(OBJECTS - 1 - number))));
    scene.connection = scene.engine.connection_find("files").await.unwrap();
    (scene, proxy)
}

/// What the run may say for a trouble that stays; `None` is a run that completed.
fn says(trouble: Trouble, place: Where) -> &'static [Option<ErrorCode>] {
    match (trouble, place) {
        (Trouble::Reset | Trouble::HalfBody, _) => &[Some(ErrorCode::Unreachable)],
        (Trouble::InternalError | Trouble::MalformedXml, _) => &[Some(ErrorCode::StorageFailed)],
        (Trouble::SlowDown | Trouble::TooManyRequests { .. }, _) => &[Some(ErrorCode::Throttled)],
        (Trouble::ControlCharacter, Where::Listing) => &[Some(ErrorCode::StorageFailed)],
        // Who corrects the clock by a date that is wrong may be refused for it.
        (Trouble::OtherDate, _) => &[None, Some(ErrorCode::ClockSkewed)],
        // A slow server hinders nobody, and objects are no XML.
        (Trouble::Drip | Trouble::ControlCharacter, _) => &[None],
    }
}

/// What it may say for a trouble that comes twice: what asking again can mend is mended. XML that breaks off is an
/// answer, and half an object whose length fits is found by its size.
fn says_after_two(trouble: Trouble, place: Where) -> &'static [Option<ErrorCode>] {
    match trouble {
        // It may meet the answer that an object is gone, whose code is read before it breaks off.
        Trouble::MalformedXml if place == Where::Reading => &[None, Some(ErrorCode::StorageFailed)],
        Trouble::MalformedXml | Trouble::ControlCharacter | Trouble::OtherDate => says(trouble, place),
        Trouble::TooManyRequests { .. } => &[None, Some(ErrorCode::Throttled)],
        _ => &[None],
    }
}

/// Whatever happened: what is held is a document of its key, and no key lost its last one but those that are gone.
fn nothing_is_lost(scene: &Scene, run: &RunView, place: Where, what: &str) {
    let held = library(scene.folder.path());
    for number in 0..OBJECTS - GONE {
        let words = [format!("first words of {number}"), format!("other words of {number}")];
        let of_key: Vec<_> = held.iter().filter(|document| document.key == key(number)).collect();
        assert!(!of_key.is_empty(), "{what}: {} is lost", key(number));
        assert!(of_key.iter().all(|document| words.contains(&document.text)), "{what}: {of_key:?}");
    }
    if run.state != RunState::Completed && place == Where::Listing {
        assert_eq!((run.sent, run.removed), (0, 0), "{what}");
        let gone = held.iter().filter(|d| (OBJECTS - GONE..OBJECTS).any(|number| d.key == key(number))).count();
        assert_eq!(gone, GONE, "{what}: a removal was carried out");
    }
}

async fn one_trouble(trouble: Trouble, place: Where, times: Option<u32>) {
    let what = format!("{trouble:?} at {place:?}, {times:?} times");
    let (scene, proxy) = behind_a_proxy().await;
    match times {
        Some(times) => proxy.trouble(times, place, trouble),
        None => proxy.trouble_always(place, trouble),
    }
    let run = scene.sync().await;
    nothing_is_lost(&scene, &run, place, &what);
    let expected = if times.is_none() { says(trouble, place) } else { says_after_two(trouble, place) };
    let said = run.error.as_ref().map(|error| error.code);
    assert!(expected.contains(&said), "{what}: {:?} {:?}", run.state, run.error);
    match (said, place) {
        (None, _) => assert_eq!(run.state, RunState::Completed, "{what}"),
        (Some(_), Where::Listing) => assert_eq!(run.state, RunState::Failed, "{what}"),
        (Some(_), _) => assert!(matches!(run.state, RunState::Failed | RunState::PartlyCompleted), "{what}"),
    }
    proxy.heal();
    let healed = scene.sync().await;
    assert_eq!((healed.state, &healed.error), (RunState::Completed, &None), "{what}");
    let tag = |key: &str| key.split('/').nth(1).map(str::to_owned);
    let wrong = differences(scene.folder.path(), &desired(&scene.server, BUCKET, tag));
    assert!(wrong.is_empty(), "{what}: {wrong:#?}");
    assert_eq!(proxy.operations(), [Operation::ListObjectsV2, Operation::GetObject], "{what}");
}

const TROUBLES: [Trouble; 9] = [
    Trouble::Reset,
    Trouble::HalfBody,
    Trouble::Drip,
    Trouble::InternalError,
    Trouble::SlowDown,
    Trouble::TooManyRequests { retry_after: 1 },
    Trouble::MalformedXml,
    Trouble::ControlCharacter,
    Trouble::OtherDate,
];

async fn every_trouble(place: Where, times: Option<u32>) {
    futures::future::join_all(TROUBLES.map(|trouble| one_trouble(trouble, place, times))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_meets_trouble_twice_harms_nothing() {
    every_trouble(Where::Listing, Some(2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_always_meets_trouble_harms_nothing() {
    every_trouble(Where::Listing, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_that_meet_trouble_twice_harm_nothing() {
    every_trouble(Where::Reading, Some(2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_that_always_meet_trouble_harm_nothing() {
    every_trouble(Where::Reading, None).await;
}
