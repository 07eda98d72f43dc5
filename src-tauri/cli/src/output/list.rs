//! A list in JSON that is written while it is read, so that a million items need no more memory than one.

use s3_connector_engine::error::Result;
use serde::Serialize;

use crate::output::{Output, json_text};

/// An object on its way out whose last field is a list, or whose list is followed by fields.
pub struct List {
    separator: &'static str,
}

impl List {
    /// Begins the object with these fields (whole members, or nothing) and then the list.
    pub fn begin(fields: &[(&str, String)], name: &str, output: &mut Output) -> Result<Self> {
        let fields: String = fields.iter().map(|(name, value)| format!("\"{name}\":{value},")).collect();
        output.write(&format!("{{{fields}\"{name}\":["))?;
        Ok(Self { separator: "" })
    }

    /// Adds an item.
    pub fn add(&mut self, item: &impl Serialize, output: &mut Output) -> Result<()> {
        output.write(self.separator)?;
        self.separator = ",";
        output.write(&json_text(item)?)
    }

    /// Ends list and object.
    pub fn end(self, output: &mut Output) -> Result<()> {
        output.text("]}")
    }
}
