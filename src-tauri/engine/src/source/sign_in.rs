//! When the credentials of this computer end, as far as that is written down where the SDK looks for them.
//!
//! Nothing is guessed: what is not written down is not known. Only the moment leaves this room, and how to sign in again.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use aws_config::profile::{Profile, ProfileSet};
use aws_runtime::fs_util::{Os, home_dir};
use aws_types::os_shim_internal::{Env, Fs};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use secrecy::zeroize::Zeroizing;
use serde::Deserialize;
use serde::de::IgnoredAny;
use sha1::{Digest, Sha1};

use super::profiles::{Base, base, command, load};
use crate::sign_in::SignInEnd;
use crate::view::SignInAgain;

/// Where a connection's credentials come from: the profile of this name, or the default chain.
pub(crate) type Origin = Option<String>;

/// What tools write beside temporary keys: saml2aws and many others, aws-mfa, aws-azure-login.
const WRITTEN: [&str; 3] = ["x_security_token_expires", "expiration", "aws_expiration"];

/// What the AWS CLI and the SDKs keep of a sign-in. Of the secrets in it only their being there is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CachedToken {
    expires_at: String,
    registration_expires_at: Option<String>,
    client_id: Option<IgnoredAny>,
    client_secret: Option<IgnoredAny>,
    refresh_token: Option<IgnoredAny>,
}

/// The ends of these credentials; `None` where it is not known.
pub(crate) async fn ends(origins: BTreeSet<Origin>, now: i64) -> HashMap<Origin, Option<SignInEnd>> {
    found(&Fs::real(), &Env::real(), origins, now).await
}

async fn found(fs: &Fs, env: &Env, origins: BTreeSet<Origin>, now: i64) -> HashMap<Origin, Option<SignInEnd>> {
    // What cannot be read is told when somebody signs with it.
    let set = load(fs, env).await.ok();
    let mut ends = HashMap::new();
    for origin in origins {
        let end = match (&set, origin.as_deref()) {
            (_, None) if has_keys(env) => of_environment(env),
            (Some(set), name) => of_profile(fs, env, set, name.unwrap_or_else(|| set.selected_profile()), now).await,
            (None, _) => None,
        };
        ends.insert(origin, end);
    }
    ends
}

async fn of_profile(fs: &Fs, env: &Env, set: &ProfileSet, name: &str, now: i64) -> Option<SignInEnd> {
    match base(set, name)? {
        Base::SingleSignOn(profile) => of_single_sign_on(fs, env, profile, now).await,
        Base::Keys(profile) => of_keys(profile),
        Base::Environment => of_environment(env),
    }
}

/// As `aws_config::sso` reads it: only a token of an `sso_session` is ever refreshed, and only as long as the client is
/// registered.
async fn of_single_sign_on(fs: &Fs, env: &Env, profile: &Profile, now: i64) -> Option<SignInEnd> {
    let session = profile.get("sso_session");
    let path = cached_token(&home_dir(env, Os::real())?, session.or_else(|| profile.get("sso_start_url"))?);
    let text = Zeroizing::new(fs.read_to_end(&path).await.ok()?);
    let token: CachedToken = serde_json::from_slice(&text).ok()?;
    let refreshes = session.is_some()
        && token.client_id.is_some()
        && token.client_secret.is_some()
        && token.refresh_token.is_some();
    let registered = token.registration_expires_at.filter(|_| refreshes);
    let renewed_until = registered.and_then(|until| zoned_moment(&until)).filter(|until| *until > now);
    Some(SignInEnd {
        ends_at: renewed_until.or_else(|| zoned_moment(&token.expires_at))?,
        renews_itself: renewed_until.is_some(),
        again: SignInAgain::Command { command: command(profile.name()) },
    })
}

fn cached_token(home: &str, session: &str) -> PathBuf {
    Path::new(home).join(".aws/sso/cache").join(hex::encode(Sha1::digest(session))).with_extension("json")
}

fn of_keys(profile: &Profile) -> Option<SignInEnd> {
    let is_temporary = profile.get("aws_session_token").is_some_and(|token| !token.trim().is_empty());
    let written = WRITTEN.iter().find_map(|name| profile.get(name)).filter(|_| is_temporary)?;
    Some(SignInEnd { ends_at: moment(written)?, renews_itself: false, again: SignInAgain::Tool })
}

fn of_environment(env: &Env) -> Option<SignInEnd> {
    is_set(env, "AWS_SESSION_TOKEN").then_some(())?;
    let ends_at = moment(&env.get("AWS_CREDENTIAL_EXPIRATION").ok()?)?;
    Some(SignInEnd { ends_at, renews_itself: false, again: SignInAgain::Restart })
}

/// Then the default chain looks no further.
fn has_keys(env: &Env) -> bool {
    is_set(env, "AWS_ACCESS_KEY_ID") && (is_set(env, "AWS_SECRET_ACCESS_KEY") || is_set(env, "SECRET_ACCESS_KEY"))
}

fn is_set(env: &Env, name: &str) -> bool {
    env.get(name).is_ok_and(|value| !value.trim().is_empty())
}

fn zoned_moment(written: &str) -> Option<i64> {
    written.parse().ok().map(Timestamp::as_millisecond)
}

/// A moment that a tool wrote down. One without a zone is of aws-mfa, which writes UTC.
fn moment(written: &str) -> Option<i64> {
    let written = written.trim();
    let of_utc = || Some(written.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond());
    zoned_moment(written).or_else(of_utc)
}

#[cfg(test)]
mod tests;
