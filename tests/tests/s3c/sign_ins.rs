//! When a sign-in ends, as a script and a person are told it.

use s3_connector_engine::sync::now;
use s3_connector_tests::memory_s3::MemoryS3;
use s3_connector_tests::sign_in::{COMMAND, HOUR, PROFILE, SECRETS, a_home_with_a_profile, sign_in_until};
use serde_json::json;

use super::program::{BUCKET, RULE, S3c};

#[tokio::test]
async fn the_end_of_a_sign_in_is_told_with_the_command_until_somebody_signs_in_again() {
    let server = MemoryS3::start().await;
    let s3c = S3c::without_key();
    a_home_with_a_profile(s3c.home());
    let credentials = format!("profile:{PROFILE}");
    s3c.add(&server, "notes", BUCKET, &["--container-tag-regex", RULE, "--credentials", &credentials]).await;
    let told = async || s3c.answer(&["connections", "list"]).await["connections"][0]["signIn"].take();
    assert_eq!(told().await, json!(null), "nobody has signed in");

    let soon = sign_in_until(s3c.home(), now() + HOUR / 2);
    let again = json!({"kind": "command", "command": COMMAND});
    assert_eq!(told().await, json!({"endsAt": soon, "renewsItself": false, "again": again, "stage": "soon"}));
    let listed = s3c.run(&["connections", "list"]).await;
    assert!(listed.errors.contains("The sign-in of notes ends 20"), "{listed:#?}");
    assert!(listed.errors.contains(&format!("Then sign in again: {COMMAND}")), "{listed:#?}");

    sign_in_until(s3c.home(), now() - HOUR);
    assert_eq!(told().await["stage"], "ended");
    let listed = s3c.run(&["connections", "list"]).await;
    assert!(listed.errors.contains(&format!("Sign in again: {COMMAND}")), "{listed:#?}");
    for secret in SECRETS {
        assert!(!format!("{listed:?}").contains(secret), "{secret} is in {listed:#?}");
    }

    sign_in_until(s3c.home(), now() + 8 * HOUR);
    assert_eq!(told().await["stage"], "lasts");
    let listed = s3c.run(&["connections", "list"]).await;
    assert!(!listed.errors.contains("sign-in"), "{listed:#?}");

    s3c.answer(&["connections", "pause", "notes"]).await;
    assert_eq!(told().await, json!(null), "it rests");
}
