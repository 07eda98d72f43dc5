//! `serve`: the local API without a window, and the schedule beside it. `token`: what opens it.

use std::sync::Arc;

use s3_connector_engine::engine::{Engine, local_api_token};
use s3_connector_engine::error::{Error, ErrorCode, Result};
use s3_connector_engine::secrets::{Keychain, MemorySecrets, Secret, SecretStore};
use s3_connector_local_api::{Server, Token};
use secrecy::ExposeSecret;

use super::sync::{STOPPED_AT_ONCE, STOPPING};
use crate::arguments::{SecretsIn, ServeArguments};
use crate::exit::Exit;
use crate::output::json::{ListeningReply, TokenReply};
use crate::output::{Face, Output};
use crate::secret::WithEnvironment;
use crate::stop::StopWish;

/// Names the token of `serve`, which is stored nowhere.
const TOKEN_VARIABLE: &str = "S3C_API_TOKEN";

/// Where the secrets are that this choice means.
pub fn secrets(kept_in: SecretsIn) -> Arc<dyn SecretStore> {
    match kept_in {
        SecretsIn::Keychain => Arc::new(WithEnvironment(Keychain)),
        SecretsIn::Memory => Arc::new(WithEnvironment(MemorySecrets::default())),
    }
}

/// The token of `serve`: the one of the environment, else the keychain's.
///
/// # Errors
/// `invalid_request` where there would be one that nobody knows.
pub fn token(arguments: &ServeArguments) -> Result<Token> {
    let given = std::env::var(TOKEN_VARIABLE).ok().filter(|token| !token.is_empty());
    match (given, arguments.secrets) {
        (Some(given), _) => Ok(Token::Given(Secret::from(given))),
        (None, SecretsIn::Keychain) => Ok(Token::Engine),
        (None, SecretsIn::Memory) => Err(Error::new(
            ErrorCode::InvalidRequest,
            format!("without a keychain the token has to be in {TOKEN_VARIABLE}"),
        )),
    }
}

/// Serves until somebody wishes it to stop, and syncs every connection when it is due.
pub async fn run(engine: &Arc<Engine>, arguments: &ServeArguments, token: Token, output: &mut Output) -> Result<Exit> {
    let mut stop = StopWish::listen()?;
    let server = Server::start(Arc::clone(engine), arguments.port, token).await?;
    engine.start_schedule();
    // Always as JSON: a program that started it reads where to ask.
    output.json(&ListeningReply { listening: &server.url() })?;
    output.finish()?;
    stop.heard().await?;
    output.note(STOPPING);
    let end = async {
        server.stop().await;
        engine.shut_down().await;
    };
    tokio::select! {
        () = end => Ok(Exit::Done),
        wish = stop.heard() => {
            wish?;
            std::process::exit(STOPPED_AT_ONCE);
        }
    }
}

/// Prints the token. It is the keychain's, so no data folder has to be free; but a renewed one must be known to whoever
/// serves, so then the folder has to be.
pub async fn print_token(engine: Option<&Arc<Engine>>, output: &mut Output) -> Result<Exit> {
    let token = match engine {
        Some(engine) => engine.local_api_secret(true).await?,
        None => tokio::task::spawn_blocking(|| local_api_token(&Keychain, false))
            .await
            .map_err(|e| Error::internal("asking the keychain", e))??,
    };
    match output.face() {
        Face::Json => output.json(&TokenReply { token: token.expose_secret() })?,
        Face::Terminal | Face::Lines => output.text(token.expose_secret())?,
    }
    Ok(Exit::Done)
}
