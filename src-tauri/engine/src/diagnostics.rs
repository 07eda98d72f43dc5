//! A report for somebody who helps, in which nothing stands that is a person's own. Pure.
//!
//! Redaction is by construction: a [`Page`] takes only what is [`Plain`], and no text is. Names, buckets, addresses, keys,
//! tags and rules become an [`Alias`] (the same thing, the same number, all through a page) or are told by their
//! measure. Whoever wants to show more has to make a type for it here, and say why it tells nothing.

use std::fmt::Write as _;
use std::net::IpAddr;

use url::{Host, Url};

use crate::connection::{Addressing, Credentials, Destination, OnGone};
use crate::error::ErrorCode;
use crate::knowledge_base::Address;
use crate::plan::DocumentState;
use crate::tag::{OnIllegalTag, OnNoMatch};
use crate::view::{ConnectionState, Notifications, ProxyChoice, RunState, RunTrigger};

/// What may stand in a report. Text of any origin is none.
pub(crate) trait Plain {
    fn say(&self) -> String;
}

/// A report that is being written.
#[derive(Debug, Default)]
pub(crate) struct Page(String);

impl Page {
    /// Begins a part; deeper ones are indented.
    pub(crate) fn part(&mut self, depth: usize, title: impl Plain) {
        if depth == 0 && !self.0.is_empty() {
            self.0.push('\n');
        }
        let _ = writeln!(self.0, "{}{}", "  ".repeat(depth), title.say());
    }

    /// A fact of the part that was begun last.
    pub(crate) fn fact(&mut self, depth: usize, name: &'static str, value: impl Plain) {
        let _ = writeln!(self.0, "{}{name}: {}", "  ".repeat(depth), value.say());
    }

    pub(crate) fn text(self) -> String {
        self.0
    }
}

impl Plain for &'static str {
    fn say(&self) -> String {
        (*self).to_owned()
    }
}

impl Plain for u64 {
    fn say(&self) -> String {
        self.to_string()
    }
}

impl Plain for bool {
    fn say(&self) -> String {
        if *self { "yes" } else { "no" }.to_owned()
    }
}

impl<T: Plain> Plain for Option<T> {
    fn say(&self) -> String {
        self.as_ref().map_or_else(|| "none".to_owned(), Plain::say)
    }
}

impl<T: Plain> Plain for Vec<T> {
    fn say(&self) -> String {
        self.iter().map(Plain::say).collect::<Vec<_>>().join(", ")
    }
}

/// Two values on one line.
impl<T: Plain, U: Plain> Plain for (T, U) {
    fn say(&self) -> String {
        format!("{} {}", self.0.say(), self.1.say())
    }
}

/// Variants without fields, by their stable names.
macro_rules! variants {
    ($($name:ty),*) => { $( impl Plain for $name {
        fn say(&self) -> String {
            match serde_json::to_value(self) {
                Ok(serde_json::Value::String(name)) => name,
                _ => unreachable!("a unit variant serialises to its name"),
            }
        }
    } )* };
}

variants!(ErrorCode, RunState, RunTrigger, ConnectionState, OnGone, OnNoMatch, OnIllegalTag, Addressing, Notifications);

impl Plain for DocumentState {
    fn say(&self) -> String {
        match self {
            Self::Intended => "intended",
            Self::Sent => "sent",
            Self::Indexed => "indexed",
            Self::Rejected => "rejected",
            Self::Removing => "removing",
        }
        .to_owned()
    }
}

/// A moment, to the second, in UTC.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment(pub(crate) i64);

impl Plain for Moment {
    fn say(&self) -> String {
        let moment = jiff::Timestamp::from_second(self.0.div_euclid(1_000));
        moment.map_or_else(|_| "unknown".to_owned(), |moment| moment.to_string())
    }
}

/// What stands for something that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Alias {
    kind: &'static str,
    number: usize,
}

impl Plain for Alias {
    fn say(&self) -> String {
        format!("{}-{}", self.kind, self.number)
    }
}

/// Names of one kind, each with its number. The names themselves never leave.
#[derive(Debug)]
pub(crate) struct Aliases {
    kind: &'static str,
    names: Vec<String>,
}

impl Aliases {
    pub(crate) fn of(kind: &'static str) -> Self {
        Self { kind, names: Vec::new() }
    }

    pub(crate) fn alias(&mut self, name: &str) -> Alias {
        let known = self.names.iter().position(|known| known == name);
        let at = known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        Alias { kind: self.kind, number: at + 1 }
    }
}

/// How a text is built, without its words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    characters: usize,
    parts: usize,
    ends_with_slash: bool,
}

impl Shape {
    pub(crate) fn of(text: &str) -> Option<Self> {
        let shape = Self {
            characters: text.chars().count(),
            parts: text.split('/').filter(|part| !part.is_empty()).count(),
            ends_with_slash: text.ends_with('/'),
        };
        (!text.is_empty()).then_some(shape)
    }
}

impl Plain for Shape {
    fn say(&self) -> String {
        let end = if self.ends_with_slash { ", ends with a slash" } else { "" };
        format!("{} characters in {} parts{end}", self.characters, self.parts)
    }
}

/// Domains that are a provider's own, and so nobody's name.
const PROVIDERS: [(&str, &str); 6] = [
    ("amazonaws.com", "Amazon S3"),
    ("digitaloceanspaces.com", "DigitalOcean Spaces"),
    ("r2.cloudflarestorage.com", "Cloudflare R2"),
    ("backblazeb2.com", "Backblaze B2"),
    ("wasabisys.com", "Wasabi"),
    ("tigris.dev", "Tigris"),
];

/// What an address is like, without the address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Server {
    secure: bool,
    host: &'static str,
    port: Option<u16>,
}

impl Server {
    pub(crate) fn of(address: &str) -> Option<Self> {
        let url = Url::parse(address).ok()?;
        let host = match url.host()? {
            Host::Domain(name) if name == "localhost" || name.ends_with(".localhost") => "this computer",
            Host::Domain(name) => {
                let is_of = |domain: &str| name == domain || name.ends_with(&format!(".{domain}"));
                PROVIDERS.iter().find(|(domain, _)| is_of(domain)).map_or("a named host", |(_, provider)| provider)
            }
            Host::Ipv4(address) => kind_of(IpAddr::V4(address)),
            Host::Ipv6(address) => kind_of(IpAddr::V6(address)),
        };
        Some(Self { secure: url.scheme() == "https", host, port: url.port() })
    }
}

fn kind_of(address: IpAddr) -> &'static str {
    match address {
        address if address.is_loopback() => "this computer",
        IpAddr::V4(address) if address.is_private() => "an address of a local network",
        IpAddr::V6(address) if address.is_unique_local() => "an address of a local network",
        IpAddr::V4(_) | IpAddr::V6(_) => "an address",
    }
}

impl Plain for Server {
    fn say(&self) -> String {
        let port = self.port.map(|port| format!(", port {port}")).unwrap_or_default();
        format!("{}, {}{port}", self.host, if self.secure { "https" } else { "http" })
    }
}

/// A region in the form of Amazon's, or `auto`; everything else may be somebody's word.
#[derive(Debug, Clone)]
pub(crate) struct Region(Option<String>);

impl Region {
    pub(crate) fn of(text: &str) -> Self {
        let mut parts = text.split('-').rev();
        let is_number = |part: &str| matches!(part.len(), 1 | 2) && part.bytes().all(|b| b.is_ascii_digit());
        let direction = |part: &str| {
            let mut word = part;
            for way in ["north", "south", "east", "west", "central"] {
                word = word.strip_prefix(way).unwrap_or(word);
            }
            !part.is_empty() && word.is_empty()
        };
        let (number, way, rest) = (parts.next(), parts.next(), parts.collect::<Vec<_>>());
        let of_amazon = number.is_some_and(is_number)
            && way.is_some_and(direction)
            && matches!(rest[..], [land] | ["gov", land] if land.len() == 2 && land.bytes().all(|b| b.is_ascii_lowercase()));
        Self((of_amazon || text == "auto").then(|| text.to_owned()))
    }
}

impl Plain for Region {
    fn say(&self) -> String {
        self.0.clone().unwrap_or_else(|| "another".to_owned())
    }
}

/// A version number, or the short name of a system: nothing else has this form.
#[derive(Debug, Clone)]
pub(crate) struct Token(String);

impl Token {
    /// Letters, digits, dots, hyphens and underscores, at most sixteen of them. For what the system itself says.
    pub(crate) fn of_system(text: &str) -> Option<Self> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        ((1..=16).contains(&text.len()) && text.bytes().all(fits)).then(|| Self(text.to_owned()))
    }

    /// A locale, such as `de_DE.UTF-8`.
    pub(crate) fn of_locale(text: &str) -> Option<Self> {
        let (name, encoding) = text.split_once('.').map_or((text, None), |(name, encoding)| (name, Some(encoding)));
        let letters = |text: &str, case: fn(&u8) -> bool, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|b| case(&b))
        };
        let fits = match name.split_once('_') {
            None => name == "C" || name == "POSIX" || letters(name, u8::is_ascii_lowercase, 3),
            Some((language, land)) => {
                letters(language, u8::is_ascii_lowercase, 3) && letters(land, u8::is_ascii_uppercase, 2)
            }
        };
        let known = encoding.is_none_or(|encoding| matches!(encoding, "UTF-8" | "utf8" | "ISO-8859-1" | "ISO-8859-15"));
        (fits && known).then(|| Self(text.to_owned()))
    }
}

impl Plain for Token {
    fn say(&self) -> String {
        self.0.clone()
    }
}

/// One of a few words that are known beforehand; all others are `other`.
pub(crate) fn one_of(known: &[&'static str], text: &str) -> &'static str {
    known.iter().find(|word| word.eq_ignore_ascii_case(text)).copied().unwrap_or("other")
}

/// Where credentials come from, without any of them.
pub(crate) fn credentials(credentials: &Credentials) -> &'static str {
    match credentials {
        Credentials::AccessKey { session_token: false, .. } => "access key",
        Credentials::AccessKey { session_token: true, .. } => "access key with a session token",
        Credentials::Environment => "environment",
        Credentials::Profile { .. } => "profile",
        Credentials::Anonymous => "none",
    }
}

/// How requests go out, without where.
pub(crate) fn proxy(choice: &ProxyChoice) -> &'static str {
    match choice {
        ProxyChoice::System => "of the system",
        ProxyChoice::None => "none",
        ProxyChoice::Manual { .. } => "set by hand",
    }
}

/// A knowledge base by what it is.
pub(crate) fn base(address: &Address) -> &'static str {
    if address.is_hosted() { "Supermemory's own service" } else { "a Supermemory of one's own" }
}

/// Where documents go.
pub(crate) fn destination(destination: &Destination, aliases: &mut Aliases) -> (&'static str, Option<Alias>) {
    match destination {
        Destination::Library => ("the library", None),
        Destination::Supermemory(address) => (base(address), Some(aliases.alias(address.as_str()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_has_the_same_number() {
        let mut buckets = Aliases::of("bucket");
        let said: Vec<String> = ["payroll", "photos", "payroll"].iter().map(|name| buckets.alias(name).say()).collect();
        assert_eq!(said, ["bucket-1", "bucket-2", "bucket-1"]);
    }

    #[test]
    fn an_address_is_told_by_what_it_is() {
        let said = |address| Server::of(address).map(|server| server.say());
        assert_eq!(said("http://127.0.0.1:9000").as_deref(), Some("this computer, http, port 9000"));
        assert_eq!(said("https://storage.payroll.example").as_deref(), Some("a named host, https"));
        assert_eq!(said("https://abc.r2.cloudflarestorage.com").as_deref(), Some("Cloudflare R2, https"));
        assert_eq!(said("http://192.168.1.9:9000").as_deref(), Some("an address of a local network, http, port 9000"));
        assert_eq!(said("payroll"), None);
    }

    #[test]
    fn what_may_be_somebodys_word_is_not_told() {
        for (text, expected) in [
            ("eu-central-1", "eu-central-1"),
            ("us-gov-west-1", "us-gov-west-1"),
            ("ap-southeast-2", "ap-southeast-2"),
            ("auto", "auto"),
            ("payroll", "another"),
            ("pay-roll-1", "another"),
            ("de-payroll-1", "another"),
        ] {
            assert_eq!(Region::of(text).say(), expected, "{text}");
        }
        assert!(Token::of_locale("de_DE.UTF-8").is_some() && Token::of_locale("C.UTF-8").is_some());
        assert!(Token::of_locale("payroll_secret").is_none() && Token::of_locale("de_DE.payroll").is_none());
        assert_eq!(one_of(&["GNOME"], "gnome"), "GNOME");
        assert_eq!(one_of(&["GNOME"], "payroll"), "other");
    }

    #[test]
    fn a_prefix_is_told_by_its_measure() {
        assert_eq!(Shape::of("users/payroll/").say(), "14 characters in 2 parts, ends with a slash");
        assert_eq!(Shape::of("").say(), "none");
    }
}
