//! Which hosts and addresses may be asked for a repository.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

use super::{Fetching, GitError};
use crate::source::{Source, SourceError};

/// Hosts that serve git to everybody; `*.` stands for any name below.
const HOSTS: [&str; 20] = [
    "github.com",
    "gitlab.com",
    "bitbucket.org",
    "codeberg.org",
    "git.kernel.org",
    "*.googlesource.com",
    "salsa.debian.org",
    "gitlab.gnome.org",
    "gitlab.freedesktop.org",
    "invent.kde.org",
    "git.savannah.gnu.org",
    "sourceware.org",
    "git.launchpad.net",
    "git.code.sf.net",
    "gitee.com",
    "git.openssl.org",
    "git.ffmpeg.org",
    "code.videolan.org",
    "git.sr.ht",
    "git.zx2c4.com",
];

/// Port of https.
const PORT: u16 = 443;

/// A repository, and where it is fetched from.
pub(super) struct Place {
    /// The repository: `https://host/owner/name`.
    pub(super) url: String,
    /// Where git goes: the same, unless there is a mirror.
    pub(super) at: String,
    /// Whether the user said where to go; else only public addresses will do.
    by_user: bool,
}

impl Place {
    /// Where a repository may be fetched from. Asks nobody.
    ///
    /// # Errors
    /// [`GitError::Address`], [`GitError::NotAllowed`].
    pub(super) fn of(url: &str, fetching: &Fetching<'_>) -> Result<Self, GitError> {
        // Anything else would be taken for a path, and looked for.
        if !url.starts_with("https://") {
            return Err(SourceError::Address(url.to_owned()).into());
        }
        let Source::Remote { url } = Source::parse(url)? else {
            return Err(SourceError::Address(url.to_owned()).into());
        };
        if let Some(at) = fetching.mirrors.iter().find_map(|mirror| mirror.target(&url)) {
            return Ok(Self { url, at, by_user: true });
        }
        let host = authority(&url).to_ascii_lowercase();
        let hosts = HOSTS.into_iter().chain(fetching.hosts.iter().map(String::as_str));
        if hosts.into_iter().any(|pattern| matches(pattern, &host)) {
            return Ok(Self { at: url.clone(), url, by_user: false });
        }
        Err(GitError::NotAllowed { url, host })
    }

    /// The only protocol that git needs for it, as git calls it.
    pub(super) fn protocol(&self) -> &'static str {
        match self.at.split_once("://") {
            Some(("https", _)) => "https",
            Some(("http", _)) => "http",
            _ => "file",
        }
    }

    /// The addresses that git is to keep to, in the form of curl's `--resolve`, so that a second
    /// answer of the name service changes nothing. None where the user said where to go, and
    /// where a proxy looks names up.
    ///
    /// # Errors
    /// [`GitError::NotPublic`]; `Failed` for a name that is not found.
    pub(super) fn pinned(&self) -> Result<Option<String>, GitError> {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if self.by_user || is_set("HTTPS_PROXY") || is_set("https_proxy") {
            return Ok(None);
        }
        let host = authority(&self.url);
        let (name, port) = match host.split_once(':') {
            Some((name, port)) => (name, port.parse().unwrap_or(PORT)),
            None => (host, PORT),
        };
        let failed = |said: String| GitError::Failed { url: self.url.clone(), said, may_pass: true };
        let found = (name, port).to_socket_addrs();
        let addresses: Vec<IpAddr> = found
            .map_err(|error| failed(format!("cannot find the host {name}: {error}")))?
            .map(|address: SocketAddr| address.ip())
            .collect();
        if let Some(&address) = addresses.iter().find(|address| !is_public(**address)) {
            return Err(GitError::NotPublic { url: self.url.clone(), host: host.to_owned(), address });
        }
        let addresses: Vec<String> = addresses
            .into_iter()
            .map(|address| match address {
                IpAddr::V4(address) => address.to_string(),
                IpAddr::V6(address) => format!("[{address}]"),
            })
            .collect();
        if addresses.is_empty() {
            return Err(failed(format!("the host {name} has no address")));
        }
        Ok(Some(format!("{name}:{port}:{}", addresses.join(","))))
    }
}

/// Host and port of an `https://` URL.
fn authority(url: &str) -> &str {
    url.trim_start_matches("https://").split('/').next().unwrap_or_default()
}

/// Whether a host is one of a pattern: the same, or below what follows `*.`.
fn matches(pattern: &str, host: &str) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    match pattern.strip_prefix('*') {
        Some(end) => end.starts_with('.') && host.len() > end.len() && host.ends_with(end),
        None => pattern == host,
    }
}

/// Whether an address belongs to the public internet: not to a machine, a network of somebody,
/// or a purpose (IANA's registries of special-purpose addresses, RFC 6890).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    match address.octets() {
        // This network, private (RFC 1918), loopback, multicast, reserved, broadcast.
        [0 | 10 | 127 | 224.., ..] | [172, 16..32, ..] | [192, 168, ..] => false,
        // Carrier-grade NAT (RFC 6598), link-local with the metadata services (RFC 3927).
        [100, 64..128, ..] | [169, 254, ..] => false,
        // Protocol assignments, 6to4 relays (RFC 7526), benchmarks (RFC 2544).
        [192, 0, 0, _] | [192, 88, 99, _] | [198, 18..20, ..] => false,
        // Documentation (RFC 5737).
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => false,
        _ => true,
    }
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        // Mapped (RFC 4291) and translated (NAT64, RFC 6052) addresses stand for the other kind.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => v4(high, low),
        // So do those of 6to4 (RFC 3056).
        [0x2002, high, low, ..] => v4(high, low),
        // Protocol assignments with Teredo and ORCHID (RFC 2928), documentation (RFC 3849, 9637).
        [0x2001, 0..0x200, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..0x1000, ..] => false,
        // Of the rest only 2000::/3 is given out for the internet (RFC 4291): neither ::1, nor
        // fc00::/7 (unique local), fe80::/10 (link-local), ff00::/8 (multicast).
        [first, ..] => first & 0xe000 == 0x2000,
    }
}
