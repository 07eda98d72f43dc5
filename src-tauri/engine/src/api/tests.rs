use super::*;

/// Where the window's typed client lives, seen from this crate.
const CLIENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/client/generated.ts");

#[test]
fn the_generated_client_is_current() {
    let wanted = typescript();
    if std::env::var_os("S3_CONNECTOR_GENERATE").is_some() {
        std::fs::create_dir_all(std::path::Path::new(CLIENT).parent().expect("a folder")).expect("the client's folder");
        std::fs::write(CLIENT, &wanted).expect("the client can be written");
    }
    let found = std::fs::read_to_string(CLIENT).unwrap_or_default();
    assert!(found == wanted, "ui/src/client/generated.ts is out of date: run `cargo xtask generate`");
}
