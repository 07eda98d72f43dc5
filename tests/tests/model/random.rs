use s3_connector_tests::model::{CALM, play_all, random_script};

/// More worlds than the usual ones, or others: `MODEL_WORLDS=100000 MODEL_FROM=1000`, see `docs/laws.md`.
fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

#[test]
fn random_worlds_never_go_wrong() {
    let from = number("MODEL_FROM", 0);
    let seeds = from..from + number("MODEL_WORLDS", 800);
    let tally = play_all(seeds.map(|seed| (format!("seed {seed}"), random_script(seed))));
    assert!(tally.calm <= CALM, "{tally}");
}
