//! Proxies of the environment, by the rules of curl: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`.

use std::net::IpAddr;

use ureq::{Proxy, ProxyProtocol};

/// A proxy that a variable names.
#[derive(Clone, Debug)]
pub(crate) enum ProxySetting {
    /// Connections go through this proxy.
    Http(Proxy),
    /// The variable, given here, names something that cannot be used as a proxy. Without one, hosts would be asked
    /// directly, which a proxy may be there to prevent.
    Unusable(&'static str),
}

/// The proxies for each scheme, and the hosts that are reached without one.
#[derive(Clone, Debug, Default)]
pub(crate) struct SystemProxies {
    pub(crate) http: Option<ProxySetting>,
    pub(crate) https: Option<ProxySetting>,
    exceptions: Vec<ProxyException>,
}

/// An entry of `NO_PROXY`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ProxyException {
    /// Addresses that agree with this one in their first bits; how many bits.
    Network(IpAddr, u32),
    /// A domain and all its subdomains.
    Domain(String),
    /// All names, but no addresses.
    AnyName,
}

impl SystemProxies {
    /// Reads the environment.
    pub(crate) fn from_environment() -> Self {
        Self::from_variables(&|name| std::env::var(name).ok())
    }

    pub(crate) fn from_variables(variable: &dyn Fn(&str) -> Option<String>) -> Self {
        // In a CGI program, HTTP_PROXY is the header `Proxy` of whoever sent the request (CVE-2016-5385).
        if variable("REQUEST_METHOD").is_some() {
            return Self::default();
        }
        let first = |upper: &'static str, lower: &'static str| {
            [upper, lower].into_iter().find_map(|name| Some((name, variable(name)?)))
        };
        let all = || first("ALL_PROXY", "all_proxy").and_then(setting);
        let no_proxy = first("NO_PROXY", "no_proxy").map(|(_, list)| list).unwrap_or_default();
        Self {
            http: first("HTTP_PROXY", "http_proxy").and_then(setting).or_else(all),
            https: first("HTTPS_PROXY", "https_proxy").and_then(setting).or_else(all),
            exceptions: no_proxy.split(',').filter_map(|entry| ProxyException::parse(entry.trim())).collect(),
        }
    }

    /// Returns whether a host, as written in a URL, is reached without a proxy.
    pub(crate) fn is_exempt(&self, host: &str) -> bool {
        // An IPv6 address stands in brackets in a URL.
        let host = host.trim_start_matches('[').trim_end_matches(']');
        self.exceptions.iter().any(|exception| exception.matches(host))
    }
}

/// Understands the value of a variable. An empty one is as good as none.
fn setting((name, value): (&'static str, String)) -> Option<ProxySetting> {
    if value.trim().is_empty() {
        return None;
    }
    let proxy = Proxy::new(&value).ok();
    let is_usable = |proxy: &Proxy| {
        matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https) && !proxy.host().is_empty()
    };
    Some(proxy.filter(is_usable).map_or(ProxySetting::Unusable(name), ProxySetting::Http))
}

impl ProxyException {
    fn parse(entry: &str) -> Option<Self> {
        if let Ok(address) = entry.parse::<IpAddr>() {
            return Some(Self::Network(address, width(address)));
        }
        if let Some((address, bits)) = entry.split_once('/')
            && let (Ok(address), Ok(bits)) = (address.parse::<IpAddr>(), bits.parse())
            && bits <= width(address)
        {
            return Some(Self::Network(address, bits));
        }
        match entry.strip_prefix('.').unwrap_or(entry) {
            "" => None,
            "*" => Some(Self::AnyName),
            domain => Some(Self::Domain(domain.to_ascii_lowercase())),
        }
    }

    fn matches(&self, host: &str) -> bool {
        match (self, host.parse::<IpAddr>()) {
            (Self::Network(network, bits), Ok(address)) => shares_prefix(*network, address, *bits),
            (Self::AnyName, Err(_)) => true,
            (Self::Domain(domain), Err(_)) => {
                let host = host.to_ascii_lowercase();
                // Only at the border of a label: `example.org` does not cover `badexample.org`.
                host.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            _ => false,
        }
    }
}

/// Bits of an address.
fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// Returns whether two addresses of one family agree in their first `bits` bits.
fn shares_prefix(one: IpAddr, other: IpAddr, bits: u32) -> bool {
    let differences = match (one, other) {
        // Shifted so that the first bit of both families is the first of 128.
        (IpAddr::V4(one), IpAddr::V4(other)) => u128::from(one.to_bits() ^ other.to_bits()) << 96,
        (IpAddr::V6(one), IpAddr::V6(other)) => one.to_bits() ^ other.to_bits(),
        _ => return false,
    };
    differences.leading_zeros() >= bits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> SystemProxies {
        SystemProxies::from_variables(&|name| {
            variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn host(setting: Option<&ProxySetting>) -> Option<String> {
        match setting? {
            ProxySetting::Http(proxy) => Some(format!("{}:{}", proxy.host(), proxy.port())),
            ProxySetting::Unusable(name) => Some((*name).to_owned()),
        }
    }

    #[test]
    fn each_scheme_has_its_variable() {
        let one = proxies(&[("https_proxy", "http://u:p@secure:3128"), ("ALL_PROXY", "other:80")]);
        assert_eq!(host(one.https.as_ref()).as_deref(), Some("secure:3128"));
        assert_eq!(host(one.http.as_ref()).as_deref(), Some("other:80"));
        let only_https = proxies(&[("HTTPS_PROXY", "http://a:1"), ("https_proxy", "http://b:2")]);
        assert_eq!(host(only_https.https.as_ref()).as_deref(), Some("a:1"));
        assert!(only_https.http.is_none());
        let socks = proxies(&[("HTTPS_PROXY", "socks5://a:1")]);
        assert_eq!(host(socks.https.as_ref()).as_deref(), Some("HTTPS_PROXY"));
        for unusable in ["http://u:p w@:99999", "http://:80", "http://a b", "nonsense://a"] {
            let one = proxies(&[("http_proxy", unusable), ("ALL_PROXY", "other:80")]);
            assert_eq!(host(one.http.as_ref()).as_deref(), Some("http_proxy"), "{unusable}");
        }
        let cgi = proxies(&[("HTTP_PROXY", "http://evil"), ("REQUEST_METHOD", "GET")]);
        assert!(cgi.http.is_none() && proxies(&[("HTTPS_PROXY", " ")]).https.is_none());
    }

    #[test]
    fn no_proxy_names_domains_and_networks() {
        let list = "Example.com, .test,10.0.0.0/8, 192.168.1.1,fd00::/8, 1.2.3.4/99";
        let some = proxies(&[("NO_PROXY", list)]);
        for exempt in
            ["example.com", "a.EXAMPLE.com", "test", "a.b.test", "10.9.8.7", "192.168.1.1", "[fd12::1]"]
        {
            assert!(some.is_exempt(exempt), "{exempt}");
        }
        for proxied in ["notexample.com", "example.com.evil", "11.0.0.1", "192.168.1.2", "[fe80::1]", ""] {
            assert!(!some.is_exempt(proxied), "{proxied}");
        }
        let all = proxies(&[("no_proxy", "*")]);
        assert!(all.is_exempt("any.test") && !all.is_exempt("1.2.3.4"));
    }
}
