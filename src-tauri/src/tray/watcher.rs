//! Whether the Linux desktop has a place for tray icons: a `StatusNotifierWatcher` with a host that draws them
//! (<https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/StatusNotifierWatcher/>).

use std::time::Duration;

use zbus::fdo::DBusProxy;
use zbus::names::BusName;
use zbus::proxy::{Builder, CacheProperties};
use zbus::{Connection, Proxy};

const WATCHER: &str = "org.kde.StatusNotifierWatcher";

/// The person has just clicked "close": who does not answer by then is not there.
const ANSWER_LIMIT: Duration = Duration::from_millis(800);

/// Whether tray icons are shown now. No answer is a no: a window that cannot be brought back must not hide.
pub async fn has_host() -> bool {
    matches!(tokio::time::timeout(ANSWER_LIMIT, ask()).await, Ok(Ok(true)))
}

async fn ask() -> zbus::Result<bool> {
    let bus = Connection::session().await?;
    // Asking the watcher itself could start one that no panel belongs to.
    if !DBusProxy::new(&bus).await?.name_has_owner(BusName::try_from(WATCHER)?).await? {
        return Ok(false);
    }
    let watcher: Proxy<'_> = Builder::new(&bus)
        .destination(WATCHER)?
        .path("/StatusNotifierWatcher")?
        .interface(WATCHER)?
        .cache_properties(CacheProperties::No)
        .build()
        .await?;
    watcher.get_property("IsStatusNotifierHostRegistered").await
}
