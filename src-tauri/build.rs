//! Prepares the desktop shell: the window's one permission, the icons, and a page to embed.

use std::path::Path;
use std::{fs, io};

/// Where Vite puts the window's page; `frontendDist` in tauri.conf.json.
const PAGE: &str = "../ui/dist";

/// What the window says when the shell was compiled before the page was built.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>S3 Connector</title>\
    <p>The window's page was not built before the app. Run <code>cargo xtask run</code>, which builds both.</p></html>\n";

fn main() {
    println!("cargo:rerun-if-changed={PAGE}");
    println!("cargo:rerun-if-changed=../icons/tray");
    if let Err(error) = page_exists(Path::new(PAGE)) {
        panic!("{PAGE} cannot be made: {error}");
    }
    // Naming the command takes it out of the set that every page may call; `capabilities/default.json` gives it back.
    let attributes = tauri_build::Attributes::new().app_manifest(tauri_build::AppManifest::new().commands(&["call"]));
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("{error:#}");
    }
}

/// Puts a placeholder where no page is, so that the Rust side compiles and is linted without Node.
fn page_exists(folder: &Path) -> io::Result<()> {
    if folder.join("index.html").exists() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    fs::write(folder.join("index.html"), NOT_BUILT)
}
