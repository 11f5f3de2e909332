//! What the upstreams of a world would answer: advisories of its planted fixes, in the forms of
//! NVD, GitHub and OSV, and exploits in that of ExploitDB. No network: questions are looked at,
//! and answers are made up from the seed.

mod exploitdb;
mod flaw;
mod github;
mod model;
mod nvd;
mod osv;
mod program;
mod strays;
mod writing;

use url::Url;

use crate::fix::FixedProject;
use crate::oracle::PlantedAdvisory;
use crate::{World, WorldError};
use model::Advisory;

/// The world's idea of now, in milliseconds since 1970: 1 January 2026, 00:00 UTC, after all that
/// happens in it.
pub const CLOCK_MS: u64 = 1_767_225_600_000;

/// What an upstream says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// The header `Content-Type`.
    pub content_type: &'static str,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Answer {
    fn ok(content_type: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, content_type, bytes: bytes.into() }
    }

    fn json(value: &serde_json::Value) -> Self {
        Self::ok("application/json", value.to_string())
    }

    /// Something was asked in a way that is none.
    fn refused(status: u16) -> Self {
        Self { status, content_type: "text/plain", bytes: Vec::new() }
    }
}

/// The upstreams of a world, by the addresses of the real ones.
#[derive(Debug)]
pub struct Upstreams {
    advisories: Vec<Advisory>,
}

impl Upstreams {
    /// Those of a world, all of whose repositories are made for it once.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn new(world: &World) -> Result<Self, WorldError> {
        let projects = world.repositories().map(|repository| Ok(repository?.project));
        Ok(Self::of(world.settings.seed, &projects.collect::<Result<Vec<_>, WorldError>>()?))
    }

    /// Those of a world with these projects.
    pub(crate) fn of(seed: u64, projects: &[FixedProject]) -> Self {
        Self { advisories: writing::advisories(seed, projects) }
    }

    /// What the oracle says of the advisories.
    pub fn truth(&self) -> Vec<PlantedAdvisory> {
        self.advisories.iter().map(Advisory::truth).collect()
    }

    /// The answer to a question: a GET, or with `body` a POST. None if the address is of no
    /// upstream, or of nothing that an upstream has.
    pub fn answer(&self, url: &str, body: Option<&str>) -> Option<Answer> {
        let url = Url::parse(url).ok().filter(|url| url.scheme() == "https")?;
        let path: Vec<String> = url.path_segments()?.map(decoded).collect();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match (url.host_str()?, path.as_slice(), body) {
            ("services.nvd.nist.gov", ["rest", "json", "cves", "2.0"], None) => {
                Some(nvd::answer(&self.advisories, &url))
            }
            ("api.github.com", ["graphql"], Some(body)) => Some(github::answer(&self.advisories, body)),
            ("storage.googleapis.com", ["osv-vulnerabilities", path @ ..], None) => {
                osv::answer(&self.advisories, path)
            }
            ("gitlab.com", ["exploit-database", "exploitdb", "-", "raw", "main", path @ ..], None) => {
                exploitdb::answer(&self.advisories, &path.join("/"))
            }
            _ => None,
        }
    }
}

/// A part of a path with `%20` and the like decoded.
fn decoded(part: &str) -> String {
    // Forms are encoded alike, but for the sign for a space.
    let form = format!("={}", part.replace('+', "%2B"));
    let pair = url::form_urlencoded::parse(form.as_bytes()).next();
    pair.map_or_else(|| part.to_owned(), |(_, value)| value.into_owned())
}
