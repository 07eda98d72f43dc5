//! Rows of `stretches`, and how a listing gets into `objects` by them: what is as it was costs one comparison for about a
//! thousand keys, and no row is read for it.
//!
//! A stretch says of the keys between two ends what a digest of their rows was when they were last recorded. The parts of
//! a listing come in no order and end elsewhere each time, so each is cut at the ends of the stretches, and what belongs
//! to a stretch waits until all of it is there. An equal digest: nothing has changed. Any other: its keys are merged one
//! by one with the stored rows ([`objects::record_part`]), and it gets a new digest. Keys that lie in no stretch are
//! merged as they come.
//!
//! What waits is bounded: only a stretch across the end of a page waits, at most one before and one behind each request
//! under way, and one that shows more than twice its keys has changed and waits no longer.

use rusqlite::{Connection as Db, params};

use super::{objects, sql_error};
use crate::error::Result;
use crate::object::ObjectMeta;
use crate::slices::Part;

/// Keys of a stretch, about: those of a page.
const KEYS: usize = 1_000;
/// What there is to digest of a key, about.
const BYTES: usize = 128;
/// So many more stretches than pages, and they have become too small to be worth it: they are cut anew.
const TOO_MANY: usize = 4;

/// A listing on its way into `objects`.
#[derive(Debug)]
pub struct Recording {
    connection: i64,
    prefix: String,
    /// Rising; none overlaps another.
    stretches: Vec<Stretch>,
}

#[derive(Debug)]
struct Stretch {
    after: String,
    until: Option<String>,
    keys: usize,
    digest: Vec<u8>,
    /// It does not hold any more: what belongs to it is merged as it comes.
    has_changed: bool,
    /// What this listing has shown of it so far.
    waiting: Vec<Part>,
}

impl Stretch {
    fn ends_before(&self, after: &str) -> bool {
        self.until.as_deref().is_some_and(|until| until <= after)
    }

    fn shown(&self) -> usize {
        count(&self.waiting)
    }

    /// Whether all of it has been shown. What waits is in order.
    fn is_whole(&self) -> bool {
        let (Some(first), Some(last)) = (self.waiting.first(), self.waiting.last()) else { return false };
        first.after == self.after
            && last.until == self.until
            && self.waiting.windows(2).all(|pair| pair[0].until.as_ref() == Some(&pair[1].after))
    }
}

impl Recording {
    /// Begins to record a listing of a prefix. Stretches of another one say nothing of it.
    pub fn begin(db: &Db, connection: i64, prefix: &str) -> Result<Self> {
        objects::begin_listing(db, connection)?;
        db.execute("DELETE FROM stretches WHERE connection = ?1 AND prefix <> ?2", params![connection, prefix])
            .map_err(sql_error)?;
        let mut stretches = recorded(db, connection)?;
        let pages = stretches.iter().map(|stretch| stretch.keys).sum::<usize>() / KEYS + 1;
        if stretches.len() > TOO_MANY * (pages + 1) {
            forget_all(db, connection)?;
            stretches.clear();
        }
        Ok(Self { connection, prefix: prefix.to_owned(), stretches })
    }

    /// Records a part, or lets it wait for the rest of its stretch.
    pub fn part(&mut self, db: &Db, part: Part) -> Result<()> {
        let mut rest = Some(part);
        while let Some(part) = rest.take() {
            let at = self.stretches.partition_point(|stretch| stretch.ends_before(&part.after));
            let piece;
            match self.stretches.get(at) {
                Some(stretch) if stretch.after <= part.after => {
                    (piece, rest) = cut(part, stretch.until.as_deref());
                    self.belongs(db, at, piece)?;
                }
                Some(Stretch { after, .. }) => {
                    (piece, rest) = cut(part, Some(after));
                    self.merge(db, &[piece])?;
                }
                None => self.merge(db, &[part])?,
            }
        }
        Ok(())
    }

    /// Whether something waits for the rest of its stretch: the listing has not reached its end.
    pub fn is_waiting(&self) -> bool {
        self.stretches.iter().any(|stretch| !stretch.waiting.is_empty())
    }

    /// Records what waits.
    pub fn rest(&mut self, db: &Db) -> Result<()> {
        let waits = |at: &usize| !self.stretches[*at].waiting.is_empty();
        let waiting: Vec<usize> = (0..self.stretches.len()).filter(waits).collect();
        waiting.into_iter().try_for_each(|at| self.renew(db, at))
    }

    /// A piece lies in a stretch.
    fn belongs(&mut self, db: &Db, at: usize, piece: Part) -> Result<()> {
        let stretch = &mut self.stretches[at];
        if stretch.has_changed {
            return self.merge(db, &[piece]);
        }
        let place = stretch.waiting.partition_point(|other| other.after < piece.after);
        stretch.waiting.insert(place, piece);
        if stretch.is_whole() && digest(&stretch.waiting) == stretch.digest {
            stretch.waiting.clear();
            return Ok(());
        }
        let has_grown = stretch.shown() > 2 * stretch.keys.max(KEYS);
        if stretch.is_whole() || has_grown { self.renew(db, at) } else { Ok(()) }
    }

    /// A stretch has changed: its keys are merged one by one, and get digests anew.
    fn renew(&mut self, db: &Db, at: usize) -> Result<()> {
        let stretch = &mut self.stretches[at];
        let is_one = stretch.is_whole() && stretch.shown() <= 2 * KEYS;
        stretch.has_changed = true;
        let pieces = std::mem::take(&mut stretch.waiting);
        db.prepare_cached("DELETE FROM stretches WHERE connection = ?1 AND after = ?2")
            .and_then(|mut s| s.execute(params![self.connection, stretch.after]))
            .map_err(sql_error)?;
        if is_one { self.merge(db, &pieces) } else { pieces.chunks(1).try_for_each(|piece| self.merge(db, piece)) }
    }

    /// Merges what no stretch speaks of, and makes it a stretch. Where stored keys are missing from it, it becomes none:
    /// they stay until the listing has reached its end.
    fn merge(&self, db: &Db, pieces: &[Part]) -> Result<()> {
        let mut is_equal = true;
        for piece in pieces {
            is_equal &= objects::record_part(db, self.connection, &self.prefix, piece)?;
        }
        let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else { return Ok(()) };
        if !is_equal {
            return Ok(());
        }
        db.prepare_cached(
            "INSERT INTO stretches (connection, after, until, prefix, keys, digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .and_then(|mut s| {
            s.execute(params![
                self.connection,
                first.after,
                last.until,
                self.prefix,
                count(pieces) as i64,
                digest(pieces)
            ])
        })
        .map_err(sql_error)?;
        Ok(())
    }
}

/// What of a part lies before an end, and the rest.
fn cut(part: Part, end: Option<&str>) -> (Part, Option<Part>) {
    let end = end.filter(|end| part.until.as_deref().is_none_or(|until| *end < until));
    let Some(end) = end else { return (part, None) };
    let Part { after, until, mut objects } = part;
    let rest = objects.split_off(objects.partition_point(|object| object.key.as_str() <= end));
    (Part { after, until: Some(end.to_owned()), objects }, Some(Part { after: end.to_owned(), until, objects: rest }))
}

fn recorded(db: &Db, connection: i64) -> Result<Vec<Stretch>> {
    let mut statement = db
        .prepare_cached("SELECT after, until, keys, digest FROM stretches WHERE connection = ?1 ORDER BY after")
        .map_err(sql_error)?;
    let rows = statement
        .query_map([connection], |row| {
            let (after, until, keys, digest) = (row.get(0)?, row.get(1)?, row.get::<_, i64>(2)? as usize, row.get(3)?);
            Ok(Stretch { after, until, keys, digest, has_changed: false, waiting: Vec::new() })
        })
        .map_err(sql_error)?;
    rows.collect::<std::result::Result<_, _>>().map_err(sql_error)
}

/// Forgets the stretches of a connection: its objects change otherwise than by a listing.
pub(super) fn forget_all(db: &Db, connection: i64) -> Result<()> {
    db.execute("DELETE FROM stretches WHERE connection = ?1", [connection]).map_err(sql_error)?;
    Ok(())
}

/// How many objects parts have.
fn count(parts: &[Part]) -> usize {
    parts.iter().map(|part| part.objects.len()).sum()
}

/// Equal for equal objects, wherever they were cut. Each text ends in a byte that no text has.
pub(super) fn digest(pieces: &[Part]) -> Vec<u8> {
    let mut fields = Vec::with_capacity(count(pieces) * BYTES);
    for ObjectMeta { key, etag, size, modified, storage_class } in pieces.iter().flat_map(|piece| &piece.objects) {
        for text in [key.as_str(), etag.as_str(), storage_class.as_deref().unwrap_or_default()] {
            fields.extend_from_slice(text.as_bytes());
            fields.push(0xff);
        }
        fields.extend_from_slice(&size.to_le_bytes());
        fields.extend_from_slice(&modified.unwrap_or(i64::MIN).to_le_bytes());
    }
    blake3::hash(&fields).as_bytes().to_vec()
}
