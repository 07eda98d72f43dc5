//! The app's window through WebDriver: found, pressed and filled by what a person sees, role and visible name.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::time::Duration;

use fantoccini::elements::{Element, ElementRef};
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};

use crate::desktop::Desktop;
use crate::process::Process;
use crate::tools;
use crate::wait::eventually;

const START: Duration = Duration::from_secs(60);
const ANSWER: Duration = Duration::from_secs(20);

/// Finds elements as assistive technology names them.
const FINDER: &str = include_str!("window/finder.js");

/// What a person takes an element for.
#[derive(Clone, Copy, Debug)]
pub enum Role {
    /// Something to press: a button, link, tab, choice or menu entry.
    Control,
    /// Something to type into.
    Field,
}

/// The open window of a running app. Dropping it ends the app.
#[derive(Debug)]
pub struct Window<'a> {
    desktop: &'a Desktop,
    client: Client,
    // The app and its driver are children of this one.
    _driver: Process,
}

impl<'a> Window<'a> {
    /// Starts the app on the desktop and waits for its window.
    pub async fn open(desktop: &'a Desktop, app: &Path, arguments: &[&str]) -> Self {
        let (port, native_port) = (free_port(), free_port());
        let mut command = desktop.command(tools::required("tauri-driver"));
        command.args(["--port", &port.to_string(), "--native-port", &native_port.to_string()]);
        command.arg("--native-driver").arg(tools::required("WebKitWebDriver"));
        let driver = Process::start_quietly(command);
        for port in [port, native_port] {
            eventually("the WebDriver", START, async || {
                tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()
            })
            .await;
        }
        let mut capabilities = Map::new();
        capabilities.insert("tauri:options".to_owned(), json!({ "application": app, "args": arguments }));
        let address = format!("http://{}:{port}", Ipv4Addr::LOCALHOST);
        let mut session = ClientBuilder::new(HttpConnector::new());
        let opened = tokio::time::timeout(START, session.capabilities(capabilities).connect(&address)).await;
        let client = opened.expect("the window opens in time").expect("the window opens");
        Self { desktop, client, _driver: driver }
    }

    /// The desktop that it is on.
    pub fn desktop(&self) -> &'a Desktop {
        self.desktop
    }

    /// Makes the window this large.
    pub async fn resize(&self, width: u32, height: u32) {
        let resized = tokio::time::timeout(ANSWER, self.client.set_window_size(width, height)).await;
        resized.expect("resizing ends in time").expect("the window can be resized");
    }

    /// What a script in the page answers, if it does in time.
    pub async fn run_script(&self, script: &str, arguments: Vec<Value>) -> Option<Value> {
        tokio::time::timeout(ANSWER, self.client.execute(script, arguments)).await.ok()?.ok()
    }

    /// The same for a script that answers later, by calling its last argument.
    pub async fn run_async_script(&self, script: &str, arguments: Vec<Value>) -> Option<Value> {
        tokio::time::timeout(ANSWER, self.client.execute_async(script, arguments)).await.ok()?.ok()
    }

    /// Ends the session and with it the app.
    pub async fn close(self) {
        let _ = tokio::time::timeout(ANSWER, self.client.clone().close()).await;
    }

    /// Presses the control of this name.
    pub async fn press(&self, name: &str) {
        let wanted = format!("the control “{name}” to press");
        self.until(&wanted, ANSWER, async || self.find(Role::Control, name).await?.click().await.ok()).await;
    }

    /// Replaces what the field of this name holds by typing.
    pub async fn fill(&self, name: &str, text: &str) {
        let wanted = format!("the field “{name}”");
        let field = self.until(&wanted, ANSWER, async || self.find(Role::Field, name).await).await;
        let typed = tokio::time::timeout(ANSWER, async {
            field.click().await?;
            field.send_keys(&format!("{}a{}", char::from(Key::Control), char::from(Key::Null))).await?;
            field.send_keys(&char::from(Key::Delete).to_string()).await?;
            field.send_keys(text).await?;
            field.prop("value").await
        });
        let holds = typed.await.expect("typing ends in time").expect("the field can be typed into");
        assert_eq!(holds.unwrap_or_default(), text, "the field “{name}” holds what was typed");
    }

    /// Waits until the window shows this text, and answers all that it shows.
    pub async fn wait_for_text(&self, text: &str) -> String {
        self.wait_for_text_within(text, ANSWER).await
    }

    /// The same for what takes longer.
    pub async fn wait_for_text_within(&self, text: &str, deadline: Duration) -> String {
        self.until(&format!("the text “{text}”"), deadline, async || {
            Some(self.text().await).filter(|shown| shown.contains(text))
        })
        .await
    }

    /// Waits until the window shows one of these, and answers which.
    pub async fn wait_for_any<'t>(&self, texts: &[&'t str], deadline: Duration) -> &'t str {
        self.until(&format!("one of the texts {texts:?}"), deadline, async || {
            let shown = self.text().await;
            texts.iter().copied().find(|text| shown.contains(text))
        })
        .await
    }

    /// Waits until the window no longer shows this text.
    pub async fn wait_until_gone(&self, text: &str) {
        let wanted = format!("the text “{text}” to go");
        self.until(&wanted, ANSWER, async || (!self.text().await.contains(text)).then_some(())).await;
    }

    /// All the text that is to be seen, on one line.
    pub async fn text(&self) -> String {
        let script = "return document.body ? document.body.innerText : ''";
        let shown = self.run_script(script, Vec::new()).await.unwrap_or_default();
        shown.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The terms and values of the description lists that are to be seen.
    pub async fn facts(&self) -> BTreeMap<String, String> {
        let script =
            "return [...document.querySelectorAll('dt')].map((t) => [t.innerText, t.nextElementSibling?.innerText])";
        let pairs = self.run_script(script, Vec::new()).await.unwrap_or_default();
        let pairs: Vec<(String, Option<String>)> = serde_json::from_value(pairs).unwrap_or_default();
        pairs.into_iter().map(|(term, value)| (term, value.unwrap_or_default())).collect()
    }

    /// A picture of what the window shows, without its frame.
    ///
    /// Taken from the screen: the picture that WebKit's driver offers never comes when it draws without a graphics
    /// card.
    pub async fn screenshot(&self, file: &Path) {
        let window = self.until("the window on the screen", ANSWER, async || self.desktop.visible_window()).await;
        self.desktop.screenshot_of(&window, file);
    }

    async fn find(&self, role: Role, name: &str) -> Option<Element> {
        let role = match role {
            Role::Control => "control",
            Role::Field => "field",
        };
        let found = self.run_script(FINDER, vec![json!(role), json!(name)]).await?;
        let id = found.as_object()?.values().next()?.as_str()?.to_owned();
        Some(Element::from_element_id(self.client.clone(), ElementRef::from(id)))
    }

    /// Waits; when it was in vain, tells what the window shows and leaves a picture.
    pub async fn until<T, F: Future<Output = Option<T>>>(
        &self,
        what: &str,
        deadline: Duration,
        mut ask: impl FnMut() -> F,
    ) -> T {
        let end = tokio::time::Instant::now() + deadline;
        loop {
            if let Ok(Some(answer)) = tokio::time::timeout_at(end, ask()).await {
                return answer;
            }
            if tokio::time::Instant::now() >= end {
                let picture = crate::desktop::screenshots().join(format!("failed-{}.png", std::process::id()));
                self.desktop.screenshot(&picture);
                let shown = self.text().await;
                panic!("waited {} s in vain for {what}. It shows: {shown}\n{}", deadline.as_secs(), picture.display());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port on loopback");
    listener.local_addr().expect("a bound socket has an address").port()
}
