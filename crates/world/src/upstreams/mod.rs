//! Upstreams of a world, simulated: advisories of its planted fixes, in the forms of
//! NVD, GitHub and OSV, and exploits in that of ExploitDB. No network: answers follow from the request and
//! the seed.

mod advisory;
mod answer;
mod codeless_advisories;
mod compose;
mod exploit_program;
mod exploitdb;
mod github;
mod nvd;
mod osv;
mod weakness_effect;

use url::Url;

use crate::disclosure::FixedProject;
use crate::truth::PlantedAdvisory;
use advisory::WorldAdvisory;

pub use answer::{CLOCK_MS, UpstreamAnswer};

/// Upstreams of a world, under the addresses of the real ones.
#[derive(Debug)]
pub struct Upstreams {
    advisories: Vec<WorldAdvisory>,
}

impl Upstreams {
    /// Returns the upstreams of a world with these projects.
    pub(crate) fn of(seed: u64, projects: &[FixedProject]) -> Self {
        Self { advisories: compose::advisories(seed, projects) }
    }

    /// Returns the truth about the advisories.
    pub fn truth(&self) -> Vec<PlantedAdvisory> {
        self.advisories.iter().map(WorldAdvisory::truth).collect()
    }

    /// Answers a request: a GET, or with `body` a POST. Returns nothing if the address belongs to no
    /// upstream, or to nothing that an upstream has.
    pub fn answer(&self, url: &str, body: Option<&str>) -> Option<UpstreamAnswer> {
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

/// Decodes `%20` and the like in a part of a path.
fn decoded(part: &str) -> String {
    // Forms are encoded alike, except that there a plus sign stands for a space.
    let form = format!("={}", part.replace('+', "%2B"));
    let pair = url::form_urlencoded::parse(form.as_bytes()).next();
    pair.map_or_else(|| part.to_owned(), |(_, value)| value.into_owned())
}
