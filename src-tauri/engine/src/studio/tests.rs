use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::*;
use crate::connection::OnGone;
use crate::knowledge_base::DocumentId;
use crate::object::{ETag, ObjectKey, ObjectMeta};
use crate::plan::{DocumentRow, DocumentState, document_id};
use crate::scope::{Filter, FilterDraft, FilterKind, Intake, Scope};
use crate::store::keys::KeyRow;
use crate::sync::judge::Rules;
use crate::sync::survey;
use crate::tag::{ContainerTag, OnIllegalTag, OnNoMatch, TagRule, Tagging};
use crate::view::{PlanItem, PlanSummary, StudioRow, StudioView, TagSource};

const NOW: i64 = 1_700_000_000_000;

fn object(key: &str, size: u64) -> ObjectMeta {
    ObjectMeta { key: ObjectKey::new(key), etag: ETag::new("e1"), size, modified: Some(NOW), storage_class: None }
}

fn listed(keys: &[&str]) -> Listed {
    let mut listed = Listed::default();
    for page in keys.chunks(3) {
        listed.push(Block::new(page.iter().map(|key| (object(key, 5), Vec::new()))));
    }
    listed
}

fn rules(rule: &str, tags: &[&str], on_illegal_tag: OnIllegalTag) -> Rules {
    Rules {
        connection: "c".into(),
        scope: Scope {
            prefix: String::new(),
            filters: Vec::new(),
            max_size: None,
            intake: Intake { size_limit: 100, takes_extension: |extension| extension != "png" },
        },
        tagging: Tagging {
            rule: (!rule.is_empty()).then(|| TagRule::parse(rule).expect("a rule")),
            tags: tags.iter().map(|tag| ContainerTag::parse(tag).expect("a tag")).collect(),
            on_no_match: OnNoMatch::Tag,
            on_illegal_tag,
        },
        on_gone: OnGone::Keep,
        document_limit: 1_000,
        laws: crate::laws::Laws::default(),
    }
}

fn judged(listed: &Listed, rules: &Rules) -> Judged {
    judge_all(listed, rules, true, &|| true).expect("nobody asked anything newer")
}

fn rows(listed: &Listed, rules: &Rules, judged: &Judged, view: &StudioView) -> Vec<StudioRow> {
    let (at, _) = judged.positions(view, 0, 1_000);
    at.into_iter().filter_map(|at| Judged::row(Some(judged), listed, rules, true, at)).collect()
}

fn keys(rows: &[StudioRow]) -> Vec<&str> {
    rows.iter().map(|row| row.item.key.as_str()).collect()
}

#[test]
fn what_needs_a_look_comes_first_and_the_rest_in_the_order_of_the_bucket() {
    let listed =
        listed(&["a/1.md", "a/2.png", "m-ller/1.md", "müller/1.md", "top.md", "z/1.md", "ünlü?/\u{1}.md", "/empty.md"]);
    let rules = rules("^(?<who>[^/]*)/", &[], OnIllegalTag::Replace);
    let judged = judged(&listed, &rules);
    let all = rows(&listed, &rules, &judged, &StudioView::All);
    let order = ["m-ller/1.md", "müller/1.md", "/empty.md", "top.md", "a/1.md", "a/2.png", "z/1.md", "ünlü?/\u{1}.md"];
    assert_eq!(keys(&all), order);
    assert_eq!(all.iter().filter(|row| row.collides).count(), 2);
    let look = rows(&listed, &rules, &judged, &StudioView::NeedsLook);
    assert_eq!(keys(&look), order[..3]);
    assert_eq!(keys(&rows(&listed, &rules, &judged, &StudioView::NoMatch)), ["top.md"]);
    let tag = StudioView::Tag { tag: "m-ller".into() };
    assert_eq!(keys(&rows(&listed, &rules, &judged, &tag)), order[..2]);
    let nobody = StudioView::Tag { tag: "nobody".into() };
    assert!(rows(&listed, &rules, &judged, &nobody).is_empty());
    let totals = &judged.totals;
    assert_eq!((totals.all, totals.matched, totals.no_match), (8, 5, 1));
    assert_eq!((totals.illegal, totals.colliding, totals.skipped), (1, 2, 1));
}

#[test]
fn each_key_counts_for_the_one_rule_that_decides_about_it() {
    let keys = ["a/1.md", "a/2.png", "a/drafts/1.md", "a/drafts/final/1.md", "b/1.md", "b/2.txt", "other/1.md"];
    let listed = listed(&keys);
    let rule = |kind, glob: &str| Filter::parse(&FilterDraft { kind, glob: glob.into() }).expect("a rule");
    let mut rules = rules("", &["team"], OnIllegalTag::Skip);
    rules.scope.filters = vec![
        rule(FilterKind::Include, "*.md"),
        rule(FilterKind::Exclude, "**/drafts/**"),
        rule(FilterKind::Include, "**/final/**"),
        rule(FilterKind::Exclude, "*.nothing"),
    ];
    assert_eq!(listed.rule_hits(&rules.scope), [3, 1, 1, 0]);
    rules.scope.prefix = "a/".into();
    assert_eq!(listed.rule_hits(&rules.scope), [1, 1, 1, 0], "what is not under the prefix is nobody's");
    judged(&listed, &rules);
    assert_eq!(listed.rule_hits(&rules.scope), [1, 1, 1, 0], "a pass over all keys counts the same");
    rules.scope.filters.clear();
    assert!(listed.rule_hits(&rules.scope).is_empty());
}

#[test]
fn a_collision_names_its_sources() {
    let listed = listed(&["m-ller/1.md", "m_ller/1.md", "mäller/1.md", "müller/1.md", "müller/2.md"]);
    let collisions = judged(&listed, &rules("^(?<who>[^/]+)/", &[], OnIllegalTag::Replace)).totals.collisions;
    assert_eq!(collisions.len(), 1);
    assert_eq!((collisions[0].tag.as_str(), collisions[0].count), ("m-ller", 4));
    assert_eq!(collisions[0].values, ["mäller", "müller", "m-ller"]);
    let skipping = judged(&listed, &rules("^(?<who>[^/]+)/", &[], OnIllegalTag::Skip)).totals;
    assert_eq!((skipping.collision_count, skipping.illegal), (0, 3));
}

#[test]
fn a_folder_named_as_the_connections_tag_collides_with_the_files_that_do_not_match() {
    let listed = listed(&["shared.md", "users/a/1.md", "users/team/1.md"]);
    let rules = rules("users/(?<userId>[^/]+)/", &["team"], OnIllegalTag::Skip);
    let judged = judged(&listed, &rules);
    let collision = &judged.totals.collisions[0];
    assert!(collision.fallback && collision.values == ["team"] && collision.count == 2, "{collision:?}");
    let look = rows(&listed, &rules, &judged, &StudioView::NeedsLook);
    assert_eq!(keys(&look), ["users/team/1.md"], "those that do not match are not each looked at");
}

/// Asks for a view.
fn rows_of(view: StudioView, listed: &Listed, rules: &Rules) -> Vec<StudioRow> {
    rows(listed, rules, &judged(listed, rules), &view)
}

#[test]
fn over_the_limit_new_keys_wait_in_key_order() {
    let listed = listed(&["a/1.md", "b/1.md", "b/2.png", "c/1.md"]);
    let rules = Rules { document_limit: 2, ..rules("^(?<who>[^/]+)/", &[], OnIllegalTag::Skip) };
    let reasons: Vec<_> =
        rows_of(StudioView::All, &listed, &rules).iter().map(|row| row.item.reason.map(|r| r.name())).collect();
    assert_eq!(reasons, [None, None, Some("unsupported_type"), Some("over_limit")]);
}

#[test]
fn an_answer_that_is_not_wanted_any_more_is_given_up_between_two_blocks() {
    let keys: Vec<String> = (0..600).map(|n| format!("k/{n:03}.md")).collect();
    let listed = listed(&keys.iter().map(String::as_str).collect::<Vec<_>>());
    let asked = AtomicUsize::new(0);
    let is_wanted = || asked.fetch_add(1, Ordering::SeqCst) < 5;
    let rules = rules("^(?<who>[^/]+)/", &[], OnIllegalTag::Skip);
    assert!(judge_all(&listed, &rules, true, &is_wanted).is_none());
    assert!(asked.load(Ordering::SeqCst) < 5 + 9, "each thread asks once more at most, of 200 blocks");
}

fn suggestions(keys: &[&str]) -> Vec<(String, u64, u64)> {
    suggest(&listed(keys)).into_iter().map(|s| (s.rule, s.matched, s.tags)).collect()
}

#[test]
fn suggestions_find_where_the_folders_differ_and_count_what_they_match() {
    let users = ["shared/4.md", "users/a/1.md", "users/a/2.md", "users/b/1.md", "users/c/1.md", "users/c/2.md"];
    assert_eq!(suggestions(&users)[0], ("^users/(?<userId>[^/]+)/".to_owned(), 5, 3));
    let numbers = ["users/1042/a.md", "users/1042/b.md", "users/2001/c.md", "users/2001/d.md"];
    assert_eq!(suggestions(&numbers)[0].0, "^users/(?<userId>[^/]+)/", "a number below users is a user, not a year");
    let dated = ["logs/2024/05/acme/1.txt", "logs/2024/05/globex/1.txt", "logs/2025/01/acme/1.txt"];
    assert_eq!(suggestions(&dated)[0], ("^logs/[^/]+/[^/]+/(?<folder>[^/]+)/".to_owned(), 3, 2));
    let parted = ["t/tenant=a/dt=1/x.md", "t/tenant=a/dt=2/x.md", "t/tenant=b/dt=1/x.md"];
    assert_eq!(suggestions(&parted)[0], ("^t/tenant=(?<tenant>[^/]+)/".to_owned(), 3, 2));
    let files = ["acme_2023.csv", "acme_2024.csv", "globex_2023.csv", "globex_2024.csv"];
    assert_eq!(suggestions(&files)[0], ("^(?<name>[A-Za-z0-9]+)_".to_owned(), 4, 2));
    assert!(suggestions(&["a.b/x/1", "a.b/x/2", "a.b/y/1"])[0].0.starts_with(r"^a\.b/"));
}

#[test]
fn nothing_is_suggested_where_keys_have_no_shape() {
    assert!(suggestions(&["a.md", "b.md"]).is_empty());
    assert!(suggestions(&["a/1", "a/2"]).is_empty());
    assert!(suggestions(&[]).is_empty());
}

// --- the studio says what the run says ---

fn a_key() -> impl Strategy<Value = String> {
    "(in/)?(users/)?[ab]?(m-ller|müller|x y|team)?/?[12]?\\.?(md|png)?/?".prop_filter("a key", |key| !key.is_empty())
}

fn a_document() -> impl Strategy<Value = (u8, u8, u8, bool, bool)> {
    (0u8..3, 0u8..3, 0u8..5, any::<bool>(), any::<bool>())
}

/// What the bucket shows of a key (its size; archived), and what is held of it.
type Drawn = (bool, u64, bool, Vec<(u8, u8, u8, bool, bool)>);

fn a_world() -> impl Strategy<Value = BTreeMap<String, Drawn>> {
    let held = prop::collection::vec(a_document(), 0..3);
    let of_key = (prop::bool::weighted(0.9), 0u64..120, prop::bool::weighted(0.1), held);
    prop::collection::btree_map(a_key(), of_key, 0..40)
}

fn document(key: &str, (etag, tag, state, failed, retry): (u8, u8, u8, bool, bool), sequence: i64) -> DocumentRow {
    let tag = ContainerTag::parse(["a", "team", "m-ller"][tag as usize]).expect("a tag");
    let key = ObjectKey::new(key);
    let etag = ETag::new(["e1", "e2", "\"e1\""][etag as usize]);
    let id: DocumentId = document_id("c", &key, &etag, &tag);
    let states = [
        DocumentState::Intended,
        DocumentState::Sent,
        DocumentState::Indexed,
        DocumentState::Rejected,
        DocumentState::Removing,
    ];
    let state = states[state as usize];
    let error_code = (failed || state == DocumentState::Rejected).then(|| "document_removed".to_owned());
    DocumentRow {
        id,
        key,
        etag,
        tag,
        sequence,
        remote_id: None,
        state,
        changed_at: NOW,
        unanswered_at: None,
        error_detail: error_code.clone(),
        error_code,
        content_hash: None,
        size: 5,
        retry,
    }
}

fn world(drawn: &BTreeMap<String, Drawn>) -> Vec<KeyRow> {
    let mut sequence = 0;
    drawn
        .iter()
        .map(|(key, (is_listed, size, is_archived, held))| {
            let class = is_archived.then(|| "GLACIER".to_owned());
            let rows = held.iter().map(|row| {
                sequence += 1;
                document(key, *row, sequence)
            });
            let rows = rows.collect();
            let object = is_listed.then(|| ObjectMeta { storage_class: class, ..object(key, *size) });
            KeyRow { key: ObjectKey::new(key.as_str()), object, rows }
        })
        .collect()
}

impl survey::Keys for &[KeyRow] {
    fn held(&self, visit: &mut survey::Visit<'_>) -> crate::error::Result<()> {
        self.iter().filter(|key| !key.rows.is_empty()).try_for_each(visit)
    }

    fn all(&self, visit: &mut survey::Visit<'_>) -> crate::error::Result<()> {
        self.iter().try_for_each(visit)
    }
}

/// The plan of a run.
fn run(keys: &[KeyRow], rules: &Rules, complete: bool) -> (PlanSummary, Vec<PlanItem>) {
    let mut items = Vec::new();
    let surveyed = survey::survey(rules, complete, NOW, &keys, |key, judgement, line| {
        if key.object.is_some() {
            items.push(survey::item(rules, key, judgement, line));
        }
        Ok(())
    });
    let (_, summary) = surveyed.expect("a summary");
    (PlanSummary { fingerprint: String::new(), ..summary }, items)
}

/// The same keys as the studio keeps them.
fn kept(keys: &[KeyRow]) -> Listed {
    let mut listed = Listed::default();
    for part in keys.chunks(7) {
        let shown = part.iter().filter_map(|key| Some((key.object.clone()?, key.rows.clone())));
        listed.push(Block::new(shown));
        listed.push_strays(part.iter().filter(|key| key.object.is_none() && !key.rows.is_empty()).cloned());
    }
    listed
}

fn a_rule() -> impl Strategy<Value = Rules> {
    let patterns = ["", "users/(?<u>[^/]+)/", "(?<u>[^/]+)/[12]", "^(?:in/(?<a>[ab])|(?<b>[a-z -]+))", "(?<u>ü)?l"];
    let choices = (0..patterns.len(), 0usize..3, any::<bool>(), any::<bool>(), any::<bool>());
    let scope = (prop::bool::ANY, 0usize..3, prop::option::of(1u64..100), 0u32..20);
    (choices, scope).prop_map(move |((pattern, tags, skip, replace, remove), (inside, filters, max_size, limit))| {
        let on_illegal_tag = if replace { OnIllegalTag::Replace } else { OnIllegalTag::Skip };
        let mut rules = rules(patterns[pattern], &["team", "other"][..tags], on_illegal_tag);
        rules.tagging.on_no_match = if skip { OnNoMatch::Skip } else { OnNoMatch::Tag };
        rules.on_gone = if remove { OnGone::Remove } else { OnGone::Keep };
        rules.document_limit = limit;
        rules.scope.max_size = max_size;
        rules.scope.prefix = if inside { "in/".into() } else { String::new() };
        let filter = |kind, glob: &str| Filter::parse(&FilterDraft { kind, glob: glob.into() }).expect("a filter");
        let all = [filter(FilterKind::Exclude, "*2*"), filter(FilterKind::Include, "**/*.md")];
        rules.scope.filters = all[..filters].to_vec();
        rules
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn the_studio_says_of_every_bucket_what_the_run_says(drawn in a_world(), rules in a_rule(), complete: bool) {
        let keys = world(&drawn);
        let (summary, items) = run(&keys, &rules, complete);
        let listed = kept(&keys);
        let judged = judge_all(&listed, &rules, complete, &|| true).expect("an answer");
        let said = PlanSummary { tokens: judged.tokens(&listed), ..judged.summary(NOW) };
        prop_assert_eq!(said, summary);
        let rows: Vec<StudioRow> =
            judged.planned(None).filter_map(|at| Judged::row(Some(&judged), &listed, &rules, complete, at)).collect();
        let said: Vec<PlanItem> = rows.iter().map(|row| row.item.clone()).collect();
        prop_assert_eq!(&said, &items);
        let shown = judged.positions(&StudioView::All, 0, usize::MAX);
        prop_assert_eq!(shown.1, items.len() as u64, "each key is shown once");
        for row in rows {
            let tag = rules.tagging.tag_of(&ObjectKey::new(row.item.key.as_str()));
            let has_one = !matches!(row.source, TagSource::Nothing | TagSource::Illegal);
            prop_assert_eq!(has_one, tag.tag().is_some(), "{}", row.item.key);
        }
    }
}
