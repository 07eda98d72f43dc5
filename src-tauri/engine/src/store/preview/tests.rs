use super::*;

/// Rows of every kind, more than a page has: sizes and times run against the keys, every third row has a tag.
fn table(rows: u32) -> PreviewTable {
    let fill = |pushed: &mut Rows| {
        (0..rows).for_each(|number| assert_eq!(pushed.push(&item(number, rows)).unwrap(), number));
        Ok(((), vec![1, 2, 400]))
    };
    PreviewTable::filled(fill).unwrap().0
}

fn item(number: u32, rows: u32) -> PlanItem {
    let skipped = number.is_multiple_of(5);
    PlanItem {
        key: format!("Users/{number:05}.md"),
        action: if skipped { PlanAction::Skipped } else { PlanAction::New },
        reason: skipped.then_some(if number.is_multiple_of(2) { SkipReason::OverLimit } else { SkipReason::Refused }),
        sentence: skipped.then(|| match number % 2 {
            0 => SkipReason::OverLimit.sentence().to_owned(),
            _ => format!("refused for reason {number}"),
        }),
        tag: number.is_multiple_of(3).then(|| format!("user-{}", number % 2)),
        capture: None,
        size: (!number.is_multiple_of(7)).then(|| u64::from((rows - number) / 2)),
        modified: Some(i64::from(number % 11)),
    }
}

#[test]
fn what_ends_the_filling_ends_the_table_and_every_size_of_it_is_written_down() {
    let stopped = |rows: &mut Rows| {
        rows.push(&item(1, 10))?;
        Err::<((), Vec<u32>), _>(Error::internal("making a preview", "stopped"))
    };
    assert_eq!(
        PreviewTable::filled(stopped).unwrap_err().detail,
        Error::internal("making a preview", "stopped").detail
    );
    for rows in [0, 1, BATCH as u32 - 1, BATCH as u32, BATCH as u32 * (BATCHES_WAITING as u32 + 3) + 1] {
        let mut table = table(rows);
        let last = PlanFilter { offset: u64::from(rows.saturating_sub(1)), ..PlanFilter::default() };
        let page = table.page(&last).unwrap();
        assert_eq!((page.total, page.items.len() as u32), (rows.into(), rows.min(1)));
        assert!(page.items.iter().all(|found| *found == item(rows - 1, rows)));
    }
}

/// All rows that a filter leaves, read in parts of many sizes.
fn read_all(table: &mut PreviewTable, filter: &PlanFilter) -> Vec<PlanItem> {
    let mut rows = Vec::new();
    for limit in [1, 100, 37, 200].into_iter().cycle() {
        let page = table.page(&PlanFilter { offset: rows.len() as u64, limit, ..filter.clone() }).unwrap();
        rows.extend(page.items);
        if rows.len() as u64 == page.total {
            return rows;
        }
    }
    unreachable!("the loop ends with the last row")
}

/// What an order compares; `None` comes last both ways.
fn measure(order: PlanOrder, item: &PlanItem) -> Option<(u64, String)> {
    match order {
        PlanOrder::Key => Some((0, item.key.clone())),
        PlanOrder::Size => item.size.map(|size| (size, String::new())),
        PlanOrder::Modified => item.modified.map(|at| (at as u64, String::new())),
        PlanOrder::Tag => item.tag.clone().map(|tag| (0, tag)),
        PlanOrder::Action => {
            let reason = item.reason.map_or(0, |reason| reason_index(reason) + 1);
            Some(((action_index(item.action) * 100 + reason) as u64, String::new()))
        }
    }
}

#[test]
fn every_order_holds_over_many_pages_both_ways_with_equals_in_key_order() {
    let mut table = table(1_000);
    for order in [PlanOrder::Key, PlanOrder::Size, PlanOrder::Modified, PlanOrder::Tag, PlanOrder::Action] {
        for descending in [false, true] {
            let rows = read_all(&mut table, &PlanFilter { order, descending, ..PlanFilter::default() });
            assert_eq!(rows.len(), 1_000);
            for pair in rows.windows(2) {
                let (a, b) = (measure(order, &pair[0]), measure(order, &pair[1]));
                let fits = match (&a, &b) {
                    (Some(a), Some(b)) if a == b => pair[0].key < pair[1].key,
                    (Some(a), Some(b)) => (a < b) != descending,
                    (Some(_), None) => true,
                    (None, Some(_)) => false,
                    (None, None) => pair[0].key < pair[1].key,
                };
                assert!(fits, "{order:?} {descending}: {a:?} before {b:?}");
            }
        }
    }
}

#[test]
fn filters_combine_with_each_other_and_with_an_order() {
    let mut table = table(1_000);
    let skipped = PlanFilter { action: Some(PlanAction::Skipped), ..PlanFilter::default() };
    assert_eq!(read_all(&mut table, &skipped).len(), 200);
    let over = PlanFilter { reason: Some(SkipReason::OverLimit), ..skipped };
    assert_eq!(read_all(&mut table, &over).len(), 100);
    let over_of_one = PlanFilter { tag: Some("user-0".into()), ..over.clone() };
    let rows = read_all(&mut table, &PlanFilter { order: PlanOrder::Size, descending: true, ..over_of_one });
    assert_eq!(rows.len(), 34);
    assert!(rows.iter().all(|row| row.reason == Some(SkipReason::OverLimit) && row.tag.as_deref() == Some("user-0")));
    assert_eq!(read_all(&mut table, &PlanFilter { tag: Some("user-1".into()), ..over }).len(), 0);
    let text = PlanFilter { text: "users/0000".into(), ..PlanFilter::default() };
    assert_eq!(read_all(&mut table, &text).len(), 10, "capital letters do not count");
    let tagged = PlanFilter { text: "USER-0".into(), ..PlanFilter::default() };
    assert_eq!(read_all(&mut table, &tagged).len(), 167);
    let trial = PlanFilter { trial: true, descending: true, ..PlanFilter::default() };
    let keys: Vec<_> = read_all(&mut table, &trial).into_iter().map(|row| row.key).collect();
    assert_eq!(keys, ["Users/00400.md", "Users/00002.md", "Users/00001.md"]);
}

#[test]
fn a_row_comes_back_as_it_was_pushed() {
    let mut table = table(20);
    let rows = read_all(&mut table, &PlanFilter::default());
    let PlanItem { sentence, tag, .. } = &rows[15];
    assert_eq!((sentence.as_deref(), tag.as_deref()), (Some("refused for reason 15"), Some("user-1")));
    assert_eq!(rows[10].sentence.as_deref(), Some(SkipReason::OverLimit.sentence()));
    assert_eq!((rows[14].size, rows[1].reason, rows[1].sentence.as_deref()), (None, None, None));
}

#[test]
fn a_part_beyond_the_end_is_empty_and_no_text_is_taken_for_a_statement() {
    let mut table = table(10);
    let beyond = PlanFilter { offset: u64::MAX, ..PlanFilter::default() };
    assert_eq!(table.page(&beyond).unwrap(), PlanPage { items: Vec::new(), total: 10 });
    let beyond = PlanFilter { order: PlanOrder::Size, ..beyond };
    assert_eq!(table.page(&beyond).unwrap(), PlanPage { items: Vec::new(), total: 10 });
    for text in ["%", "_", "'; DROP TABLE plan; --"] {
        let filter = PlanFilter { text: text.into(), tag: Some(text.into()), ..PlanFilter::default() };
        assert_eq!(table.page(&filter).unwrap().total, 0);
    }
    assert!(table.views.len() <= VIEWS_KEPT);
}
