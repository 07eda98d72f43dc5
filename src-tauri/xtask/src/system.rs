//! What the operating system has to bring: installed on Debian and its children, named elsewhere.

use std::process::{Command, Stdio};

use crate::shell::{Outcome, on_path, read, run, say};

/// What is going to happen, and so what has to be there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Compiling the app.
    Build,
    /// Opening it without a screen.
    Desktop,
    /// Testing it, in a browser too.
    Browser,
}

/// How something can be looked for where there is no dpkg.
enum Sign {
    Library(&'static str),
    Program(&'static str),
}

/// One thing, and what the package systems call it.
struct Part {
    debian: &'static str,
    sign: Sign,
    fedora: &'static str,
    arch: &'static str,
    need: Need,
}

const fn part(need: Need, debian: &'static str, sign: Sign, [fedora, arch]: [&'static str; 2]) -> Part {
    Part { debian, sign, fedora, arch, need }
}

const PARTS: &[Part] = &[
    part(Need::Build, "build-essential", Sign::Program("cc"), ["gcc", "base-devel"]),
    part(Need::Build, "pkg-config", Sign::Program("pkg-config"), ["pkgconf-pkg-config", "pkgconf"]),
    part(
        Need::Build,
        "libwebkit2gtk-4.1-dev",
        Sign::Library("webkit2gtk-4.1"),
        ["webkit2gtk4.1-devel", "webkit2gtk-4.1"],
    ),
    part(
        Need::Build,
        "libayatana-appindicator3-dev",
        Sign::Library("ayatana-appindicator3-0.1"),
        ["libayatana-appindicator-gtk3-devel", "libayatana-appindicator"],
    ),
    part(Need::Build, "librsvg2-dev", Sign::Library("librsvg-2.0"), ["librsvg2-devel", "librsvg"]),
    part(Need::Build, "libxdo-dev", Sign::Library("libxdo"), ["libxdo-devel", "xdotool"]),
    part(Need::Build, "libssl-dev", Sign::Library("openssl"), ["openssl-devel", "openssl"]),
    part(Need::Desktop, "webkit2gtk-driver", Sign::Program("WebKitWebDriver"), ["webkit2gtk4.1", "webkit2gtk-4.1"]),
    part(Need::Desktop, "xvfb", Sign::Program("Xvfb"), ["xorg-x11-server-Xvfb", "xorg-server-xvfb"]),
    part(Need::Desktop, "dbus", Sign::Program("dbus-daemon"), ["dbus-daemon", "dbus"]),
    part(Need::Desktop, "gnome-keyring", Sign::Program("gnome-keyring-daemon"), ["gnome-keyring", "gnome-keyring"]),
    part(Need::Desktop, "libsecret-tools", Sign::Program("secret-tool"), ["libsecret", "libsecret"]),
    part(Need::Desktop, "openbox", Sign::Program("openbox"), ["openbox", "openbox"]),
    part(Need::Desktop, "dunst", Sign::Program("dunst"), ["dunst", "dunst"]),
    part(Need::Desktop, "xdotool", Sign::Program("xdotool"), ["xdotool", "xdotool"]),
    part(Need::Desktop, "imagemagick", Sign::Program("import"), ["ImageMagick", "imagemagick"]),
    part(Need::Desktop, "curl", Sign::Program("curl"), ["curl", "curl"]),
    part(Need::Desktop, "fonts-dejavu-core", Sign::Program("fc-list"), ["dejavu-sans-fonts", "ttf-dejavu"]),
    part(Need::Browser, "chromium", Sign::Program("chromium"), ["chromium", "chromium"]),
];

/// Sees to it that everything is there up to this need, or says what is missing and how it is installed.
pub fn ready(need: Need) -> Outcome {
    if !cfg!(target_os = "linux") {
        return other_systems(need);
    }
    let parts = PARTS.iter().filter(|part| part.need <= need);
    if on_path("dpkg-query") && on_path("apt-get") {
        return debian(&parts.map(|part| part.debian).collect::<Vec<_>>());
    }
    let missing: Vec<&Part> = parts.filter(|part| !part.is_there()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let (command, name): (_, fn(&Part) -> &'static str) = match () {
        () if on_path("dnf") => ("sudo dnf install", |part| part.fedora),
        () if on_path("pacman") => ("sudo pacman -S --needed", |part| part.arch),
        () => ("install these (Debian's names) with your package system:", |part| part.debian),
    };
    let names: Vec<_> = missing.into_iter().map(name).collect();
    Err(format!("this system lacks some packages. Install them, then start again:\n  {command} {}", names.join(" ")))
}

impl Part {
    fn is_there(&self) -> bool {
        match self.sign {
            Sign::Program(name) => on_path(name),
            Sign::Library(name) => {
                let asked = Command::new("pkg-config").args(["--exists", name]).status();
                // libxdo comes without a .pc file in places; its header tells as much.
                asked.is_ok_and(|status| status.success()) || (name == "libxdo" && header_is_there("xdo.h"))
            }
        }
    }
}

fn header_is_there(name: &str) -> bool {
    ["/usr/include", "/usr/local/include"].iter().any(|folder| std::path::Path::new(folder).join(name).is_file())
}

/// Installs only what dpkg does not have.
pub fn debian(wanted: &[&str]) -> Outcome {
    let missing = not_installed(wanted)?;
    if missing.is_empty() {
        return Ok(());
    }
    if !may_install()? {
        return Err(format!(
            "some system packages are missing and this account may not install them. Run this, then start again:\n  \
             sudo apt-get update && sudo apt-get install --no-install-recommends {}",
            missing.join(" ")
        ));
    }
    say(&format!("installing system packages: {}", missing.join(" ")));
    if install(&missing).is_ok() {
        return Ok(());
    }
    // The usual reason on a fresh machine: no package lists yet, or old ones.
    apt(&["update"])?;
    install(&missing)
}

fn install(packages: &[&str]) -> Outcome {
    let mut words = vec!["install", "--yes", "--no-install-recommends"];
    words.extend(packages);
    apt(&words)
}

fn not_installed<'a>(wanted: &[&'a str]) -> Outcome<Vec<&'a str>> {
    // It answers 1 when a package is unknown to it, and still lists the others.
    let output = Command::new("dpkg-query")
        .args(["--show", "--showformat=${Package} ${db:Status-Abbrev}\n"])
        .args(wanted)
        .output()
        .map_err(|e| format!("cannot ask dpkg-query: {e}"))?;
    Ok(absent(wanted, &String::from_utf8_lossy(&output.stdout)))
}

/// The wanted packages that dpkg-query does not call installed.
fn absent<'a>(wanted: &[&'a str], listing: &str) -> Vec<&'a str> {
    let installed: Vec<&str> = listing
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(_, state)| state.starts_with("ii"))
        .map(|(name, _)| name)
        .collect();
    wanted.iter().copied().filter(|name| !installed.contains(name)).collect()
}

/// Whether packages can be installed without a question.
fn may_install() -> Outcome<bool> {
    Ok(is_root()? || (on_path("sudo") && sudo_asks_nothing()))
}

fn apt(words: &[&str]) -> Outcome {
    let mut command = if is_root()? {
        Command::new("apt-get")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["--non-interactive", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        sudo
    };
    command.env("DEBIAN_FRONTEND", "noninteractive").args(["-o", "DPkg::Lock::Timeout=300", "--quiet"]).args(words);
    run(command.stdin(Stdio::null()))
}

fn is_root() -> Outcome<bool> {
    Ok(read(Command::new("id").arg("-u"))?.trim() == "0")
}

fn sudo_asks_nothing() -> bool {
    let asked = Command::new("sudo").args(["--non-interactive", "true"]).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

fn other_systems(need: Need) -> Outcome {
    if cfg!(target_os = "macos") && read(Command::new("xcode-select").arg("-p")).is_err() {
        return Err(
            "the compiler of macOS is missing. Run this, then start again:\n  xcode-select --install".to_owned()
        );
    }
    if need >= Need::Desktop {
        say("note: the tests in the real window and in Chromium run on Linux only; everything else runs here too");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_was_removed_but_left_its_settings_is_missing() {
        let listing = "xvfb ii \ndunst rc \ndbus ii \n";
        assert_eq!(absent(&["xvfb", "dunst", "dbus", "openbox"], listing), ["dunst", "openbox"]);
    }

    #[test]
    fn building_does_not_ask_for_the_packages_of_the_tests() {
        assert!(PARTS.iter().filter(|part| part.need <= Need::Build).all(|part| part.debian != "xvfb"));
    }
}
