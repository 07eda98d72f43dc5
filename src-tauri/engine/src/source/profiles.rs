//! The AWS profiles of this computer, as far as a person has to see them to choose one.
//!
//! Read by the SDK's own parser from where the SDK looks (`AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` are
//! honoured), so that what is offered is what signs. Of the values only a region leaves this room: no key, no account.

use aws_config::profile::{Profile, ProfileSet};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};

use super::classify::readable;
use crate::view::{AwsProfile, AwsProfiles, ProfileKind};

/// Variables that move the files, and where they are else
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html>).
const FILES: [(&str, &str); 2] =
    [("AWS_CONFIG_FILE", "~/.aws/config"), ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")];

/// The profiles that are found now; nothing is kept, because `aws configure` may run beside this app.
pub(crate) async fn profiles() -> AwsProfiles {
    found(&Fs::real(), &Env::real()).await
}

/// The command that signs in to a profile, or to the one that is taken where none is named; `None` where nobody has to
/// sign in.
pub(crate) async fn sign_in(name: Option<&str>) -> Option<String> {
    let set = load(&Fs::real(), &Env::real()).await.ok()?;
    signs_in(&set, name.unwrap_or_else(|| set.selected_profile()))
}

pub(super) async fn load(fs: &Fs, env: &Env) -> Result<ProfileSet, aws_config::profile::ProfileFileLoadError> {
    aws_config::profile::load(fs, env, &EnvConfigFiles::default(), None).await
}

async fn found(fs: &Fs, env: &Env) -> AwsProfiles {
    let places = FILES.map(|(variable, usual)| env.get(variable).unwrap_or_else(|_| usual.to_owned())).to_vec();
    match load(fs, env).await {
        Ok(set) => AwsProfiles { profiles: listed(&set), places, trouble: None },
        Err(error) => {
            let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |cause| cause.source());
            // The last one names file and line, and quotes nothing.
            let trouble = causes.last().map(|cause| readable(&cause.to_string()));
            AwsProfiles { profiles: Vec::new(), places, trouble }
        }
    }
}

fn listed(set: &ProfileSet) -> Vec<AwsProfile> {
    let mut profiles: Vec<AwsProfile> =
        set.profiles().filter_map(|name| Some(shown(set, set.get_profile(name)?))).collect();
    profiles.sort_by_cached_key(|profile| (profile.name != "default", profile.name.to_lowercase()));
    profiles
}

fn shown(set: &ProfileSet, profile: &Profile) -> AwsProfile {
    let region = profile.get("region").map(str::trim).filter(|region| !region.is_empty()).map(str::to_owned);
    AwsProfile { name: profile.name().to_owned(), region, kind: kind(profile), sign_in: signs_in(set, profile.name()) }
}

/// In the order in which the SDK looks
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>).
fn kind(profile: &Profile) -> ProfileKind {
    let has = |name| profile.get(name).is_some();
    if has("web_identity_token_file") {
        ProfileKind::WebIdentity
    } else if has("role_arn") || has("credential_source") {
        ProfileKind::Role
    } else if is_single_sign_on(profile) {
        ProfileKind::SingleSignOn
    } else if has("login_session") {
        // Of `aws login`, whose sessions this app cannot open.
        ProfileKind::Unusable
    } else if has("credential_process") {
        ProfileKind::Process
    } else if has("aws_access_key_id") {
        ProfileKind::Keys
    } else {
        ProfileKind::Unusable
    }
}

fn is_single_sign_on(profile: &Profile) -> bool {
    ["sso_session", "sso_start_url", "sso_account_id"].iter().any(|name| profile.get(name).is_some())
}

/// What the credentials of a profile rest on in the end.
pub(super) enum Base<'a> {
    /// A session that a person signs in to, of this profile.
    SingleSignOn(&'a Profile),
    /// Keys that stand in this profile.
    Keys(&'a Profile),
    /// Keys of the environment.
    Environment,
}

/// Goes from roles to what they are assumed with, as the SDK does; `None` where that is nothing of these.
pub(super) fn base<'a>(set: &'a ProfileSet, name: &str) -> Option<Base<'a>> {
    let mut profile = set.get_profile(name)?;
    // As many steps as there are profiles: a circle ends too.
    for step in 0..set.profiles().count() {
        // Behind the first profile, keys in the file come before all else.
        if step > 0 && profile.get("aws_access_key_id").is_some() {
            return Some(Base::Keys(profile));
        }
        match (kind(profile), profile.get("source_profile")) {
            (ProfileKind::SingleSignOn, _) => return Some(Base::SingleSignOn(profile)),
            (ProfileKind::Keys, _) => return Some(Base::Keys(profile)),
            (ProfileKind::Role, Some(source)) if source != profile.name() => profile = set.get_profile(source)?,
            (ProfileKind::Role, _) => return own_base(profile),
            (ProfileKind::WebIdentity | ProfileKind::Process | ProfileKind::Unusable, _) => return None,
        }
    }
    None
}

/// What a role rests on that names no other profile.
fn own_base(profile: &Profile) -> Option<Base<'_>> {
    match profile.get("credential_source") {
        Some("Environment") => Some(Base::Environment),
        Some(_) => None,
        None if is_single_sign_on(profile) => Some(Base::SingleSignOn(profile)),
        None => profile.get("aws_access_key_id").map(|_| Base::Keys(profile)),
    }
}

fn signs_in(set: &ProfileSet, name: &str) -> Option<String> {
    match base(set, name)? {
        Base::SingleSignOn(profile) => Some(command(profile.name())),
        Base::Keys(_) | Base::Environment => None,
    }
}

/// The command that signs in to this profile.
pub(super) fn command(profile: &str) -> String {
    format!("aws sso login --profile {}", quoted(profile))
}

/// As a shell takes it for one word.
fn quoted(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '@' | '+' | ':');
    if !name.is_empty() && name.chars().all(is_plain) {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "
[default]
region = eu-central-1

[profile work]
sso_session = company
sso_account_id = 012345678901
sso_role_name = Reader
region = us-west-2

[sso-session company]
sso_start_url = https://example.awsapps.com/start
sso_region = eu-west-1

[profile deploy]
role_arn = arn:aws:iam::012345678901:role/deploy
source_profile = work

[profile circle]
role_arn = arn:aws:iam::012345678901:role/circle
source_profile = circle-2

[profile circle-2]
role_arn = arn:aws:iam::012345678901:role/circle
source_profile = circle

[profile tool]
credential_process = /usr/bin/tool --password hunter2-in-a-command

[profile pod]
role_arn = arn:aws:iam::012345678901:role/pod
web_identity_token_file = /var/token

[profile visiting]
login_session = arn:aws:iam::012345678901:user/me

[profile empty]
output = json
";
    const CREDENTIALS: &str = "
[default]
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = the-secret-of-default

[older-keys]
aws_access_key_id = AKIAOLDER
aws_secret_access_key = the-secret-of-the-older
aws_session_token = the-token-of-the-older
";

    async fn at_home(config: &str, credentials: &str) -> AwsProfiles {
        let fs = Fs::from_slice(&[("/home/me/.aws/config", config), ("/home/me/.aws/credentials", credentials)]);
        found(&fs, &Env::from_slice(&[("HOME", "/home/me")])).await
    }

    #[tokio::test]
    async fn every_profile_is_listed_with_its_kind_and_region_default_first() {
        let found = at_home(CONFIG, CREDENTIALS).await;
        let listed: Vec<_> = found
            .profiles
            .iter()
            .map(|p| (p.name.as_str(), p.region.as_deref(), p.kind, p.sign_in.as_deref()))
            .collect();
        let login = Some("aws sso login --profile work");
        assert_eq!(
            listed,
            [
                ("default", Some("eu-central-1"), ProfileKind::Keys, None),
                ("circle", None, ProfileKind::Role, None),
                ("circle-2", None, ProfileKind::Role, None),
                ("deploy", None, ProfileKind::Role, login),
                ("empty", None, ProfileKind::Unusable, None),
                ("older-keys", None, ProfileKind::Keys, None),
                ("pod", None, ProfileKind::WebIdentity, None),
                ("tool", None, ProfileKind::Process, None),
                ("visiting", None, ProfileKind::Unusable, None),
                ("work", Some("us-west-2"), ProfileKind::SingleSignOn, login),
            ]
        );
        assert_eq!((found.trouble, found.places), (None, vec!["~/.aws/config".into(), "~/.aws/credentials".into()]));
    }

    #[tokio::test]
    async fn nothing_secret_is_told() {
        let told = serde_json::to_string(&at_home(CONFIG, CREDENTIALS).await).expect("JSON");
        for secret in ["the-secret", "the-token", "AKIA", "hunter2", "012345678901"] {
            assert!(!told.contains(secret), "{secret} is in {told}");
        }
    }

    #[tokio::test]
    async fn files_elsewhere_are_read_where_the_environment_says() {
        let fs = Fs::from_slice(&[("/etc/aws/config", "[profile far]\nregion = ap-south-1\n"), ("/etc/aws/keys", "")]);
        let env = Env::from_slice(&[
            ("HOME", "/home/me"),
            ("AWS_CONFIG_FILE", "/etc/aws/config"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/etc/aws/keys"),
        ]);
        let found = found(&fs, &env).await;
        assert_eq!(found.places, ["/etc/aws/config", "/etc/aws/keys"]);
        assert_eq!(found.profiles.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["far"]);
    }

    #[tokio::test]
    async fn no_files_are_no_profiles_and_a_broken_one_is_told_without_its_text() {
        let none = found(&Fs::from_slice(&[]), &Env::from_slice(&[("HOME", "/home/me")])).await;
        assert_eq!((none.profiles.len(), none.trouble), (0, None));
        let broken = at_home("[profile x]\nthe-secret-without-a-sign\n", "").await;
        let trouble = broken.trouble.expect("told");
        assert!(trouble.contains("/home/me/.aws/config") || trouble.contains("~/.aws/config"), "{trouble}");
        assert!(!trouble.contains("the-secret"), "{trouble}");
    }

    #[test]
    fn a_name_is_one_word_of_the_command() {
        assert_eq!(quoted("work"), "work");
        assert_eq!(quoted("my work"), "'my work'");
        assert_eq!(quoted("it's; rm -rf ~"), r"'it'\''s; rm -rf ~'");
    }
}
