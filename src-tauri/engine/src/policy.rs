//! The least that syncs of a connection need, as an IAM policy: `s3:ListBucket` on the bucket, under the prefix where
//! there is one, and `s3:GetObject` on what is under it. Pure.
//!
//! Listings need one permission whichever version is asked for, and nothing else is ever asked for.

use serde_json::{Value, json};

use crate::connection::{ConnectionDraft, Settings};

/// The policy of a connection, as JSON with line breaks
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-policies-s3.html>).
pub fn least_privilege(settings: &Settings) -> String {
    policy(&settings.bucket, &settings.prefix, &settings.region, settings.endpoint.as_deref())
}

/// The policy of what is being typed: whoever makes the key needs it before there is a key.
pub fn least_privilege_of_draft(draft: &ConnectionDraft) -> String {
    let endpoint = Some(draft.endpoint.trim()).filter(|endpoint| !endpoint.is_empty());
    policy(draft.bucket.trim(), &draft.prefix, draft.region.trim(), endpoint)
}

fn policy(bucket: &str, prefix: &str, region: &str, endpoint: Option<&str>) -> String {
    // Compatible services that know policies know them with the names of Amazon's largest partition.
    let partition = if endpoint.is_none_or(is_amazon) { partition(region) } else { "aws" };
    let mut list = json!({
        "Sid": "ListTheBucket",
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": format!("arn:{partition}:s3:::{bucket}"),
    });
    if !prefix.is_empty() {
        list["Condition"] = json!({"StringLike": {"s3:prefix": format!("{}*", literal(prefix))}});
    }
    let read = json!({
        "Sid": "ReadItsObjects",
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": format!("arn:{partition}:s3:::{bucket}/{}*", literal(prefix)),
    });
    let policy: Value = json!({"Version": "2012-10-17", "Statement": [list, read]});
    format!("{policy:#}")
}

fn is_amazon(endpoint: &str) -> bool {
    let host = url::Url::parse(endpoint).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.is_some_and(|host| host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn"))
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

/// A prefix is literal, a policy's text is not: its special characters are written as variables
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>).
fn literal(prefix: &str) -> String {
    let mut text = String::with_capacity(prefix.len());
    for character in prefix.chars() {
        match character {
            '*' => text.push_str("${*}"),
            '?' => text.push_str("${?}"),
            '$' => text.push_str("${$}"),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::{ConnectionDraft, SecretNeed};

    fn policy(prefix: &str, region: &str, endpoint: &str) -> Value {
        let draft: ConnectionDraft = serde_json::from_value(json!({
            "bucket": "user-files", "region": region, "prefix": prefix, "endpoint": endpoint, "containerTags": ["t"],
            "credentials": {"kind": "anonymous"}
        }))
        .expect("a draft");
        let settings = draft.validate(SecretNeed::Typed).expect("valid").0;
        serde_json::from_str(&least_privilege(&settings)).expect("JSON")
    }

    #[test]
    fn what_is_being_typed_has_the_policy_that_it_will_have() {
        let draft: ConnectionDraft = serde_json::from_value(json!({
            "bucket": " user-files ", "region": "cn-north-1", "prefix": "users/", "containerTags": ["t"],
            "credentials": {"kind": "environment"}
        }))
        .expect("a draft");
        let settings = draft.validate(SecretNeed::Typed).expect("valid").0;
        assert_eq!(least_privilege_of_draft(&draft), least_privilege(&settings));
    }

    fn resources(policy: &Value) -> [&str; 2] {
        [0, 1].map(|at| policy["Statement"][at]["Resource"].as_str().expect("a resource"))
    }

    #[test]
    fn the_two_permissions_and_nothing_else() {
        let policy = policy("", "eu-west-1", "");
        let statements = policy["Statement"].as_array().expect("statements");
        let actions: Vec<_> = statements.iter().map(|s| s["Action"].as_str().expect("one action")).collect();
        assert_eq!(actions, ["s3:ListBucket", "s3:GetObject"]);
        assert_eq!(resources(&policy), ["arn:aws:s3:::user-files", "arn:aws:s3:::user-files/*"]);
        assert!(statements.iter().all(|s| s["Effect"] == "Allow" && s.get("Condition").is_none()));
    }

    #[test]
    fn a_prefix_bounds_both() {
        let policy = policy("users/ü ", "eu-west-1", "");
        assert_eq!(policy["Statement"][0]["Condition"], json!({"StringLike": {"s3:prefix": "users/ü *"}}));
        assert_eq!(resources(&policy)[1], "arn:aws:s3:::user-files/users/ü *");
    }

    #[test]
    fn a_prefix_is_literal_in_a_policy_too() {
        let policy = policy("a*b?c${d}", "eu-west-1", "");
        assert_eq!(resources(&policy)[1], "arn:aws:s3:::user-files/a${*}b${?}c${$}{d}*");
    }

    #[test]
    fn the_partition_is_that_of_the_region() {
        for (region, endpoint, partition) in [
            ("cn-north-1", "", "aws-cn"),
            ("us-gov-west-1", "", "aws-us-gov"),
            ("cn-north-1", "https://s3.cn-north-1.amazonaws.com.cn", "aws-cn"),
            ("cn-east-3", "https://obs.cn-east-3.myhuaweicloud.com", "aws"),
            ("auto", "", "aws"),
        ] {
            let policy = policy("", region, endpoint);
            assert!(resources(&policy)[0].starts_with(&format!("arn:{partition}:s3:::")), "{region} {endpoint}");
        }
    }
}
