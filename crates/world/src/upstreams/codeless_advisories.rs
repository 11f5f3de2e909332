//! Advisories without code in the world: of software without public code, withdrawn, or about a repository
//! that does not exist.

use streamguard_dataset::{Language, Weakness};

use super::advisory::{AdvisoryLink, AdvisorySources, AffectedPackage, WorldAdvisory};
use super::weakness_effect;
use crate::identifiers::AdvisoryIds;
use crate::random::WorldRandom;
use crate::timestamp::{self, DAY};
use crate::truth::FixNaming;

/// First number of their ids, beyond those of all fixes of the demo.
const FIRST_ID_NUMBER: u32 = 900_001;

/// Address of a repository that no world has: no project gets such a name.
const MISSING_REPOSITORY: &str = "https://git.example/harbor-works/missing-pier";

/// Reason why the advisory has no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StrayKind {
    /// The software has no public code.
    Closed,
    /// The advisory was withdrawn.
    Withdrawn,
    /// The repository is gone.
    Gone,
}

/// Databases, reason, weakness and software of each advisory.
const STRAYS: &[(AdvisorySources, StrayKind, &str, &str)] = &[
    (
        AdvisorySources::by(true, false, false),
        StrayKind::Closed,
        "authentication_bypass",
        "Breakwater Console",
    ),
    (AdvisorySources::by(true, true, false), StrayKind::Closed, "sql_injection", "Capstan Office Suite"),
    (AdvisorySources::by(false, false, true), StrayKind::Closed, "denial_of_service", "capstan-client"),
    (AdvisorySources::by(true, false, false), StrayKind::Withdrawn, "xss", "Sounding Line"),
    (AdvisorySources::by(false, true, false), StrayKind::Withdrawn, "ssrf", "sounding-line"),
    (AdvisorySources::by(true, true, true), StrayKind::Withdrawn, "path_traversal", "bollard"),
    (AdvisorySources::by(true, true, true), StrayKind::Gone, "command_injection", "missing-pier"),
];

/// Adds the advisories without code.
pub(super) fn add(seed: u64, advisories: &mut Vec<WorldAdvisory>) {
    // "strays" in ASCII: repositories use the streams with small numbers.
    let mut random = WorldRandom::new(seed, 0x7374_7261_7973);
    for (row, identifier) in STRAYS.iter().zip(FIRST_ID_NUMBER..) {
        let number = advisories.len();
        advisories.push(stray(number, identifier, *row, &mut random));
    }
}

fn stray(
    number: usize,
    identifier: u32,
    (known, case, kind, software): (AdvisorySources, StrayKind, &str, &str),
    random: &mut WorldRandom,
) -> WorldAdvisory {
    // From 2020 to 2024.
    let published = 1_577_836_800 + random.between(0, 1_700) * DAY;
    let AdvisoryIds { cve, ghsa } = AdvisoryIds::new(identifier, published);
    let own = format!("RUSTSEC-{}-{}", timestamp::year(published), 9_000 + number % 1_000);
    let effect = weakness_effect::of(weakness(kind));
    let notice = format!("https://security.harbor.example/notices/{}", software.replace(' ', "-"));
    let mut links = vec![AdvisoryLink { url: notice, tags: &["Vendor Advisory"], kind: "ADVISORY" }];
    if case == StrayKind::Gone {
        let url = format!("{MISSING_REPOSITORY}/commit/{}", random_commit_id(random));
        links.push(AdvisoryLink { url, tags: &["Patch"], kind: "FIX" });
    }
    let modified = published + 30 * DAY;
    let title = format!("{} in {software}", crate::words::capitalized(effect.phrase));
    let description = match case {
        StrayKind::Withdrawn => format!(
            "Rejected reason: This candidate was withdrawn. It described {} in {software}, which turned out to \
             work as intended.",
            effect.phrase
        ),
        _ => format!(
            "{software} before 4.2 is affected by {}: attackers can {}.",
            effect.phrase, effect.outcome
        ),
    };
    WorldAdvisory {
        number,
        known,
        cve: known.nvd.then_some(cve),
        ghsa: known.github.then_some(ghsa),
        osv: known.osv.then_some((own, "crates.io")),
        title,
        description,
        rating: effect.rating(number),
        github_rating: effect.rating(number),
        weakness: weakness(kind),
        nvd_is_vague: false,
        published,
        modified,
        withdrawn: (case == StrayKind::Withdrawn).then_some(modified),
        exploited: (kind == "authentication_bypass").then_some(modified),
        links,
        package: (known.github || known.osv).then(|| AffectedPackage {
            language: Language::Rust,
            name: software.to_lowercase().replace(' ', "-"),
            fixed: (case == StrayKind::Closed).then(|| "4.2.0".to_owned()),
        }),
        range: None,
        target: None,
        naming: if case == StrayKind::Gone { FixNaming::Commit } else { FixNaming::Nothing },
        repository: (case == StrayKind::Gone).then(|| MISSING_REPOSITORY.to_owned()),
        commit: None,
    }
}

/// Returns the id of a commit that does not exist.
fn random_commit_id(random: &mut WorldRandom) -> String {
    (0..5).map(|_| format!("{:08x}", random.next() as u32)).collect()
}

/// Returns the weakness called `name`.
fn weakness(name: &str) -> &'static Weakness {
    Weakness::by_name(name).unwrap_or(&streamguard_dataset::weakness::ALL_WEAKNESSES[0])
}
