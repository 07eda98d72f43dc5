//! The laws of documents that are written together.

use std::sync::Arc;

use futures::future::join_all;
use futures::{FutureExt, StreamExt};
use proptest::collection::vec;
use proptest::prelude::*;

use super::tests::{World, document, remote_id};
use super::*;

impl World {
    /// Refuses, at the moment of writing, every document whose key says so.
    fn with_poison() -> Self {
        let world = Self::new();
        let trigger = "CREATE TEMP TRIGGER poisoned BEFORE INSERT ON documents WHEN new.key LIKE 'poison%' \
                       BEGIN SELECT RAISE(ABORT, 'poisoned'); END";
        world.library.0.idle_writer().execute_batch(trigger).expect("a trigger");
        world
    }

    /// A put of this key that is on its way; its text is a word that no other document has.
    fn begun(&self, key: &str) -> tokio::task::JoinHandle<Result<Put>> {
        let (library, key) = (self.library.clone(), key.to_owned());
        tokio::spawn(async move { library.put(&document(&key, "team"), text(&key)).await })
    }

    /// A put that was taken out of the line and waits for the writer, which somebody has.
    async fn first(&self) -> tokio::task::JoinHandle<Result<Put>> {
        let first = self.begun("first.txt");
        self.in_line(0).await;
        first
    }

    /// Until so many stand in line behind the first.
    async fn in_line(&self, documents: usize) {
        while self.library.0.waiting.behind() != (true, documents) {
            tokio::task::yield_now().await;
        }
    }

    async fn standing(&self, key: &str) -> Standing {
        self.library.ask(&[document(key, "team").id]).await.expect("an answer").remove(0)
    }

    /// Row, text and index of these keys, and nothing else.
    async fn holds_exactly(&self, keys: &[&str]) {
        let held = self.library.held(&"connection-1".into(), None, 1_000).await.expect("a page").documents;
        let mut held: Vec<&str> = held.iter().map(|held| held.key.as_str()).collect();
        let mut keys = keys.to_vec();
        held.sort_unstable();
        keys.sort_unstable();
        assert_eq!(held, keys);
        assert_eq!(self.library.document_count(), keys.len() as u64);
        for key in keys {
            assert_eq!(self.keys(&word(key)).await, [key]);
        }
        self.check_index();
    }
}

fn word(key: &str) -> String {
    format!("zq{}", key.replace('.', "x"))
}

fn text(key: &str) -> Content {
    Content::of(format!("The word of this one is {}.", word(key)))
}

#[tokio::test]
async fn what_waits_is_written_together_but_for_those_whose_callers_have_gone() {
    let world = World::new();
    let writer = world.library.0.writer.lock().await;
    let first = world.first().await;
    let goes: Vec<_> = ["gone1.txt", "gone2.txt"].map(|key| world.begun(key)).into_iter().collect();
    let stays: Vec<_> = ["a.txt", "b.txt", "c.txt"].map(|key| world.begun(key)).into_iter().collect();
    world.in_line(5).await;
    for put in goes {
        put.abort();
        assert!(put.await.expect_err("it was dropped").is_cancelled());
    }
    drop(writer);
    for put in join_all(stays.into_iter().chain([first])).await {
        remote_id(put.expect("no panic").expect("an answer"));
    }
    assert_eq!(world.standing("gone1.txt").await, Standing::Absent);
    world.holds_exactly(&["a.txt", "b.txt", "c.txt", "first.txt"]).await;
}

#[tokio::test]
async fn one_that_cannot_be_written_does_not_take_its_neighbours_with_it() {
    let world = World::with_poison();
    let writer = world.library.0.writer.lock().await;
    let first = world.first().await;
    let puts: Vec<_> = ["a.txt", "poison.txt", "b.txt"].map(|key| world.begun(key)).into_iter().collect();
    world.in_line(3).await;
    drop(writer);
    let answers: Vec<_> = join_all(puts).await.into_iter().map(|put| put.expect("no panic")).collect();
    assert!(matches!(answers[0], Ok(Put::Indexed { .. })), "{:?}", answers[0]);
    assert_eq!(answers[1].as_ref().expect_err("poisoned").code, ErrorCode::LibraryFailed);
    assert!(matches!(answers[2], Ok(Put::Indexed { .. })), "{:?}", answers[2]);
    remote_id(first.await.expect("no panic").expect("an answer"));
    world.holds_exactly(&["a.txt", "b.txt", "first.txt"]).await;
}

#[tokio::test]
async fn the_same_document_twice_in_one_transaction_is_one_document() {
    let world = World::new();
    let writer = world.library.0.writer.lock().await;
    let first = world.first().await;
    let twice: Vec<_> = ["a.txt", "a.txt"].map(|key| world.begun(key)).into_iter().collect();
    world.in_line(2).await;
    drop(writer);
    let twice: Vec<_> =
        join_all(twice).await.into_iter().map(|put| remote_id(put.expect("no panic").expect("an answer"))).collect();
    assert_eq!(twice[0], twice[1]);
    remote_id(first.await.expect("no panic").expect("an answer"));
    world.holds_exactly(&["a.txt", "first.txt"]).await;
}

#[tokio::test]
async fn a_question_waits_for_one_transaction_and_not_for_all_that_come() {
    let world = World::new();
    let writer = world.library.0.writer.lock().await;
    let first = world.first().await;
    let question = {
        let library = world.library.clone();
        tokio::spawn(async move { library.ask(&["none".into()]).await })
    };
    drop(writer);
    // Documents come for as long as it takes; had they the right of way, it would take for ever.
    let mut number = 0;
    while !question.is_finished() {
        number += 1;
        world.begun(&format!("{number}.txt")).await.expect("no panic").expect("an answer");
    }
    assert_eq!(question.await.expect("no panic").expect("an answer"), [Standing::Absent]);
    first.await.expect("no panic").expect("an answer");
}

#[test]
fn a_writer_that_ends_early_sends_home_whoever_waits_and_the_next_one_writes_again() {
    let world = World::new();
    let room = Arc::clone(&world.library.0.room).try_acquire_owned().expect("room");
    let (answer, mut told) = oneshot::channel();
    // As it is dropped by a runtime that ends before it is written.
    let texts = Texts { title: String::new(), path: String::new(), body: String::new() };
    let row = Row { document: document("left.txt", "team"), texts, answer, _room: room };
    drop(world.library.0.waiting.enter(row).expect("the duty to write"));
    assert!(told.try_recv().is_err());
    assert_eq!(world.library.0.waiting.behind(), (false, 0));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        remote_id(world.begun("next.txt").await.expect("no panic").expect("an answer"));
        world.holds_exactly(&["next.txt"]).await;
    });
}

/// What a caller does: which document (few, so that some come twice), and after how many looks it goes, if it goes.
fn callers() -> impl Strategy<Value = Vec<(u8, Option<u16>)>> {
    vec((0_u8..40, proptest::option::weighted(0.4, 0_u16..400)), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever comes together, goes before its answer or cannot be written: what is answered stays, what is said to be
    /// absent to somebody who went stays absent, and what fails leaves nothing.
    #[test]
    fn answers_are_true_for_good_whoever_comes_goes_or_fails(callers in callers()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let world = World::with_poison();
            let key = |number: u8| if number.is_multiple_of(7) { format!("poison{number}.txt") } else { format!("{number}.txt") };
            let world = &world;
            let seen: Vec<(String, Option<bool>)> = futures::stream::iter(callers)
                .map(|(number, patience)| async move {
                    let key = key(number);
                    let document = document(&key, "team");
                    let mut put = world.library.put(&document, text(&key));
                    for _ in 0..patience.unwrap_or(u16::MAX) {
                        if let Some(answer) = (&mut put).now_or_never() {
                            return (key, Some(answer.is_ok()));
                        }
                        tokio::task::yield_now().await;
                    }
                    if patience.is_none() {
                        let answer = put.await;
                        return (key, Some(answer.is_ok()));
                    }
                    drop(put);
                    match world.standing(&key).await {
                        Standing::Absent => (key, None),
                        Standing::Indexed { .. } => (key, Some(true)),
                        other => panic!("the library has no such standing: {other:?}"),
                    }
                })
                .buffer_unordered(16)
                .collect()
                .await;
            let mut there: Vec<&str> = seen.iter().filter(|(_, held)| *held == Some(true)).map(|(key, _)| key.as_str()).collect();
            there.sort_unstable();
            there.dedup();
            assert!(there.iter().all(|key| !key.starts_with("poison")), "{there:?}");
            for (key, held) in &seen {
                assert!(*held != Some(false) || key.starts_with("poison"), "{key} failed beside others");
            }
            world.holds_exactly(&there).await;
        });
    }
}
