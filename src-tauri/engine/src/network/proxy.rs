//! Which proxy a request goes through. Pure, but for the variables of the environment.

use std::fmt;

use url::{Host, Url};

/// What is reached directly whatever proxy is set by hand: a proxy's own loopback is another computer's.
const HERE: &str = "localhost,127.0.0.0/8,::1";

/// What stands between this computer and the world.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Proxy {
    /// What the environment says: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, and `NO_PROXY` before all.
    #[default]
    System,
    /// Nothing, whatever the environment says.
    None,
    /// This one, for everything but this computer itself.
    Manual(ProxyAddress),
}

/// Where a proxy is: `http://host:port`, and nothing more. It has no password: that would have to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyAddress {
    host: String,
    port: u16,
}

impl ProxyAddress {
    /// Reads what a person typed; `http://` may be left out.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let example = "Enter the proxy's address, for example http://proxy.example.com:3128.";
        let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let url = Url::parse(&whole).map_err(|_| example.to_owned())?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("A user name or a password is not kept here. Set HTTPS_PROXY for the app instead, and choose \
                        the system's proxy."
                .into());
        }
        match (url.scheme(), url.host(), url.path()) {
            ("http", Some(host), "" | "/") if url.query().is_none() && url.fragment().is_none() => {
                // What a URL leaves out is the port of the web, and of hardly any proxy; typed, it is taken.
                let typed = |port: &str| whole.trim_end_matches('/').ends_with(port);
                match url.port().or_else(|| typed(":80").then_some(80)) {
                    Some(port) if port > 0 => Ok(Self { host: plain(&host), port }),
                    Some(_) | None => {
                        Err("Add the proxy's port: the number after the colon, often 3128 or 8080.".into())
                    }
                }
            }
            ("http", ..) => Err(example.into()),
            _ => Err("The proxy's address begins with http://; what goes through it is encrypted all the same.".into()),
        }
    }

    /// Its host and port, as one connects to it.
    pub fn place(&self) -> (&str, u16) {
        (&self.host, self.port)
    }

    /// As a URL.
    pub fn url(&self) -> String {
        format!("http://{self}")
    }
}

impl fmt::Display for ProxyAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

impl Proxy {
    /// Hosts that a proxy set by hand is not asked for, in the form of `NO_PROXY`.
    pub(crate) const LEFT_OUT: &'static str = HERE;

    /// The proxy that requests to this place go through.
    pub(crate) fn on_the_way_to(&self, secure: bool, host: &str) -> Option<ProxyAddress> {
        match self {
            Self::System => {
                of_environment(secure, host, |name| std::env::var(name).ok().filter(|value| !value.is_empty()))
            }
            Self::None => None,
            Self::Manual(_) if is_listed(HERE, host) => None,
            Self::Manual(address) => Some(address.clone()),
        }
    }
}

fn plain(host: &Host<&str>) -> String {
    host.to_string().trim_matches(['[', ']']).to_owned()
}

/// Reads the variables as the HTTP clients do: lower case after upper case, `ALL_PROXY` last, `NO_PROXY` before all.
fn of_environment(secure: bool, host: &str, variable: impl Fn(&str) -> Option<String>) -> Option<ProxyAddress> {
    let either = |name: &str| variable(name).or_else(|| variable(&name.to_lowercase()));
    let proxy = either(if secure { "HTTPS_PROXY" } else { "HTTP_PROXY" }).or_else(|| either("ALL_PROXY"))?;
    if either("NO_PROXY").is_some_and(|rules| is_listed(&rules, host)) {
        return None;
    }
    let whole = if proxy.contains("://") { proxy } else { format!("http://{proxy}") };
    let url = Url::parse(&whole).ok()?;
    // Whatever else stands in there, a password too, is for the HTTP clients to read.
    Some(ProxyAddress { host: plain(&url.host()?), port: url.port_or_known_default().unwrap_or(1080) })
}

fn is_listed(rules: &str, host: &str) -> bool {
    rules.split(',').any(|rule| is_left_out(rule, host))
}

/// A rule is a name and everything under it, an address, a network in CIDR form, or `*`.
fn is_left_out(rule: &str, host: &str) -> bool {
    let rule = rule.trim();
    if let Some((network, bits)) = rule.split_once('/') {
        return is_in_network(network, bits, host);
    }
    let name = rule.trim_start_matches("*.").trim_start_matches('.');
    rule == "*" || (!name.is_empty() && (host == name || host.strip_suffix(name).is_some_and(|h| h.ends_with('.'))))
}

fn is_in_network(network: &str, bits: &str, host: &str) -> bool {
    use std::net::IpAddr::{self, V4, V6};
    let prefix = |address: u128, size: u32, bits: u32| address.checked_shr(size - bits.min(size)).unwrap_or(0);
    match (network.parse::<IpAddr>(), host.parse::<IpAddr>(), bits.parse::<u32>()) {
        (Ok(V4(network)), Ok(V4(host)), Ok(bits)) => {
            prefix(u128::from(network.to_bits()), 32, bits) == prefix(u128::from(host.to_bits()), 32, bits)
        }
        (Ok(V6(network)), Ok(V6(host)), Ok(bits)) => {
            prefix(network.to_bits(), 128, bits) == prefix(host.to_bits(), 128, bits)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn a_proxy_is_that_of_the_scheme_unless_the_host_is_left_out() {
        let proxied =
            |secure, host, variables| of_environment(secure, host, with(variables)).map(|address| address.to_string());
        let through = Some("proxy:3128".to_owned());
        assert_eq!(proxied(true, "s3.example.com", &[]), None);
        assert_eq!(proxied(true, "s3.example.com", &[("https_proxy", "http://proxy:3128")]), through);
        assert_eq!(proxied(false, "s3.example.com", &[("HTTPS_PROXY", "http://proxy:3128")]), None);
        assert_eq!(proxied(false, "s3.example.com", &[("ALL_PROXY", "http://me:secret@proxy:3128")]), through);
        let variables = &[("HTTPS_PROXY", "proxy:3128"), ("NO_PROXY", "localhost, .example.com,10.0.0.0/8")];
        for (host, expected) in [
            ("s3.example.com", false),
            ("example.com", false),
            ("badexample.com", true),
            ("10.1.2.3", false),
            ("11.1.2.3", true),
            ("localhost", false),
        ] {
            assert_eq!(proxied(true, host, variables).is_some(), expected, "{host}");
        }
        let all = &[("HTTPS_PROXY", "http://proxy:3128"), ("NO_PROXY", "*")];
        assert_eq!(proxied(true, "s3.example.com", all), None);
    }

    #[test]
    fn a_proxy_set_by_hand_is_for_everything_but_this_computer() {
        let manual = Proxy::Manual(ProxyAddress::parse("proxy.example.com:3128").expect("an address"));
        for host in ["s3.example.com", "10.0.0.1", "proxy.example.com"] {
            assert!(manual.on_the_way_to(true, host).is_some(), "{host}");
        }
        for host in ["localhost", "bucket.localhost", "127.0.0.1", "127.8.8.8", "::1"] {
            assert_eq!(manual.on_the_way_to(false, host), None, "{host}");
        }
        assert_eq!(Proxy::None.on_the_way_to(true, "s3.example.com"), None);
    }

    #[test]
    fn an_address_is_a_host_and_a_port() {
        for (text, expected) in [
            ("http://proxy.example.com:3128", "proxy.example.com:3128"),
            (" http://proxy.example.com:3128/ ", "proxy.example.com:3128"),
            ("proxy.example.com:8080", "proxy.example.com:8080"),
            ("10.0.0.1:80", "10.0.0.1:80"),
            ("http://[fd00::1]:3128", "[fd00::1]:3128"),
        ] {
            assert_eq!(ProxyAddress::parse(text).map(|address| address.to_string()), Ok(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_an_address_is_a_sentence_without_a_secret() {
        for (text, part) in [
            ("", "for example"),
            ("proxy.example.com", "port"),
            ("http://proxy.example.com", "port"),
            ("http://proxy.example.com:3128/path", "for example"),
            ("https://proxy.example.com:3128", "begins with http://"),
            ("socks5://proxy.example.com:1080", "begins with http://"),
            ("http://me:hunter2@proxy.example.com:3128", "password is not kept"),
            ("http://proxy example:3128", "for example"),
        ] {
            let said = ProxyAddress::parse(text).expect_err(text);
            assert!(said.contains(part) && !said.contains("hunter2"), "{text}: {said}");
        }
    }
}
