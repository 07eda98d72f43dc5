//! A made-up home of somebody who signs in to AWS: a profile, and what the AWS CLI keeps of its session.

use std::path::Path;

/// The profile.
pub const PROFILE: &str = "work";
/// The command that signs in to it.
pub const COMMAND: &str = "aws sso login --profile work";
/// What of it nobody may be told.
pub const SECRETS: [&str; 2] = ["token-of-nobody", "012345678901"];
/// Milliseconds of an hour.
pub const HOUR: i64 = 3_600_000;

const CONFIG: &str = "[profile work]
sso_session = company
sso_account_id = 012345678901
sso_role_name = Reader

[sso-session company]
sso_start_url = http://127.0.0.1:1/start
sso_region = eu-west-1
";
/// SHA-1 of `company`.
const CACHED: &str = ".aws/sso/cache/71b21161ffa1e6516bcc072aaf5ef38cbe85b511.json";

/// Writes the profile.
pub fn a_home_with_a_profile(home: &Path) {
    let cache = home.join(CACHED);
    std::fs::create_dir_all(cache.parent().expect("it is in a folder")).expect("a folder");
    std::fs::write(home.join(".aws/config"), CONFIG).expect("a file");
}

/// Signs in until then, to the second; returns when exactly.
pub fn sign_in_until(home: &Path, ends_at: i64) -> i64 {
    let ends = jiff::Timestamp::from_second(ends_at.div_euclid(1000)).expect("a time");
    let token = serde_json::json!({"accessToken": "token-of-nobody", "expiresAt": ends.to_string()});
    std::fs::write(home.join(CACHED), token.to_string()).expect("a file");
    ends.as_millisecond()
}
