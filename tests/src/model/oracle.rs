//! The oracle: what must never be sent, and how everything has to stand at rest. It looks at both sides and at what a
//! person wants; it knows nothing of the engine's decisions.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use s3_connector_engine::connection::OnGone;
use s3_connector_engine::plan::totals::{BRAKE_COUNT, BRAKE_SHARE};
use s3_connector_engine::plan::{DocumentRow, DocumentState};

use super::bucket::{Object, is_good};
use super::pipeline::{Doc, Progress, Request};
use super::world::State;

/// Whether a row stands for a document that is there, or on its way.
fn is_held(row: &DocumentRow) -> bool {
    matches!(row.state, DocumentState::Sent | DocumentState::Indexed)
}

impl State {
    /// Something is wrong.
    pub fn fail(&mut self, why: &'static str) {
        self.wrong.push(why);
    }

    /// The tag that a key has to have.
    fn tag<'k>(&self, key: &'k str) -> Option<&'k str> {
        self.wishes.rule.tag(key)
    }

    /// Judges a request when it is sent.
    pub fn judge(&mut self, request: &Request) {
        self.writes += 1;
        match request {
            Request::Put(doc) => self.judge_put(doc),
            Request::Remove(name) => {
                if let Some((number, doc)) = self.base.find(name) {
                    let doc = doc.clone();
                    self.judge_removal(number, &doc);
                }
            }
        }
    }

    fn judge_put(&mut self, doc: &Doc) {
        let Some(course) = &mut self.course else { return };
        course.sent.insert(doc.id.clone());
        let flying = || course.under_way.iter().chain(self.base.late.iter().map(|(request, _)| request));
        let puts = || {
            flying().filter_map(|request| match request {
                Request::Put(doc) => Some(doc),
                Request::Remove(_) => None,
            })
        };
        let is_repeated = self.base.find(&doc.id).is_some() || puts().any(|put| put.id == doc.id);
        let there = self.base.docs.values().filter(|doc| doc.progress != Progress::Failed);
        let keys: HashSet<&String> =
            there.map(|doc| &doc.key).chain(puts().filter(|put| is_good(put.content)).map(|put| &put.key)).collect();
        let has_place = course.rows.iter().any(|row| row.key.as_str() == doc.key && row.error_code.is_none());
        let over = !keys.contains(&doc.key) && !has_place && keys.len() >= self.wishes.limit as usize;
        self.repeats += u32::from(is_repeated);
        if over {
            self.fail("over the limit");
        }
        if !doc.etag.starts_with(doc.content) {
            self.fail("other bytes than the etag names");
        }
    }

    fn judge_removal(&mut self, number: u64, doc: &Doc) {
        let Some(course) = &self.course else { return };
        let begun = |row: &DocumentRow| row.id == doc.id && row.state == DocumentState::Removing;
        // What is processed is busy; a removal once begun is finished.
        if doc.progress != Progress::Done || course.rows.iter().any(begun) {
            return;
        }
        let is_right = self.tag(&doc.key) == Some(&doc.tag);
        if is_right {
            let twin = |other: &Doc| other.progress == Progress::Done && other.key == doc.key && other.tag == doc.tag;
            if self.base.docs.iter().any(|(other, doc)| *other != number && twin(doc)) {
                return;
            }
            let is_out = self.wishes.out.contains(&doc.key);
            if self.wishes.gone == OnGone::Keep {
                return self.fail("no version left of what is to be kept");
            } else if !is_out && course.lasting.contains(&doc.key) {
                return self.fail("no version left of a living object");
            } else if !is_out && !course.is_listed() {
                return self.fail("removed after an incomplete listing");
            }
        } else if self.is_wanted(&doc.key) {
            return;
        }
        self.count_bare();
    }

    /// A removal that leaves its key without a wanted version.
    fn count_bare(&mut self) {
        let Some(course) = &mut self.course else { return };
        course.bare += 1;
        let many = course.bare > BRAKE_COUNT && course.bare as f64 > BRAKE_SHARE * course.held as f64;
        if (many || course.seen.is_empty()) && course.bare > course.faults.confirmed {
            self.fail("the brake did not hold");
        }
    }

    /// Whether what this run's listing showed of a key is to be held.
    fn is_wanted(&self, key: &str) -> bool {
        let (Some(course), Some(tag)) = (&self.course, self.tag(key)) else { return false };
        let Some(object) = course.seen.get(key).filter(|_| !self.wishes.out.contains(key)) else { return false };
        let settled = |row: &DocumentRow| is_held(row) || row.state == DocumentState::Rejected;
        let stands = |row: &DocumentRow| {
            settled(row) && row.key.as_str() == key && row.tag.as_str() == tag && row.etag.as_str() == object.etag
        };
        !object.archived || course.rows.iter().any(stands)
    }

    /// Judges that an object is read in order to be put.
    pub fn judge_read(&mut self, key: &str, etag: &str) {
        let Some(course) = &self.course else { return };
        let doc =
            self.base.docs.values().find(|doc| doc.key == key && doc.etag == etag && self.tag(key) == Some(&doc.tag));
        let is_held = doc.is_some_and(|doc| course.rows.iter().any(|row| row.id == doc.id && is_held(row)));
        if is_held {
            self.fail("what is held was read again");
        }
    }

    /// A page showed the keys up to `last`, and may say that nothing follows.
    pub fn showed(&mut self, after: &str, last: &str, ends: bool) {
        let shown: Vec<(String, Object)> = self
            .bucket
            .objects
            .iter()
            .filter(|(key, _)| key.as_str() > after && key.as_str() <= last)
            .map(|(key, object)| (key.clone(), object.clone()))
            .collect();
        let held = self.rows.all().iter().filter(|row| is_held(row)).count();
        if let Some(course) = &mut self.course {
            course.seen.extend(shown);
            course.shown.push((after.to_owned(), (!ends).then(|| last.to_owned())));
            course.held = held;
        }
    }

    /// Judges the end of a run: puts whose outcome the disk does not know may be repeated, and they are few.
    pub fn judge_end(&mut self, lanes: usize) {
        let rows = self.rows.all();
        let Some(course) = &self.course else { return };
        let open = |row: &&DocumentRow| row.state == DocumentState::Intended && course.sent.contains(&row.id);
        self.unanswered += rows.iter().filter(open).count() as u32;
        if rows.iter().filter(open).filter(|row| row.unanswered_at.is_none()).count() > lanes {
            self.fail("more requests under way than lanes");
        }
    }

    /// Judges how everything stands when nothing moves any more.
    pub fn judge_rest(&mut self) {
        let rows = self.rows.all();
        self.judge_rows(&rows);
        self.judge_docs(&rows);
        let mut live: BTreeMap<&str, &Doc> = BTreeMap::new();
        let mut wrong = Vec::new();
        for doc in self.base.docs.values().filter(|doc| doc.progress == Progress::Done) {
            if live.insert(&doc.key, doc).is_some() {
                wrong.push("two versions at rest");
            }
        }
        let keys: BTreeSet<&str> = self.bucket.objects.keys().map(String::as_str).chain(live.keys().copied()).collect();
        let mut waiting = Vec::new();
        for key in keys {
            let (object, doc) = (self.bucket.objects.get(key), live.get(key));
            let object = object.filter(|_| !self.wishes.out.contains(key) && self.tag(key).is_some());
            match (object, doc) {
                (None, Some(_)) if self.wishes.gone == OnGone::Remove => wrong.push("left behind"),
                (Some(object), _) if !object.is_good() => {}
                (Some(object), None) if object.archived => {}
                (Some(_), None) if self.owned.contains(key) => wrong.push("a held object lost its place"),
                (Some(_), None) => waiting.push(key),
                (Some(object), Some(doc)) if doc.content != object.content && !object.archived => {
                    wrong.push("stale at rest");
                }
                (Some(_), Some(_)) | (None, _) => {}
            }
        }
        if !waiting.is_empty() && live.len() < self.wishes.limit as usize {
            wrong.push("starved: a place is free");
        }
        wrong.into_iter().for_each(|why| self.fail(why));
    }

    fn judge_docs(&mut self, rows: &[DocumentRow]) {
        let mut wrong = Vec::new();
        for doc in self.base.docs.values() {
            if self.tag(&doc.key) != Some(&doc.tag) {
                wrong.push("held under another tag at rest");
            }
            if !rows.iter().any(|row| row.id == doc.id) {
                wrong.push("an orphan at rest");
            }
            if doc.progress == Progress::Processing {
                wrong.push("not at rest");
            }
        }
        wrong.into_iter().for_each(|why| self.fail(why));
    }

    fn judge_rows(&mut self, rows: &[DocumentRow]) {
        for row in rows {
            let doc = self.base.find(&row.id).map(|(number, doc)| (super::pipeline::remote_id(number), doc.progress));
            let is_there = doc.as_ref().is_some_and(|(remote, _)| row.remote_id.as_ref() == Some(remote));
            match row.state {
                DocumentState::Intended | DocumentState::Sent | DocumentState::Removing => {
                    self.fail("a row never resolved");
                }
                DocumentState::Indexed if !is_there => self.fail("a row says indexed, nothing is there"),
                DocumentState::Rejected if doc.is_some_and(|(_, progress)| progress == Progress::Done) => {
                    self.fail("a row says refused, its document is there");
                }
                DocumentState::Indexed | DocumentState::Rejected => {}
            }
        }
    }
}
