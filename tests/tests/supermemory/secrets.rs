//! Neither the API key nor the secret of the storage appears anywhere: not in files, events, errors, runs or requests to
//! others, also when everything goes wrong and the server itself repeats them.

use std::fmt::Debug;
use std::path::Path;
use std::sync::{Arc, Mutex};

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::Result;
use s3_connector_tests::scene::{Scene, draft, knowledge_base};
use s3_connector_tests::supermemory::{FakeSupermemory, Fault, On, Quirks};
use serde::Serialize;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;

use super::{fill, key, scene};

/// Everything that was said, as JSON and for a programmer.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<String>>);

impl Heard {
    fn add(&self, said: &(impl Serialize + Debug)) {
        let json = serde_json::to_string(said).unwrap();
        self.0.lock().unwrap().push_str(&format!("{json}\n{said:?}\n"));
    }

    fn add_result<T: Serialize + Debug>(&self, said: Result<T>) {
        match said {
            Ok(said) => self.add(&said),
            Err(error) => {
                self.add(&error.view());
                self.0.lock().unwrap().push_str(&format!("{error}\n{error:?}\n"));
            }
        }
    }

    /// Writes down every event from now on.
    fn listen(&self, engine: &Engine) {
        let (heard, mut events) = (self.clone(), engine.events());
        tokio::spawn(async move {
            loop {
                match events.recv().await {
                    Ok(event) => heard.add(&event),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => break,
                }
            }
        });
    }

    fn has(&self, text: &str) -> Option<String> {
        let heard = self.0.lock().unwrap();
        heard.lines().find(|line| line.contains(text)).map(str::to_owned)
    }
}

/// The file under a folder that has these bytes.
fn file_with(folder: &Path, text: &str) -> Option<String> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).find_map(|path| {
        if path.is_dir() {
            return file_with(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap();
        bytes.windows(text.len()).any(|part| part == text.as_bytes()).then(|| path.display().to_string())
    })
}

/// Whatever the server may say, with the key in it. The secret of the storage it was never told.
fn troubles(key: &str) -> Vec<Fault> {
    let echo = format!("Not with Bearer {key}");
    let bodies = [
        json!({"error": echo, "details": echo}).to_string(),
        json!({"success": false, "data": {"key": echo}, "error": [{"path": [echo], "message": echo}]}).to_string(),
        echo,
    ];
    let statuses = [200, 400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 503];
    let reply = |status: u16, body: &String| Fault::Reply {
        status,
        headers: vec![("content-type".into(), "application/json".into()), ("retry-after".into(), "100".into())],
        body: body.clone(),
    };
    let replies = statuses.into_iter().flat_map(|status| bodies.iter().map(move |body| reply(status, body)));
    replies.chain([Fault::Hangup, Fault::CutBody, Fault::HalfBody, Fault::LostReply]).collect()
}

async fn everything_goes_wrong(scene: &mut Scene, heard: &Heard) {
    let api_key = scene.supermemory().key();
    let id = scene.connection.id.clone();
    let url = scene.supermemory().url();
    for (number, trouble) in troubles(api_key).into_iter().enumerate() {
        let on = if number % 2 == 0 { On::Any } else { On::Write };
        scene.supermemory().fail_always(on, trouble);
        scene.put(&key(number % 6), format!("words of {number}"));
        let run = scene.sync().await;
        heard.add(&scene.engine.run_items(run.id.clone(), None, 0, 100).await.unwrap());
        heard.add(&run);
        heard.add_result(scene.engine.settle(&id).await);
        heard.add_result(scene.engine.knowledge_base_test(knowledge_base(&url, "")).await);
        heard.add_result(scene.engine.connection_audit(id.clone()).await);
        heard.add(&scene.why(&key(number % 6)).await);
        scene.supermemory().heal();
    }
    let odd = [
        url.replace("http://", "https://"),
        "http://127.0.0.1:9".to_owned(),
        "http://no-such-host.invalid".to_owned(),
        format!("http://{api_key}@127.0.0.1:9"),
        format!("http://127.0.0.1:9/?key={api_key}"),
        format!("{api_key} http://127.0.0.1:9"),
    ];
    for address in odd {
        heard.add_result(scene.engine.knowledge_base_test(knowledge_base(&address, api_key)).await);
        heard.add_result(
            scene.engine.connection_add(draft(&scene.server, json!({"name": "Odd", "destination": address}))).await,
        );
    }
    heard.add_result(scene.engine.knowledge_base_test(knowledge_base(&url, &format!("{api_key}-and-more"))).await);
    heard.0.lock().unwrap().push_str(&format!("{:?}", knowledge_base(&url, api_key)));
    heard.add(&scene.engine.knowledge_base_list().await.unwrap());
    heard.add(&scene.engine.connection_list().await.unwrap());
    heard.add(&scene.engine.run_list(None, 100).await.unwrap());
    heard.add(&scene.engine.app_status().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_key_nor_secret_is_heard_or_written_after_everything_went_wrong() {
    let mut scene = scene(Quirks::default()).await;
    let heard = Heard::default();
    heard.listen(&scene.engine);
    fill(&scene, 6);
    heard.add(&scene.sync().await);
    everything_goes_wrong(&mut scene, &heard).await;
    scene.sync().await;
    scene.engine.shut_down().await;
    for secret in [scene.supermemory().key(), scene.server.secret()] {
        assert_eq!(heard.has(secret), None);
        assert_eq!(file_with(scene.folder.path(), secret), None);
        let asked =
            scene.supermemory().seen().iter().map(|seen| format!("{seen:?}")).find(|seen| seen.contains(secret));
        assert_eq!(asked, None, "a body or an address has the secret");
        let asked = scene.server.seen().iter().map(|seen| format!("{seen:?}")).find(|seen| seen.contains(secret));
        assert_eq!(asked, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_takes_neither_the_key_nor_a_document_to_somebody_else() {
    let scene = scene(Quirks::default()).await;
    let somebody = FakeSupermemory::start();
    fill(&scene, 3);
    for status in [301, 302, 307, 308] {
        let headers = vec![("location".to_owned(), format!("{}/v3/documents", somebody.url()))];
        scene.supermemory().fail_always(On::Any, Fault::Reply { status, headers, body: String::new() });
        let run = scene.sync().await;
        assert!(run.error.is_some(), "{status}");
        scene.supermemory().heal();
    }
    assert!(somebody.seen().iter().all(|seen| !seen.authorized && !seen.operation.is_write()), "{:?}", somebody.seen());
    somebody.take_violations();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_with_letters_that_no_header_takes_is_refused_in_words() {
    let scene = scene(Quirks::default()).await;
    let url = scene.supermemory().url();
    for key in ["sm_ключ", "sm_a\u{1}b", "sm_a\nb"] {
        let error = scene.engine.knowledge_base_test(knowledge_base(&url, key)).await.unwrap_err();
        assert!(!format!("{error:?} {error}").contains(key));
    }
}
