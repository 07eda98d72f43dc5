//! Command lines that a person may copy from what `s3c` says.

use s3_connector_engine::engine::{Engine, default_data_dir};
use s3_connector_engine::error::Result;

use crate::output::text::shell_word;

/// The command line that runs these words, of this program and on this data folder.
pub async fn line(engine: &Engine, words: &[&str]) -> Result<String> {
    let data_dir = engine.app_status().await?.data_dir;
    let mut line = vec!["s3c".to_owned()];
    if data_dir != default_data_dir().display().to_string() {
        line.extend(["--data-dir".to_owned(), shell_word(&data_dir)]);
    }
    line.extend(words.iter().map(|word| shell_word(word)));
    Ok(line.join(" "))
}

/// The command line that confirms this many removals of a connection (its name and id).
pub async fn confirm(engine: &Engine, (name, id): (&str, &str), held_back: u64) -> Result<String> {
    line(engine, &["sync", self::name(name, id), "--confirm-removals", &held_back.to_string()]).await
}

/// A word that names a connection: its name, where nothing could take it for an option or garble it.
pub fn name<'a>(name: &'a str, id: &'a str) -> &'a str {
    let is_plain = |c: char| !c.is_control() && (c.is_ascii() || c.is_alphanumeric());
    if !name.starts_with('-') && name.chars().all(is_plain) { name } else { id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_could_be_an_option_or_play_with_the_terminal_gives_way_to_the_id() {
        for (typed, told) in
            [("my notes", "my notes"), ("Büro", "Büro"), ("-x", "id"), ("a\u{202e}b", "id"), ("a\nb", "id")]
        {
            assert_eq!(name(typed, "id"), told);
        }
    }
}
