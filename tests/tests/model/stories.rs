use s3_connector_engine::laws::{Law, Laws};
use s3_connector_tests::model::script::{print, read};
use s3_connector_tests::model::stories::{ONCE_WRONG, STORIES, Story};
use s3_connector_tests::model::{play, tell};

#[test]
fn every_law_has_a_story_that_goes_wrong_without_it_and_only_then() {
    let mut surprises = Vec::new();
    for story in STORIES {
        let script = read(story.script);
        let (on, off) = (play(&script, Laws::default()), play(&script, Laws::without(story.law)));
        if !on.wrong.is_empty() {
            surprises.push(format!("{:?} holds, and yet: {}", story.law, tell(&script, Laws::default())));
        }
        if !off.wrong.contains(&story.wrong) {
            surprises.push(format!("{:?} is not missed: {}", story.law, tell(&script, Laws::without(story.law))));
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n\n"));
    assert!(Law::ALL.iter().all(|law| STORIES.iter().any(|story| story.law == *law)), "a law without a story");
}

#[test]
fn the_page_of_laws_tells_the_same_stories() {
    let page = include_str!("../../../docs/laws.md");
    for Story { law, script, wrong } in STORIES {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{law:?}` | "))).unwrap_or_default();
        assert!(row.contains(&format!("| `{script}` | {wrong} |")), "{law:?}: {row}");
    }
}

#[test]
fn what_once_went_wrong_does_not_go_wrong_again() {
    for (script, what) in ONCE_WRONG {
        let script = read(script);
        let report = play(&script, Laws::default());
        assert!(report.wrong.is_empty(), "{what}: {}", tell(&script, Laws::default()));
    }
}

#[test]
fn a_script_is_printed_as_it_is_read() {
    let every = "library · limit 1 · gone remove · put k1 a · touch k1 · archive k1 · del k1 · fill 12 a · rule own · out k1 k2 · out \
                 · work · land · wait · lose · retry · run · run 2 {3:crash, del1:crash+late, fetch2:put+k1+c, list1:lie} · settle · settle {get1:blind}";
    assert_eq!(print(&read(every)), every);
}
