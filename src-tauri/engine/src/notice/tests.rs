use super::*;
use crate::error::Error;
use crate::view::RunTrigger;

const HOUR: i64 = 3_600_000;

fn run(state: RunState) -> RunView {
    RunView {
        id: "r".into(),
        connection_id: "c".into(),
        connection_name: "Reports".into(),
        trigger: RunTrigger::Schedule,
        state,
        started_at: 0,
        finished_at: Some(1),
        listed: 0,
        sent: 0,
        removed: 0,
        skipped: 0,
        failed: 0,
        bytes: 0,
        held_back: 0,
        trial: None,
        drift: None,
        error: None,
    }
}

pub(crate) fn failed(code: ErrorCode) -> RunView {
    RunView { error: Some(Error::new(code, "").view()), ..run(RunState::Failed) }
}

pub(crate) fn completed() -> RunView {
    run(RunState::Completed)
}

fn after(standing: Standing, told_at: i64) -> Known {
    Known { standing, told_at: Some(told_at), sign_in: None }
}

/// Tells a story: each run's end at its hour, the newest last, looked at again when that was asked for. What is said when.
fn told(wish: Notifications, story: &[(i64, RunView)]) -> Vec<(i64, News)> {
    let mut runs: Vec<RunView> = Vec::new();
    let (mut known, mut again_at, mut said) = (Known::default(), None, Vec::new());
    let mut look = |runs: &[RunView], occasion, at: i64, again_at: &mut Option<i64>| {
        let judged = judge(occasion, wish, known, standing(runs), is_first_sync(runs), at);
        (known, *again_at) = (judged.known, judged.again_at);
        said.extend(judged.news.map(|news| (at / HOUR, news)));
    };
    for (hour, run) in story {
        while let Some(at) = again_at.filter(|at| *at <= hour * HOUR) {
            look(&runs, Occasion::Later, at, &mut again_at);
        }
        runs.insert(0, run.clone());
        look(&runs, Occasion::RunEnded, hour * HOUR, &mut again_at);
    }
    while let Some(at) = again_at {
        look(&runs, Occasion::Later, at, &mut again_at);
    }
    said
}

fn problems(story: &[(i64, RunView)]) -> Vec<(i64, News)> {
    told(Notifications::Problems, story)
}

#[test]
fn the_first_sync_is_told_and_those_that_go_as_the_one_before_are_not() {
    let story = [(0, completed()), (4, completed()), (8, completed())];
    assert_eq!(problems(&story), [(0, News::FirstSync)]);
}

#[test]
fn trouble_and_its_end_are_told_once_each() {
    let denied = || failed(ErrorCode::AccessDenied);
    let story = [(0, completed()), (8, denied()), (12, denied()), (16, completed()), (20, completed())];
    assert_eq!(problems(&story), [(0, News::FirstSync), (8, News::NeedsYou), (16, News::WellAgain)]);
}

#[test]
fn a_passing_trouble_is_told_at_the_second_run_in_a_row() {
    let gone = || failed(ErrorCode::Unreachable);
    assert_eq!(problems(&[(0, completed()), (8, gone()), (9, completed())]), [(0, News::FirstSync)]);
    let story = [(0, completed()), (8, gone()), (9, gone()), (10, gone())];
    assert_eq!(problems(&story), [(0, News::FirstSync), (9, News::NeedsYou)]);
    let partly = || run(RunState::PartlyCompleted);
    assert_eq!(problems(&[(0, partly()), (5, partly())]), [(5, News::NeedsYou)]);
}

#[test]
fn what_changes_within_four_hours_is_told_when_they_are_over() {
    let story = [(0, completed()), (1, failed(ErrorCode::AccessDenied))];
    assert_eq!(problems(&story), [(0, News::FirstSync), (4, News::NeedsYou)]);
}

#[test]
fn what_has_mended_itself_within_four_hours_is_not_told_at_all() {
    let story = [(0, completed()), (1, failed(ErrorCode::AccessDenied)), (2, completed()), (9, completed())];
    assert_eq!(problems(&story), [(0, News::FirstSync)]);
}

#[test]
fn whatever_happens_a_connection_speaks_at_most_once_in_four_hours_and_ends_up_understood() {
    let states =
        [completed(), failed(ErrorCode::AccessDenied), RunView { held_back: 12, ..run(RunState::PartlyCompleted) }];
    for number in 0..3_u32.pow(7) {
        let story: Vec<_> =
            (0..7).map(|place| (i64::from(place), states[(number / 3_u32.pow(place) % 3) as usize].clone())).collect();
        let said = problems(&story);
        assert!(said.windows(2).all(|two| two[1].0 - two[0].0 >= 4), "{number}: {said:?}");
        let runs: Vec<RunView> = story.iter().rev().map(|(_, run)| run.clone()).collect();
        let last = said.last().map(|(_, news)| *news);
        let fits = match standing(&runs) {
            Standing::Trouble => last == Some(News::NeedsYou),
            Standing::Held => last == Some(News::HeldBack),
            Standing::Well => matches!(last, Some(News::FirstSync | News::WellAgain) | None),
            Standing::New => false,
        };
        assert!(fits, "{number}: {said:?}");
    }
}

#[test]
fn removals_that_are_held_back_are_told_as_that() {
    let held = RunView { held_back: 12, ..run(RunState::PartlyCompleted) };
    assert_eq!(problems(&[(0, completed()), (5, held)]), [(0, News::FirstSync), (5, News::HeldBack)]);
}

#[test]
fn a_first_sync_after_trouble_is_told_as_the_first() {
    let story = [(0, failed(ErrorCode::AccessDenied)), (5, completed())];
    assert_eq!(problems(&story), [(0, News::NeedsYou), (5, News::FirstSync)]);
}

#[test]
fn a_trial_is_no_first_sync_and_what_was_stopped_says_nothing() {
    let trial = RunView { trial: Some(10), ..completed() };
    let story = [(0, trial), (1, run(RunState::Cancelled)), (2, run(RunState::Interrupted)), (3, completed())];
    assert_eq!(problems(&story), [(3, News::FirstSync)]);
    let stopped = [(0, completed()), (8, failed(ErrorCode::AccessDenied)), (9, run(RunState::Cancelled))];
    assert_eq!(problems(&stopped), [(0, News::FirstSync), (8, News::NeedsYou)]);
}

#[test]
fn who_wants_to_hear_of_every_run_does_and_who_wants_nothing_hears_nothing() {
    let story = [(0, completed()), (1, completed()), (2, failed(ErrorCode::AccessDenied))];
    let every = [(0, News::FirstSync), (1, News::RunEnded), (2, News::NeedsYou)];
    assert_eq!(told(Notifications::EveryRun, &story), every);
    assert_eq!(told(Notifications::None, &story), []);
}

#[test]
fn who_asked_is_answered_at_any_time_and_knows_it_then() {
    let ask = |known, standing| judge(Occasion::Asked, Notifications::Problems, known, standing, false, HOUR);
    let same = ask(after(Standing::Well, 0), Standing::Well);
    assert_eq!((same.news, same.known), (Some(News::RunEnded), after(Standing::Well, 0)));
    let worse = ask(after(Standing::Well, 0), Standing::Trouble);
    assert_eq!((worse.news, worse.known), (Some(News::NeedsYou), after(Standing::Trouble, 0)));
    let later = judge(Occasion::Later, Notifications::Problems, worse.known, Standing::Trouble, false, 9 * HOUR);
    assert_eq!(later.news, None, "they have heard it");
}

#[test]
fn a_connection_from_before_anybody_kept_count_is_known_without_a_word_unless_it_is_in_trouble() {
    let first_look =
        |standing| judge(Occasion::Later, Notifications::Problems, Known::default(), standing, false, HOUR);
    assert_eq!((first_look(Standing::Well).news, first_look(Standing::Well).known.standing), (None, Standing::Well));
    assert_eq!(first_look(Standing::Trouble).news, Some(News::NeedsYou));
}

#[test]
fn a_clock_that_was_set_back_silences_nobody() {
    let known = after(Standing::Well, 1_000 * HOUR);
    let judged = judge(Occasion::RunEnded, Notifications::Problems, known, Standing::Trouble, false, HOUR);
    assert_eq!(judged.news, Some(News::NeedsYou));
}
