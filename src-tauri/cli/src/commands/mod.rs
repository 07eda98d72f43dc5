//! What each command does: asks the engine, writes the answer, says how to exit.

use std::sync::Arc;

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::Result;
use s3_connector_engine::knowledge_base::SearchQuery;
use s3_connector_engine::secrets::SecretStore;
use s3_connector_local_api::Token;

use crate::arguments::{Command, ConnectionsCommand, HostedCommand, KnowledgeBaseCommand, SecretsIn};
use crate::exit::Exit;
use crate::output::{Face, Output};
use crate::secret::{self, Entered};

mod connections;
mod csv;
mod documents;
mod draft;
mod edit;
mod hint;
mod hosted;
mod items;
mod knowledge_base;
mod pause;
mod policy;
mod preview;
mod runs;
mod search;
mod serve;
mod settings;
mod sync;
mod test;
mod watch;
mod why;

/// Rows that are shown unless told otherwise: all of them, to a person as many as one scrolls through.
const fn most_shown(face: Face) -> u64 {
    match face {
        Face::Terminal => 100,
        Face::Json | Face::Lines => u64::MAX,
    }
}

/// A command with the secrets that it needs. The engine is not open yet.
pub struct Task {
    command: Command,
    entered: Entered,
    token: Option<Token>,
}

impl Task {
    /// Reads the secrets where some are needed.
    pub fn read(command: Command) -> Result<Self> {
        let entered = match &command {
            Command::Connections(ConnectionsCommand::Add(arguments)) => secret::enter(&arguments.fields)?,
            Command::Connections(ConnectionsCommand::Edit(arguments)) => secret::enter(&arguments.fields)?,
            Command::Hosted(HostedCommand::Create(arguments)) => secret::enter(&arguments.fields)?,
            Command::KnowledgeBase(KnowledgeBaseCommand::Set(_)) => {
                Entered { api_key: Some(secret::api_key()?), ..Entered::default() }
            }
            _ => Entered::default(),
        };
        let token = match &command {
            Command::Serve(arguments) => Some(serve::token(arguments)?),
            _ => None,
        };
        Ok(Self { command, entered, token })
    }

    /// Where the secrets of connections are.
    pub fn secrets(&self) -> Arc<dyn SecretStore> {
        serve::secrets(match &self.command {
            Command::Serve(arguments) => arguments.secrets,
            _ => SecretsIn::Keychain,
        })
    }

    /// Whether it works without a data folder: also while another process works on it.
    pub fn is_alone(&self) -> bool {
        matches!(&self.command, Command::Token(arguments) if !arguments.renew)
    }

    /// Does what needs no data folder.
    pub async fn run_alone(self, output: &mut Output) -> Result<Exit> {
        serve::print_token(None, output).await
    }

    /// Does it.
    pub async fn run(self, engine: &Arc<Engine>, output: &mut Output) -> Result<Exit> {
        match self.command {
            Command::Connections(command) => run_connections(command, self.entered, engine, output).await,
            Command::KnowledgeBase(command) => knowledge_base::run(engine, command, self.entered.api_key, output).await,
            Command::Hosted(command) => hosted::run(engine, command, self.entered, output).await,
            Command::Test(arguments) => test::run(engine, &arguments.name, output).await,
            Command::Policy(arguments) => policy::run(engine, &arguments.name, output).await,
            Command::Preview(arguments) => preview::run(engine, arguments, output).await,
            Command::Sync(arguments) => sync::run(engine, arguments, output).await,
            Command::Retry(arguments) => sync::retry(engine, arguments, output).await,
            Command::Runs(arguments) => runs::run(engine, arguments, output).await,
            Command::Items(arguments) => items::run(engine, arguments, output).await,
            Command::Why(arguments) => why::run(engine, arguments, output).await,
            Command::Documents(arguments) => documents::run(engine, arguments, output).await,
            Command::Settings(command) => settings::run(engine, command, output).await,
            Command::Diagnostics => settings::diagnostics(engine, output).await,
            Command::Watch => watch::run(engine, output).await,
            Command::Serve(arguments) => {
                serve::run(engine, &arguments, self.token.unwrap_or(Token::Engine), output).await
            }
            Command::Token(_) => serve::print_token(Some(engine), output).await,
            Command::Search(arguments) => {
                let query = SearchQuery {
                    query: arguments.query.join(" "),
                    tag: arguments.tag,
                    connection_id: None,
                    limit: arguments.limit,
                    offset: 0,
                };
                search::run(engine, query, output).await
            }
        }
    }
}

async fn run_connections(
    command: ConnectionsCommand,
    entered: Entered,
    engine: &Arc<Engine>,
    output: &mut Output,
) -> Result<Exit> {
    match command {
        ConnectionsCommand::Add(arguments) => {
            connections::add(engine, draft::of_new(arguments.fields, entered)?, output).await
        }
        ConnectionsCommand::Edit(arguments) => edit::run(engine, *arguments, entered, output).await,
        ConnectionsCommand::List => connections::list(engine, output).await,
        ConnectionsCommand::Pause(arguments) => pause::pause(engine, arguments, output).await,
        ConnectionsCommand::Resume(which) => pause::resume(engine, which, output).await,
        ConnectionsCommand::HandOver(arguments) => hosted::hand_over(engine, arguments, output).await,
        ConnectionsCommand::Delete(arguments) => {
            connections::delete(engine, &arguments.name, arguments.keep_documents, output).await
        }
    }
}

#[cfg(test)]
mod tests;
