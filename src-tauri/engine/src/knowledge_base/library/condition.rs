//! Which documents of the library are meant, as something that a statement can ask for.

use rusqlite::types::Value;

/// Which documents; the default means all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DocumentFilter {
    /// Of any of these containers; of all where there is none.
    pub tags: Vec<String>,
    /// The one of this id, the engine's or the library's.
    pub document: Option<String>,
    /// Of this key, or with a key under it where it ends in `/`.
    pub path: Option<String>,
    /// What their fields must be.
    pub condition: Option<Condition>,
}

/// Something that holds for a document or does not.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// All of these hold.
    All(Vec<Condition>),
    /// One of these holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// A field is this text; a number is compared as it is written.
    Is {
        /// The field.
        field: Field,
        /// The text.
        text: String,
        /// Capital and small ASCII letters are the same.
        ignore_case: bool,
    },
    /// A field has this text in it.
    Contains {
        /// The field.
        field: Field,
        /// The text.
        text: String,
        /// Capital and small ASCII letters are the same.
        ignore_case: bool,
    },
    /// A number compares with this one. What is no number does not.
    Compares {
        /// The field.
        field: Field,
        /// How.
        comparison: Comparison,
        /// With what.
        number: f64,
    },
}

/// How two numbers compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `=`
    Equal,
    /// `>=`
    AtLeast,
    /// `>`
    Greater,
}

/// What is known of a document beside its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The bucket.
    Bucket,
    /// The key.
    Key,
    /// The version, without quotes.
    ETag,
    /// Bytes.
    Size,
    /// Last modified, as text in UTC with milliseconds.
    Modified,
    /// Id of the connection.
    Connection,
    /// Something that no document has.
    Unknown,
}

impl Field {
    fn column(self) -> &'static str {
        match self {
            Self::Bucket => "documents.bucket",
            Self::Key => "documents.key",
            Self::ETag => "replace(documents.etag, '\"', '')",
            Self::Size => "cast(documents.size AS TEXT)",
            Self::Modified => "strftime('%Y-%m-%dT%H:%M:%fZ', documents.modified / 1000.0, 'unixepoch')",
            Self::Connection => "documents.connection",
            Self::Unknown => "NULL",
        }
    }
}

/// A condition in SQL with its values.
#[derive(Debug, Default)]
pub struct Clause {
    /// After `WHERE`; its values are `?1`, `?2`, … in order.
    pub sql: String,
    /// The values.
    pub values: Vec<Value>,
}

impl DocumentFilter {
    /// The filter in SQL, over the columns of `documents`.
    pub(super) fn clause(&self) -> Clause {
        let mut clause = Clause { sql: "1".into(), values: Vec::new() };
        if !self.tags.is_empty() {
            let places: Vec<String> = self.tags.iter().map(|tag| clause.value(tag.as_str())).collect();
            clause.sql += &format!(" AND documents.tag IN ({})", places.join(", "));
        }
        if let Some(id) = &self.document {
            let place = clause.value(id.as_str());
            clause.sql += &format!(" AND (documents.id = {place} OR documents.remote_id = {place})");
        }
        if let Some(path) = &self.path {
            let place = clause.value(path.as_str());
            clause.sql += &match path.is_empty() || path.ends_with('/') {
                true => format!(" AND substr(documents.key, 1, length({place})) = {place}"),
                false => format!(" AND documents.key = {place}"),
            };
        }
        if let Some(condition) = &self.condition {
            let sql = clause.condition(condition);
            clause.sql += &format!(" AND {sql}");
        }
        clause
    }
}

impl Clause {
    /// Keeps a value and returns its place.
    pub fn value(&mut self, value: impl Into<ClauseValue>) -> String {
        self.values.push(value.into().0);
        format!("?{}", self.values.len())
    }

    fn condition(&mut self, condition: &Condition) -> String {
        match condition {
            // A field that is not known is neither equal nor unequal to SQL; here it is simply not equal.
            Condition::All(parts) => self.joined(parts, " AND ", "1"),
            Condition::Any(parts) => self.joined(parts, " OR ", "0"),
            Condition::Not(part) => format!("(NOT {})", self.condition(part)),
            Condition::Is { field, text, ignore_case } => {
                let (column, place) = self.texts(*field, text, *ignore_case);
                format!("coalesce({column} = {place}, 0)")
            }
            Condition::Contains { field, text, ignore_case } => {
                let (column, place) = self.texts(*field, text, *ignore_case);
                format!("coalesce(instr({column}, {place}) > 0, 0)")
            }
            Condition::Compares { field: Field::Size, comparison, number } => {
                let place = self.value(*number);
                let operator = match comparison {
                    Comparison::Less => "<",
                    Comparison::AtMost => "<=",
                    Comparison::Equal => "=",
                    Comparison::AtLeast => ">=",
                    Comparison::Greater => ">",
                };
                format!("documents.size {operator} {place}")
            }
            Condition::Compares { .. } => "0".into(),
        }
    }

    fn joined(&mut self, parts: &[Condition], with: &str, none: &str) -> String {
        let parts: Vec<String> = parts.iter().map(|part| self.condition(part)).collect();
        if parts.is_empty() { none.to_owned() } else { format!("({})", parts.join(with)) }
    }

    fn texts(&mut self, field: Field, text: &str, ignore_case: bool) -> (String, String) {
        let (column, place) = (field.column(), self.value(text));
        match ignore_case {
            true => (format!("lower({column})"), format!("lower({place})")),
            false => (column.to_owned(), place),
        }
    }
}

/// A value of a statement.
pub struct ClauseValue(Value);

impl From<&str> for ClauseValue {
    fn from(text: &str) -> Self {
        Self(Value::Text(text.to_owned()))
    }
}

impl From<f64> for ClauseValue {
    fn from(number: f64) -> Self {
        Self(Value::Real(number))
    }
}

impl From<u64> for ClauseValue {
    fn from(number: u64) -> Self {
        Self(Value::Integer(i64::try_from(number).unwrap_or(i64::MAX)))
    }
}
