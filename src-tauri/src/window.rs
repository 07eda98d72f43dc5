//! The window: one, kept for as long as the app runs, and the places in it that a click elsewhere leads to.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use s3_connector_engine::view::RunView;
use serde::Serialize;
use tauri::webview::{PageLoadEvent, WebviewWindow};
use tauri::{AppHandle, Emitter, Manager, WebviewUrl, WebviewWindowBuilder, WindowEvent, async_runtime};

use crate::bridge::Bridge;
use crate::{exit, notification, tray};

/// Label of the window.
pub const LABEL: &str = "main";

/// Event to the window: show a [`Place`].
const OPEN_EVENT: &str = "open";

/// A screen of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Screen {
    /// The connections.
    Connections,
    /// The runs.
    Activity,
    /// What a connection would remove, and holds back until a person says yes.
    Removals,
    /// The form of a connection that was left before it was saved; without a connection, that of a new one.
    Form,
    /// Not a screen of its own: the question whether to quit although a sync runs.
    Quit,
}

/// Where in the window something is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The screen.
    pub screen: Screen,
    /// The connection in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_id: Option<String>,
    /// The run in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
}

impl Place {
    /// A screen as a whole.
    pub fn of(screen: Screen) -> Self {
        Self { screen, connection_id: None, run_id: None }
    }

    /// A connection among the others.
    pub fn connection(connection_id: &str) -> Self {
        Self { screen: Screen::Connections, connection_id: Some(connection_id.to_owned()), run_id: None }
    }

    /// A run.
    pub fn run(run: &RunView) -> Self {
        let connection_id = Some(run.connection_id.clone());
        Self { screen: Screen::Activity, connection_id, run_id: Some(run.id.clone()) }
    }

    /// A form that was left before it was saved.
    pub fn form_of(connection_id: Option<String>) -> Self {
        Self { screen: Screen::Form, connection_id, run_id: None }
    }

    /// What a connection holds back.
    pub fn removals_of(connection_id: &str) -> Self {
        Self { screen: Screen::Removals, connection_id: Some(connection_id.to_owned()), run_id: None }
    }
}

/// How far the window's page is; what it is told while it loads, it would not hear.
pub struct Reader(Mutex<Page>);

enum Page {
    Loads { place: Option<Place> },
    Listens,
}

impl Default for Reader {
    fn default() -> Self {
        Self(Mutex::new(Page::Loads { place: None }))
    }
}

impl Reader {
    /// The page loads, for the first time or again; where somebody wants to go stays.
    fn load(&self) {
        let mut page = self.page();
        if let Page::Listens = *page {
            *page = Page::Loads { place: None };
        }
    }

    fn page(&self) -> MutexGuard<'_, Page> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a desktop that has just started may take to show its tray.
const TRAY_COMES_WITHIN: Duration = Duration::from_secs(20);
/// How often it is asked meanwhile.
const TRAY_ASKED_EVERY: Duration = Duration::from_millis(500);

/// Makes the window. It shows itself when its page is there, so nobody sees an empty frame; a hidden one only if there
/// is no tray that could bring it.
///
/// # Errors
/// The platform's, when it has no window to give.
pub fn build(app: &AppHandle, hidden: bool) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("S3 Connector")
        .inner_size(1080.0, 720.0)
        .min_inner_size(720.0, 520.0)
        .center()
        .visible(false)
        .on_navigation(stays_inside)
        .on_page_load(move |window, page| match page.event() {
            PageLoadEvent::Finished if hidden => show_without_tray(window.app_handle()),
            PageLoadEvent::Finished => show(window.app_handle()),
            PageLoadEvent::Started => window.state::<Reader>().load(),
        })
        .build()?;
    let app = app.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { api, .. } = event {
            api.prevent_close();
            close(&app);
        }
    });
    Ok(())
}

/// Whether an address is the app's own page; nothing else is ever loaded into the window.
fn stays_inside(address: &tauri::Url) -> bool {
    match (address.scheme(), address.host_str()) {
        ("tauri", Some("localhost")) | ("http" | "https", Some("tauri.localhost")) => true,
        ("about", None) => true,
        ("http", Some("localhost")) => tauri::is_dev(),
        _ => false,
    }
}

/// Shows the window unless there is a tray. At login the app may be there before the desktop's panel is.
fn show_without_tray(app: &AppHandle) {
    let app = app.clone();
    async_runtime::spawn(async move {
        let comes = async {
            while !tray::is_there(&app).await {
                tokio::time::sleep(TRAY_ASKED_EVERY).await;
            }
        };
        let has_engine = app.state::<Bridge>().open_engine().is_some();
        if !has_engine || tokio::time::timeout(TRAY_COMES_WITHIN, comes).await.is_err() {
            show(&app);
        }
    });
}

/// Closing hides where a tray can bring the window back, and quits where nothing could.
fn close(app: &AppHandle) {
    let app = app.clone();
    async_runtime::spawn(async move {
        if !tray::is_there(&app).await {
            return exit::quit_or_ask(&app);
        }
        hide(&app);
        if let Some(engine) = app.state::<Bridge>().open_engine() {
            notification::tell_hidden(&app, engine).await;
        }
    });
}

/// Brings the window to the front, wherever it is.
pub fn show(app: &AppHandle) {
    with(app, |window| {
        window.unminimize()?;
        window.show()?;
        window.set_focus()
    });
}

/// Shows the window at a place, as soon as its page can be told.
pub fn open_at(app: &AppHandle, place: &Place) {
    show(app);
    let reader = app.state::<Reader>();
    match &mut *reader.page() {
        Page::Loads { place: asked } => *asked = Some(place.clone()),
        Page::Listens => with(app, |window| window.emit_to(LABEL, OPEN_EVENT, place)),
    }
}

/// The page listens from now on; returns where somebody wanted to go before it did.
pub fn page_listens(app: &AppHandle) -> Option<Place> {
    match std::mem::replace(&mut *app.state::<Reader>().page(), Page::Listens) {
        Page::Loads { place } => place,
        Page::Listens => None,
    }
}

/// Hides the window.
pub fn hide(app: &AppHandle) {
    with(app, WebviewWindow::hide);
}

/// Whether a person can be expected to see what the window shows.
pub fn is_seen(app: &AppHandle) -> bool {
    let seen = |window: &WebviewWindow| -> tauri::Result<bool> {
        Ok(window.is_visible()? && !window.is_minimized()? && window.is_focused()?)
    };
    app.get_webview_window(LABEL).is_some_and(|window| seen(&window).unwrap_or(false))
}

/// Does something with the window. It can be missing only before it is made and on the way out, and a platform
/// that refuses to raise a window is nothing to tell anybody about.
fn with(app: &AppHandle, action: impl FnOnce(&WebviewWindow) -> tauri::Result<()>) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let _ = action(&window);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_own_page_is_loaded_into_the_window() {
        let stays = |address: &str| stays_inside(&tauri::Url::parse(address).expect("an address"));
        assert!(stays("tauri://localhost/"));
        assert!(stays("http://tauri.localhost/index.html"));
        for foreign in
            ["https://example.com/", "file:///etc/passwd", "http://tauri.localhost.example.com/", "data:text/html,x"]
        {
            assert!(!stays(foreign), "{foreign}");
        }
    }

    #[test]
    fn a_place_is_told_to_the_page_without_what_it_lacks() {
        let place = Place { screen: Screen::Activity, connection_id: None, run_id: Some("r1".into()) };
        assert_eq!(
            serde_json::to_value(place).expect("JSON"),
            serde_json::json!({"screen": "activity", "runId": "r1"})
        );
    }
}
