//! Serves the API as long as the person wants it, where they want it, and tells the engine how it stands.

use std::sync::Arc;

use s3_connector_engine::engine::Engine;
use s3_connector_engine::view::LocalApiState;

use crate::server::{Server, Token};

/// Starts and stops the API as it is chosen, now and whenever that changes, until the engine is shut down. A port that is
/// in use is told and does no other harm; choosing anything tries again.
pub async fn keep(engine: Arc<Engine>) {
    let mut wish = engine.local_api_wish();
    let closing = engine.closing();
    let mut serving: Option<Server> = None;
    loop {
        let wanted = *wish.borrow_and_update();
        let stays = wanted.enabled && serving.as_ref().is_some_and(|server| server.port() == wanted.port);
        if !stays {
            if let Some(server) = serving.take() {
                server.stop().await;
            }
            let state = match wanted.enabled {
                false => LocalApiState::Off,
                true => match Server::start(Arc::clone(&engine), wanted.port, Token::Engine).await {
                    Ok(server) => {
                        let url = server.url();
                        serving = Some(server);
                        LocalApiState::Listening { url }
                    }
                    Err(error) => LocalApiState::Failed { error: error.view() },
                },
            };
            engine.local_api_report(state);
        }
        tokio::select! {
            changed = wish.changed() => if changed.is_err() { break },
            () = closing.cancelled() => break,
        }
    }
    if let Some(server) = serving {
        server.stop().await;
    }
}
