use std::collections::BTreeSet;

use s3_connector_engine::laws::Laws;
use s3_connector_tests::model::script::{Script, read};
use s3_connector_tests::model::{CALM, LANES, play, play_all};

/// A bucket with everything in it: 14 keys are held, then one is new, one edited, one touched, one gone, one archived,
/// one refused, and the rule gives all but the first another tag.
const BEFORE: &str = "limit 20 · gone remove · fill 14 a · run · wait · run";
const EDITS: &str = "put k15 a · put k2 b · touch k3 · del k4 · archive k5 · put k6 R · rule own";
/// The same bucket, changed back.
const BACK: &str = "put k2 a · put k4 a · del k15 · rule A";

fn hit(fault: &str) -> String {
    format!("{BEFORE} · {EDITS} · run 20 {{{fault}}}")
}

/// I/Os of the run when nothing befalls it.
fn ios() -> u32 {
    let report = play(&read(&hit("99:work")), Laws::default());
    assert!(report.wrong.is_empty(), "{:?}", report.wrong);
    report.ios
}

#[test]
fn a_run_stopped_at_any_io_is_made_good_by_the_next_ones() {
    let ios = ios();
    assert!(ios > 50, "a rich run has more than {ios} I/Os");
    let ends = ["", &format!(" · {BACK}"), " · wait"];
    let stops = ["crash", "crash+late", "cut"];
    let all = (1..=ios).flat_map(|io| stops.map(|stop| hit(&format!("{io}:{stop}"))));
    let scripts: Vec<(String, Script)> =
        all.flat_map(|text| ends.map(|end| format!("{text}{end}"))).map(|text| (text.clone(), read(&text))).collect();
    let expected = scripts.len() as u32;
    let tally = play_all(scripts.into_iter());
    assert_eq!(tally.played, expected);
    assert!(tally.calm <= CALM, "{tally}");
}

#[test]
fn after_a_crash_at_most_the_puts_under_way_are_repeated() {
    let mut repeats = BTreeSet::new();
    for put in 1..=15 {
        let report = play(&read(&hit(&format!("put{put}:crash+late"))), Laws::default());
        assert!(report.wrong.is_empty(), "put {put}: {:?}", report.wrong);
        assert!(report.repeats <= report.unanswered && report.unanswered <= LANES as u32, "put {put}: {report:?}");
        repeats.insert(report.repeats);
    }
    assert!(repeats.iter().max() > Some(&1), "several were under way: {repeats:?}");
}
