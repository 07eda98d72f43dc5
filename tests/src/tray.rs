//! A tray for tests: the test is the `StatusNotifierWatcher` of the session and the panel that draws its items.
//! It sees what a person sees (icon, menu) and clicks as a person does, over D-Bus.
//!
//! A [`Desktop`] has no tray until a [`TrayHost`] lives on it.

use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::StreamExt;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use zbus::message::Header;
use zbus::proxy::{Builder, CacheProperties};
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, Proxy, interface};

use crate::desktop::Desktop;
use crate::wait::eventually;

/// Whatever went wrong on the bus, or was not there in time.
pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How long a test waits for something to appear.
const LIMIT: Duration = Duration::from_secs(20);

/// A node of a menu on the bus: id, properties, children.
type Node = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// An item as it registered: the owner's bus name and the object's path.
type Address = (String, String);

struct Watcher {
    items: watch::Sender<Vec<Address>>,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    /// Some items give a bus name, libayatana gives the path of an object of the caller.
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let address = match service.starts_with('/') {
            true => (sender, service.to_owned()),
            false => (service.to_owned(), "/StatusNotifierItem".to_owned()),
        };
        self.items.send_modify(|items| items.push(address));
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.items.borrow().iter().map(|(owner, path)| format!("{owner}{path}")).collect()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

/// The tray of the session, for as long as it lives.
pub struct TrayHost {
    bus: Connection,
    items: watch::Receiver<Vec<Address>>,
}

impl TrayHost {
    /// Becomes the tray of a desktop.
    ///
    /// # Errors
    /// The desktop has a tray already.
    pub async fn start(desktop: &Desktop) -> Result<Self> {
        let (sender, items) = watch::channel(Vec::new());
        let bus = desktop.connect().await;
        bus.object_server().at("/StatusNotifierWatcher", Watcher { items: sender }).await?;
        bus.request_name("org.kde.StatusNotifierWatcher").await?;
        Ok(Self { bus, items })
    }

    /// Waits for the first item in the tray.
    ///
    /// # Errors
    /// None came in time.
    pub async fn item(&self) -> Result<TrayItem> {
        let mut items = self.items.clone();
        let found = timeout_at(Instant::now() + LIMIT, items.wait_for(|items| !items.is_empty()));
        let (owner, path) = found.await.map_err(|_| "no icon came into the tray")??[0].clone();
        let item = proxy(&self.bus, &owner, &path, "org.kde.StatusNotifierItem").await?;
        let menu_path: OwnedObjectPath = item.get_property("Menu").await?;
        let menu = proxy(&self.bus, &owner, menu_path.as_str(), "com.canonical.dbusmenu").await?;
        Ok(TrayItem { item, menu })
    }
}

fn icons() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../icons/tray")
}

/// What a picture shows, however it was packed.
fn points(file: &Path) -> Result<Vec<u8>> {
    let mut reader = png::Decoder::new(BufReader::new(File::open(file)?)).read_info()?;
    let mut points = vec![0; reader.output_buffer_size().ok_or("no size")?];
    reader.next_frame(&mut points)?;
    Ok(points)
}

async fn proxy(bus: &Connection, owner: &str, path: &str, interface: &'static str) -> Result<Proxy<'static>> {
    let builder = Builder::new(bus).destination(owner.to_owned())?.path(path.to_owned())?.interface(interface)?;
    Ok(builder.cache_properties(CacheProperties::No).build().await?)
}

/// A line of a tray menu as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuLine {
    id: i32,
    /// What it says; empty for a separator.
    pub label: String,
    /// Whether it can be clicked.
    pub enabled: bool,
    /// The menu behind it.
    pub lines: Vec<MenuLine>,
}

/// An icon in the tray with its menu.
pub struct TrayItem {
    item: Proxy<'static>,
    menu: Proxy<'static>,
}

impl TrayItem {
    /// Waits until the icon is the picture of this name in `icons/tray`.
    pub async fn wait_for_icon(&self, name: &str) {
        let drawn = points(&icons().join(format!("{name}.png"))).expect("the picture of a state");
        eventually(format!("the icon “{name}” in the tray"), LIMIT, async || {
            let path: String = self.item.get_property("IconName").await.ok()?;
            // Removed while another takes its place.
            (points(Path::new(&path)).ok()? == drawn).then_some(())
        })
        .await;
    }

    /// The lines of the menu.
    ///
    /// # Errors
    /// The item is gone, or its menu is not one.
    pub async fn lines(&self) -> Result<Vec<MenuLine>> {
        let depth: i32 = -1;
        let answer = self.menu.call_method("GetLayout", &(0_i32, depth, Vec::<&str>::new())).await?;
        let (_revision, (_, _, children)): (u32, Node) = answer.body().deserialize()?;
        children.iter().map(|child| line(child)).collect()
    }

    /// Waits until the menu is as wanted, and returns it.
    ///
    /// # Errors
    /// It is not in time; the error shows what it was instead.
    pub async fn wait_for(&self, wanted: impl Fn(&[MenuLine]) -> bool) -> Result<Vec<MenuLine>> {
        let deadline = Instant::now() + LIMIT;
        let mut changes = self.menu.receive_all_signals().await?;
        loop {
            let lines = self.lines().await?;
            if wanted(&lines) {
                return Ok(lines);
            }
            if timeout_at(deadline, changes.next()).await.is_err() {
                return Err(format!("the menu stayed otherwise: {:?}", labels(&lines)).into());
            }
        }
    }

    /// Clicks the line of this label, wherever in the menu it is.
    ///
    /// # Errors
    /// There is no such line, or it cannot be clicked now.
    pub async fn click(&self, label: &str) -> Result<()> {
        let lines = self.lines().await?;
        let line = find(&lines, label).ok_or_else(|| format!("no line {label:?} among {:?}", labels(&lines)))?;
        if !line.enabled {
            return Err(format!("the line {label:?} cannot be clicked now").into());
        }
        self.menu.call_method("Event", &(line.id, "clicked", Value::from(0_i32), 0_u32)).await?;
        Ok(())
    }
}

/// All labels of a menu, from top to bottom, those of submenus after their own line.
pub fn labels(lines: &[MenuLine]) -> Vec<&str> {
    lines.iter().flat_map(|line| [vec![line.label.as_str()], labels(&line.lines)].concat()).collect()
}

/// The line of this label, wherever in the menu it is.
pub fn find<'a>(lines: &'a [MenuLine], label: &str) -> Option<&'a MenuLine> {
    lines.iter().find_map(|line| if line.label == label { Some(line) } else { find(&line.lines, label) })
}

/// Reads one [`Node`] from inside another.
fn line(node: &Value<'_>) -> Result<MenuLine> {
    let node = match node {
        Value::Value(inner) => return line(inner),
        Value::Structure(node) => node.fields(),
        other => return Err(format!("no menu line: {other:?}").into()),
    };
    let [Value::I32(id), Value::Dict(properties), Value::Array(children)] = node else {
        return Err(format!("no menu line: {node:?}").into());
    };
    Ok(MenuLine {
        id: *id,
        label: properties.get::<_, String>(&"label")?.map_or_else(String::new, |label| without_mnemonics(&label)),
        enabled: properties.get::<_, bool>(&"enabled")?.unwrap_or(true),
        lines: children.iter().map(line).collect::<Result<_>>()?,
    })
}

/// In a label `_` marks the key that chooses it, and `__` is the character itself.
fn without_mnemonics(label: &str) -> String {
    label.replace("__", "\0").replace('_', "").replace('\0', "_")
}
