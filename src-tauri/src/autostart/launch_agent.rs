//! A launch agent of macOS: a property list that is read at login.

use super::Entry;

#[cfg(target_os = "macos")]
mod disk {
    use std::io::{Error, Result};
    use std::path::PathBuf;

    use super::super::{Entry, read_file, remove_file, write_whole};

    pub fn is_on(name: &str) -> Result<bool> {
        Ok(read_file(&file(name)?)?.is_some())
    }

    pub fn write(entry: &Entry) -> Result<()> {
        write_whole(&file(&entry.name)?, &super::text(entry))
    }

    pub fn remove(name: &str) -> Result<()> {
        remove_file(&file(name)?)
    }

    fn file(name: &str) -> Result<PathBuf> {
        let home = dirs::home_dir().ok_or_else(|| Error::other("there is no home folder"))?;
        Ok(home.join("Library/LaunchAgents").join(format!("{name}.plist")))
    }
}

#[cfg(target_os = "macos")]
pub use disk::{is_on, remove, write};

fn text(entry: &Entry) -> String {
    let words: String = entry.command.iter().map(|word| format!("    <string>{}</string>\n", escaped(word))).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\">\n<dict>\n  <key>Label</key>\n  <string>{}</string>\n  <key>ProgramArguments</key>\n  \
         <array>\n{words}  </array>\n  <key>RunAtLoad</key>\n  <true/>\n</dict>\n</plist>\n",
        escaped(&entry.name)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_command_is_a_string_of_its_own() {
        let command = vec!["/Applications/S3 Connector.app/x".into(), "--data-dir".into(), "/a & b".into()];
        let told = text(&Entry { name: "app.example".into(), command });
        for line in [
            "<string>app.example</string>",
            "<string>/Applications/S3 Connector.app/x</string>",
            "<string>--data-dir</string>",
            "<string>/a &amp; b</string>",
        ] {
            assert!(told.contains(line), "{line}: {told}");
        }
    }
}
