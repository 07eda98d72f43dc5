//! Why a command line does not fit, told without quoting a secret.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue};
use s3_connector_engine::error::{Error, ErrorCode};

/// Why a command line does not fit.
#[derive(Debug)]
pub struct Refusal {
    /// Whether JSON was asked for.
    pub json: bool,
    /// For a person: what is wrong and how it is used.
    pub text: String,
    /// For a program: what is wrong, in one line.
    pub error: Error,
}

impl Refusal {
    /// A secret was typed where everybody can read it.
    pub fn of_secret(json: bool) -> Self {
        let detail = "a secret is never an argument: give it on standard input with --secret-access-key-stdin or \
                      --session-token-stdin, or in the environment (AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, SUPERMEMORY_API_KEY); if a \
                      real one was typed here, it may be in the shell's history now";
        Self { json, text: format!("error: {detail}"), error: Error::new(ErrorCode::InvalidRequest, detail) }
    }

    /// What clap says of a line.
    pub fn of_line(json: bool, error: &clap::Error) -> Self {
        let text = error.render().to_string().trim_end().to_owned();
        let says: Vec<&str> = text
            .lines()
            .map(str::trim)
            .take_while(|line| !line.starts_with("Usage:"))
            .filter(|l| !l.is_empty())
            .collect();
        let detail = says.join(" ").trim_start_matches("error: ").to_owned();
        Self { json, text, error: Error::new(ErrorCode::InvalidRequest, detail) }
    }
}

/// Whether somebody tried to give a secret as an argument. Checked before clap, whose refusal would quote it.
pub fn is_secret_argument(argument: &OsString) -> bool {
    let argument = argument.to_string_lossy();
    let (name, value) = match argument.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (&*argument, None),
    };
    match name {
        "--secret-access-key-stdin" | "--session-token-stdin" => value.is_some(),
        "--secret-access-key" | "--secret-key" | "--secret" | "--session-token" | "--token" | "--api-key" => true,
        _ => false,
    }
}

/// Whether clap's refusal quotes what stands behind a switch that takes no value, as in
/// `--secret-access-key-stdin SECRET`. A connection's name may stand there too, but that one fits.
pub fn quotes_a_secret(error: &clap::Error, arguments: &[OsString]) -> bool {
    let Some(ContextValue::String(quoted)) = error.get(ContextKind::InvalidArg) else { return false };
    arguments.windows(2).any(|pair| {
        let is_switch = pair[0] == "--secret-access-key-stdin" || pair[0] == "--session-token-stdin";
        is_switch && pair[1] == quoted.as_str()
    })
}
