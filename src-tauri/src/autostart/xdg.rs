//! The autostart folder of Linux desktops
//! (<https://specifications.freedesktop.org/autostart-spec/latest/>).

use super::Entry;

#[cfg(target_os = "linux")]
mod disk {
    use std::io::{Error, Result};
    use std::path::PathBuf;

    use super::super::{Entry, read_file, remove_file, write_whole};

    pub fn is_on(name: &str) -> Result<bool> {
        Ok(read_file(&file(name)?)?.is_some_and(|text| super::starts(&text)))
    }

    pub fn write(entry: &Entry) -> Result<()> {
        write_whole(&file(&entry.name)?, &super::text(entry))
    }

    pub fn remove(name: &str) -> Result<()> {
        remove_file(&file(name)?)
    }

    fn file(name: &str) -> Result<PathBuf> {
        let folder = dirs::config_dir().ok_or_else(|| Error::other("there is no folder for settings"))?;
        Ok(folder.join("autostart").join(format!("{name}.desktop")))
    }
}

#[cfg(target_os = "linux")]
pub use disk::{is_on, remove, write};

fn text(entry: &Entry) -> String {
    let command: Vec<String> = entry.command.iter().map(|word| quoted(word)).collect();
    format!(
        "[Desktop Entry]\nType=Application\nName=S3 Connector\nComment=Keeps a knowledge base in step with S3 buckets\n\
         Exec={}\nIcon=s3-connector\nTerminal=false\nX-GNOME-Autostart-enabled=true\n",
        command.join(" ")
    )
}

/// Whether a file of this text is obeyed; desktops switch an entry off by either key.
fn starts(text: &str) -> bool {
    let says = |key: &str, value: &str| {
        text.lines().filter_map(|line| line.split_once('=')).any(|(k, v)| k.trim() == key && v.trim() == value)
    };
    !says("Hidden", "true") && !says("X-GNOME-Autostart-enabled", "false")
}

/// A word of `Exec`: in quotes, with the escapes of the quotes, and over those the escapes of every value of such a
/// file (<https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html>).
fn quoted(word: &str) -> String {
    let mut inner = String::new();
    for letter in word.chars() {
        match letter {
            '"' | '`' | '$' => inner.extend(["\\\\", &letter.to_string()]),
            '\\' => inner.push_str("\\\\\\\\"),
            '%' => inner.push_str("%%"),
            '\n' => inner.push_str("\\n"),
            '\t' => inner.push_str("\\t"),
            '\r' => inner.push_str("\\r"),
            other => inner.push(other),
        }
    }
    format!("\"{inner}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_quoted_word_by_word() {
        let entry = Entry { name: "app".into(), command: vec!["/opt/S3 Connector".into(), "--hidden".into()] };
        assert!(text(&entry).contains("\nExec=\"/opt/S3 Connector\" \"--hidden\"\n"), "{}", text(&entry));
        for (word, told) in [
            ("100%", "\"100%%\""),
            ("a\"b", r#""a\\"b""#),
            ("a$b`c", r#""a\\$b\\`c""#),
            (r"a\b", r#""a\\\\b""#),
            ("a\nb", r#""a\nb""#),
        ] {
            assert_eq!(quoted(word), told, "{word:?}");
        }
    }

    #[test]
    fn an_entry_that_was_switched_off_in_the_desktops_settings_starts_nothing() {
        let entry = text(&Entry { name: "app".into(), command: vec!["/bin/app".into()] });
        assert!(starts(&entry));
        assert!(!starts(&entry.replace("enabled=true", "enabled=false")));
        assert!(!starts(&format!("{entry}Hidden=true\n")));
    }
}
