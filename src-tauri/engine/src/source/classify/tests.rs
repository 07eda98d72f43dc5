use super::*;

fn answer<'a>(status: u16, code: &'a str, message: &'a str) -> Answer<'a> {
    Answer { status, code: Some(code), message: Some(message), ..Answer::default() }
}

#[test]
fn the_code_decides_whatever_the_status_is() {
    for (code, expected) in BY_CODE {
        for status in [200, 400, 403, 404, 500, 503] {
            assert_eq!(answer(status, code, "").error_code(Asked::Fetch), *expected, "{code} {status}");
        }
    }
}

#[test]
fn no_code_has_two_rows() {
    let mut names: Vec<_> = BY_CODE.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), BY_CODE.len());
}

#[test]
fn garages_messages_tell_a_wrong_secret_from_a_refusal() {
    for (message, expected) in [
        ("Forbidden: Invalid signature", ErrorCode::AuthenticationFailed),
        ("Forbidden: No such key: GK31c2f218a2e44f485b94239e", ErrorCode::AuthenticationFailed),
        ("Forbidden: Operation is not allowed for this key.", ErrorCode::AccessDenied),
        ("Access Denied", ErrorCode::AccessDenied),
    ] {
        assert_eq!(answer(403, "AccessDenied", message).error_code(Asked::List), expected, "{message}");
    }
    assert_eq!(
        answer(400, "InvalidRequest", "Bad request: Date is too old").error_code(Asked::List),
        ErrorCode::ClockSkewed
    );
}

#[test]
fn a_malformed_signature_header_is_about_the_region_or_about_the_key() {
    let mut wrong = answer(400, "AuthorizationHeaderMalformed", "");
    assert_eq!(wrong.error_code(Asked::List), ErrorCode::AuthenticationFailed);
    wrong.region = Some("eu-west-1".into());
    assert_eq!(wrong.error_code(Asked::List), ErrorCode::WrongRegion);
}

#[test]
fn without_a_code_the_status_decides() {
    use Asked::{Fetch, List};
    for (status, asked, expected) in [
        (401, List, ErrorCode::AuthenticationFailed),
        (403, Fetch, ErrorCode::AccessDenied),
        (404, List, ErrorCode::BucketNotFound),
        (404, Fetch, ErrorCode::StorageFailed),
        (412, Fetch, ErrorCode::ObjectChanged),
        (429, List, ErrorCode::Throttled),
        (503, List, ErrorCode::Throttled),
        (500, List, ErrorCode::StorageFailed),
        (302, List, ErrorCode::StorageFailed),
        (200, List, ErrorCode::StorageFailed),
    ] {
        let answer = Answer { status, ..Answer::default() };
        assert_eq!(answer.error_code(asked), expected, "{status} {asked:?}");
    }
    let redirect = Answer { status: 301, region: Some("eu-west-1".into()), ..Answer::default() };
    assert_eq!(redirect.error_code(List), ErrorCode::WrongRegion);
}

#[test]
fn an_unknown_code_is_shown_and_judged_by_its_status() {
    let answer = answer(501, "NotImplemented", "A header you provided implies functionality");
    assert_eq!(answer.error_code(Asked::List), ErrorCode::StorageFailed);
    assert_eq!(answer.reason(), "NotImplemented – A header you provided implies functionality");
}

#[test]
fn the_region_is_read_from_the_body_or_the_message() {
    let body = "<Error><Code>X</Code><Region>eu-west-1</Region></Error>";
    assert_eq!(named_region(body, ""), Some("eu-west-1".into()));
    let message = "the region 'us-east-1' is wrong; expecting 'eu-central-1'";
    assert_eq!(named_region("", message), Some("eu-central-1".into()));
    assert_eq!(named_region("<html>", "no"), None);
    assert!(!is_region("<script>"));
}

#[test]
fn the_cause_tells_which_other_form_is_worth_a_request() {
    let cause = |status, code, message| {
        let answer = answer(status, code, message);
        answer.cause(Asked::List, answer.error_code(Asked::List))
    };
    for code in WRONG_STYLE {
        assert_eq!(cause(403, code, ""), Cause::WrongStyle, "{code}");
    }
    for code in STYLE_REFUSED {
        assert_eq!(cause(403, code, ""), Cause::RefusesStyle, "{code}");
    }
    assert_eq!(cause(501, "NotImplemented", "list-type"), Cause::NotImplemented);
    assert_eq!(cause(400, "InvalidArgument", "Invalid Encoding Method specified"), Cause::RefusesEncoding);
    assert_eq!(cause(400, "UserProjectMissing", ""), Cause::AsksPayer);
    assert_eq!(cause(403, "AccessDenied", "The bucket is Requester Pays"), Cause::AsksPayer);
    assert_eq!(cause(403, "AccessDenied", "Access Denied"), Cause::Other);
    let redirect = Answer { region: Some("eu-west-1".into()), ..answer(301, "PermanentRedirect", "") };
    assert_eq!(redirect.cause(Asked::List, ErrorCode::WrongRegion), Cause::Other, "the region says enough");
}

#[test]
fn a_control_character_is_found_raw_and_as_a_reference() {
    for bad in ["a\u{1}b", "a&#1;b", "a&#x1F;b"] {
        assert!(has_control(format!("<ListBucketResult><Key>{bad}</Key></ListBucketResult>").as_bytes()), "{bad}");
    }
    for good in ["a\tb\r\n", "a&#10;b", "a&#xA;b", "a&amp;b", "&#", "ü"] {
        assert!(!has_control(format!("<ListBucketResult><Key>{good}</Key></ListBucketResult>").as_bytes()), "{good}");
    }
    assert!(!has_control(b"\x00\x01binary"));
}

#[test]
fn what_a_server_says_is_one_line_of_bounded_length() {
    assert_eq!(readable(" a\r\nb\u{1b}[31m "), "a  b [31m");
    assert_eq!(readable(&"ü".repeat(5_000)).chars().count(), LONGEST_REASON + 1);
}

#[test]
fn an_invalid_certificate_is_found_in_the_depth_of_the_causes() {
    let inner = io::Error::new(io::ErrorKind::InvalidData, "invalid peer certificate: UnknownIssuer");
    let outer = Wrapped(io::Error::other(inner));
    assert!(broken_channel(&outer));
    assert!(!broken_channel(&io::Error::new(io::ErrorKind::ConnectionRefused, "refused")));
}

#[derive(Debug, thiserror::Error)]
#[error("client error (Connect)")]
struct Wrapped(#[source] io::Error);

#[test]
fn missing_credentials_are_not_expired_ones() {
    let missing = no_credentials(&CredentialsError::not_loaded("no providers in chain provided credentials"));
    assert_eq!(missing.code, ErrorCode::CredentialsMissing);
    let expired = no_credentials(&CredentialsError::provider_error("the SSO session has expired"));
    assert_eq!(expired.code, ErrorCode::CredentialsExpired);
}
