//! How `s3c` ends: four codes that a script can act on.

use std::process::ExitCode;

use s3_connector_engine::error::ErrorCode;
use s3_connector_engine::view::RunState;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: it did everything.
    Done,
    /// 1: it failed; the same call may work later, or once something outside was put right.
    Failed,
    /// 2: the command line asks for something that cannot be; the same call never works.
    Usage,
    /// 3: some of the work is done and stays done; the next sync takes up the rest.
    PartlyDone,
}

impl Exit {
    /// The number that the shell sees.
    pub const fn number(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::PartlyDone => 3,
        }
    }

    /// How a command ends that met this error. Field errors count as usage because here the fields are arguments:
    /// `--document-limit 0` and `--document-limit many` are the same kind of mistake.
    pub const fn of_error(code: ErrorCode) -> Self {
        match code {
            ErrorCode::InvalidConnection | ErrorCode::InvalidRequest => Self::Usage,
            _ => Self::Failed,
        }
    }

    /// How a sync ends whose run ended like this. A cancelled run is partly done: what it sent is there.
    pub const fn of_run(state: RunState) -> Self {
        match state {
            RunState::Completed => Self::Done,
            RunState::PartlyCompleted | RunState::Cancelled | RunState::Interrupted => Self::PartlyDone,
            // Nobody waits for a run and finds it running; if so, nothing can be said about its work.
            RunState::Failed | RunState::Running => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_contract() {
        let numbers = [Exit::Done, Exit::Failed, Exit::Usage, Exit::PartlyDone].map(Exit::number);
        assert_eq!(numbers, [0, 1, 2, 3]);
    }

    #[test]
    fn a_wrong_field_is_usage_and_a_wrong_secret_is_a_failure() {
        assert_eq!(Exit::of_error(ErrorCode::InvalidConnection), Exit::Usage);
        assert_eq!(Exit::of_error(ErrorCode::InvalidRequest), Exit::Usage);
        for code in [
            ErrorCode::AuthenticationFailed,
            ErrorCode::AccessDenied,
            ErrorCode::BucketNotFound,
            ErrorCode::ConnectionNotFound,
            ErrorCode::DataFolderBusy,
            ErrorCode::KeychainUnavailable,
            ErrorCode::Internal,
        ] {
            assert_eq!(Exit::of_error(code), Exit::Failed, "{code:?}");
        }
    }

    #[test]
    fn a_run_that_left_something_undone_is_partly_done() {
        for (state, exit) in [
            (RunState::Completed, Exit::Done),
            (RunState::PartlyCompleted, Exit::PartlyDone),
            (RunState::Cancelled, Exit::PartlyDone),
            (RunState::Interrupted, Exit::PartlyDone),
            (RunState::Failed, Exit::Failed),
        ] {
            assert_eq!(Exit::of_run(state), exit, "{state:?}");
        }
    }
}
