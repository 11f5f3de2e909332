//! How advisories come about: from fixes, by turns, so that all cases occur in every world.

use streamguard_dataset::{Language, Weakness};

use super::flaw::{self, Flaw};
use super::model::{Advisory, Known, Link, Package, Range};
use super::strays;
use crate::fix::{Fix, FixedProject};
use crate::moment::{self, DAY};
use crate::oracle::Naming;
use crate::random::Random;
use streamguard_synthetic::split_mix::mix64;

/// From when on advisories have ratings by version 4.0 as well: 1 January 2024.
pub(super) const NEW: i64 = 1_704_067_200;

/// Until when they have ratings by version 2.0 as well: 13 July 2022, as at NVD.
pub(super) const OLD: i64 = 1_657_670_400;

/// The advisories of two fixes in three, and some that belong to no code.
pub(super) fn advisories(seed: u64, projects: &[FixedProject]) -> Vec<Advisory> {
    let mut random = Random::new(seed, 0x6164_7669_736f);
    let mut advisories = Vec::new();
    let fixes = projects.iter().flat_map(|project| project.fixes.iter().map(move |fix| (project, fix)));
    // Every third of them stays unknown, whatever the project.
    for (project, fix) in fixes.enumerate().filter(|(at, _)| at % 3 != 2).map(|(_, pair)| pair) {
        let number = advisories.len();
        advisories.push(advisory(number, project, fix, &mut random));
    }
    strays::add(seed, &mut advisories);
    advisories
}

fn advisory(number: usize, project: &FixedProject, fix: &Fix, random: &mut Random) -> Advisory {
    let known = Known::TURNS[number % Known::TURNS.len()];
    let is_even_round = (number / Known::TURNS.len()).is_multiple_of(2);
    let year = moment::year(fix.seconds);
    // Who writes a CVE id into a message has one.
    let cve = known.nvd || fix.is_named || is_even_round;
    let cve = cve.then(|| fix.identifiers.cve.clone());
    let (own, ecosystem) = match (project.language, &cve) {
        (Language::Python, _) => (Some(format!("PYSEC-{year}-{}", 9000 + number)), "PyPI"),
        (Language::Go, _) => (Some(format!("GO-{year}-{}", 9000 + number)), "Go"),
        (Language::Java, _) => (None, "Maven"),
        (Language::JavaScript, _) => (None, "npm"),
        (Language::Php, _) => (None, "Packagist"),
        (_, Some(cve)) => (Some(cve.clone()), "GIT"),
        _ => (Some(format!("OSV-{year}-{}", 900_000 + number)), "OSS-Fuzz"),
    };
    let is_in_github = known.github || (known.osv && own.is_none());
    let ghsa = is_in_github.then(|| fix.identifiers.ghsa.clone());
    let osv = own.or_else(|| ghsa.clone()).filter(|_| known.osv).map(|id| (id, ecosystem));
    let flaw = flaw::of(fix.weakness);
    let naming = naming(number, project, fix, known);
    let published = fix.seconds + random.between(1, 40) * DAY;
    let fixed = project.tags.get(fix.release).map(|tag| tag.trim_start_matches('v').to_owned());
    let is_disputed = number.is_multiple_of(5) && flaw.rating.severity() != flaw::SIGNED_IN.severity();
    let range =
        naming == Naming::Range || number.is_multiple_of(4) || ecosystem == "GIT" || ecosystem == "OSS-Fuzz";
    Advisory {
        number,
        known,
        cve,
        ghsa,
        osv,
        title: title(flaw, project),
        description: description(number, flaw, project, fix, fixed.as_deref()),
        rating: flaw.rating,
        github_rating: if is_disputed { &flaw::SIGNED_IN } else { flaw.rating },
        weakness: fix.weakness,
        nvd_is_vague: number % 7 == 4,
        published,
        modified: published + random.between(0, 70) * DAY,
        withdrawn: None,
        exploited: (number % 48 == 1).then_some(published + 9 * DAY),
        links: links(naming, project, fix),
        package: (!matches!(ecosystem, "GIT" | "OSS-Fuzz")).then(|| package(project, fixed)),
        range: range.then(|| Range { repository: project.url.clone(), fixed: fix.commit.clone() }),
        target: Some((project.name.clone(), fix.function.clone())),
        naming,
        repository: Some(project.url.clone()),
        commit: Some(fix.commit.clone()),
    }
}

/// How an advisory names its fix: most by its commit, the others by turns, where that can be.
fn naming(number: usize, project: &FixedProject, fix: &Fix, known: Known) -> Naming {
    let is_release = fix.is_named && project.tags.len() > fix.release;
    // By turns of seven, so that every way meets every combination of sources.
    match number % 7 {
        0 | 1 if fix.pull.is_some() => Naming::Pull,
        2 | 3 if is_release => Naming::Release,
        4 if known.osv => Naming::Range,
        5 => Naming::Comparison,
        _ => Naming::Commit,
    }
}

/// The pages that an advisory refers to, in the forms of GitLab (docs.gitlab.com), which tell
/// what they are on any host, and of nearly all others for commits.
fn links(naming: Naming, project: &FixedProject, fix: &Fix) -> Vec<Link> {
    let FixedProject { url, name, .. } = project;
    let Fix { commit, parent, .. } = fix;
    let code = match naming {
        // Some write as little of an id as will do.
        Naming::Commit if commit.starts_with(['0', '1']) => {
            Some((format!("{url}/-/commit/{}", &commit[..12]), &["Patch"][..], "FIX"))
        }
        Naming::Commit => Some((format!("{url}/commit/{commit}"), &["Patch"][..], "FIX")),
        Naming::Pull => fix.pull.map(|number| {
            (format!("{url}/-/merge_requests/{number}"), &["Issue Tracking", "Patch"][..], "FIX")
        }),
        Naming::Comparison => {
            let tags = fix.release.checked_sub(1).and_then(|last| project.tags.get(last..=fix.release));
            // Of two releases, the message has to tell which commit it is.
            let (old, new) = match tags {
                Some([old, new]) if fix.is_named => (old, new),
                _ => (parent, commit),
            };
            Some((format!("{url}/-/compare/{old}...{new}"), &["Patch"][..], "FIX"))
        }
        Naming::Release => project
            .tags
            .get(fix.release)
            .map(|tag| (format!("{url}/-/releases/{tag}"), &["Release Notes"][..], "WEB")),
        Naming::Range | Naming::Nothing => None,
    };
    let code = code.map(|(url, tags, kind)| Link { url, tags, kind });
    let notice = Link {
        url: format!("https://security.harbor.example/notices/{name}/{}", &commit[..8]),
        tags: &["Vendor Advisory"],
        kind: "ADVISORY",
    };
    let home = Link { url: url.clone(), tags: &["Product"], kind: "PACKAGE" };
    code.into_iter().chain([notice, home]).collect()
}

/// The package that a project is published as.
fn package(project: &FixedProject, fixed: Option<String>) -> Package {
    let FixedProject { owner, name, url, language, .. } = project;
    let name = match language {
        Language::Java => format!("example.{}:{name}", owner.replace('-', "")),
        Language::Php => format!("{owner}/{name}"),
        Language::JavaScript => format!("@{owner}/{name}"),
        Language::Go => url.trim_start_matches("https://").to_owned(),
        _ => name.clone(),
    };
    Package { language: *language, name, fixed }
}

fn title(flaw: &Flaw, project: &FixedProject) -> String {
    format!("{} in {}", crate::words::capitalized(flaw.phrase), project.name)
}

fn description(number: usize, flaw: &Flaw, project: &FixedProject, fix: &Fix, fixed: Option<&str>) -> String {
    let Flaw { phrase, outcome, .. } = flaw;
    let (owner, name) = (project.owner, &project.name);
    let (function, file) = (&fix.function, &fix.file);
    let before = fixed
        .map_or_else(|| format!("before commit {}", &fix.commit[..8]), |fixed| format!("before {fixed}"));
    match mix64(number as u64) % 4 {
        0 => format!(
            "A vulnerability of the kind {phrase} was found in the function {function} of {owner} {name} {before}. \
             It allows remote attackers to {outcome}."
        ),
        1 => format!("{name} {before} allows {phrase} via {file}: an attacker can {outcome}."),
        2 => format!(
            "{name} is software by {owner}. Versions {before} are affected by {phrase}, which allows attackers \
             to {outcome}. No workaround is known."
        ),
        _ => format!(
            "In {owner} {name} {before}, {function}() in {file} mishandles untrusted input. This is {phrase}; \
             attackers can use it to {outcome}. Users should upgrade."
        ),
    }
}

/// A commit id that is nobody's.
pub(super) fn nobodys(random: &mut Random) -> String {
    (0..5).map(|_| format!("{:08x}", random.next() as u32)).collect()
}

/// The weakness of a name that is in the list.
pub(super) fn weakness(name: &str) -> &'static Weakness {
    Weakness::by_name(name).unwrap_or(&streamguard_dataset::weakness::ALL[0])
}
