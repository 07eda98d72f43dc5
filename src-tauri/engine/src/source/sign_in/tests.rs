use super::*;

const CONFIG: &str = "
[profile work]
sso_session = company
sso_account_id = 012345678901
sso_role_name = Reader

[sso-session company]
sso_start_url = https://example.awsapps.com/start
sso_region = eu-west-1

[profile older]
sso_start_url = https://older.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 012345678901
sso_role_name = Reader

[profile deploy]
role_arn = arn:aws:iam::012345678901:role/deploy
source_profile = work

[profile outside]
role_arn = arn:aws:iam::012345678901:role/outside
credential_source = Environment

[profile of-keys]
role_arn = arn:aws:iam::012345678901:role/of-keys
source_profile = saml

[profile tool]
credential_process = /usr/bin/tool --password hunter2-in-a-command
";
const CREDENTIALS: &str = "
[saml]
aws_access_key_id = ASIAEXAMPLE
aws_secret_access_key = the-secret-of-saml
aws_session_token = the-token-of-saml
x_security_token_expires = 2026-11-25T20:00:00+02:00

[mfa]
aws_access_key_id = ASIAMFA
aws_secret_access_key = the-secret-of-mfa
aws_session_token = the-token-of-mfa
expiration = 2026-11-25 18:00:00

[long-lived]
aws_access_key_id = AKIALONG
aws_secret_access_key = the-secret-of-long
expiration = 2026-11-25 18:00:00

[unreadable]
aws_access_key_id = ASIAUNREADABLE
aws_secret_access_key = the-secret-of-unreadable
aws_session_token = the-token-of-unreadable
x_security_token_expires = at six

[default]
aws_access_key_id = ASIADEFAULT
aws_secret_access_key = the-secret-of-default
aws_session_token = the-token-of-default
aws_expiration = 2026-11-25T18:00:00Z
";
/// Where the token of the session `company` is kept, by the SHA-1 of its name.
const COMPANY: &str = "/home/me/.aws/sso/cache/71b21161ffa1e6516bcc072aaf5ef38cbe85b511.json";

const SIX: &str = "2026-11-25T18:00:00Z";
const NOON: &str = "2026-11-25T12:00:00Z";
const FEBRUARY: &str = "2027-02-20T12:00:00Z";

fn millis(at: &str) -> i64 {
    at.parse::<Timestamp>().expect("a time").as_millisecond()
}

fn plain_token() -> String {
    format!(r#"{{"startUrl": "https://example.awsapps.com/start", "accessToken": "the-token", "expiresAt": "{SIX}"}}"#)
}

fn refreshable_token() -> String {
    format!(
        r#"{{"accessToken": "the-token", "expiresAt": "{SIX}", "refreshToken": "the-token-2", "clientId": "the-client",
             "clientSecret": "the-secret", "registrationExpiresAt": "{FEBRUARY}", "region": "eu-west-1"}}"#
    )
}

async fn end(origin: Option<&str>, files: &[(&str, &str)], variables: &[(&str, &str)], now: &str) -> Option<SignInEnd> {
    let mut all = vec![("/home/me/.aws/config", CONFIG), ("/home/me/.aws/credentials", CREDENTIALS)];
    all.extend(files);
    let mut env = vec![("HOME", "/home/me")];
    env.extend(variables);
    let origin = origin.map(str::to_owned);
    let mut ends =
        found(&Fs::from_slice(&all), &Env::from_slice(&env), BTreeSet::from([origin.clone()]), millis(now)).await;
    ends.remove(&origin).expect("what was asked for is answered")
}

fn at(end: Option<SignInEnd>) -> Option<(i64, bool)> {
    end.map(|end| (end.ends_at, end.renews_itself))
}

fn command(command: &str) -> SignInAgain {
    SignInAgain::Command { command: command.to_owned() }
}

#[tokio::test]
async fn a_session_ends_when_its_token_does_also_below_a_role() {
    let token = plain_token();
    for profile in ["work", "deploy"] {
        let end = end(Some(profile), &[(COMPANY, &token)], &[], NOON).await.expect(profile);
        assert_eq!((end.ends_at, end.renews_itself), (millis(SIX), false));
        assert_eq!(end.again, command("aws sso login --profile work"), "{profile}");
    }
}

#[tokio::test]
async fn a_token_that_can_be_refreshed_lasts_as_long_as_its_client_is_registered() {
    let token = refreshable_token();
    let told = async |now| at(end(Some("work"), &[(COMPANY, &token)], &[], now).await);
    assert_eq!(told(NOON).await, Some((millis(FEBRUARY), true)));
    assert_eq!(told("2026-11-27T00:00:00Z").await, Some((millis(FEBRUARY), true)), "it is refreshed when it is needed");
    assert_eq!(told(FEBRUARY).await, Some((millis(SIX), false)), "nothing refreshes it any more");
    for lacks in ["refreshToken", "clientId", "clientSecret", "registrationExpiresAt"] {
        let token = token.replace(lacks, "other");
        assert_eq!(at(end(Some("work"), &[(COMPANY, &token)], &[], NOON).await), Some((millis(SIX), false)), "{lacks}");
    }
}

#[tokio::test]
async fn the_older_form_is_found_by_its_address_and_never_refreshed() {
    let path = cached_token("/home/me", "https://older.awsapps.com/start");
    let path = path.to_str().expect("a plain path");
    let end = end(Some("older"), &[(path, &refreshable_token())], &[], NOON).await.expect("found");
    assert_eq!((end.ends_at, end.renews_itself), (millis(SIX), false));
    assert_eq!(end.again, command("aws sso login --profile older"));
}

#[tokio::test]
async fn temporary_keys_end_when_their_tool_wrote_down_that_they_do() {
    let told = async |profile| at(end(Some(profile), &[], &[], NOON).await);
    for profile in ["saml", "mfa", "default", "of-keys"] {
        assert_eq!(told(profile).await, Some((millis(SIX), false)), "{profile}");
    }
    for profile in ["long-lived", "unreadable", "tool", "nobody"] {
        assert_eq!(told(profile).await, None, "{profile}");
    }
}

#[tokio::test]
async fn keys_of_the_environment_come_before_every_profile_of_the_default_chain() {
    let keys = [("AWS_ACCESS_KEY_ID", "ASIAENV"), ("AWS_SECRET_ACCESS_KEY", "the-secret-of-env")];
    let session =
        [("AWS_SESSION_TOKEN", "the-token-of-env"), ("AWS_CREDENTIAL_EXPIRATION", "2026-11-25T15:00:00+00:00")];
    let three = Some((millis("2026-11-25T15:00:00Z"), false));
    let told = async |origin, variables: &[_]| at(end(origin, &[], variables, NOON).await);
    assert_eq!(told(None, &[]).await, Some((millis(SIX), false)), "of the profile default");
    assert_eq!(told(None, &[("AWS_PROFILE", "long-lived")]).await, None);
    assert_eq!(told(None, &[("AWS_PROFILE", "saml")]).await, Some((millis(SIX), false)));
    assert_eq!(told(None, &keys).await, None, "they do not end");
    assert_eq!(told(None, &[keys, session].concat()).await, three);
    assert_eq!(told(Some("outside"), &[keys, session].concat()).await, three);
    assert_eq!(told(Some("saml"), &[keys, session].concat()).await, Some((millis(SIX), false)), "it was named");
}

#[tokio::test]
async fn what_is_not_written_down_or_cannot_be_read_is_not_known() {
    assert_eq!(end(Some("work"), &[], &[], NOON).await, None, "nobody has signed in");
    for broken in ["", "{", "[]", r#"{"accessToken": "the-token"}"#, r#"{"expiresAt": 7}"#, r#"{"expiresAt": "soon"}"#]
    {
        assert_eq!(end(Some("work"), &[(COMPANY, broken)], &[], NOON).await, None, "{broken}");
    }
    let nowhere =
        found(&Fs::from_slice(&[]), &Env::from_slice(&[]), BTreeSet::from([Some("work".to_owned())]), 0).await;
    assert_eq!(nowhere.values().flatten().count(), 0);
}

#[tokio::test]
async fn only_the_moment_and_the_way_back_leave_this_room() {
    let token = refreshable_token();
    let older = cached_token("/home/me", "https://older.awsapps.com/start");
    let files = [(COMPANY, token.as_str()), (older.to_str().expect("a plain path"), token.as_str())];
    for profile in ["work", "deploy", "older", "saml", "mfa", "default", "of-keys", "tool"] {
        let told = format!("{:?}", end(Some(profile), &files, &[], NOON).await);
        for secret in ["the-", "ASIA", "hunter2", "012345678901", "awsapps"] {
            assert!(!told.contains(secret), "{profile}: {secret} is in {told}");
        }
    }
}
