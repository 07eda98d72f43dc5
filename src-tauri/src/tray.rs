//! The tray: an icon whose shape tells how things stand, and a menu of what can be done without the window.
//!
//! It is a shortcut, never the only way to anything. What it shows is [`menu::menu`] of the engine's rows; here
//! the rows are kept current and the difference is brought to the desktop.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::ErrorCode;
use s3_connector_engine::event::EngineEvent;
use s3_connector_engine::view::{ConnectionState, ConnectionView, SyncOptions, WaitingForm};
use tauri::image::Image;
use tauri::menu::{Menu, MenuItem, PredefinedMenuItem, Submenu, SubmenuBuilder};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager, async_runtime, include_image};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::window::Place;
use crate::{exit, notification, start, window};

mod menu;
#[cfg(target_os = "linux")]
mod watcher;

use menu::{Choice, Entry, Glyph, MenuModel};
pub use menu::{grouped, moment, removals};

/// The menu is brought up to date at most this often.
const SHORTEST_PAUSE: Duration = Duration::from_millis(400);
/// … and at least this often, because "today 18:00" turns into "now".
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

type Rows = BTreeMap<String, ConnectionView>;

/// What the menu is made from.
#[derive(Default)]
struct Known {
    rows: Rows,
    forms: Vec<WaitingForm>,
}

/// The tray of this desktop, as long as the app runs.
struct Tray {
    icon: TrayIcon,
    shown: Mutex<Shown>,
}

/// What the desktop shows now.
struct Shown {
    model: MenuModel,
    items: Vec<MenuItem<tauri::Wry>>,
}

/// Whether something on the desktop can bring a hidden window back.
pub async fn is_there(app: &AppHandle) -> bool {
    if app.try_state::<Arc<Tray>>().is_none() {
        return false;
    }
    #[cfg(target_os = "linux")]
    return watcher::has_host().await;
    #[cfg(not(target_os = "linux"))]
    true
}

/// Puts the icon into the tray and keeps it current. Without a tray library the app goes on without.
pub fn raise(app: &AppHandle, engine: &Arc<Engine>) {
    // Subscribed before the first reading, so that nothing falls between the two.
    let (engine, events) = (Arc::clone(engine), engine.events());
    let handle = app.clone();
    let raised = app.run_on_main_thread(move || {
        let model = menu::menu(&[], &[], &jiff::Zoned::now(), false);
        // The loader of the tray library panics where the library is missing.
        match std::panic::catch_unwind(AssertUnwindSafe(|| build(&handle, model))) {
            Ok(Ok(tray)) => {
                handle.manage(Arc::clone(&tray));
                async_runtime::spawn(keep_current(handle, engine, events, tray));
            }
            Ok(Err(error)) => start::complain(&format!("There is no tray: {error}")),
            Err(_) => start::complain("There is no tray: its library cannot be loaded"),
        }
    });
    if let Err(error) = raised {
        start::complain(&format!("There is no tray: {error}"));
    }
}

fn build(app: &AppHandle, model: MenuModel) -> tauri::Result<Arc<Tray>> {
    let (menu, items) = draw(app, &model)?;
    let icon = TrayIconBuilder::new()
        .icon(image(model.glyph))
        .icon_as_template(true)
        .tooltip(model.tooltip())
        .menu(&menu)
        .show_menu_on_left_click(!cfg!(windows))
        .on_menu_event(|app, event| {
            if let Some(choice) = Choice::from_id(event.id.as_ref()) {
                act(app, choice);
            }
        })
        .on_tray_icon_event(|icon, event| {
            let left = matches!(
                event,
                TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. }
            );
            if left && cfg!(windows) {
                window::show(icon.app_handle());
            }
        })
        .build(app)?;
    Ok(Arc::new(Tray { icon, shown: Mutex::new(Shown { model, items }) }))
}

/// Follows the engine: whole rows from its events, read again when some were missed.
async fn keep_current(app: AppHandle, engine: Arc<Engine>, mut events: Receiver<EngineEvent>, tray: Arc<Tray>) {
    let mut known = Known::default();
    let mut stale = true;
    let mut asked = app.state::<exit::Question>().asked();
    loop {
        if stale && let (Ok(list), Ok(forms)) = (engine.connection_list().await, engine.forms_waiting().await) {
            known = Known { rows: list.into_iter().map(|row| (row.id.clone(), row)).collect(), forms };
            stale = false;
        }
        if !known.rows.values().any(|row| row.state == ConnectionState::Syncing) {
            app.state::<exit::Question>().withdraw();
        }
        let is_quit_asked = *asked.borrow_and_update();
        let rows: Vec<_> = known.rows.values().collect();
        let model = menu::menu(&rows, &known.forms, &jiff::Zoned::now(), is_quit_asked);
        let drawing = (app.clone(), Arc::clone(&tray));
        // Fails only when the main loop has ended, and then nobody sees the tray any more.
        let _ = app.run_on_main_thread(move || show(&drawing.0, &drawing.1, model));
        tokio::time::sleep(SHORTEST_PAUSE).await;

        tokio::select! {
            received = events.recv() => match received {
                Ok(event) => known.take(event),
                Err(RecvError::Lagged(_)) => stale = true,
                Err(RecvError::Closed) => return,
            },
            // The question lives as long as the app.
            _ = asked.changed() => {}
            () = tokio::time::sleep(LONGEST_PAUSE) => {}
        }
        loop {
            match events.try_recv() {
                Ok(event) => known.take(event),
                Err(TryRecvError::Lagged(_)) => stale = true,
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Closed) => return,
            }
        }
    }
}

impl Known {
    fn take(&mut self, event: EngineEvent) {
        match event {
            EngineEvent::Connection { connection } => {
                self.rows.insert(connection.id.clone(), connection);
            }
            // Its form goes with it.
            EngineEvent::ConnectionRemoved { id } => {
                self.rows.remove(&id);
                self.forms.retain(|form| form.connection_id.as_ref() != Some(&id));
            }
            EngineEvent::Forms { waiting } => self.forms = waiting,
            // The connection's own row follows; the menu has no line for the local API or the settings.
            EngineEvent::RunEnded { .. } | EngineEvent::LocalApi { .. } | EngineEvent::Settings { .. } => {}
        }
    }
}

/// Brings the difference to the desktop, on the main thread. Where only words differ, an open menu stays open.
fn show(app: &AppHandle, tray: &Tray, model: MenuModel) {
    let mut shown = tray.shown.lock().unwrap_or_else(PoisonError::into_inner);
    if shown.model == model {
        return;
    }
    if let Err(error) = bring(app, tray, &mut shown, &model) {
        start::complain(&format!("The tray cannot be brought up to date: {error}"));
    }
    shown.model = model;
}

fn bring(app: &AppHandle, tray: &Tray, shown: &mut Shown, model: &MenuModel) -> tauri::Result<()> {
    if shown.model.glyph != model.glyph {
        tray.icon.set_icon_with_as_template(Some(image(model.glyph)), true)?;
    }
    if shown.model.tooltip() != model.tooltip() {
        tray.icon.set_tooltip(Some(model.tooltip()))?;
    }
    if shown.model.has_shape_of(model) {
        let before = shown.model.leaves();
        for ((item, old), new) in shown.items.iter().zip(before).zip(model.leaves()) {
            if old.0 != new.0 {
                item.set_text(escaped(new.0))?;
            }
            if old.1 != new.1 {
                item.set_enabled(new.1)?;
            }
        }
    } else {
        let (menu, items) = draw(app, model)?;
        tray.icon.set_menu(Some(menu))?;
        shown.items = items;
    }
    Ok(())
}

type Drawn = (Menu<tauri::Wry>, Vec<MenuItem<tauri::Wry>>);

/// The desktop's menu of a model, and its leaves in the model's order.
fn draw(app: &AppHandle, model: &MenuModel) -> tauri::Result<Drawn> {
    let menu = Menu::new(app)?;
    let mut items = Vec::new();
    for entry in &model.entries {
        match entry {
            Entry::Separator => menu.append(&PredefinedMenuItem::separator(app)?)?,
            Entry::Leaf(leaf) => menu.append(&draw_leaf(app, leaf, &mut items)?)?,
            Entry::Submenu { label, leaves } => {
                let submenu: Submenu<_> = SubmenuBuilder::new(app, escaped(label)).build()?;
                for leaf in leaves {
                    submenu.append(&draw_leaf(app, leaf, &mut items)?)?;
                }
                menu.append(&submenu)?;
            }
        }
    }
    Ok((menu, items))
}

fn draw_leaf(
    app: &AppHandle,
    leaf: &menu::Leaf,
    items: &mut Vec<MenuItem<tauri::Wry>>,
) -> tauri::Result<MenuItem<tauri::Wry>> {
    let text = escaped(&leaf.label);
    let item = match &leaf.choice {
        Some(choice) => MenuItem::with_id(app, choice.id(), text, leaf.enabled, None::<&str>)?,
        None => MenuItem::new(app, text, leaf.enabled, None::<&str>)?,
    };
    items.push(item.clone());
    Ok(item)
}

/// A single `&` would mark a keyboard shortcut.
fn escaped(text: &str) -> String {
    text.replace('&', "&&")
}

/// macOS colours a one-coloured image itself; elsewhere the image has to be readable on any panel.
fn image(glyph: Glyph) -> Image<'static> {
    if cfg!(target_os = "macos") {
        match glyph {
            Glyph::Idle => include_image!("../icons/tray/idle-template.png"),
            Glyph::Working => include_image!("../icons/tray/working-template.png"),
            Glyph::Paused => include_image!("../icons/tray/paused-template.png"),
            Glyph::NeedsYou => include_image!("../icons/tray/needs-you-template.png"),
            Glyph::Offline => include_image!("../icons/tray/offline-template.png"),
        }
    } else {
        match glyph {
            Glyph::Idle => include_image!("../icons/tray/idle.png"),
            Glyph::Working => include_image!("../icons/tray/working.png"),
            Glyph::Paused => include_image!("../icons/tray/paused.png"),
            Glyph::NeedsYou => include_image!("../icons/tray/needs-you.png"),
            Glyph::Offline => include_image!("../icons/tray/offline.png"),
        }
    }
}

/// Does what was clicked.
fn act(app: &AppHandle, choice: Choice) {
    match choice {
        Choice::Open => window::show(app),
        Choice::Review(id) => window::open_at(app, &Place::removals_of(&id)),
        Choice::Form(id) => window::open_at(app, &Place::form_of(id)),
        Choice::Quit => exit::quit_or_ask(app),
        Choice::SyncAll | Choice::Sync(_) | Choice::Cancel | Choice::Pause(_) | Choice::Resume => {
            let app = app.clone();
            async_runtime::spawn(async move { ask_engine(&app, choice).await });
        }
    }
}

async fn ask_engine(app: &AppHandle, choice: Choice) {
    let bridge = app.state::<crate::bridge::Bridge>();
    let Some(engine) = bridge.open_engine() else { return };
    let answer = match choice {
        Choice::SyncAll => engine.sync_start_all().await.map(drop),
        Choice::Sync(id) => sync(engine, id).await,
        Choice::Cancel => cancel_all(engine).await,
        Choice::Pause(length) => engine.sync_pause(None, length).await,
        Choice::Resume => engine.sync_resume(None).await,
        Choice::Open | Choice::Review(_) | Choice::Form(_) | Choice::Quit => Ok(()),
    };
    match answer {
        // What was wanted is happening already.
        Err(error) if error.code == ErrorCode::SyncRunning => {}
        Err(error) => notification::tell_refused(app, &error.view()),
        Ok(()) => {}
    }
}

/// Who synced one connection from here does not see the window, and is told how it ended.
async fn sync(engine: &Arc<Engine>, id: String) -> s3_connector_engine::error::Result<()> {
    engine.expect_answer(&id);
    let started = engine.sync_start(id.clone(), SyncOptions::default()).await;
    // Of what runs already the end will be told.
    if started.as_ref().is_err_and(|error| error.code != ErrorCode::SyncRunning) {
        engine.expect_no_answer(&id);
    }
    started.map(drop)
}

async fn cancel_all(engine: &Engine) -> s3_connector_engine::error::Result<()> {
    for row in engine.connection_list().await? {
        if row.state == ConnectionState::Syncing {
            engine.sync_cancel(row.id).await?;
        }
    }
    Ok(())
}
