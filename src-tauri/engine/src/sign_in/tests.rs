use super::*;
use crate::notice::tests::{completed, failed};
use crate::notice::{Occasion, is_first_sync, newest, standing_to};

const DAY: i64 = 24 * HOUR;

fn of_hours(ends_at: i64) -> SignInEnd {
    SignInEnd { ends_at, renews_itself: false, again: SignInAgain::Tool }
}

fn of_weeks(ends_at: i64) -> SignInEnd {
    SignInEnd { renews_itself: true, ..of_hours(ends_at) }
}

fn at(end: &SignInEnd, next_due_at: Option<i64>, now: i64) -> SignIn {
    shown(end, false, next_due_at, now).expect("nothing rests")
}

fn run(error: Option<ErrorCode>, at: i64) -> RunView {
    let run = error.map_or_else(completed, failed);
    RunView { started_at: at, finished_at: Some(at), ..run }
}

fn problems(known: Known, sign_in: &SignIn, newest: Option<&RunView>, now: i64) -> Judgement {
    judge(Notifications::Problems, known, Some(sign_in), newest, now)
}

#[test]
fn a_session_of_hours_is_soon_in_its_last_hour_and_only_where_the_next_sync_comes_too_late() {
    let end = 8 * HOUR;
    for (now, next_due_at, stage) in [
        (0, Some(9 * HOUR), SignInStage::Lasts),
        (7 * HOUR - 1, Some(9 * HOUR), SignInStage::Lasts),
        (7 * HOUR, Some(9 * HOUR), SignInStage::Soon),
        (7 * HOUR, Some(end), SignInStage::Soon),
        (7 * HOUR, Some(end - 1), SignInStage::Lasts),
        (7 * HOUR, None, SignInStage::Lasts),
        (end - 1, Some(9 * HOUR), SignInStage::Soon),
        (end, Some(9 * HOUR), SignInStage::Ended),
        (end, None, SignInStage::Ended),
        (end + 90 * DAY, None, SignInStage::Ended),
    ] {
        assert_eq!(at(&of_hours(end), next_due_at, now).stage, stage, "{now} {next_due_at:?}");
    }
}

#[test]
fn one_that_renews_itself_is_soon_three_days_before_whatever_is_planned() {
    let end = 90 * DAY;
    for next_due_at in [None, Some(87 * DAY + HOUR)] {
        assert_eq!(at(&of_weeks(end), next_due_at, 87 * DAY - 1).stage, SignInStage::Lasts);
        assert_eq!(at(&of_weeks(end), next_due_at, 87 * DAY).stage, SignInStage::Soon);
        assert_eq!(at(&of_weeks(end), next_due_at, end).stage, SignInStage::Ended);
    }
}

#[test]
fn a_connection_that_rests_shows_no_sign_in_and_so_tells_none() {
    assert_eq!(shown(&of_weeks(DAY), true, Some(2 * DAY), HOUR), None);
    let known = Known::default();
    let silent = Judgement { tells: false, known, again_at: None };
    assert_eq!(judge(Notifications::EveryRun, known, None, None, HOUR), silent);
}

#[test]
fn each_end_is_told_once_and_the_next_one_again() {
    let soon = at(&of_weeks(90 * DAY), None, 88 * DAY);
    let first = problems(Known::default(), &soon, None, 88 * DAY);
    assert!(first.tells);
    assert_eq!((first.known.told_at, first.again_at), (Some(88 * DAY), None));
    assert!(!problems(first.known, &soon, None, 89 * DAY).tells);
    let next = at(&of_weeks(180 * DAY), None, 177 * DAY);
    let forgotten = problems(first.known, &at(&of_weeks(180 * DAY), None, 89 * DAY), None, 89 * DAY);
    assert!(problems(forgotten.known, &next, None, 177 * DAY).tells);
}

#[test]
fn what_a_person_wants_to_hear_is_obeyed() {
    let soon = at(&of_weeks(DAY), None, 0);
    let tells = |wish| judge(wish, Known::default(), Some(&soon), None, 0).tells;
    assert_eq!([Notifications::Problems, Notifications::EveryRun, Notifications::None].map(tells), [true, true, false]);
}

#[test]
fn within_the_four_quiet_hours_it_waits_for_their_end_and_not_beyond_its_own() {
    let known = Known { told_at: Some(0), ..Known::default() };
    let waits = |ends_at| problems(known, &at(&of_weeks(ends_at), None, HOUR), None, HOUR);
    assert_eq!((waits(DAY).tells, waits(DAY).again_at), (false, Some(4 * HOUR)));
    assert_eq!((waits(3 * HOUR).tells, waits(3 * HOUR).again_at), (false, None));
}

#[test]
fn one_in_trouble_for_it_already_is_not_told_and_one_in_another_trouble_is() {
    let soon = at(&of_weeks(DAY), None, HOUR);
    for (code, tells) in [
        (Some(ErrorCode::CredentialsExpired), false),
        (Some(ErrorCode::CredentialsMissing), false),
        (Some(ErrorCode::AccessDenied), true),
        (None, true),
    ] {
        assert_eq!(problems(Known::default(), &soon, Some(&run(code, 0)), HOUR).tells, tells, "{code:?}");
    }
}

#[test]
fn another_connection_of_the_same_sign_in_has_been_told_with_the_first() {
    let soon = at(&of_weeks(DAY), None, HOUR);
    let known = told(Known::default(), &soon, HOUR);
    assert_eq!(known.told_at, Some(HOUR), "it was spoken of");
    assert!(!problems(known, &soon, None, 2 * HOUR).tells);
}

#[test]
fn only_the_trouble_of_the_end_that_was_told_is_explained() {
    let soon = at(&of_hours(8 * HOUR), Some(9 * HOUR), 7 * HOUR);
    let known = told(Known::default(), &soon, 7 * HOUR).sign_in;
    let explained = |known, code, at| explains(known, &run(Some(code), at));
    assert!(explained(known, ErrorCode::CredentialsExpired, 9 * HOUR));
    assert!(explained(known, ErrorCode::CredentialsMissing, 9 * HOUR));
    assert!(!explained(known, ErrorCode::AccessDenied, 9 * HOUR), "something else is wrong");
    assert!(!explained(known, ErrorCode::CredentialsExpired, 7 * HOUR), "it had not ended");
    let next = Some(seen(known, 20 * HOUR, 12 * HOUR));
    assert!(explained(next, ErrorCode::CredentialsExpired, 9 * HOUR), "signing in makes no news of what was before");
    assert!(!explained(next, ErrorCode::CredentialsExpired, 21 * HOUR), "of this one nobody spoke");
    assert!(!explained(None, ErrorCode::CredentialsExpired, 9 * HOUR));
}

#[test]
fn what_was_read_is_read_again_after_minutes_and_near_the_end_after_seconds() {
    let end = of_hours(8 * HOUR);
    assert!(is_fresh(Some(&end), 0, FRESH - 1) && !is_fresh(Some(&end), 0, FRESH));
    assert!(is_fresh(None, 0, FRESH - 1) && !is_fresh(None, 0, FRESH));
    let near = 7 * HOUR + HOUR / 2;
    assert!(!is_fresh(Some(&end), near - FRESH_NEAR_THE_END, near));
    assert!(!is_fresh(Some(&end), near, HOUR), "the clock was set back");
}

/// What is said in so many days to somebody who signs in at nine every morning for so many hours, over a connection that
/// syncs every so many; `heeds`: signs in again when told of the end. With `knows` false the end is not known.
fn said(lasts: i64, every: i64, heeds: bool, knows: bool) -> Vec<&'static str> {
    let (mut known, mut runs, mut words) = (Known::default(), Vec::new(), Vec::new());
    let (mut end, mut due, mut signs_in_at) = (0, 10 * HOUR, 9 * HOUR);
    for now in (9 * HOUR..10 * DAY).step_by(5 * MINUTE as usize) {
        if now >= signs_in_at {
            end = now + lasts;
            signs_in_at = (now - 9 * HOUR).div_euclid(DAY) * DAY + DAY + 9 * HOUR;
        }
        let mut occasion = Occasion::Later;
        if now >= due {
            (due, occasion) = (now + every, Occasion::RunEnded);
            runs.insert(0, run((now >= end).then_some(ErrorCode::CredentialsExpired), now));
            runs.truncate(50);
        }
        let standing = standing_to(known, &runs);
        let judged =
            crate::notice::judge(occasion, Notifications::Problems, known, standing, is_first_sync(&runs), now);
        known = judged.known;
        words.extend(judged.news.map(|_| "news"));
        let sign_in = knows.then(|| at(&of_hours(end), Some(due), now));
        let judged = judge(Notifications::Problems, known, sign_in.as_ref(), newest(&runs), now);
        known = judged.known;
        if judged.tells {
            words.push("ahead");
            if heeds {
                signs_in_at = now + 10 * MINUTE;
            }
        }
    }
    words
}

#[test]
fn whoever_lets_sessions_of_hours_end_is_told_ahead_once_and_of_no_more_trouble_than_before() {
    for (lasts, every) in
        [1, 4, 8, 10, 12].into_iter().flat_map(|lasts| [1, 2, 4, 6, 12, 24].map(|every| (lasts, every)))
    {
        let count = |knows, word| {
            said(lasts * HOUR, every * HOUR, false, knows).into_iter().filter(|said| *said == word).count()
        };
        assert!(count(true, "ahead") <= 1, "{lasts} {every}");
        assert!(count(true, "news") <= count(false, "news"), "{lasts} {every}");
    }
    let words = said(8 * HOUR, 4 * HOUR, false, true);
    assert_eq!(words[..2], ["news", "ahead"], "the first sync, and in the afternoon the end of the session");
    assert_eq!(
        said(8 * HOUR, 4 * HOUR, false, false).len(),
        words.len() + 1,
        "which took the place of the trouble and its end"
    );
}

#[test]
fn whoever_signs_in_again_when_told_hears_of_no_trouble() {
    let words = said(8 * HOUR, 4 * HOUR, true, true);
    assert!(words.iter().filter(|word| **word == "ahead").count() > 5, "{words:?}");
    assert_eq!(words.iter().filter(|word| **word == "news").count(), 1, "the first sync: {words:?}");
}
