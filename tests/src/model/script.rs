//! Scripts: what happens to a world, in words that are read, printed, replayed and shrunk.
//!
//! ```text
//! limit 1 · put k2 a · run · wait · put k1 b · rule B · run {fetch1:crash, del2:late} · land
//! ```
//! All chance there is, is in the script: the same words always tell the same story.

use std::fmt;

use s3_connector_engine::connection::OnGone;

/// What happens, in order.
pub type Script = Vec<Op>;

/// One thing that happens between two runs, or a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// The bucket changes.
    Change(Change),
    /// Objects `k1` to `kN` are written, all with this content.
    Fill(u32, char),
    /// The tag rule is edited.
    Rule(Rule),
    /// These keys are excluded, and no others.
    Out(Vec<String>),
    /// The document limit is edited.
    Limit(u32),
    /// What happens to documents whose object is gone is edited.
    Gone(OnGone),
    /// The knowledge base is one like the library of this computer: what it takes is searchable at once, what it does
    /// not answer is done or never done. Said first.
    Library,
    /// The pipeline of the knowledge base gets one step further.
    Work,
    /// Requests that are late land.
    Land,
    /// Time passes: everything late lands, everything taken is processed.
    Wait,
    /// The state file loses its documents (an old backup is restored); the next run has to compare first.
    Lose,
    /// A person asks to send again what was refused.
    Retry,
    /// A run.
    Run(Faults),
    /// The engine looks after what waits, without a run.
    Settle(Faults),
}

/// A change of the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// An object is written. Content `P` fails in the pipeline, `V` vanishes there, `R` is refused at once.
    Put(String, char),
    /// The same bytes get another etag.
    Touch(String),
    /// The object moves to an archive class.
    Archive(String),
    /// The object is deleted.
    Delete(String),
}

/// The tag rules of this world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Every key gets the tag A.
    A,
    /// Every key gets the tag B.
    B,
    /// Every key gets a tag of its own, `k1` gets none.
    Own,
    /// No key gets a tag.
    None,
}

impl Rule {
    /// The tag that the rule gives a key.
    pub fn tag(self, key: &str) -> Option<&str> {
        match self {
            Self::A => Some("A"),
            Self::B => Some("B"),
            Self::Own => Some(key).filter(|key| *key != "k1"),
            Self::None => None,
        }
    }
}

/// What befalls a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults {
    /// What happens at which I/O.
    pub hits: Vec<(At, Fault)>,
    /// Removals that a person said yes to.
    pub confirmed: u64,
}

/// An I/O of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// The n-th of all, from 1.
    Any(u32),
    /// The n-th of its kind, from 1.
    Kind(Io, u32),
}

/// A kind of I/O.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Io {
    /// A page of the listing.
    List,
    /// A look whether an unlisted object is gone.
    Look,
    /// An object is read.
    Fetch,
    /// The knowledge base is asked how documents stand.
    Get,
    /// A document is put.
    Put,
    /// Documents are removed.
    Del,
    /// A commit of the state file.
    Db,
}

impl Io {
    /// Every kind.
    pub const ALL: [Self; 7] = [Self::List, Self::Look, Self::Fetch, Self::Get, Self::Put, Self::Del, Self::Db];

    fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Look => "look",
            Self::Fetch => "fetch",
            Self::Get => "get",
            Self::Put => "put",
            Self::Del => "del",
            Self::Db => "db",
        }
    }
}

/// What happens at an I/O.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The process ends; requests under way are lost.
    Crash,
    /// The process ends; requests under way land later.
    CrashLate,
    /// The power fails: what was not forced to disk is lost.
    Cut,
    /// The request is carried out, its reply is lost.
    Lost,
    /// No reply; the request lands later.
    Late,
    /// The request gets nowhere. A commit: the disk is full.
    Down,
    /// The network is down from here to the end of the run.
    Dead,
    /// The listing ends here and says that it is complete.
    Lie,
    /// Documents that were just sent are not shown yet.
    Blind,
    /// A person cancels the run.
    Cancel,
    /// Late requests land now.
    Land,
    /// The pipeline works now.
    Work,
    /// The bucket changes now.
    Change(Change),
}

const PLAIN: [(Fault, &str); 12] = [
    (Fault::Crash, "crash"),
    (Fault::CrashLate, "crash+late"),
    (Fault::Cut, "cut"),
    (Fault::Lost, "lost"),
    (Fault::Late, "late"),
    (Fault::Down, "down"),
    (Fault::Dead, "dead"),
    (Fault::Lie, "lie"),
    (Fault::Blind, "blind"),
    (Fault::Cancel, "cancel"),
    (Fault::Land, "land"),
    (Fault::Work, "work"),
];

/// The separator of a script.
const NEXT: &str = " · ";

/// Reads a script.
///
/// # Panics
/// Where it is no script: scripts are written by tests.
pub fn read(text: &str) -> Script {
    text.split(NEXT).map(|part| read_op(part).unwrap_or_else(|| panic!("“{part}” is nothing that happens"))).collect()
}

/// Prints a script as [`read`] reads it.
pub fn print(script: &[Op]) -> String {
    script.iter().map(ToString::to_string).collect::<Vec<_>>().join(NEXT)
}

fn read_op(text: &str) -> Option<Op> {
    let (head, hits) = text.split_once(" {").unwrap_or((text, "}"));
    let words: Vec<&str> = head.split(' ').collect();
    if let Some(change) = read_change(&words) {
        return Some(Op::Change(change));
    }
    Some(match words.as_slice() {
        ["fill", count, content] => Op::Fill(count.parse().ok()?, content.chars().next()?),
        ["rule", "A"] => Op::Rule(Rule::A),
        ["rule", "B"] => Op::Rule(Rule::B),
        ["rule", "own"] => Op::Rule(Rule::Own),
        ["rule", "none"] => Op::Rule(Rule::None),
        ["out", keys @ ..] => Op::Out(keys.iter().map(ToString::to_string).collect()),
        ["limit", limit] => Op::Limit(limit.parse().ok()?),
        ["gone", "keep"] => Op::Gone(OnGone::Keep),
        ["gone", "remove"] => Op::Gone(OnGone::Remove),
        ["work"] => Op::Work,
        ["land"] => Op::Land,
        ["wait"] => Op::Wait,
        ["lose"] => Op::Lose,
        ["retry"] => Op::Retry,
        ["library"] => Op::Library,
        ["run", confirmed @ ..] => {
            let confirmed = confirmed.first().map_or(Some(0), |number| number.parse().ok())?;
            Op::Run(Faults { hits: read_hits(hits)?, confirmed })
        }
        ["settle"] => Op::Settle(Faults { hits: read_hits(hits)?, confirmed: 0 }),
        _ => return None,
    })
}

fn read_change(words: &[&str]) -> Option<Change> {
    Some(match words {
        ["put", key, content] => Change::Put((*key).into(), content.chars().next()?),
        ["touch", key] => Change::Touch((*key).into()),
        ["archive", key] => Change::Archive((*key).into()),
        ["del", key] => Change::Delete((*key).into()),
        _ => return None,
    })
}

fn read_hits(text: &str) -> Option<Vec<(At, Fault)>> {
    text.strip_suffix('}')?.split(", ").filter(|hit| !hit.is_empty()).map(read_hit).collect()
}

fn read_hit(text: &str) -> Option<(At, Fault)> {
    let (at, fault) = text.split_once(':')?;
    let at = match at.parse() {
        Ok(number) => At::Any(number),
        Err(_) => {
            let io = Io::ALL.into_iter().find(|io| at.starts_with(io.name()))?;
            At::Kind(io, at[io.name().len()..].parse().ok()?)
        }
    };
    let plain = PLAIN.iter().find(|(_, name)| *name == fault).map(|(fault, _)| fault.clone());
    let change = || read_change(&fault.split('+').collect::<Vec<_>>()).map(Fault::Change);
    Some((at, plain.or_else(change)?))
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Change(change) => write!(f, "{change}"),
            Self::Fill(count, content) => write!(f, "fill {count} {content}"),
            Self::Rule(Rule::A) => f.write_str("rule A"),
            Self::Rule(Rule::B) => f.write_str("rule B"),
            Self::Rule(Rule::Own) => f.write_str("rule own"),
            Self::Rule(Rule::None) => f.write_str("rule none"),
            Self::Out(keys) => {
                f.write_str("out")?;
                keys.iter().try_for_each(|key| write!(f, " {key}"))
            }
            Self::Limit(limit) => write!(f, "limit {limit}"),
            Self::Gone(OnGone::Keep) => f.write_str("gone keep"),
            Self::Gone(OnGone::Remove) => f.write_str("gone remove"),
            Self::Work => f.write_str("work"),
            Self::Land => f.write_str("land"),
            Self::Wait => f.write_str("wait"),
            Self::Lose => f.write_str("lose"),
            Self::Retry => f.write_str("retry"),
            Self::Library => f.write_str("library"),
            Self::Run(faults) => {
                f.write_str("run")?;
                if faults.confirmed > 0 {
                    write!(f, " {}", faults.confirmed)?;
                }
                write_hits(f, faults)
            }
            Self::Settle(faults) => {
                f.write_str("settle")?;
                write_hits(f, faults)
            }
        }
    }
}

fn write_hits(f: &mut fmt::Formatter<'_>, faults: &Faults) -> fmt::Result {
    let hits: Vec<String> = faults.hits.iter().map(|(at, fault)| format!("{at}:{fault}")).collect();
    if hits.is_empty() { Ok(()) } else { write!(f, " {{{}}}", hits.join(", ")) }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Put(key, content) => write!(f, "put {key} {content}"),
            Self::Touch(key) => write!(f, "touch {key}"),
            Self::Archive(key) => write!(f, "archive {key}"),
            Self::Delete(key) => write!(f, "del {key}"),
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any(number) => write!(f, "{number}"),
            Self::Kind(io, number) => write!(f, "{}{number}", io.name()),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Change(change) => f.write_str(&change.to_string().replace(' ', "+")),
            plain => f.write_str(PLAIN.iter().find(|(fault, _)| fault == plain).map_or("", |(_, name)| name)),
        }
    }
}
