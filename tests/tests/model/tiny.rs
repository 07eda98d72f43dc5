use s3_connector_tests::model::script::{Script, read};
use s3_connector_tests::model::{CALM, play_all};

/// What is there before: nothing, a document, a document that is about to be superseded.
const BEFORE: [&str; 3] = ["", "put k1 a · run · wait", "put k1 a · run · wait · run · put k1 b · run"];
/// What happens then.
const MOVES: [&str; 9] =
    ["put k1 a", "put k1 b", "put k1 P", "del k1", "touch k1", "rule B", "rule none", "gone remove", "work"];
/// What befalls the run after it.
const FAULTS: [&str; 5] = ["crash", "crash+late", "lost", "late", "down"];
/// What happens after that.
const AFTER: [&str; 6] = ["put k1 a", "put k1 b", "del k1", "rule A", "rule B", "land"];
/// More I/Os than a run of this world has.
const IOS: u32 = 24;

/// Every script of a world of one key: before × move × fault at every I/O × after. One in `every` is played, from the
/// first on: the others are as good, and there is only so much time.
fn scripts(every: usize) -> impl Iterator<Item = (String, Script)> + Send {
    let befores = BEFORE.iter().flat_map(|before| MOVES.iter().map(move |then| [*before, *then]));
    let hits = || (1..=IOS).flat_map(|io| FAULTS.iter().map(move |fault| format!("run {{{io}:{fault}}}")));
    let texts = befores.flat_map(move |start| {
        hits().flat_map(move |run| {
            [""].iter().chain(&AFTER).map(move |after| {
                let parts = [start[0], start[1], &run, after, "run"];
                parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
            })
        })
    });
    texts.step_by(every).map(|text| (text.clone(), read(&text)))
}

/// `MODEL_EVERY=1` plays them all.
#[test]
fn a_world_of_one_key_never_goes_wrong_whatever_befalls_a_run_at_whichever_io() {
    let every = std::env::var("MODEL_EVERY").map_or(23, |text| text.parse().unwrap());
    let tally = play_all(scripts(every));
    assert!(tally.calm <= CALM, "{tally}");
}
