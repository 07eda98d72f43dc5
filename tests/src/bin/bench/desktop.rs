//! The app as a person has it on the desktop: how soon its window is painted, and what it takes while nobody looks. The real
//! app on a desktop of its own, with an X server, a session bus, a keychain and a tray.

use std::path::{Path, PathBuf};
use std::time::Duration;

use s3_connector_tests::desktop::{Desktop, Look};
use s3_connector_tests::process::Process;
use s3_connector_tests::tray::TrayHost;
use s3_connector_tests::wait::eventually;
use s3_connector_tests::window::Window;

use super::app;
use super::taken::worked;

/// The longest from the start of the app to the first paint of its page.
const PAINTED: Duration = Duration::from_secs(1);
/// The most that app and web view work while the window is hidden, in hundredths of one core …
const IDLE: f64 = 0.5;
/// … over this time, after this rest.
const WATCHED: Duration = Duration::from_secs(30);
const REST: Duration = Duration::from_secs(10);
/// The most memory of the app's own process at rest, in MB: what is its own, and its share of what it has in common with
/// others (`Pss` of `proc_pid_smaps_rollup(5)`). The libraries of the web view are in three processes and in memory once.
const MEMORY: f64 = 120.0;
/// Starts of which the middle one counts.
const STARTS: usize = 5;
const PATIENCE: Duration = Duration::from_secs(60);
/// `sysconf(_SC_CLK_TCK)` of every Linux that this runs on.
const TICKS: f64 = 100.0;

/// Measures, prints, and says whether a bar is missed; an unoptimised program may.
pub fn is_heavy() -> bool {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let heavy = runtime.block_on(async { shows_late().await | takes_much_hidden().await });
    heavy && !cfg!(debug_assertions)
}

async fn shows_late() -> bool {
    println!("\n{:<60} {:>10} {:>10}", "the window", "ms", "at most");
    let desktop = Desktop::start(Look::Light).await;
    let mut starts = Vec::new();
    for at in 0..STARTS {
        let data = desktop.home().join(format!("data-{at}"));
        let window = Window::open(&desktop, &app(), &["--data-dir", data.to_str().unwrap()]).await;
        let painted = window.until("the first paint", PATIENCE, async || first_paint(&window).await).await;
        let process = processes().into_iter().find(|process| process.is_app_of(&data)).unwrap();
        starts.push(painted - process.started());
        window.close().await;
    }
    starts.sort_by(f64::total_cmp);
    let middle = starts[STARTS / 2];
    println!("{:<60} {middle:>10.0} {:>10}", "from start to first paint, middle of 5", PAINTED.as_millis());
    println!("{:<60} {:>10.0}", "the quickest of them", starts[0]);
    println!("{:<60} {:>10.0}", "the slowest of them (the first, from a cold disk)", starts[STARTS - 1]);
    middle > PAINTED.as_secs_f64() * 1000.0
}

/// When the page was painted first, in milliseconds since 1970.
async fn first_paint(window: &Window<'_>) -> Option<f64> {
    let script = "const paint = performance.getEntriesByName('first-contentful-paint')[0];
        return paint ? performance.timeOrigin + paint.startTime : null";
    window.run_script(script, Vec::new()).await?.as_f64()
}

async fn takes_much_hidden() -> bool {
    println!("\n{:<60} {:>10} {:>10}", "the app with its window hidden", "", "at most");
    let desktop = Desktop::start(Look::Light).await;
    let tray = TrayHost::start(&desktop).await.unwrap();
    let data = desktop.home().join("data-hidden");
    let mut command = desktop.command(app());
    command.arg("--data-dir").arg(&data).arg("--hidden");
    let _app = Process::start_quietly(command);
    tray.item().await.unwrap();
    let own = eventually("the app", PATIENCE, async || processes().into_iter().find(|one| one.is_app_of(&data))).await;
    tokio::time::sleep(REST).await;
    let before = work_of(own.id);
    tokio::time::sleep(WATCHED).await;
    let work = (work_of(own.id) - before) as f64 / TICKS / WATCHED.as_secs_f64() * 100.0;
    let memory = own.share() as f64 / 1024.0;
    println!("{:<60} {work:>10.2} {IDLE:>10}", "% of one core, web view included, over 30 s");
    println!("{:<60} {memory:>10.1} {MEMORY:>10}", "MB, the app's own process");
    println!("{:<60} {:>10.1}", "MB resident, shared libraries in full", own.resident() as f64 / 1024.0);
    for helper in family(own.id).into_iter().filter(|one| one.id != own.id) {
        let line = format!("MB, {}", helper.name);
        println!("{line:<60} {:>10.1}", helper.share() as f64 / 1024.0);
    }
    work > IDLE || memory > MEMORY
}

/// A process as `/proc` shows it (`proc_pid_stat(5)`).
struct Seen {
    id: u32,
    parent: u32,
    name: String,
    /// Clock ticks after the start of the system.
    start: f64,
}

impl Seen {
    fn read(folder: &Path) -> Option<Self> {
        let id = folder.file_name()?.to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(folder.join("stat")).ok()?;
        let (head, rest) = stat.rsplit_once(") ")?;
        let fields: Vec<&str> = rest.split(' ').collect();
        let name = head.split_once('(')?.1.to_owned();
        Some(Self { id, parent: fields.get(1)?.parse().ok()?, name, start: fields.get(19)?.parse().ok()? })
    }

    fn is_app_of(&self, data: &Path) -> bool {
        let proc = PathBuf::from(format!("/proc/{}", self.id));
        let line = std::fs::read(proc.join("cmdline")).unwrap_or_default();
        let named = line.split(|byte| *byte == 0).any(|word| word == data.as_os_str().as_encoded_bytes());
        named && std::fs::read_link(proc.join("exe")).is_ok_and(|program| program == app())
    }

    /// When it started, in milliseconds since 1970.
    fn started(&self) -> f64 {
        let uptime = std::fs::read_to_string("/proc/uptime").unwrap();
        let up: f64 = uptime.split(' ').next().unwrap().parse().unwrap();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
        (now - up + self.start / TICKS) * 1000.0
    }

    /// Resident memory in KiB.
    fn resident(&self) -> u64 {
        self.kib("Rss:")
    }

    /// Memory in KiB, of shared pages its share.
    fn share(&self) -> u64 {
        self.kib("Pss:")
    }

    fn kib(&self, name: &str) -> u64 {
        let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.id)).unwrap_or_default();
        let line = rollup.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
    }
}

fn processes() -> Vec<Seen> {
    let folders = std::fs::read_dir("/proc").unwrap();
    folders.filter_map(|folder| Seen::read(&folder.unwrap().path())).collect()
}

/// A process and all below it.
fn family(id: u32) -> Vec<Seen> {
    let mut others = processes();
    let mut found: Vec<Seen> = Vec::new();
    let mut ids = vec![id];
    while let Some(id) = ids.pop() {
        let (here, rest) = others.into_iter().partition(|one| one.id == id || one.parent == id);
        others = rest;
        ids.extend(here.iter().map(|one: &Seen| one.id).filter(|one| *one != id));
        found.extend(here);
    }
    found
}

/// What a process and all below it have worked, in hundredths of a second.
fn work_of(id: u32) -> u64 {
    family(id).iter().filter_map(|one| worked(one.id)).sum()
}
