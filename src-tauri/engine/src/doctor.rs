//! What a connection test makes of what it found: which rung failed, what a person reads, and which change of the
//! connection would help. Pure; [`crate::engine`] walks the way and tries the changes.

use crate::connection::{Addressing, Credentials, Settings};
use crate::error::{Error, ErrorCode};
use crate::source::{Cause, Finding};
use crate::view::{Fix, Rung, RungView, TestReport, Verdict};

/// Clocks that differ by less are right for a person.
const RIGHT_CLOCK: u64 = 60_000;

/// The rungs as far as they were climbed.
#[derive(Debug, Default)]
pub(crate) struct Ladder(Vec<RungView>);

impl Ladder {
    pub(crate) fn pass(self, rung: Rung, sentence: impl Into<String>) -> Self {
        self.add(rung, Verdict::Passed, sentence.into())
    }

    pub(crate) fn skip(self, rung: Rung, sentence: impl Into<String>) -> Self {
        self.add(rung, Verdict::NotTried, sentence.into())
    }

    pub(crate) fn fail(mut self, rung: Rung, error: &Error, fix: Fix) -> Self {
        let view = error.view();
        let sentence = format!("{}. {}.", view.message, view.solution);
        self.0.retain(|earlier| earlier.rung != rung);
        self.0.push(RungView { rung, verdict: Verdict::Failed, sentence, error: Some(view), fix: Some(fix) });
        self
    }

    fn add(mut self, rung: Rung, verdict: Verdict, sentence: String) -> Self {
        if !self.0.iter().any(|earlier| earlier.rung == rung) {
            self.0.push(RungView { rung, verdict, sentence, error: None, fix: None });
        }
        self
    }

    /// What the clock shows: a wrong one is always told, also where requests are signed with the server's time.
    pub(crate) fn clock(self, skew: Option<i64>) -> Self {
        let Some(skew) = skew else { return self.skip(Rung::Clock, "The server does not tell its time") };
        if skew.unsigned_abs() < RIGHT_CLOCK {
            return self.pass(Rung::Clock, "This computer's clock is right");
        }
        let way = if skew > 0 { "behind" } else { "ahead of" };
        let sentence = format!(
            "This computer's clock is {} {way} the server's. Requests are signed with the server's time; set the \
             clock anyway",
            length(skew.unsigned_abs())
        );
        self.pass(Rung::Clock, sentence)
    }

    /// The report: rungs above a failure were not tried.
    pub(crate) fn report(mut self, policy: String) -> TestReport {
        for rung in Rung::ALL {
            self = self.skip(rung, "Not tried yet");
        }
        let mut rungs = self.0;
        rungs.sort_by_key(|view| view.rung);
        let error = rungs.iter().find_map(|rung| rung.error.clone());
        TestReport { passed: error.is_none(), rungs, error, policy }
    }
}

fn length(milliseconds: u64) -> String {
    match milliseconds / 60_000 {
        minutes @ 0..120 => format!("{minutes} min"),
        minutes @ 120..2_880 => format!("{} hours", minutes / 60),
        minutes => format!("{} days", minutes / 1_440),
    }
}

/// The rung that a failed listing fails.
pub(crate) fn rung_of(error: &Error) -> Rung {
    match error.code {
        ErrorCode::CredentialsMissing => Rung::Credentials,
        ErrorCode::Unreachable | ErrorCode::ProxyFailed => Rung::Connect,
        ErrorCode::TlsFailed => Rung::Tls,
        ErrorCode::ClockSkewed => Rung::Clock,
        ErrorCode::AuthenticationFailed | ErrorCode::CredentialsExpired => Rung::Signature,
        _ => Rung::List,
    }
}

/// What has to be shown before a change is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Nothing: the server said so.
    Stated,
    /// With it, the bucket is listed.
    Lists,
    /// With it, the server answers a listing without a signature, be it with a refusal.
    Answers,
}

/// A change that may help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remedy {
    pub(crate) fix: Fix,
    pub(crate) proof: Proof,
}

/// The changes worth trying after a failed listing, the likeliest first.
pub(crate) fn remedies(settings: &Settings, finding: &Finding) -> Vec<Remedy> {
    let Finding { error, cause } = finding;
    let endpoint = settings.endpoint.as_deref();
    let mut found = Vec::new();
    let mut propose = |fix, proof| found.push(Remedy { fix, proof });
    if let (ErrorCode::WrongRegion, Some(region)) = (error.code, &error.region) {
        propose(Fix::SetRegion { region: region.clone() }, Proof::Stated);
    }
    match cause {
        Cause::NotTrusted => propose(Fix::TrustCertificate, Proof::Stated),
        Cause::AsksPayer => propose(Fix::SetRequesterPays, Proof::Lists),
        Cause::WrongStyle | Cause::RefusesStyle | Cause::NoAnswer if endpoint.is_some() => match settings.addressing {
            Addressing::Path => propose(Fix::SetAddressing { addressing: Addressing::Virtual }, Proof::Lists),
            Addressing::Virtual => propose(Fix::SetAddressing { addressing: Addressing::Path }, Proof::Lists),
            Addressing::Auto => {}
        },
        _ => {}
    }
    if let Some(endpoint) = endpoint {
        let other_scheme = match (endpoint.strip_prefix("https://"), endpoint.strip_prefix("http://")) {
            (Some(rest), _) if *cause == Cause::NoTls => Some(format!("http://{rest}")),
            (_, Some(rest)) if matches!(error.code, ErrorCode::StorageFailed | ErrorCode::Unreachable) => {
                Some(format!("https://{rest}"))
            }
            _ => None,
        };
        if let Some(endpoint) = other_scheme {
            propose(Fix::SetEndpoint { endpoint }, Proof::Answers);
        }
        if let Some(endpoint) = without_bucket(endpoint, &settings.bucket) {
            propose(Fix::SetEndpoint { endpoint }, Proof::Lists);
        }
    }
    let signs = settings.credentials != Credentials::Anonymous;
    if error.code == ErrorCode::AccessDenied && *cause == Cause::Other && signs && !settings.requester_pays {
        propose(Fix::SetRequesterPays, Proof::Lists);
    }
    found
}

/// The way on where no change was found that helps: the place where a person puts it right.
pub(crate) fn way_on(rung: Rung, finding: &Finding, settings: &Settings) -> Fix {
    let field = |field: &str| Fix::EditField { field: field.to_owned() };
    let is_ours = settings.endpoint.is_some();
    let credentials = |of_a_key: &str| match settings.credentials {
        Credentials::AccessKey { .. } => field(of_a_key),
        Credentials::Profile { .. } => field("profile"),
        Credentials::Environment | Credentials::Anonymous => field("credentials"),
    };
    match finding.error.code {
        ErrorCode::AuthenticationFailed if finding.cause == Cause::UnknownKey => credentials("accessKeyId"),
        ErrorCode::AuthenticationFailed | ErrorCode::CredentialsMissing | ErrorCode::SecretMissing => {
            credentials("secretAccessKey")
        }
        ErrorCode::CredentialsExpired => credentials("sessionToken"),
        // Nobody grants a right to nobody.
        ErrorCode::AccessDenied if settings.credentials == Credentials::Anonymous => field("credentials"),
        ErrorCode::AccessDenied => Fix::GrantPolicy,
        ErrorCode::BucketNotFound => field("bucket"),
        ErrorCode::WrongRegion => field("region"),
        ErrorCode::ProxyFailed => Fix::OpenSettings,
        ErrorCode::ClockSkewed => Fix::RunCommand { command: SET_CLOCK.into() },
        ErrorCode::Unreachable | ErrorCode::TlsFailed | ErrorCode::StorageFailed if is_ours => field("endpoint"),
        // The names of Amazon's servers have the region in them.
        ErrorCode::Unreachable if rung == Rung::Name => field("region"),
        _ => Fix::TryAgain,
    }
}

/// Sets the clock by the network's.
const SET_CLOCK: &str = if cfg!(target_os = "windows") {
    "w32tm /resync"
} else if cfg!(target_os = "macos") {
    "sudo sntp -sS time.apple.com"
} else {
    "timedatectl set-ntp true"
};

/// An endpoint that has the bucket's name in it, without it: consoles show such addresses.
fn without_bucket(endpoint: &str, bucket: &str) -> Option<String> {
    let (scheme, rest) = endpoint.split_once("://")?;
    if let Some(host) = rest.strip_prefix(&format!("{bucket}.")) {
        return Some(format!("{scheme}://{host}"));
    }
    rest.strip_suffix(&format!("/{bucket}")).map(|host| format!("{scheme}://{host}"))
}

/// The connection with a change.
pub(crate) fn changed(settings: &Settings, fix: &Fix) -> Settings {
    let mut settings = settings.clone();
    match fix {
        Fix::SetRegion { region } => settings.region.clone_from(region),
        Fix::SetAddressing { addressing } => settings.addressing = *addressing,
        Fix::SetEndpoint { endpoint } => settings.endpoint = Some(endpoint.clone()),
        Fix::SetRequesterPays => settings.requester_pays = true,
        // A person has to say which file, or to act elsewhere.
        Fix::TrustCertificate
        | Fix::EditField { .. }
        | Fix::GrantPolicy
        | Fix::RunCommand { .. }
        | Fix::OpenSettings
        | Fix::TryAgain => {}
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::{ConnectionDraft, SecretNeed};

    fn settings(endpoint: &str) -> Settings {
        let draft: ConnectionDraft = serde_json::from_value(serde_json::json!({
            "bucket": "docs", "region": "us-east-1", "endpoint": endpoint, "containerTags": ["t"],
            "credentials": {"kind": "environment"}
        }))
        .expect("a draft");
        draft.validate(SecretNeed::Typed).expect("valid").0
    }

    fn proposed(settings: &Settings, code: ErrorCode, cause: Cause) -> Vec<Fix> {
        let finding = Finding { error: Error::new(code, ""), cause };
        remedies(settings, &finding).into_iter().map(|remedy| remedy.fix).collect()
    }

    #[test]
    fn rungs_stand_in_order_and_those_above_a_failure_are_not_tried() {
        let error = Error::new(ErrorCode::AccessDenied, "");
        let ladder = Ladder::default().fail(Rung::List, &error, Fix::GrantPolicy).pass(Rung::Name, "known");
        let report = ladder.report("{}".into());
        assert_eq!(report.rungs.iter().map(|r| r.rung).collect::<Vec<_>>(), Rung::ALL);
        assert!(!report.passed);
        assert_eq!(report.error.map(|e| e.code), Some(ErrorCode::AccessDenied));
        assert_eq!(report.rungs[7].verdict, Verdict::NotTried);
    }

    #[test]
    fn each_failure_is_one_of_a_rung() {
        for (code, rung) in [
            (ErrorCode::CredentialsMissing, Rung::Credentials),
            (ErrorCode::Unreachable, Rung::Connect),
            (ErrorCode::ProxyFailed, Rung::Connect),
            (ErrorCode::TlsFailed, Rung::Tls),
            (ErrorCode::ClockSkewed, Rung::Clock),
            (ErrorCode::AuthenticationFailed, Rung::Signature),
            (ErrorCode::CredentialsExpired, Rung::Signature),
            (ErrorCode::AccessDenied, Rung::List),
            (ErrorCode::BucketNotFound, Rung::List),
            (ErrorCode::WrongRegion, Rung::List),
            (ErrorCode::StorageFailed, Rung::List),
        ] {
            assert_eq!(rung_of(&Error::new(code, "")), rung, "{code:?}");
        }
    }

    #[test]
    fn every_failure_has_a_way_on() {
        let amazon = settings("");
        let minio = settings("http://nas:9000");
        let as_who = |credentials| Settings { credentials, ..settings("") };
        let key = || as_who(Credentials::AccessKey { access_key_id: "AKIA".into(), session_token: false });
        let profile = || as_who(Credentials::Profile { name: "work".into() });
        let on = |settings: &Settings, code, cause| {
            let error = Error::new(code, "");
            way_on(rung_of(&error), &Finding { error, cause }, settings)
        };
        let other = |settings: &Settings, code| on(settings, code, Cause::Other);
        let field = |field: &str| Fix::EditField { field: field.into() };
        assert_eq!(on(&key(), ErrorCode::AuthenticationFailed, Cause::UnknownKey), field("accessKeyId"));
        assert_eq!(other(&key(), ErrorCode::AuthenticationFailed), field("secretAccessKey"));
        assert_eq!(other(&profile(), ErrorCode::AuthenticationFailed), field("profile"));
        assert_eq!(other(&amazon, ErrorCode::CredentialsMissing), field("credentials"));
        assert_eq!(other(&key(), ErrorCode::SecretMissing), field("secretAccessKey"));
        assert_eq!(other(&key(), ErrorCode::CredentialsExpired), field("sessionToken"));
        assert_eq!(other(&key(), ErrorCode::KeychainLocked), Fix::TryAgain);
        assert_eq!(other(&key(), ErrorCode::AccessDenied), Fix::GrantPolicy);
        assert_eq!(other(&as_who(Credentials::Anonymous), ErrorCode::AccessDenied), field("credentials"));
        assert_eq!(other(&key(), ErrorCode::BucketNotFound), field("bucket"));
        assert_eq!(other(&key(), ErrorCode::WrongRegion), field("region"));
        assert_eq!(other(&key(), ErrorCode::ClockSkewed), Fix::RunCommand { command: SET_CLOCK.into() });
        for code in [ErrorCode::Unreachable, ErrorCode::TlsFailed, ErrorCode::StorageFailed] {
            assert_eq!(other(&minio, code), field("endpoint"), "{code:?}");
            assert_eq!(other(&amazon, code), Fix::TryAgain, "{code:?}");
        }
        let error = Error::new(ErrorCode::Unreachable, "");
        assert_eq!(way_on(Rung::Name, &Finding { error, cause: Cause::NoAnswer }, &amazon), field("region"));
        assert_eq!(other(&amazon, ErrorCode::Throttled), Fix::TryAgain);
    }

    #[test]
    fn a_wrong_clock_is_told_also_where_it_is_corrected() {
        let sentence = |skew| Ladder::default().clock(skew).report(String::new()).rungs[4].sentence.clone();
        assert_eq!(sentence(Some(2_000)), "This computer's clock is right");
        assert!(sentence(Some(20 * 60_000)).starts_with("This computer's clock is 20 min behind the server's"));
        assert!(sentence(Some(-3 * 3_600_000)).contains("3 hours ahead of"));
        assert!(sentence(Some(40 * 86_400_000)).contains("40 days behind"));
        assert!(sentence(None).contains("does not tell"));
    }

    #[test]
    fn a_named_region_and_an_unknown_authority_need_no_proof() {
        let mut error = Error::new(ErrorCode::WrongRegion, "");
        error.region = Some("eu-west-1".into());
        let found = remedies(&settings(""), &Finding { error, cause: Cause::Other });
        assert_eq!(found, [Remedy { fix: Fix::SetRegion { region: "eu-west-1".into() }, proof: Proof::Stated }]);
        let fixes = proposed(&settings("https://nas.local"), ErrorCode::TlsFailed, Cause::NotTrusted);
        assert_eq!(fixes, [Fix::TrustCertificate]);
    }

    #[test]
    fn a_style_that_was_set_may_be_the_wrong_one() {
        let mut settings = settings("https://s3.example.com");
        assert_eq!(proposed(&settings, ErrorCode::BucketNotFound, Cause::WrongStyle), []);
        settings.addressing = Addressing::Path;
        let fixes = proposed(&settings, ErrorCode::BucketNotFound, Cause::WrongStyle);
        assert_eq!(fixes, [Fix::SetAddressing { addressing: Addressing::Virtual }]);
    }

    #[test]
    fn the_other_scheme_is_tried_where_the_server_does_not_speak_this_one() {
        let endpoint = |endpoint: &str| Fix::SetEndpoint { endpoint: endpoint.into() };
        let fixes = proposed(&settings("https://nas:9000"), ErrorCode::TlsFailed, Cause::NoTls);
        assert_eq!(fixes, [endpoint("http://nas:9000")]);
        assert_eq!(proposed(&settings("https://nas:9000"), ErrorCode::TlsFailed, Cause::Other), []);
        let fixes = proposed(&settings("http://nas:9000"), ErrorCode::StorageFailed, Cause::NotXml);
        assert_eq!(fixes, [endpoint("https://nas:9000")]);
    }

    #[test]
    fn a_bucket_in_the_endpoint_is_taken_out_of_it() {
        assert_eq!(without_bucket("https://docs.s3.example.com", "docs").as_deref(), Some("https://s3.example.com"));
        assert_eq!(without_bucket("http://nas:9000/docs", "docs").as_deref(), Some("http://nas:9000"));
        assert_eq!(without_bucket("http://mydocs.example.com", "docs"), None);
        assert_eq!(without_bucket("http://nas:9000/olddocs", "docs"), None);
    }

    #[test]
    fn a_refusal_may_be_one_to_those_who_do_not_pay() {
        let mut settings = settings("");
        assert_eq!(proposed(&settings, ErrorCode::AccessDenied, Cause::Other), [Fix::SetRequesterPays]);
        assert_eq!(proposed(&settings, ErrorCode::AccessDenied, Cause::AsksPayer), [Fix::SetRequesterPays]);
        settings.requester_pays = true;
        assert_eq!(proposed(&settings, ErrorCode::AccessDenied, Cause::Other), []);
        settings.requester_pays = false;
        settings.credentials = Credentials::Anonymous;
        assert_eq!(proposed(&settings, ErrorCode::AccessDenied, Cause::Other), [], "nobody would pay");
    }

    #[test]
    fn a_fix_is_the_change_that_it_says() {
        let before = settings("https://s3.example.com");
        assert_eq!(changed(&before, &Fix::SetRegion { region: "r".into() }).region, "r");
        assert!(changed(&before, &Fix::SetRequesterPays).requester_pays);
        let endpoint = changed(&before, &Fix::SetEndpoint { endpoint: "http://a".into() }).endpoint;
        assert_eq!(endpoint.as_deref(), Some("http://a"));
    }
}
