//! How a secret gets in: standard input, the environment, or a terminal without echo. Never an argument, because
//! arguments stand in the shell's history and in every process list.

use std::io::{IsTerminal, Read};

use s3_connector_engine::error::{Error, ErrorCode, Result};
use s3_connector_engine::secrets::Secret;

/// More bytes than any secret has; a file that was piped in by mistake is not read to its end.
const SECRET_SIZE_LIMIT: u64 = 64 * 1024;

/// The secret access key, from the first place that has it.
///
/// # Errors
/// `invalid_request` where there is no place to take it from.
pub fn secret_access_key(from_stdin: bool) -> Result<Secret> {
    let stdin = std::io::stdin();
    if from_stdin && !stdin.is_terminal() {
        return read(stdin.lock());
    }
    match from_environment("AWS_SECRET_ACCESS_KEY") {
        Some(secret) if !from_stdin => Ok(secret),
        _ if stdin.is_terminal() => prompt(),
        _ => Err(Error::new(
            ErrorCode::InvalidRequest,
            "there is no secret access key: give it on standard input with --secret-access-key-stdin, \
             or set AWS_SECRET_ACCESS_KEY",
        )),
    }
}

/// The session token that belongs to temporary credentials. Their key ids begin with `ASIA`
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>); for a
/// lasting key, a token that happens to be set belongs to somebody else and would break the signature.
pub fn session_token(access_key_id: &str) -> Option<Secret> {
    if access_key_id.trim().starts_with("ASIA") { from_environment("AWS_SESSION_TOKEN") } else { None }
}

fn from_environment(name: &str) -> Option<Secret> {
    std::env::var(name).ok().filter(|text| !text.is_empty()).map(Secret::from)
}

fn prompt() -> Result<Secret> {
    let text = rpassword::prompt_password("Secret access key (not shown): ")
        .map_err(|e| Error::new(ErrorCode::InvalidRequest, format!("the terminal gave no secret access key: {e}")))?;
    Ok(Secret::from(text))
}

/// Reads a secret to the end of the input, without the one line break that `echo` and editors add.
fn read(input: impl Read) -> Result<Secret> {
    let unusable = |why: String| Error::new(ErrorCode::InvalidRequest, format!("standard input {why}"));
    let mut text = String::new();
    let length = input
        .take(SECRET_SIZE_LIMIT + 1)
        .read_to_string(&mut text)
        .map_err(|e| unusable(format!("gave no secret access key: {e}")))?;
    if length as u64 > SECRET_SIZE_LIMIT {
        return Err(unusable("is too long for a secret access key".into()));
    }
    let line = text.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).unwrap_or(&text);
    if line.is_empty() {
        return Err(unusable("is empty; --secret-access-key-stdin reads the secret from it".into()));
    }
    Ok(Secret::from(line))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn reads_as(input: &[u8], expected: &str) -> bool {
        use secrecy::ExposeSecret;
        read(input).unwrap().expose_secret() == expected
    }

    #[test]
    fn one_line_break_at_the_end_is_not_part_of_the_secret() {
        assert!(reads_as(b"s3cr3t", "s3cr3t"));
        assert!(reads_as(b"s3cr3t\n", "s3cr3t"));
        assert!(reads_as(b"s3cr3t\r\n", "s3cr3t"));
        assert!(reads_as(b" s3cr3t \n\n", " s3cr3t \n"));
    }

    #[test]
    fn an_empty_or_endless_input_is_refused_and_never_quoted() {
        for input in [&b""[..], b"\n", b"\xff\xfe", &[b'x'; 70_000]] {
            let error = read(input).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidRequest);
            assert!(!error.detail.contains("xxx"), "{}", error.detail);
        }
    }

    #[test]
    fn only_temporary_keys_take_the_session_token() {
        assert!(session_token("AKIAIOSFODNN7EXAMPLE").is_none());
    }
}
