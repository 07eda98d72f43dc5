//! What the faces are told. Events carry whole rows, not changes, so a lost or repeated one does no harm; a
//! listener that falls behind reads the rows again.

use serde::Serialize;
use ts_rs::TS;

use crate::view::{AppSettings, ConnectionView, LocalApiView, RunView, WaitingForm};

/// Something that a face may want to draw.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[allow(clippy::large_enum_variant, reason = "a few events a second, and nearly all of them are the large one")]
pub enum EngineEvent {
    /// A connection was added, edited, or its state changed; while it syncs, with progress, at most 5 times a second.
    Connection {
        /// The whole row.
        connection: ConnectionView,
    },
    /// A connection was deleted.
    ConnectionRemoved {
        /// Its id.
        id: String,
    },
    /// A run ended.
    RunEnded {
        /// The whole row.
        run: RunView,
    },
    /// The local API was switched on or off, listens, or cannot.
    LocalApi {
        /// The whole row.
        local_api: LocalApiView,
    },
    /// A form was left before it was saved, or is done with.
    Forms {
        /// All that wait.
        waiting: Vec<WaitingForm>,
    },
    /// What a person set for the app as a whole changed.
    Settings {
        /// All of it.
        settings: AppSettings,
    },
}
