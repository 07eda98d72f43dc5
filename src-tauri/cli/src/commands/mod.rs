//! What each command does: asks the engine, writes the answer, says how to exit.

use s3_connector_engine::connection::ConnectionDraft;
use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::Result;
use s3_connector_engine::knowledge_base::SearchQuery;

use std::sync::Arc;

use crate::arguments::{Command, ConnectionsCommand};
use crate::exit::Exit;
use crate::output::Output;

mod connections;
mod policy;
mod preview;
mod search;
mod sync;
mod test;

/// A command with everything it needs, secrets included. The engine is not open yet.
pub enum Task {
    /// `connections add`
    Add(Box<ConnectionDraft>),
    /// `connections list`
    List,
    /// `connections delete`
    Delete {
        /// Name or id.
        name: String,
        /// Whether its documents stay.
        keep_documents: bool,
    },
    /// `test`
    Test {
        /// Name or id.
        name: String,
    },
    /// `policy`
    Policy {
        /// Name or id.
        name: String,
    },
    /// `preview`
    Preview {
        /// Name or id.
        name: String,
        /// At most this many items.
        limit: Option<u64>,
    },
    /// `sync`
    Sync {
        /// Name or id.
        name: String,
    },
    /// `search`
    Search(SearchQuery),
}

impl Task {
    /// Turns what was typed into what is to be done; reads the secret where one is needed.
    pub fn read(command: &Command) -> Result<Self> {
        Ok(match command {
            Command::Connections(ConnectionsCommand::Add(arguments)) => {
                Self::Add(Box::new(connections::draft(arguments)?))
            }
            Command::Connections(ConnectionsCommand::List) => Self::List,
            Command::Connections(ConnectionsCommand::Delete(arguments)) => {
                Self::Delete { name: arguments.name.clone(), keep_documents: arguments.keep_documents }
            }
            Command::Test(arguments) => Self::Test { name: arguments.name.clone() },
            Command::Policy(arguments) => Self::Policy { name: arguments.name.clone() },
            Command::Preview(arguments) => Self::Preview { name: arguments.name.clone(), limit: arguments.limit },
            Command::Sync(arguments) => Self::Sync { name: arguments.name.clone() },
            Command::Search(arguments) => Self::Search(SearchQuery {
                query: arguments.query.join(" "),
                tag: arguments.tag.clone(),
                connection_id: None,
                limit: arguments.limit,
            }),
        })
    }

    /// Does it.
    pub async fn run(self, engine: &Arc<Engine>, output: &mut Output) -> Result<Exit> {
        match self {
            Self::Add(draft) => connections::add(engine, *draft, output).await,
            Self::List => connections::list(engine, output).await,
            Self::Delete { name, keep_documents } => connections::delete(engine, &name, keep_documents, output).await,
            Self::Test { name } => test::run(engine, &name, output).await,
            Self::Policy { name } => policy::run(engine, &name, output).await,
            Self::Preview { name, limit } => preview::run(engine, &name, limit, output).await,
            Self::Sync { name } => sync::run(engine, &name, output).await,
            Self::Search(query) => search::run(engine, query, output).await,
        }
    }
}
