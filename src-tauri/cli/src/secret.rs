//! How secrets get in: standard input, the environment, or a terminal without echo. Never an argument, because
//! arguments stand in the shell's history and in every process list.

use std::io::{IsTerminal, Read};

use s3_connector_engine::error::{Error, ErrorCode, Result};
use s3_connector_engine::secrets::{API_KEY_ENDING, Secret, SecretStore};

use crate::arguments::FieldArguments;

/// More bytes than two secrets have; a file that was piped in by mistake is not read to its end.
const SIZE_LIMIT: u64 = 64 * 1024;
const SECRET_NAME: &str = "secret access key";
const TOKEN_NAME: &str = "session token";

/// Holds an API key that goes before what the keychain has.
const API_KEY_VARIABLE: &str = "SUPERMEMORY_API_KEY";

/// A keychain, and before it the API key of the environment. It serves every Supermemory, is never written anywhere, and
/// keeps nobody from working where there is no keychain.
pub struct WithEnvironment<S>(pub S);

impl<S: SecretStore> SecretStore for WithEnvironment<S> {
    fn set(&self, name: &str, secret: &Secret) -> Result<()> {
        self.0.set(name, secret)
    }

    fn get(&self, name: &str) -> Result<Option<Secret>> {
        match from_environment(API_KEY_VARIABLE).filter(|_| name.ends_with(API_KEY_ENDING)) {
            Some(key) => Ok(Some(key)),
            None => self.0.get(name),
        }
    }

    fn delete(&self, name: &str) -> Result<()> {
        self.0.delete(name)
    }
}

/// Reads an API key from standard input, or asks for it on a terminal.
///
/// # Errors
/// `invalid_request` where there is none.
pub fn api_key() -> Result<Secret> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return prompt("API key");
    }
    let Entered { secret_access_key, .. } = read(stdin.lock(), true, false)?;
    secret_access_key.ok_or_else(|| Error::new(ErrorCode::InvalidRequest, "standard input has no API key"))
}

/// The secrets that came with a command.
#[derive(Default)]
pub struct Entered {
    /// The secret access key.
    pub secret_access_key: Option<Secret>,
    /// The session token.
    pub session_token: Option<Secret>,
    /// The API key of a Supermemory.
    pub api_key: Option<Secret>,
}

/// Takes the secrets that these fields need, each from the first place that has it.
///
/// # Errors
/// `invalid_request` where there is no place to take one from.
pub fn enter(fields: &FieldArguments) -> Result<Entered> {
    let stdin = std::io::stdin();
    let (secret, token) = (fields.secret_access_key_stdin, fields.session_token_stdin);
    let mut entered = match (secret || token, stdin.is_terminal()) {
        (false, _) => Entered::default(),
        (true, true) => Entered {
            secret_access_key: if secret { Some(prompt(SECRET_NAME)?) } else { None },
            session_token: if token { Some(prompt(TOKEN_NAME)?) } else { None },
            api_key: None,
        },
        (true, false) => read(stdin.lock(), secret, token)?,
    };
    if let Some(access_key_id) = &fields.access_key_id {
        if entered.secret_access_key.is_none() {
            entered.secret_access_key = Some(secret_from_elsewhere(stdin.is_terminal())?);
        }
        entered.session_token = entered.session_token.or_else(|| session_token(access_key_id));
    }
    Ok(entered)
}

/// The session token that belongs to temporary credentials, from the environment. Their key ids begin with `ASIA`
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>); for a
/// lasting key, a token that happens to be set belongs to somebody else and would break the signature.
pub fn session_token(access_key_id: &str) -> Option<Secret> {
    if access_key_id.trim().starts_with("ASIA") { from_environment("AWS_SESSION_TOKEN") } else { None }
}

fn secret_from_elsewhere(has_terminal: bool) -> Result<Secret> {
    match from_environment("AWS_SECRET_ACCESS_KEY") {
        Some(secret) => Ok(secret),
        None if has_terminal => prompt(SECRET_NAME),
        None => Err(Error::new(
            ErrorCode::InvalidRequest,
            "there is no secret access key: give it on standard input with --secret-access-key-stdin, \
             or set AWS_SECRET_ACCESS_KEY",
        )),
    }
}

fn from_environment(name: &str) -> Option<Secret> {
    std::env::var(name).ok().filter(|text| !text.is_empty()).map(Secret::from)
}

fn prompt(what: &str) -> Result<Secret> {
    let text = rpassword::prompt_password(format!("The {what} (not shown): "))
        .map_err(|e| Error::new(ErrorCode::InvalidRequest, format!("the terminal gave no {what}: {e}")))?;
    Ok(Secret::from(text))
}

/// Reads to the end of the input, without the one line break that `echo` and editors add. Two secrets are two lines,
/// the secret access key first.
fn read(input: impl Read, secret: bool, token: bool) -> Result<Entered> {
    let unusable = |why: &str| Error::new(ErrorCode::InvalidRequest, format!("standard input {why}"));
    let mut text = String::new();
    let length =
        input.take(SIZE_LIMIT + 1).read_to_string(&mut text).map_err(|e| unusable(&format!("gave no secret: {e}")))?;
    if length as u64 > SIZE_LIMIT {
        return Err(unusable("is too long for a secret"));
    }
    let text = without_line_break(&text);
    let line = |line: &str| Some(Secret::from(line));
    match (secret, token) {
        _ if text.is_empty() => Err(unusable("is empty; secrets are read from it")),
        (true, true) => match text.split('\n').collect::<Vec<_>>()[..] {
            [secret, token] if !without_line_break(secret).is_empty() && !token.is_empty() => Ok(Entered {
                secret_access_key: line(without_line_break(secret)),
                session_token: line(token),
                ..Entered::default()
            }),
            _ => Err(unusable("needs two lines: the secret access key, then the session token")),
        },
        (true, false) => Ok(Entered { secret_access_key: line(text), ..Entered::default() }),
        (false, _) => Ok(Entered { session_token: line(text), ..Entered::default() }),
    }
}

fn without_line_break(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn reads_as(input: &[u8], secret: bool, token: bool) -> (Option<String>, Option<String>) {
        let entered = read(input, secret, token).unwrap();
        let plain = |secret: Option<Secret>| secret.map(|secret| secret.expose_secret().to_owned());
        (plain(entered.secret_access_key), plain(entered.session_token))
    }

    #[test]
    fn one_line_break_at_the_end_is_not_part_of_a_secret() {
        for (input, secret) in
            [("s3cr3t", "s3cr3t"), ("s3cr3t\n", "s3cr3t"), ("s3cr3t\r\n", "s3cr3t"), (" s3cr3t \n\n", " s3cr3t \n")]
        {
            assert_eq!(reads_as(input.as_bytes(), true, false), (Some(secret.into()), None));
            assert_eq!(reads_as(input.as_bytes(), false, true), (None, Some(secret.into())));
        }
    }

    #[test]
    fn two_secrets_are_two_lines_the_key_first() {
        for input in ["s3cr3t\nt0ken", "s3cr3t\nt0ken\n", "s3cr3t\r\nt0ken\r\n"] {
            assert_eq!(reads_as(input.as_bytes(), true, true), (Some("s3cr3t".into()), Some("t0ken".into())));
        }
        for input in ["s3cr3t", "s3cr3t\n", "\nt0ken", "\r\nt0ken", "s3cr3t\n\n", "one\ntwo\nthree"] {
            let error = read(input.as_bytes(), true, true).err().unwrap();
            assert_eq!(error.code, ErrorCode::InvalidRequest);
            assert!(!["s3cr3t", "t0ken", "three"].iter().any(|part| error.detail.contains(part)), "{}", error.detail);
        }
    }

    #[test]
    fn an_empty_or_endless_input_is_refused_and_never_quoted() {
        for input in [&b""[..], b"\n", b"\xff\xfe", &[b'x'; 70_000]] {
            for (secret, token) in [(true, false), (false, true), (true, true)] {
                let error = read(input, secret, token).err().unwrap();
                assert_eq!(error.code, ErrorCode::InvalidRequest);
                assert!(!error.detail.contains("xxx"), "{}", error.detail);
            }
        }
    }

    #[test]
    fn only_temporary_keys_take_the_session_token() {
        assert!(session_token("AKIAIOSFODNN7EXAMPLE").is_none());
    }
}
