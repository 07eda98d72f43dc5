//! Which knowledge base the documents of a connection go to.

use serde::Serialize;

use crate::knowledge_base::Address;

/// Which knowledge base documents go to. Its name is the same word in the window, the state file and `s3c`: `library`,
/// or the address of a Supermemory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Destination {
    /// The embedded full-text library of this computer.
    #[default]
    Library,
    /// A Supermemory, hosted or self-hosted.
    Supermemory(Address),
}

impl Destination {
    const LIBRARY: &str = "library";
    const SUPERMEMORY: &str = "supermemory";

    /// Reads what was typed: `library` (or nothing), `supermemory` (the hosted one), or the address of one.
    ///
    /// # Errors
    /// What is wrong, in a sentence.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        match text.trim() {
            "" | Self::LIBRARY => Ok(Self::Library),
            Self::SUPERMEMORY => Address::parse("").map(Self::Supermemory),
            address => Address::parse(address).map(Self::Supermemory),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Library => Self::LIBRARY,
            Self::Supermemory(address) => address.as_str(),
        }
    }
}

impl Serialize for Destination {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
