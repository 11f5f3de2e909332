//! Advisories of a world, compared with its truth.

use std::collections::{BTreeMap, BTreeSet};

use streamguard_world::{FixNaming, PlantedAdvisory, World, WorldSettings};

use crate::WorldOnDisk;

fn advisories(seed: u64) -> Vec<PlantedAdvisory> {
    let world = World::new(WorldSettings { seed, ..WorldSettings::default() });
    world.upstreams().expect("a world").truth()
}

#[test]
fn about_two_fixes_in_three_have_an_advisory() {
    let written = WorldOnDisk::new(WorldSettings { seed: 71, ..WorldSettings::default() });
    let fixes: BTreeSet<&String> = written.truth.planted.iter().map(|planted| &planted.commit).collect();
    let advisories = &written.truth.advisories;
    let known: BTreeSet<&String> =
        advisories.iter().filter_map(|advisory| advisory.commit.as_ref()).collect();
    assert!(known.is_subset(&fixes));
    assert!((known.len() as f64 / fixes.len() as f64 - 2.0 / 3.0).abs() < 0.06, "{}", known.len());
    assert_eq!(
        *advisories,
        World::new(WorldSettings { seed: 71, ..WorldSettings::default() }).upstreams().unwrap().truth()
    );
}

#[test]
fn every_case_occurs() {
    for seed in 72..75 {
        let advisories = advisories(seed);
        let knowing: BTreeSet<_> = advisories.iter().map(|advisory| advisory.collectors.join("+")).collect();
        let all = ["cve", "cve+github", "cve+github+osv", "cve+osv", "github", "github+osv", "osv"];
        assert_eq!(knowing.into_iter().collect::<Vec<_>>(), all);
        let mut namings = BTreeMap::new();
        for advisory in &advisories {
            *namings.entry(advisory.naming).or_insert(0) += 1;
        }
        for naming in
            [FixNaming::Commit, FixNaming::Pull, FixNaming::Comparison, FixNaming::Release, FixNaming::Range]
        {
            assert!(namings.get(&naming).is_some_and(|count| *count > 1), "seed {seed}: {namings:?}");
        }
        assert_eq!(
            namings.iter().max_by_key(|(_, count)| **count).unwrap().0,
            &FixNaming::Commit,
            "{namings:?}"
        );
        assert!(advisories.iter().filter(|advisory| advisory.withdrawn).count() == 3);
        assert!(advisories.iter().filter(|advisory| advisory.repository.is_none()).count() > 3);
        assert!(advisories.iter().any(|advisory| advisory.repository.is_some() && advisory.commit.is_none()));
        for prefix in ["CVE-", "GHSA-", "PYSEC-", "GO-", "RUSTSEC-"] {
            assert!(
                advisories.iter().any(|advisory| advisory.ids.iter().any(|id| id.starts_with(prefix))),
                "{prefix}"
            );
        }
    }
}

#[test]
fn ids_are_fictional_and_unique() {
    let mut seen = BTreeSet::new();
    for advisory in advisories(76) {
        assert!(!advisory.ids.is_empty());
        for id in advisory.ids {
            let year: Option<u16> = id.split('-').nth(1).and_then(|year| year.parse().ok());
            if let Some(number) = id.strip_prefix("CVE-").and_then(|rest| rest.split('-').nth(1)) {
                assert!(number.parse::<u32>().unwrap() > 9_000_000, "{id}");
            }
            assert!(
                id.starts_with("GHSA-") || year.is_some_and(|year| (2018..=2025).contains(&year)),
                "{id}"
            );
            assert!(seen.insert(id.clone()), "{id} occurs twice");
        }
    }
}

/// The repositories hold everything that advisories refer to: commits, tags, numbers, CVE ids.
#[test]
fn references_lead_to_existing_objects() {
    use streamguard_fixes::reference::GitTarget;
    let written = WorldOnDisk::new(WorldSettings { seed: 77, ..WorldSettings::default() });
    let advisories = &written.truth.advisories;
    for advisory in advisories.iter().filter(|advisory| advisory.resolves) {
        let url = advisory.repository.as_ref().expect("it resolves");
        let fix: gix::ObjectId = advisory.commit.as_ref().expect("it resolves").parse().expect("an id");
        let repository =
            gix::open_opts(written.repository(url), gix::open::Options::isolated()).expect("it opens");
        let commit = repository.find_commit(fix).expect("it is there");
        assert_eq!(advisory.references.is_empty(), advisory.naming == FixNaming::Range, "{advisory:?}");
        for reference in &advisory.references {
            let pointer =
                streamguard_fixes::reference::parse(reference).unwrap_or_else(|| panic!("{reference}"));
            assert_eq!(&pointer.repository, url);
            let id = fix.to_string();
            match (advisory.naming, pointer.target) {
                (FixNaming::Commit, GitTarget::Commit(named)) => {
                    assert!(id.starts_with(&named), "{reference}")
                }
                (FixNaming::Comparison, GitTarget::Compare(from, to)) if to == id => {
                    assert_eq!(from, commit.parent_ids().next().expect("a parent").to_string());
                }
                (FixNaming::Comparison, GitTarget::Compare(from, to)) => {
                    for tag in [from, to] {
                        assert!(repository.find_reference(&format!("refs/tags/{tag}")).is_ok(), "{tag}");
                    }
                    assert!(commit.message_raw_sloppy().to_string().contains(&advisory.ids[0]));
                }
                (FixNaming::Pull, GitTarget::Pull(number)) => {
                    let head = repository.head_id().expect("a head");
                    let says = |message: String| {
                        message.starts_with(&format!("Merge pull request #{number} "))
                            || message
                                .lines()
                                .next()
                                .is_some_and(|subject| subject.ends_with(&format!("(#{number})")))
                    };
                    let mut all = head.ancestors().all().expect("a walk");
                    assert!(all.any(|info| {
                        let commit = info.expect("a commit").object().expect("a commit");
                        says(commit.message_raw_sloppy().to_string())
                    }));
                }
                (FixNaming::Release, GitTarget::Tag(tag)) => {
                    assert!(repository.find_reference(&format!("refs/tags/{tag}")).is_ok());
                    let message = commit.message_raw_sloppy().to_string();
                    assert!(message.contains(&advisory.ids[0]), "{message}");
                }
                other => panic!("{other:?} in {reference}"),
            }
        }
    }
}
