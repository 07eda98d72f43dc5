//! Says which of our errors a failed request is: first by S3's error code, then by its message, then by the
//! HTTP status; requests without an answer by how far they came.
//!
//! The code comes first because the status lies: S3 answers 403 for an unknown key, a wrong secret, a wrong
//! clock, an archived object and a real refusal alike
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>).
//! Texts of the server are shown, escaped and cut, and never contain what we signed with.

use std::error::Error as StdError;
use std::io;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::RequestId;

use super::listing::CutListing;
use crate::error::ErrorCode;

/// What was asked for: a missing bucket and a missing object both answer 404.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    List,
    Fetch,
}

/// A failure, named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) code: ErrorCode,
    /// In the server's words, or in those of the network.
    pub(super) reason: String,
    /// The right region, where the server names it.
    pub(super) region: Option<String>,
    /// What may be done about it.
    pub(super) cause: Cause,
}

impl Failure {
    /// A failure about which nothing more is known.
    pub(super) fn new(code: ErrorCode, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into(), region: None, cause: Cause::Other }
    }
}

/// What a failure says about the form of the request, or about the way to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Nothing that another form would change.
    Other,
    /// No answer at all.
    NoAnswer,
    /// The server's certificate is from nobody that this computer trusts.
    NotTrusted,
    /// What answers does not speak TLS.
    NoTls,
    /// It failed the way a wrong addressing style fails, and other things too.
    WrongStyle,
    /// The server refuses this addressing style.
    RefusesStyle,
    /// The server does not have this operation.
    NotImplemented,
    /// The server refuses `encoding-type`.
    RefusesEncoding,
    /// An answer that is not XML …
    NotXml,
    /// … because of a character that XML cannot hold.
    ControlCharacter,
    /// The bucket is one whose readers pay, in the server's words.
    AsksPayer,
    /// The server does not know the access key; whether a secret fits it is not said.
    UnknownKey,
}

/// The longest text of a server that is shown, in characters.
const LONGEST_REASON: usize = 400;

/// S3's codes, those of compatible services included.
const BY_CODE: &[(&str, ErrorCode)] = &[
    ("InvalidAccessKeyId", ErrorCode::AuthenticationFailed),
    ("SignatureDoesNotMatch", ErrorCode::AuthenticationFailed),
    ("InvalidSecurity", ErrorCode::AuthenticationFailed),
    ("InvalidToken", ErrorCode::AuthenticationFailed),
    ("InvalidTokenId", ErrorCode::AuthenticationFailed),
    ("InvalidClientTokenId", ErrorCode::AuthenticationFailed),
    ("UnrecognizedClientException", ErrorCode::AuthenticationFailed),
    ("NotSignedUp", ErrorCode::AuthenticationFailed),
    ("AuthFailure", ErrorCode::AuthenticationFailed),
    ("Unauthorized", ErrorCode::AuthenticationFailed),
    ("CredentialsNotSupported", ErrorCode::AuthenticationFailed),
    ("ExpiredToken", ErrorCode::CredentialsExpired),
    ("ExpiredTokenException", ErrorCode::CredentialsExpired),
    ("TokenRefreshRequired", ErrorCode::CredentialsExpired),
    ("RequestTimeTooSkewed", ErrorCode::ClockSkewed),
    ("RequestExpired", ErrorCode::ClockSkewed),
    ("AccessDenied", ErrorCode::AccessDenied),
    ("AllAccessDisabled", ErrorCode::AccessDenied),
    ("AccountProblem", ErrorCode::AccessDenied),
    ("UnauthorizedAccess", ErrorCode::AccessDenied),
    ("Forbidden", ErrorCode::AccessDenied),
    ("NoSuchBucket", ErrorCode::BucketNotFound),
    ("InvalidBucketName", ErrorCode::BucketNotFound),
    ("PermanentRedirect", ErrorCode::WrongRegion),
    ("TemporaryRedirect", ErrorCode::WrongRegion),
    ("Redirect", ErrorCode::WrongRegion),
    ("InvalidRegion", ErrorCode::WrongRegion),
    ("IllegalLocationConstraintException", ErrorCode::WrongRegion),
    ("SlowDown", ErrorCode::Throttled),
    ("SlowDownRead", ErrorCode::Throttled),
    ("ServiceUnavailable", ErrorCode::Throttled),
    ("Throttling", ErrorCode::Throttled),
    ("ThrottlingException", ErrorCode::Throttled),
    ("RequestLimitExceeded", ErrorCode::Throttled),
    ("TooManyRequests", ErrorCode::Throttled),
    ("BandwidthLimitExceeded", ErrorCode::Throttled),
    ("RequestTimeout", ErrorCode::Unreachable),
    ("UserProjectMissing", ErrorCode::AccessDenied),
    ("InvalidObjectState", ErrorCode::ObjectArchived),
    ("NoSuchKey", ErrorCode::ObjectGone),
    ("PreconditionFailed", ErrorCode::ObjectChanged),
];

/// Messages that say more than their code: Garage answers `AccessDenied` and `InvalidRequest` for all of these
/// (compared without regard to case).
const BY_MESSAGE: &[(&str, &str, ErrorCode)] = &[
    ("AccessDenied", "invalid signature", ErrorCode::AuthenticationFailed),
    ("AccessDenied", "no such key: gk", ErrorCode::AuthenticationFailed),
    ("AccessDenied", "request has expired", ErrorCode::ClockSkewed),
    ("InvalidRequest", "date is too old", ErrorCode::ClockSkewed),
];

/// How a request in the wrong addressing style may fail: the bucket is looked for in the wrong place, or the signature
/// is of another path.
const WRONG_STYLE: &[&str] = &["NoSuchBucket", "PermanentRedirect", "SignatureDoesNotMatch"];

/// How services say that there is no such access key.
const UNKNOWN_KEY: &[&str] = &["InvalidAccessKeyId", "InvalidTokenId", "InvalidClientTokenId"];

/// How services with one style say so: Alibaba, Tencent, Volcengine.
const STYLE_REFUSED: &[&str] = &["SecondLevelDomainForbidden", "PathStyleDomainForbidden", "InvalidPathAccess"];

/// An answer that is an error, reduced to what decides.
#[derive(Debug, Clone, Default)]
struct Answer<'a> {
    status: u16,
    code: Option<&'a str>,
    message: Option<&'a str>,
    region: Option<String>,
    /// A body that would be XML without its control characters.
    has_control: bool,
}

impl Answer<'_> {
    fn error_code(&self, asked: Asked) -> ErrorCode {
        match self.code {
            Some(code) => self.by_message(code).or_else(|| self.by_code(code, asked)),
            None => None,
        }
        .unwrap_or_else(|| self.by_status(asked))
    }

    fn by_message(&self, code: &str) -> Option<ErrorCode> {
        let message = self.message?.to_lowercase();
        let row = BY_MESSAGE.iter().find(|(of, part, _)| *of == code && message.contains(part));
        row.map(|(_, _, error)| *error)
    }

    fn by_code(&self, code: &str, asked: Asked) -> Option<ErrorCode> {
        // A signature header is malformed either for its region or for its access key.
        if code == "AuthorizationHeaderMalformed" {
            let region = self.region.is_some();
            return Some(if region { ErrorCode::WrongRegion } else { ErrorCode::AuthenticationFailed });
        }
        let found = BY_CODE.iter().find(|(name, _)| *name == code).map(|(_, error)| *error);
        // A listing that was taken for a read: something stands before the bucket in the address.
        found.map(|error| {
            if error == ErrorCode::ObjectGone && asked == Asked::List { ErrorCode::BucketNotFound } else { error }
        })
    }

    fn by_status(&self, asked: Asked) -> ErrorCode {
        match (self.status, asked) {
            (300..=399, _) if self.region.is_some() => ErrorCode::WrongRegion,
            (401, _) => ErrorCode::AuthenticationFailed,
            (403, _) => ErrorCode::AccessDenied,
            // Of a read, 404 without a code is no word of the bucket about its object: a proxy says that too.
            (404, Asked::List) => ErrorCode::BucketNotFound,
            (407, _) => ErrorCode::ProxyFailed,
            (408, _) => ErrorCode::Unreachable,
            (412, Asked::Fetch) => ErrorCode::ObjectChanged,
            (429 | 503, _) => ErrorCode::Throttled,
            _ => ErrorCode::StorageFailed,
        }
    }

    fn cause(&self, asked: Asked, code: ErrorCode) -> Cause {
        let message = self.message.unwrap_or_default().to_lowercase();
        let says = |word: &str| message.contains(word);
        let lists = asked == Asked::List;
        match self.code {
            Some("UserProjectMissing") => Cause::AsksPayer,
            _ if says("requester pays") || says("requester-pays") => Cause::AsksPayer,
            Some("InvalidArgument" | "InvalidRequest" | "NotImplemented") if says("encoding") => Cause::RefusesEncoding,
            Some("NotImplemented") => Cause::NotImplemented,
            Some(name) if UNKNOWN_KEY.contains(&name) => Cause::UnknownKey,
            // Garage.
            Some("AccessDenied") if says("no such key: gk") => Cause::UnknownKey,
            Some(name) if STYLE_REFUSED.contains(&name) => Cause::RefusesStyle,
            Some(name) if WRONG_STYLE.contains(&name) && self.region.is_none() => Cause::WrongStyle,
            None if lists && code == ErrorCode::BucketNotFound => Cause::WrongStyle,
            None if lists && self.has_control => Cause::ControlCharacter,
            None if lists && self.status < 300 => Cause::NotXml,
            _ => Cause::Other,
        }
    }

    /// The server's own words; where it has none, what it answered instead of S3.
    fn reason(&self) -> String {
        match (self.code, self.message) {
            (Some(code), Some(message)) if !message.is_empty() => format!("{code} – {}", readable(message)),
            (Some(code), _) => readable(code),
            (None, _) if self.has_control => {
                "the listing holds a control character that XML cannot hold: a key in the \
                                              bucket has one in its name, and the server does not encode keys"
                    .into()
            }
            (None, _) if self.status < 300 => {
                format!("the server does not speak S3: it answered {}, but not with S3's XML", self.status)
            }
            (None, _) if self.status == 407 => "the proxy asks for a name and a password".into(),
            (None, _) => format!("the server answered {} without an S3 error code", self.status),
        }
    }
}

/// Names a failed request.
pub(super) fn classify<E>(error: &SdkError<E, HttpResponse>, asked: Asked) -> Failure
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    if let Some(error) = find::<CredentialsError>(error) {
        return no_credentials(error);
    }
    if let Some(cut) = find::<CutListing>(error) {
        return Failure::new(ErrorCode::StorageFailed, cut.to_string());
    }
    match error {
        SdkError::ServiceError(failed) => answered(failed.raw(), failed.err(), asked),
        SdkError::DispatchFailure(_) | SdkError::ResponseError(_) if broken_channel(error) => {
            Failure { cause: broken_by(error), ..Failure::new(ErrorCode::TlsFailed, causes(error)) }
        }
        SdkError::ResponseError(failed) if failed.raw().status().is_success() => unread(failed.raw(), asked, error),
        SdkError::TimeoutError(_) => unreachable_storage("the storage did not answer in time".into()),
        SdkError::ConstructionFailure(_) => Failure::new(ErrorCode::StorageFailed, causes(error)),
        _ => unreachable_storage(causes(error)),
    }
}

fn unreachable_storage(reason: String) -> Failure {
    Failure { cause: Cause::NoAnswer, ..Failure::new(ErrorCode::Unreachable, reason) }
}

/// A reply whose body was there and could not be read as what it should be, or was not there whole.
fn unread(raw: &HttpResponse, asked: Asked, error: &(dyn StdError + 'static)) -> Failure {
    match raw.body().bytes() {
        Some(body) if asked == Asked::List && !body.is_empty() => {
            let answer = Answer { status: 200, has_control: has_control(body), ..Answer::default() };
            let code = ErrorCode::StorageFailed;
            Failure { cause: answer.cause(asked, code), ..Failure::new(code, answer.reason()) }
        }
        Some(_) | None => unreachable_storage(causes(error)),
    }
}

/// What a reply says, for whoever has not read it yet.
pub(super) fn of_reply(raw: &HttpResponse) -> ErrorCode {
    let body = text_of(raw);
    let (code, message) = (between(body, "<Code>", "</Code>"), between(body, "<Message>", "</Message>"));
    let answer = Answer { status: raw.status().as_u16(), code, message, ..Answer::default() };
    answer.error_code(Asked::List)
}

fn text_of(raw: &HttpResponse) -> &str {
    raw.body().bytes().and_then(|body| std::str::from_utf8(body).ok()).unwrap_or_default()
}

fn answered<E: ProvideErrorMetadata>(raw: &HttpResponse, error: &E, asked: Asked) -> Failure {
    let body = text_of(raw);
    let region = raw.headers().get("x-amz-bucket-region").map(str::to_owned);
    let region =
        region.or_else(|| named_region(body, error.message().unwrap_or_default())).filter(|region| is_region(region));
    let (code, message) = (error.code(), error.message());
    let has_control = code.is_none() && raw.status().is_success() && raw.body().bytes().is_some_and(has_control);
    let answer = Answer { status: raw.status().as_u16(), code, message, region, has_control };
    let code = answer.error_code(asked);
    let cause = answer.cause(asked, code);
    let request = raw.headers().request_id().map(|id| format!(" (request {})", readable(id)));
    let reason = format!("{}{}", answer.reason(), request.unwrap_or_default());
    let region = answer.region.filter(|_| code == ErrorCode::WrongRegion);
    Failure { code, reason, region, cause }
}

/// The region in `<Region>eu-west-1</Region>`, or in "… expecting 'eu-west-1'".
fn named_region(body: &str, message: &str) -> Option<String> {
    let region = between(body, "<Region>", "</Region>").or_else(|| between(message, "expecting '", "'"));
    region.map(str::to_owned)
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(start)?;
    rest.split_once(end).map(|(found, _)| found)
}

/// Whether a listing has characters that XML 1.0 cannot hold, raw or as a reference
/// (<https://www.w3.org/TR/xml/#charsets>).
fn has_control(body: &[u8]) -> bool {
    let is_control = |code: u32| code < 0x20 && !matches!(code, 0x9 | 0xa | 0xd);
    let Ok(text) = std::str::from_utf8(body) else { return false };
    let referred = |rest: &str| {
        let name = rest.split_once(';').map(|(name, _)| name)?;
        match name.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => name.parse().ok(),
        }
    };
    text.contains("ListBucketResult")
        && (text.chars().any(|c| is_control(u32::from(c)))
            || text.split("&#").skip(1).filter_map(referred).any(is_control))
}

fn is_region(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// Only an explicit word of expiry is one: everything else is fixed where the credentials are set up.
fn no_credentials(error: &CredentialsError) -> Failure {
    let text = causes(error);
    let expired = text.to_lowercase().contains("expired");
    let code = if expired { ErrorCode::CredentialsExpired } else { ErrorCode::CredentialsMissing };
    Failure::new(code, text)
}

/// What a handshake failed of, where another setting would help.
fn broken_by(error: &(dyn StdError + 'static)) -> Cause {
    use rustls::CertificateError::UnknownIssuer;
    match find::<rustls::Error>(error) {
        Some(rustls::Error::InvalidCertificate(UnknownIssuer)) => Cause::NotTrusted,
        Some(rustls::Error::InvalidMessage(_)) => Cause::NoTls,
        Some(_) | None => Cause::Other,
    }
}

/// rustls reports everything that is wrong with a certificate or a handshake as invalid data.
fn broken_channel(error: &(dyn StdError + 'static)) -> bool {
    let invalid = |cause: &(dyn StdError + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::InvalidData)
    };
    chain(error).any(invalid)
}

fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    chain(error).find_map(|cause| cause.downcast_ref::<T>())
}

fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&cause| cause_of(cause))
}

/// An I/O error that wraps another one leaves it out of its sources: TLS errors are found nowhere else.
fn cause_of<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

/// The causes from the outside in, each said once. None of the SDK's errors prints headers or signed URLs.
fn causes(error: &(dyn StdError + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    for text in chain(error).map(ToString::to_string) {
        if !said.iter().any(|earlier| earlier.contains(&text)) {
            said.push(text);
        }
    }
    readable(&said.join(": "))
}

/// As one line of bounded length.
pub(super) fn readable(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = line.trim();
    match line.char_indices().nth(LONGEST_REASON) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests;
