//! Where requests go and in which form: what a connection's settings mean on the wire. Pure.
//!
//! What is not set is known of the service ([`super::providers`]), and what is not known is begun with the usual and
//! found by trying: [`Target::detour`] names the one other form that is worth a request after a failure.

use aws_sdk_s3::types::{EncodingType, RequestPayer};

use super::classify::{Cause, Failure};
use super::providers::{ListVersion, Quirks, Style, quirks};
use crate::connection::{Addressing, Settings};
use crate::error::{Error, ErrorCode, FieldError, Result};
use crate::network::{Proxy, ProxyAddress};

/// Amazon's global region: where its signer goes when a connection says `auto`.
pub(super) const GLOBAL_REGION: &str = "us-east-1";

/// Where requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) bucket: String,
    pub(super) region: String,
    pub(super) endpoint: Option<String>,
    pub(super) style: Style,
    pub(super) version: ListVersion,
    /// Whether listings are asked for with `encoding-type=url`.
    pub(super) encodes_keys: bool,
    /// Whether a read may carry the SDK's `x-id`.
    pub(super) names_operation: bool,
    pub(super) requester_pays: bool,
    /// What may still be tried another way.
    open: Open,
}

/// What was neither set nor tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Open {
    style: bool,
    region: bool,
    version: bool,
    encoding: bool,
}

/// Another form, worth one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Detour {
    pub(super) target: Target,
    /// Nothing says that it is right: only a page does.
    pub(super) is_guess: bool,
}

impl Target {
    /// What a connection's settings mean on the wire.
    ///
    /// # Errors
    /// `invalid_connection` for a directory bucket (S3 Express One Zone): its listings are not ordered and its
    /// sessions need more than the two permissions we ask for.
    pub(super) fn of(settings: &Settings) -> Result<Self> {
        let bucket = settings.bucket.clone();
        if settings.endpoint.is_none() && bucket.ends_with("--x-s3") {
            return Err(Error::fields(vec![FieldError {
                field: "bucket".into(),
                message: "Directory buckets (S3 Express One Zone) cannot be synced. Use a general purpose bucket."
                    .into(),
                span: None,
            }]));
        }
        let quirks = settings.endpoint.as_deref().map(quirks).unwrap_or_default();
        let follows_region = settings.region.eq_ignore_ascii_case("auto");
        let region = match (&settings.endpoint, &quirks.region) {
            _ if !follows_region => settings.region.clone(),
            (None, _) => GLOBAL_REGION.to_owned(),
            (Some(_), Some(region)) => region.clone(),
            (Some(_), None) => settings.region.clone(),
        };
        let Quirks { version, encodes_keys, names_operation, .. } = quirks;
        let style = match settings.addressing {
            Addressing::Path => Style::Path,
            Addressing::Virtual => Style::Virtual,
            Addressing::Auto => quirks.style.unwrap_or_else(|| usual_style(&bucket, settings.endpoint.as_deref())),
        };
        let open = Open {
            // Amazon's rules are known, and no name can stand before an address.
            style: settings.addressing == Addressing::Auto
                && settings.endpoint.as_deref().is_some_and(|endpoint| is_named(endpoint) && is_host_name(&bucket)),
            region: follows_region,
            version: version == ListVersion::Two,
            encoding: true,
        };
        let (endpoint, requester_pays) = (settings.endpoint.clone(), settings.requester_pays);
        Ok(Self { bucket, region, endpoint, style, version, encodes_keys, names_operation, requester_pays, open })
    }

    /// How keys are to be written in a listing.
    pub(super) fn encoding(&self) -> Option<EncodingType> {
        self.encodes_keys.then_some(EncodingType::Url)
    }

    /// Who pays for a request, where it is not the bucket's owner.
    pub(super) fn payer(&self) -> Option<RequestPayer> {
        self.requester_pays.then_some(RequestPayer::Requester)
    }

    /// How an error names the place, without anything secret: endpoints carry no user and no query.
    pub(super) fn place(&self) -> String {
        match &self.endpoint {
            Some(endpoint) => format!("“{}” at {endpoint}", self.bucket),
            None => format!("“{}” at Amazon S3 ({})", self.bucket, self.region),
        }
    }

    /// The other form that is worth a request after a failed listing, each at most once; `first_page`: no listing
    /// has begun that could not be gone on with in another form.
    pub(super) fn detour(&self, failure: &Failure, first_page: bool) -> Option<Detour> {
        if let Some(detour) = self.to_region(failure) {
            return Some(detour);
        }
        let mut target = self.clone();
        match failure.cause {
            Cause::WrongStyle | Cause::RefusesStyle if self.open.style && first_page => target.turn_style(),
            // The name or the certificate that only this style needs is not there.
            Cause::NoAnswer | Cause::NotTrusted | Cause::NoTls
                if self.open.style && first_page && self.style == Style::Virtual =>
            {
                target.turn_style();
            }
            Cause::NotImplemented if self.open.version && first_page => {
                target.version = ListVersion::One;
                target.open.version = false;
            }
            Cause::NotXml | Cause::ControlCharacter | Cause::RefusesEncoding if self.open.encoding => {
                target.encodes_keys = !self.encodes_keys;
                target.open.encoding = false;
            }
            Cause::WrongStyle
            | Cause::RefusesStyle
            | Cause::NoAnswer
            | Cause::NotTrusted
            | Cause::NoTls
            | Cause::NotImplemented
            | Cause::NotXml
            | Cause::ControlCharacter
            | Cause::RefusesEncoding
            | Cause::AsksPayer
            | Cause::UnknownKey
            | Cause::Other => return None,
        }
        // What is said of a bucket in a place that was guessed is no better than what was said before.
        Some(Detour { target, is_guess: failure.cause == Cause::WrongStyle })
    }

    /// The region that the server named, where a connection leaves it open.
    pub(super) fn to_region(&self, failure: &Failure) -> Option<Detour> {
        let region = failure.region.as_ref().filter(|region| **region != self.region)?;
        let mut target = self.clone();
        target.region.clone_from(region);
        target.open.region = false;
        (self.open.region && failure.code == ErrorCode::WrongRegion).then_some(Detour { target, is_guess: false })
    }

    /// The same place, of which nothing more is tried that was tried now.
    pub(super) fn settled(&self, tried: &Self) -> Self {
        let (ours, theirs) = (self.open, tried.open);
        let open = Open {
            style: ours.style && theirs.style,
            region: ours.region && theirs.region,
            version: ours.version && theirs.version,
            encoding: ours.encoding && theirs.encoding,
        };
        Self { open, ..self.clone() }
    }

    fn turn_style(&mut self) {
        self.style = match self.style {
            Style::Path => Style::Virtual,
            Style::Virtual => Style::Path,
        };
        self.open.style = false;
    }
}

/// The way to the server, step by step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way {
    /// Whether the channel is encrypted.
    pub(crate) secure: bool,
    /// The host that requests go to.
    pub(crate) host: String,
    /// Its port.
    pub(crate) port: u16,
    /// The host without the bucket's name, where that stands before it.
    pub(crate) plain_host: Option<String>,
    /// The proxy that stands between: names are then its business.
    pub(crate) proxy: Option<ProxyAddress>,
}

/// The way to the server of these settings.
///
/// # Errors
/// As [`Target::of`].
pub(crate) fn way(settings: &Settings, proxy: &Proxy) -> Result<Way> {
    Ok(Target::of(settings)?.way(proxy))
}

impl Target {
    /// The way to this place.
    pub(super) fn way(&self, proxy: &Proxy) -> Way {
        let url = self.endpoint.as_deref().and_then(|endpoint| url::Url::parse(endpoint).ok());
        let secure = url.as_ref().is_none_or(|url| url.scheme() == "https");
        let port = url.as_ref().and_then(url::Url::port_or_known_default).unwrap_or(443);
        let plain = match (&self.endpoint, url.as_ref().and_then(url::Url::host_str)) {
            (Some(_), host) => host.unwrap_or_default().trim_matches(['[', ']']).to_owned(),
            (None, _) => {
                let end = if self.region.starts_with("cn-") { ".cn" } else { "" };
                format!("s3.{}.amazonaws.com{end}", self.region)
            }
        };
        let before =
            self.style == Style::Virtual && is_host_name(&self.bucket) && self.endpoint.as_deref().is_none_or(is_named);
        let host = if before { format!("{}.{plain}", self.bucket) } else { plain.clone() };
        let proxy = proxy.on_the_way_to(secure, &host);
        Way { secure, host, port, plain_host: before.then_some(plain), proxy }
    }
}

/// Path style for compatible services: only it works for a server that is reached by an IP address or has no wildcard
/// certificate. On Amazon virtual host, which newer regions insist on, unless the name has a dot: no wildcard
/// certificate covers `my.bucket.s3.amazonaws.com`.
fn usual_style(bucket: &str, endpoint: Option<&str>) -> Style {
    match endpoint {
        None if !bucket.contains('.') => Style::Virtual,
        None | Some(_) => Style::Path,
    }
}

/// Whether an endpoint's host is a name.
fn is_named(endpoint: &str) -> bool {
    let url = url::Url::parse(endpoint).ok();
    matches!(url.as_ref().and_then(url::Url::host), Some(url::Host::Domain(_)))
}

/// Whether a bucket's name can be one label of a host's name.
fn is_host_name(bucket: &str) -> bool {
    bucket.len() <= 63
        && bucket.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !bucket.starts_with('-')
        && !bucket.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::super::s3::tests::settings;
    use super::*;

    fn target(endpoint: Option<&str>, region: &str, addressing: Addressing) -> Target {
        let mut settings = settings();
        (settings.endpoint, settings.region) = (endpoint.map(str::to_owned), region.to_owned());
        settings.addressing = addressing;
        Target::of(&settings).expect("valid")
    }

    fn failure(code: ErrorCode, cause: Cause) -> Failure {
        Failure { cause, ..Failure::new(code, "") }
    }

    const NAMED: Option<&str> = Some("https://s3.example.com");

    #[test]
    fn amazon_buckets_are_hosts_unless_a_dot_breaks_the_certificate() {
        assert_eq!(usual_style("user-files", None), Style::Virtual);
        assert_eq!(usual_style("files.example.com", None), Style::Path);
    }

    #[test]
    fn other_endpoints_get_path_style_unless_they_are_known_to_refuse_it() {
        let style = |endpoint| target(Some(endpoint), "auto", Addressing::Auto).style;
        for endpoint in ["http://127.0.0.1:9000", "https://id.r2.cloudflarestorage.com", "https://nas.local/s3"] {
            assert_eq!(style(endpoint), Style::Path, "{endpoint}");
        }
        assert_eq!(style("https://oss-eu-central-1.aliyuncs.com"), Style::Virtual);
        assert_eq!(style("https://aliyuncs.com.example.org"), Style::Path);
    }

    #[test]
    fn a_style_that_is_set_is_taken_and_not_tried_another_way() {
        let wrong = failure(ErrorCode::BucketNotFound, Cause::WrongStyle);
        for (addressing, style) in [(Addressing::Path, Style::Path), (Addressing::Virtual, Style::Virtual)] {
            let target = target(NAMED, "us-east-1", addressing);
            assert_eq!(target.style, style);
            assert_eq!(target.detour(&wrong, true), None);
        }
    }

    #[test]
    fn the_other_style_is_tried_once_and_only_for_names() {
        let wrong = failure(ErrorCode::BucketNotFound, Cause::WrongStyle);
        let first = target(NAMED, "us-east-1", Addressing::Auto);
        let second = first.detour(&wrong, true).expect("the other style").target;
        assert_eq!((first.style, second.style), (Style::Path, Style::Virtual));
        assert_eq!(second.detour(&wrong, true), None);
        assert_eq!(first.settled(&second).detour(&wrong, true), None, "never more than one request");
        assert_eq!(first.detour(&wrong, false), None, "a listing goes on as it began");
        let no_answer = failure(ErrorCode::Unreachable, Cause::NoAnswer);
        assert_eq!(first.detour(&no_answer, true), None, "path style needs no other name");
        for endpoint in [Some("http://127.0.0.1:9000"), Some("http://[::1]:9000"), None] {
            assert_eq!(target(endpoint, "us-east-1", Addressing::Auto).detour(&wrong, true), None, "{endpoint:?}");
        }
    }

    #[test]
    fn a_name_that_only_virtual_hosts_need_and_that_is_missing_turns_to_path_style() {
        let first = target(Some("https://oss-eu-central-1.aliyuncs.com"), "auto", Addressing::Auto);
        let second = first.detour(&failure(ErrorCode::Unreachable, Cause::NoAnswer), true).expect("path style");
        assert_eq!(second.target.style, Style::Path);
    }

    #[test]
    fn auto_is_the_region_that_the_host_tells_or_amazons_global_one_or_stays() {
        let region = |endpoint| target(endpoint, "auto", Addressing::Auto).region;
        assert_eq!(region(None), "us-east-1");
        assert_eq!(region(Some("https://id.r2.cloudflarestorage.com")), "auto");
        assert_eq!(region(Some("https://s3.eu-central-1.wasabisys.com")), "eu-central-1");
        assert_eq!(region(Some("http://127.0.0.1:9000")), "auto");
        assert_eq!(target(Some("https://s3.fr-par.scw.cloud"), "nl-ams", Addressing::Auto).region, "nl-ams");
    }

    #[test]
    fn a_region_that_the_server_names_is_followed_once_where_it_was_left_open() {
        let elsewhere = Failure { region: Some("eu-west-1".into()), ..failure(ErrorCode::WrongRegion, Cause::Other) };
        let first = target(None, "auto", Addressing::Auto);
        let second = first.detour(&elsewhere, false).expect("the named region");
        assert_eq!((second.target.region.as_str(), second.is_guess), ("eu-west-1", false));
        let again = Failure { region: Some("eu-west-2".into()), ..elsewhere.clone() };
        assert_eq!(second.target.detour(&again, false), None);
        assert_eq!(target(None, "us-east-1", Addressing::Auto).detour(&elsewhere, false), None, "it was set");
    }

    #[test]
    fn a_page_that_is_no_xml_is_asked_for_once_more_with_the_other_encoding() {
        let first = target(NAMED, "us-east-1", Addressing::Path);
        let wrong = failure(ErrorCode::StorageFailed, Cause::NotXml);
        let second = first.detour(&wrong, false).expect("the other encoding").target;
        assert!(first.encodes_keys && !second.encodes_keys);
        assert_eq!(second.detour(&wrong, false), None);
    }

    #[test]
    fn a_server_without_the_newer_listing_is_asked_for_the_older_one_from_the_first_page_on() {
        let first = target(NAMED, "us-east-1", Addressing::Path);
        let wrong = failure(ErrorCode::StorageFailed, Cause::NotImplemented);
        assert_eq!(first.detour(&wrong, true).expect("the older one").target.version, ListVersion::One);
        assert_eq!(first.detour(&wrong, false), None);
    }

    #[test]
    fn the_way_leads_to_the_host_of_the_style() {
        let way = |endpoint, region, addressing| {
            let way = target(endpoint, region, addressing).way(&Proxy::None);
            (way.secure, way.host, way.port)
        };
        assert_eq!(
            way(None, "eu-west-1", Addressing::Auto),
            (true, "user-files.s3.eu-west-1.amazonaws.com".into(), 443)
        );
        assert_eq!(way(None, "cn-north-1", Addressing::Path), (true, "s3.cn-north-1.amazonaws.com.cn".into(), 443));
        assert_eq!(way(Some("http://[::1]:9000"), "auto", Addressing::Virtual), (false, "::1".into(), 9000));
        assert_eq!(way(NAMED, "auto", Addressing::Virtual), (true, "user-files.s3.example.com".into(), 443));
    }

    #[test]
    fn directory_buckets_are_refused_at_the_bucket_field() {
        let mut settings = settings();
        settings.bucket = "fast--use1-az4--x-s3".into();
        let error = Target::of(&settings).expect_err("refused");
        assert_eq!(error.fields[0].field, "bucket");
    }
}
