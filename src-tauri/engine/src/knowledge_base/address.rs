//! The address of a Supermemory: what was typed, made comparable.

use std::fmt;

use url::Url;

/// The hosted one (<https://supermemory.ai/docs/api-reference>).
pub const HOSTED: &str = "https://api.supermemory.ai";
/// Where a self-hosted one listens unless told otherwise (<https://supermemory.ai/docs/self-hosting/quickstart>).
pub const SELF_HOSTED: &str = "http://localhost:6767";

/// A base URL with scheme, host, perhaps port and path, and without a final slash. Two that are equal name the same
/// server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address(String);

impl Address {
    /// Reads what was typed; nothing means the hosted one.
    ///
    /// # Errors
    /// What is wrong, in a sentence.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self(HOSTED.to_owned()));
        }
        const FORM: &str = "Enter the whole address, such as https://api.supermemory.ai or http://localhost:6767.";
        let url = Url::parse(text).map_err(|_| FORM)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(FORM);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("Leave name and password out of the address; the API key is entered by itself.");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("Leave out everything from ? or # on.");
        }
        // The documentation's own URLs end in the version of the API; the routes add it.
        let path = url.path().trim_end_matches('/');
        let path = path.strip_suffix("/v3").or_else(|| path.strip_suffix("/v4")).unwrap_or(path);
        Ok(Self(format!("{}{path}", url.origin().ascii_serialization())))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is Supermemory's own service, which takes nobody without a key.
    pub fn is_hosted(&self) -> bool {
        self.0 == HOSTED
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        Address::parse(text).expect("an address").as_str().to_owned()
    }

    #[test]
    fn nothing_means_the_hosted_one() {
        assert_eq!(parsed(" "), HOSTED);
        assert!(Address::parse("").expect("hosted").is_hosted());
    }

    #[test]
    fn what_names_the_same_server_is_equal() {
        for text in ["https://API.supermemory.ai", "https://api.supermemory.ai/", "https://api.supermemory.ai:443/v3/"]
        {
            assert_eq!(parsed(text), HOSTED, "{text}");
        }
        assert_eq!(parsed("http://localhost:6767/"), SELF_HOSTED);
        assert_eq!(parsed("http://127.0.0.1:6767/memory/"), "http://127.0.0.1:6767/memory");
        assert_eq!(parsed("http://[::1]:6767"), "http://[::1]:6767");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in
            ["api.supermemory.ai", "ftp://host", "http://", "localhost:6767", "https://key@host", "http://h/?key=1"]
        {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }
}
