//! A real desktop without a screen: an X server, a session bus, a keyring, a window manager and a notification
//! daemon, all of its own. Nothing of the person's session is touched, and several can run at once.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use zbus::fdo::DBusProxy;
use zbus::names::BusName;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};

use crate::process::Process;
use crate::wait::eventually;

const READY: Duration = Duration::from_secs(30);
/// Of a keyring that lives as long as its desktop.
const PASSWORD: &[u8] = b"of no further use";

/// Light or dark, as the desktop's settings say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The light theme.
    Light,
    /// The dark theme.
    Dark,
}

impl Look {
    /// The word for file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn gtk_theme(self) -> &'static str {
        match self {
            Self::Light => "Adwaita",
            Self::Dark => "Adwaita:dark",
        }
    }
}

/// A notification as the daemon showed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The app that sent it.
    pub app: String,
    /// Its first line.
    pub summary: String,
    /// The rest.
    pub body: String,
}

/// A running desktop. Dropping it ends every process that it started.
#[derive(Debug)]
pub struct Desktop {
    look: Look,
    display: String,
    bus: String,
    // Ended in this order: the servers last, then the folders.
    sessions: Vec<Process>,
    _bus_daemon: Process,
    _x_server: Process,
    home: TempDir,
}

impl Desktop {
    /// Starts it and waits until all of it answers.
    pub async fn start(look: Look) -> Self {
        let home = tempfile::tempdir().expect("a temporary home");
        make_home(home.path());
        let (x_server, display) = start_x_server();
        let (bus_daemon, bus) = start_bus(home.path(), &display);
        let mut desktop =
            Self { look, display, bus, sessions: Vec::new(), _bus_daemon: bus_daemon, _x_server: x_server, home };
        desktop.start_keyring();
        for (program, words) in [("openbox", &["--sm-disable"][..]), ("dunst", &["-conf"][..])] {
            let mut command = desktop.command(program);
            command.args(words);
            if program == "dunst" {
                command.arg(desktop.home().join("dunstrc"));
            }
            desktop.sessions.push(Process::start_quietly(command));
        }
        desktop.wait_for_name("org.freedesktop.secrets").await;
        desktop.wait_for_name("org.freedesktop.Notifications").await;
        eventually("the window manager", READY, async || {
            let asked = desktop.command("xdotool").arg("get_desktop").stderr(Stdio::null()).output().ok()?;
            asked.status.success().then_some(())
        })
        .await;
        desktop
    }

    /// The look it was started with.
    pub fn look(&self) -> Look {
        self.look
    }

    /// The home folder of everything that runs here.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The address of its session bus.
    pub fn bus(&self) -> &str {
        &self.bus
    }

    /// A program that will run on this desktop, and know of no other.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        set_environment(&mut command, self.home(), &self.display);
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.bus).env("GTK_THEME", self.look.gtk_theme());
        command
    }

    /// A picture of the whole screen, as a person sees it.
    pub fn screenshot(&self, file: &Path) {
        self.screenshot_of("root", file);
    }

    /// A picture of one window, by its number.
    pub fn screenshot_of(&self, window: &str, file: &Path) {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).expect("the folder of the pictures");
        }
        let status = self.command("import").args(["-silent", "-window", window]).arg(file).status();
        assert!(status.is_ok_and(|status| status.success()), "no picture of the screen could be taken");
    }

    /// The number of the app's window, while it is to be seen.
    pub fn visible_window(&self) -> Option<String> {
        let asked = self.command("xdotool").args(["search", "--onlyvisible", "--name", "^S3 Connector$"]).output();
        let listed = String::from_utf8(asked.ok()?.stdout).ok()?;
        listed.lines().next().map(str::to_owned)
    }

    /// The notifications shown so far, oldest first.
    pub fn notifications(&self) -> Vec<Notification> {
        let text = fs::read_to_string(self.home().join("notifications")).unwrap_or_default();
        text.split('\u{1e}').filter_map(read_notification).collect()
    }

    /// Waits for a notification that fits.
    pub async fn wait_for_notification(&self, what: &str, fits: impl Fn(&Notification) -> bool) -> Notification {
        eventually(format!("a notification: {what}"), READY, async || self.notifications().into_iter().find(&fits))
            .await
    }

    /// What the keychain holds for a service, as `secret-tool` tells it: attributes and secrets.
    pub fn keychain(&self, service: &str) -> String {
        let output = self.command("secret-tool").args(["search", "--all", "service", service]).output();
        let output = output.expect("secret-tool can be started");
        // Attributes are on one stream, secrets on the other.
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    }

    /// What the browser was started with, each time.
    pub fn opened(&self) -> Vec<String> {
        let log = fs::read_to_string(self.home().join("opened")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    /// A connection to its session bus.
    pub async fn connect(&self) -> zbus::Connection {
        let address: zbus::Address = self.bus.parse().expect("the bus daemon told its address");
        let builder = zbus::connection::Builder::address(address).expect("the address is one of zbus");
        builder.build().await.expect("the session bus answers")
    }

    /// Locks the keychain, as a session does that its person has left.
    pub async fn lock_keychain(&self) {
        let bus = self.connect().await;
        let collection = default_collection(&bus).await;
        ask_keychain(&bus, "org.freedesktop.Secret.Service", "Lock", &vec![&collection]).await;
    }

    /// Unlocks the keychain, as a person does with the password: by the keyring's own door, which its prompt uses too.
    pub async fn unlock_keychain(&self) {
        let bus = self.connect().await;
        let collection = default_collection(&bus).await;
        let plain = ("plain", Value::from(""));
        let opened = ask_keychain(&bus, "org.freedesktop.Secret.Service", "OpenSession", &plain).await;
        let body = opened.body();
        let (_, session): (OwnedValue, OwnedObjectPath) = body.deserialize().expect("a session");
        let secret = (&session, &[][..] as &[u8], PASSWORD, "text/plain");
        let door = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface";
        ask_keychain(&bus, door, "UnlockWithMasterPassword", &(&collection, secret)).await;
    }

    fn start_keyring(&mut self) {
        let mut command = self.command("gnome-keyring-daemon");
        command.args(["--unlock", "--foreground", "--components=secrets"]);
        command.arg(format!("--control-directory={}", self.home().join("run").display()));
        self.sessions.push(Process::start_and_tell(command, PASSWORD));
    }

    async fn wait_for_name(&self, name: &'static str) {
        let connection = self.connect().await;
        let bus = DBusProxy::new(&connection).await.expect("the bus daemon itself");
        let name = BusName::try_from(name).expect("a valid name");
        eventually(format!("{name} on the bus"), READY, async || {
            bus.name_has_owner(name.clone()).await.unwrap_or(false).then_some(())
        })
        .await;
    }
}

async fn ask_keychain<B>(bus: &zbus::Connection, interface: &str, method: &str, body: &B) -> zbus::Message
where
    B: zbus::export::serde::Serialize + zbus::zvariant::DynamicType,
{
    let (name, path) = ("org.freedesktop.secrets", "/org/freedesktop/secrets");
    let answer = bus.call_method(Some(name), path, Some(interface), method, body).await;
    answer.unwrap_or_else(|e| panic!("the keychain does not {method}: {e}"))
}

async fn default_collection(bus: &zbus::Connection) -> OwnedObjectPath {
    let answer = ask_keychain(bus, "org.freedesktop.Secret.Service", "ReadAlias", &"default").await;
    answer.body().deserialize().expect("a path")
}

fn make_home(home: &Path) {
    for folder in ["run", "data", "config", "cache", "state"] {
        fs::create_dir(home.join(folder)).expect("a folder in the temporary home");
    }
    fs::set_permissions(home.join("run"), fs::Permissions::from_mode(0o700)).expect("permissions of the run folder");
    let heard = home.join("heard");
    // Fields end with the unit separator and notifications with the record separator: neither occurs in a text.
    let log = home.join("notifications");
    let script = format!("#!/bin/sh\nprintf '%s\\037%s\\037%s\\036' \"$1\" \"$2\" \"$3\" >>'{}'\n", log.display());
    fs::write(&heard, script).expect("the script that logs notifications");
    fs::set_permissions(&heard, fs::Permissions::from_mode(0o700)).expect("permissions of the script");
    let settings = format!(
        "[global]\nmonitor = 0\norigin = top-right\nfont = DejaVu Sans 10\n[log]\nsummary = \"*\"\nscript = \"{}\"\n",
        heard.display()
    );
    make_browser(home);
    fs::write(home.join("dunstrc"), settings).expect("the settings of dunst");
    // Starts nothing by itself: what is on this bus is what was started here.
    let bus = format!(
        "<busconfig><type>session</type><listen>unix:dir={}</listen><auth>EXTERNAL</auth>\
         <policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/>\
         <allow own=\"*\"/></policy></busconfig>",
        home.join("run").display()
    );
    fs::write(home.join("bus.conf"), bus).expect("the settings of the bus");
}

/// A browser that opens nothing and writes down what it was started with.
fn make_browser(home: &Path) {
    let (folder, log) = (home.join("bin"), home.join("opened"));
    fs::create_dir(&folder).expect("a folder in the temporary home");
    let browser = folder.join("xdg-open");
    fs::write(&browser, format!("#!/bin/sh\nprintf '%s\\n' \"$*\" >>'{}'\n", log.display())).expect("a browser");
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o700)).expect("permissions of the browser");
}

fn start_x_server() -> (Process, String) {
    let mut command = Command::new("Xvfb");
    command.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"]);
    let (process, number) = Process::start_and_hear(command);
    (process, format!(":{number}"))
}

fn start_bus(home: &Path, display: &str) -> (Process, String) {
    let mut command = Command::new("dbus-daemon");
    command.arg(format!("--config-file={}", home.join("bus.conf").display())).args(["--nofork", "--print-address=1"]);
    set_environment(&mut command, home, display);
    Process::start_and_hear(command)
}

fn set_environment(command: &mut Command, home: &Path, display: &str) {
    // Credentials of the person, their display and their desktop stay outside.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["AWS_", "XDG_", "WAYLAND_", "DBUS_", "GNOME_", "GTK_", "S3_CONNECTOR_"].iter().any(|p| text.starts_with(p))
        {
            command.env_remove(&name);
        }
    }
    let folders = ["RUNTIME_DIR=run", "DATA_HOME=data", "CONFIG_HOME=config", "CACHE_HOME=cache", "STATE_HOME=state"];
    for (name, folder) in folders.iter().filter_map(|pair| pair.split_once('=')) {
        command.env(format!("XDG_{name}"), home.join(folder));
    }
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{}:{path}", home.join("bin").display()));
    command.env("HOME", home).env("DISPLAY", display).env("GDK_BACKEND", "x11").env("LC_ALL", "C.UTF-8");
    // Neither settings daemon nor accessibility bus nor graphics card is here; asking for them costs seconds.
    command.env("GSETTINGS_BACKEND", "memory").env("NO_AT_BRIDGE", "1").env("LIBGL_ALWAYS_SOFTWARE", "1");
}

fn read_notification(text: &str) -> Option<Notification> {
    let mut fields = text.split('\u{1f}').map(str::to_owned);
    Some(Notification { app: fields.next()?, summary: fields.next()?, body: fields.next()? })
}

/// The folder of pictures for the README.
pub fn screenshots() -> PathBuf {
    crate::tools::target_dir().join("screenshots")
}
