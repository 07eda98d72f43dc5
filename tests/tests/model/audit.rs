use s3_connector_engine::laws::Laws;
use s3_connector_tests::model::script::read;
use s3_connector_tests::model::{play, tell};

/// An old backup of the state file, or none: the documents come back from what is held, and nothing is sent twice.
#[test]
fn a_state_file_that_lost_its_documents_is_made_whole_from_what_is_held() {
    let scripts = [
        "limit 3 · fill 3 a · run · wait · run · lose",
        "limit 3 · fill 3 a · run · lose",
        "limit 2 · fill 3 a · run · wait · lose · run",
        "gone remove · limit 3 · fill 3 a · run · wait · run · del k2 · put k3 b · lose · run",
        "limit 3 · fill 3 a · run · wait · rule B · lose · run {del1:lost}",
        "put k1 a · run · wait · lose · run {get1:crash} · run {get1:down} · put k1 b",
        "put k1 P · run · wait · run · lose",
        "limit 13 · fill 13 a · run · wait · lose · run {db3:crash}",
    ];
    for script in scripts {
        let script = read(script);
        let report = play(&script, Laws::default());
        assert!(report.wrong.is_empty() && report.repeats == 0, "{}", tell(&script, Laws::default()));
    }
}
