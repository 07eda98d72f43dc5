//! Listings get into `objects` whatever their parts are; what a stretch says is true; what is equal is not read.

use proptest::prelude::*;
use proptest::sample::Index;

use super::super::stretches::Recording;
use super::*;

/// A listing of these objects in parts that end at these places, in this order.
fn parts(objects: &[ObjectMeta], ends: &[Index], order: &[Index]) -> Vec<Part> {
    let mut cuts: Vec<usize> = ends.iter().map(|end| end.index(objects.len() + 1)).collect();
    cuts.sort_unstable();
    let mut parts = Vec::new();
    let (mut from, mut after) = (0, String::new());
    for cut in cuts {
        // An end between two keys, as that of a slice, or at a key, as that of a page.
        let until = match objects.get(cut) {
            Some(next) if cut.is_multiple_of(2) => format!("{}!", &next.key.as_str()[..next.key.as_str().len() - 1]),
            _ => objects[..cut].last().map(|object| object.key.to_string()).unwrap_or_default(),
        };
        if until > after {
            let to = from + objects[from..].partition_point(|object| object.key.as_str() <= until.as_str());
            parts.push(Part { after: after.clone(), until: Some(until.clone()), objects: objects[from..to].to_vec() });
            (from, after) = (to, until);
        }
    }
    parts.push(Part { after, until: None, objects: objects[from..].to_vec() });
    for (at, other) in order.iter().enumerate().take(parts.len()) {
        let other = other.index(parts.len());
        parts.swap(at, other);
    }
    parts
}

/// What every stretch says is what is stored, and none overlaps another.
fn is_true(db: &Db, number: i64) -> bool {
    let mut statement =
        db.prepare("SELECT after, until, keys, digest FROM stretches WHERE connection = ?1 ORDER BY after").unwrap();
    let rows = statement.query_map([number], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?, row.get::<_, i64>(2)?, row.get(3)?))
    });
    let mut end = Some(String::new());
    rows.unwrap().map(Result::unwrap).all(|(after, until, keys, digest): (_, _, _, Vec<u8>)| {
        let is_behind = end.as_ref().is_some_and(|end| *end <= after);
        end.clone_from(&until);
        let objects = objects::range(db, number, &after, until.as_deref()).unwrap();
        let count = objects.len() as i64;
        is_behind && keys == count && digest == stretches::digest(&[Part { after, until, objects }])
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_listing_leaves_what_the_bucket_shows_and_stretches_that_are_true(
        listings in prop::collection::vec(
            (
                prop::collection::btree_map("[a-c]{1,3}", 0..3_u8, 0..24),
                prop::collection::vec(any::<Index>(), 0..6),
                prop::collection::vec(any::<Index>(), 0..6),
                prop::option::weighted(0.2, any::<Index>()),
            ),
            1..6,
        ),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (_folder, store, number) = open().await;
            for (bucket, ends, order, breaks_off) in listings {
                let bucket: Vec<ObjectMeta> =
                    bucket.iter().map(|(key, version)| object(key, &version.to_string())).collect();
                let mut parts = parts(&bucket, &ends, &order);
                if let Some(at) = breaks_off {
                    parts.truncate(at.index(parts.len()));
                }
                let is_complete = breaks_off.is_none();
                let (stored, truth) = store.write(move |db| {
                    let mut recording = Recording::begin(db, number, "")?;
                    parts.into_iter().try_for_each(|part| recording.part(db, part))?;
                    assert!(!is_complete || !recording.is_waiting(), "the parts tile the keys");
                    recording.rest(db)?;
                    if is_complete {
                        objects::end_complete_listing(db, number)?;
                    }
                    Ok((objects::range(db, number, "", None)?, is_true(db, number)))
                }).await.unwrap();
                assert!(truth, "a stretch says what is not stored");
                if is_complete {
                    assert_eq!(stored, bucket);
                }
            }
        });
    }
}

/// Lists these objects by pages of this many keys.
async fn list(store: &Store, number: i64, prefix: &'static str, objects: Vec<ObjectMeta>, page: usize) {
    let lists = move |db: &Transaction<'_>| {
        let mut recording = Recording::begin(db, number, prefix)?;
        let mut after = String::new();
        let pages: Vec<_> = objects.chunks(page).collect();
        for (at, page) in pages.iter().enumerate() {
            let until = page.last().map(|last| last.key.to_string()).filter(|_| at + 1 < pages.len());
            let next = until.clone().unwrap_or_default();
            recording.part(db, Part { after, until, objects: page.to_vec() })?;
            after = next;
        }
        assert!(!recording.is_waiting());
        objects::end_complete_listing(db, number)
    };
    store.write(lists).await.unwrap();
}

fn numbered(numbers: std::ops::Range<u32>) -> Vec<ObjectMeta> {
    numbers.map(|n| object(&format!("k{n:06}"), "1")).collect()
}

async fn stretches_of(store: &Store, number: i64) -> Vec<i64> {
    let keys = move |db: &Transaction<'_>| {
        let mut statement = db.prepare("SELECT keys FROM stretches WHERE connection = ?1 ORDER BY after").unwrap();
        Ok(statement.query_map([number], |row| row.get(0)).unwrap().map(Result::unwrap).collect())
    };
    store.read(keys).await.unwrap()
}

#[tokio::test]
async fn what_shows_the_same_is_known_without_reading_a_row_wherever_it_is_cut() {
    let (_folder, store, number) = open().await;
    list(&store, number, "", numbered(0..5_000), 1_000).await;
    assert_eq!(stretches_of(&store, number).await, [1_000; 5]);
    // A row that changes without its stretch being told: nothing does so. Only who reads it would see it.
    let spoil = |db: &Transaction<'_>| {
        db.execute("UPDATE objects SET etag = 'spoilt' WHERE key IN ('k000001', 'k004001')", []).map_err(sql_error)
    };
    store.write(spoil).await.unwrap();
    let list_again = |objects| {
        store.write(move |db| {
            let mut recording = Recording::begin(db, number, "")?;
            parts_of_700(objects).into_iter().try_for_each(|part| recording.part(db, part))?;
            assert!(!recording.is_waiting());
            objects::end_complete_listing(db, number)
        })
    };
    list_again(numbered(0..5_000)).await.unwrap();
    let spoilt = async || keys(&store, number).await.into_iter().filter(|key| key.ends_with("spoilt")).count();
    assert_eq!(spoilt().await, 2, "a row was read");
    // Only the stretch in which something has changed is read.
    list_again(numbered(0..4_999)).await.unwrap();
    assert_eq!(spoilt().await, 1);
}

/// The last part first.
fn parts_of_700(objects: Vec<ObjectMeta>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let count = objects.len().div_ceil(700);
    for (at, page) in objects.chunks(700).enumerate() {
        let after = parts.last().and_then(|part| part.until.clone()).unwrap_or_default();
        let until = page.last().map(|last| last.key.to_string()).filter(|_| at + 1 < count);
        parts.push(Part { after, until, objects: page.to_vec() });
    }
    parts.reverse();
    parts
}

#[tokio::test]
async fn a_stretch_stays_about_a_page_however_the_bucket_grows_and_shrinks() {
    let (_folder, store, number) = open().await;
    list(&store, number, "", numbered(0..100), 1_000).await;
    assert_eq!(stretches_of(&store, number).await, [100]);
    // All that is new lies in the last stretch, which would wait for its end without a bound.
    list(&store, number, "", numbered(0..10_000), 1_000).await;
    assert_eq!(stretches_of(&store, number).await, [1_000; 10]);
    // One new key moves all pages, and changes one stretch.
    let mut one_more = numbered(0..10_000);
    one_more.insert(500, object("k000499a", "1"));
    list(&store, number, "", one_more, 1_000).await;
    assert_eq!(stretches_of(&store, number).await[..3], [1_001, 1_000, 1_000]);
    // What is gone leaves one stretch without keys behind.
    for _ in 0..2 {
        list(&store, number, "", numbered(9_000..10_000), 1_000).await;
    }
    assert_eq!(stretches_of(&store, number).await, [0, 1_000]);
}

#[tokio::test]
async fn stretches_that_are_much_smaller_than_pages_are_cut_anew() {
    let (_folder, store, number) = open().await;
    list(&store, number, "", numbered(0..100), 10).await;
    assert_eq!(stretches_of(&store, number).await, [10; 10]);
    list(&store, number, "", numbered(0..100), 1_000).await;
    assert_eq!(stretches_of(&store, number).await, [100]);
}

#[tokio::test]
async fn stretches_of_another_prefix_say_nothing() {
    let (_folder, store, number) = open().await;
    let under = |prefix: &str| (0..10).map(|n| object(&format!("{prefix}{n}"), "1")).collect::<Vec<_>>();
    list(&store, number, "p/", under("p/"), 1_000).await;
    list(&store, number, "", [under("a/"), under("p/")].concat(), 1_000).await;
    list(&store, number, "p/", under("p/")[1..].to_vec(), 1_000).await;
    assert_eq!(keys(&store, number).await.len(), 19);
    assert!(store.read(move |db| Ok(is_true(db, number))).await.unwrap());
}
