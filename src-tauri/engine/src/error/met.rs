//! The errors that a person meets, as the table of the README. A test keeps it current; `cargo xtask generate` writes it.
//!
//! Left out is what only a program meets (unknown commands, ids and fields), what a run settles by itself (an object that
//! moved on, a document that is still processed), and what is said where it is chosen (an edit, a port, a removal by hand).

use super::{ErrorCode, Text};

/// In the order in which one meets them: the bucket, the way there, the knowledge base, this computer.
const MET: &[ErrorCode] = &[
    ErrorCode::AuthenticationFailed,
    ErrorCode::AccessDenied,
    ErrorCode::BucketNotFound,
    ErrorCode::WrongRegion,
    ErrorCode::CredentialsExpired,
    ErrorCode::CredentialsMissing,
    ErrorCode::ClockSkewed,
    ErrorCode::ObjectArchived,
    ErrorCode::Unreachable,
    ErrorCode::ProxyFailed,
    ErrorCode::TlsFailed,
    ErrorCode::Throttled,
    ErrorCode::StorageFailed,
    ErrorCode::ApiKeyMissing,
    ErrorCode::ApiKeyRejected,
    ErrorCode::CreditsExhausted,
    ErrorCode::PlanTooLow,
    ErrorCode::KnowledgeBaseDenied,
    ErrorCode::KnowledgeBaseUnreachable,
    ErrorCode::KnowledgeBaseFailed,
    ErrorCode::KnowledgeBaseChanged,
    ErrorCode::DocumentRefused,
    ErrorCode::DocumentTooLarge,
    ErrorCode::TooManyFailures,
    ErrorCode::MassRemoval,
    ErrorCode::KeychainLocked,
    ErrorCode::KeychainUnavailable,
    ErrorCode::SecretMissing,
    ErrorCode::DataFolderBusy,
    ErrorCode::DataFolderUnusable,
    ErrorCode::DiskFull,
    ErrorCode::StateNewer,
];

/// The table in Markdown: what it says, and what to do.
fn table() -> String {
    let row = |code: &ErrorCode| {
        let Text { status, message, solution } = code.text();
        format!("| **{message}** ({status}) | {solution} |\n")
    };
    let rows: String = MET.iter().map(row).collect();
    format!("| It says | What to do |\n| --- | --- |\n{rows}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The README, seen from this crate.
    const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    const BEGIN: &str = "<!-- errors -->\n";
    const END: &str = "<!-- /errors -->";

    #[test]
    fn the_error_table_of_the_readme_is_current() {
        let found = std::fs::read_to_string(README).expect("a README");
        let (before, rest) = found.split_once(BEGIN).expect("the README has a place for the table");
        let (_, after) = rest.split_once(END).expect("the place has an end");
        let wanted = format!("{before}{BEGIN}\n{}\n{END}{after}", table());
        if std::env::var_os("S3_CONNECTOR_GENERATE").is_some() && found != wanted {
            std::fs::write(README, &wanted).expect("the README can be written");
        }
        let found = std::fs::read_to_string(README).expect("a README");
        assert!(found == wanted, "the errors in README.md are out of date: run `cargo xtask generate`");
    }

    #[test]
    fn each_error_is_told_once_and_breaks_no_cell() {
        for (at, code) in MET.iter().enumerate() {
            let Text { message, solution, .. } = code.text();
            assert!(!message.contains(['|', '\n']) && !solution.contains(['|', '\n']), "{code:?}");
            assert!(!MET[..at].contains(code), "{code:?} twice");
        }
    }
}
