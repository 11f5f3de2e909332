//! Advisories that belong to no code of the world: of software without public code, taken back,
//! or about a repository that does not exist.

use streamguard_dataset::Language;

use super::flaw;
use super::model::{Advisory, Known, Link, Package};
use super::writing::{nobodys, weakness};
use crate::identifiers::Identifiers;
use crate::moment::{self, DAY};
use crate::oracle::Naming;
use crate::random::Random;

/// Numbers of their identifiers: beyond those of all fixes of the demo.
const FIRST: u32 = 900_001;

/// A repository that no world has: projects are called otherwise.
const GONE: &str = "https://git.example/harbor-works/missing-pier";

/// What is the matter with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    /// The software has no public code.
    Closed,
    /// It was taken back.
    Withdrawn,
    /// The repository is gone.
    Gone,
}

/// Who knows it, what it is, the kind of weakness, and the software.
const ALL: &[(Known, Case, &str, &str)] = &[
    (Known::by(true, false, false), Case::Closed, "authentication_bypass", "Breakwater Console"),
    (Known::by(true, true, false), Case::Closed, "sql_injection", "Capstan Office Suite"),
    (Known::by(false, false, true), Case::Closed, "denial_of_service", "capstan-client"),
    (Known::by(true, false, false), Case::Withdrawn, "xss", "Sounding Line"),
    (Known::by(false, true, false), Case::Withdrawn, "ssrf", "sounding-line"),
    (Known::by(true, true, true), Case::Withdrawn, "path_traversal", "bollard"),
    (Known::by(true, true, true), Case::Gone, "command_injection", "missing-pier"),
];

/// Adds them all.
pub(super) fn add(seed: u64, advisories: &mut Vec<Advisory>) {
    let mut random = Random::new(seed, 0x7374_7261_7973);
    for (row, identifier) in ALL.iter().zip(FIRST..) {
        let number = advisories.len();
        advisories.push(stray(number, identifier, *row, &mut random));
    }
}

fn stray(
    number: usize,
    identifier: u32,
    (known, case, kind, software): (Known, Case, &str, &str),
    random: &mut Random,
) -> Advisory {
    // From 2020 to 2024.
    let published = 1_577_836_800 + random.between(0, 1_700) * DAY;
    let Identifiers { cve, ghsa } = Identifiers::new(identifier, published);
    let own = format!("RUSTSEC-{}-{}", moment::year(published), 9_000 + number % 1_000);
    let flaw = flaw::of(weakness(kind));
    let notice = format!("https://security.harbor.example/notices/{}", software.replace(' ', "-"));
    let mut links = vec![Link { url: notice, tags: &["Vendor Advisory"], kind: "ADVISORY" }];
    if case == Case::Gone {
        let url = format!("{GONE}/commit/{}", nobodys(random));
        links.push(Link { url, tags: &["Patch"], kind: "FIX" });
    }
    let modified = published + 30 * DAY;
    let title = format!("{} in {software}", crate::words::capitalized(flaw.phrase));
    let description = match case {
        Case::Withdrawn => format!(
            "Rejected reason: This candidate was withdrawn. It described {} in {software}, which turned out to \
             work as intended.",
            flaw.phrase
        ),
        _ => format!("{software} before 4.2 is affected by {}: attackers can {}.", flaw.phrase, flaw.outcome),
    };
    Advisory {
        number,
        known,
        cve: known.nvd.then_some(cve),
        ghsa: known.github.then_some(ghsa),
        osv: known.osv.then_some((own, "crates.io")),
        title,
        description,
        rating: flaw.rating,
        github_rating: flaw.rating,
        weakness: weakness(kind),
        nvd_is_vague: false,
        published,
        modified,
        withdrawn: (case == Case::Withdrawn).then_some(modified),
        exploited: (kind == "authentication_bypass").then_some(modified),
        links,
        package: (known.github || known.osv).then(|| Package {
            language: Language::Rust,
            name: software.to_lowercase().replace(' ', "-"),
            fixed: (case == Case::Closed).then(|| "4.2.0".to_owned()),
        }),
        range: None,
        target: None,
        naming: if case == Case::Gone { Naming::Commit } else { Naming::Nothing },
        repository: (case == Case::Gone).then(|| GONE.to_owned()),
        commit: None,
    }
}
