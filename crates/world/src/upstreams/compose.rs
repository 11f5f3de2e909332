//! Composition of advisories from fixes. Cases take turns, so that all of them occur in every world.

use streamguard_dataset::{Language, Severity};

use super::advisory::{AdvisoryLink, AdvisorySources, AffectedPackage, CommitRange, WorldAdvisory};
use super::codeless_advisories;
use super::weakness_effect::{self, CvssRating, WeaknessEffect};
use crate::disclosure::{FixDisclosure, FixedProject};
use crate::random::WorldRandom;
use crate::timestamp::{self, DAY};
use crate::truth::FixNaming;
use streamguard_synthetic::split_mix::mix64;

/// Returns the advisories of about two fixes in three, and some without code. Critical flaws are published
/// more often than others, as in reality.
pub(super) fn advisories(seed: u64, projects: &[FixedProject]) -> Vec<WorldAdvisory> {
    // "adviso" in ASCII: repositories use the streams with small numbers.
    let mut random = WorldRandom::new(seed, 0x6164_7669_736f);
    let mut advisories = Vec::new();
    let fixes = projects.iter().flat_map(|project| project.fixes.iter().map(move |fix| (project, fix)));
    let (mut critical, mut others) = (0, 0);
    for (at, (project, fix)) in fixes.enumerate() {
        let rating = weakness_effect::of(fix.weakness).rating(at);
        let is_published = match rating.severity() {
            Severity::Critical => take_turn(&mut critical, 5, 6),
            _ => take_turn(&mut others, 7, 12),
        };
        if is_published {
            let number = advisories.len();
            advisories.push(advisory(number, project, fix, rating, &mut random));
        }
    }
    codeless_advisories::add(seed, &mut advisories);
    advisories
}

/// Counts a turn, and returns whether it is one of the `some` out of every `all` that are chosen.
fn take_turn(count: &mut usize, some: usize, all: usize) -> bool {
    *count += 1;
    // Spread over the cycle, so that a short list has the same share.
    (*count * some) % all < some
}

fn advisory(
    number: usize,
    project: &FixedProject,
    fix: &FixDisclosure,
    rating: &'static CvssRating,
    random: &mut WorldRandom,
) -> WorldAdvisory {
    let known = AdvisorySources::COMBINATIONS[number % AdvisorySources::COMBINATIONS.len()];
    let is_even_round = (number / AdvisorySources::COMBINATIONS.len()).is_multiple_of(2);
    let year = timestamp::year(fix.seconds);
    // A message that names a CVE id needs an advisory that has it.
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
    let effect = weakness_effect::of(fix.weakness);
    let naming = naming(number, project, fix, known);
    let published = fix.seconds + random.between(1, 40) * DAY;
    let fixed = project.tags.get(fix.release).map(|tag| tag.trim_start_matches('v').to_owned());
    let github_rating = match rating.severity() {
        _ if !number.is_multiple_of(5) => rating,
        Severity::Critical => &weakness_effect::FULL_CONTROL_WITH_ACCOUNT,
        _ => &weakness_effect::FULL_CONTROL,
    };
    let range = naming == FixNaming::Range
        || number.is_multiple_of(4)
        || ecosystem == "GIT"
        || ecosystem == "OSS-Fuzz";
    WorldAdvisory {
        number,
        known,
        cve,
        ghsa,
        osv,
        title: title(effect, project),
        description: description(number, effect, project, fix, fixed.as_deref()),
        rating,
        github_rating,
        weakness: fix.weakness,
        nvd_is_vague: number % 7 == 4,
        published,
        modified: published + random.between(0, 70) * DAY,
        withdrawn: None,
        exploited: (number % 48 == 1).then_some(published + 9 * DAY),
        links: links(naming, project, fix),
        package: (!matches!(ecosystem, "GIT" | "OSS-Fuzz")).then(|| package(project, fixed)),
        range: range.then(|| CommitRange { repository: project.url.clone(), fixed: fix.commit.clone() }),
        target: Some((project.name.clone(), fix.function.clone())),
        naming,
        repository: Some(project.url.clone()),
        commit: Some(fix.commit.clone()),
    }
}

/// Chooses the way in which an advisory names its fix: most name the commit, the others take turns where
/// possible.
fn naming(number: usize, project: &FixedProject, fix: &FixDisclosure, known: AdvisorySources) -> FixNaming {
    let is_release = fix.is_named && project.tags.len() > fix.release;
    // A cycle of seven has no factor in common with the twelve combinations of databases, so every way
    // meets every combination.
    match number % 7 {
        0 | 1 if fix.pull.is_some() => FixNaming::Pull,
        2 | 3 if is_release => FixNaming::Release,
        4 if known.osv => FixNaming::Range,
        5 => FixNaming::Comparison,
        _ => FixNaming::Commit,
    }
}

/// Returns the references of an advisory. Their forms are those of GitLab (docs.gitlab.com), which can be
/// recognised on any host; for commits most hosts have the same form.
fn links(naming: FixNaming, project: &FixedProject, fix: &FixDisclosure) -> Vec<AdvisoryLink> {
    let FixedProject { url, name, .. } = project;
    let FixDisclosure { commit, parent, .. } = fix;
    let code = match naming {
        // Some authors abbreviate the id.
        FixNaming::Commit if commit.starts_with(['0', '1']) => {
            Some((format!("{url}/-/commit/{}", &commit[..12]), &["Patch"][..], "FIX"))
        }
        FixNaming::Commit => Some((format!("{url}/commit/{commit}"), &["Patch"][..], "FIX")),
        FixNaming::Pull => fix.pull.map(|number| {
            (format!("{url}/-/merge_requests/{number}"), &["Issue Tracking", "Patch"][..], "FIX")
        }),
        FixNaming::Comparison => {
            let tags = fix.release.checked_sub(1).and_then(|last| project.tags.get(last..=fix.release));
            // Between two releases there are many commits, so the message has to name the advisory.
            let (old, new) = match tags {
                Some([old, new]) if fix.is_named => (old, new),
                _ => (parent, commit),
            };
            Some((format!("{url}/-/compare/{old}...{new}"), &["Patch"][..], "FIX"))
        }
        FixNaming::Release => project
            .tags
            .get(fix.release)
            .map(|tag| (format!("{url}/-/releases/{tag}"), &["Release Notes"][..], "WEB")),
        FixNaming::Range | FixNaming::Nothing => None,
    };
    let code = code.map(|(url, tags, kind)| AdvisoryLink { url, tags, kind });
    let notice = AdvisoryLink {
        url: format!("https://security.harbor.example/notices/{name}/{}", &commit[..8]),
        tags: &["Vendor Advisory"],
        kind: "ADVISORY",
    };
    let home = AdvisoryLink { url: url.clone(), tags: &["Product"], kind: "PACKAGE" };
    code.into_iter().chain([notice, home]).collect()
}

/// Returns the package that a project is published as.
fn package(project: &FixedProject, fixed: Option<String>) -> AffectedPackage {
    let FixedProject { owner, name, url, language, .. } = project;
    let name = match language {
        Language::Java => format!("example.{}:{name}", owner.replace('-', "")),
        Language::Php => format!("{owner}/{name}"),
        Language::JavaScript => format!("@{owner}/{name}"),
        Language::Go => url.trim_start_matches("https://").to_owned(),
        _ => name.clone(),
    };
    AffectedPackage { language: *language, name, fixed }
}

fn title(effect: &WeaknessEffect, project: &FixedProject) -> String {
    format!("{} in {}", crate::words::capitalized(effect.phrase), project.name)
}

fn description(
    number: usize,
    effect: &WeaknessEffect,
    project: &FixedProject,
    fix: &FixDisclosure,
    fixed: Option<&str>,
) -> String {
    let WeaknessEffect { phrase, outcome, .. } = effect;
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
