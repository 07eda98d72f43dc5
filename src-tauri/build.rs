//! Prepares the desktop shell: the window's one permission, the icons, and a folder to embed.

use std::path::Path;

/// Where Vite puts the window's page; `frontendDist` in tauri.conf.json.
const PAGE: &str = "../ui/dist";

fn main() {
    println!("cargo:rerun-if-changed={PAGE}");
    println!("cargo:rerun-if-changed=../icons/tray");
    if !Path::new(PAGE).join("index.html").exists() {
        // The folder alone lets the Rust side compile and be linted without Node.
        println!("cargo:warning=the window's page is not built; `cargo xtask run` builds it and the app");
        if let Err(error) = std::fs::create_dir_all(PAGE) {
            panic!("{PAGE} cannot be made: {error}");
        }
    }
    // Naming the commands takes them out of the set that every page may call; `capabilities/default.json` gives them back.
    let attributes =
        tauri_build::Attributes::new().app_manifest(tauri_build::AppManifest::new().commands(&["call", "desktop"]));
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("{error:#}");
    }
}
