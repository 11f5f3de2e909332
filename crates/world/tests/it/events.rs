use std::collections::BTreeMap;

use streamguard_world::{World, WorldSettings};

/// Events that must occur in a world of the size of the demo.
const EVENTS: &[&str] = &[
    "start",
    "feature",
    "feature_with_flaw",
    "new_file",
    "refactoring",
    "refactoring_of_several",
    "bug",
    "rename_function",
    "move_function",
    "rename_file",
    "remove_function",
    "docs",
    "tests",
    "ci",
    "dependency",
    "release",
    "changelog",
    "layout_only",
    "comment_only",
    "revert",
    "empty",
    "mode",
    "latin1_message",
    "merge",
    "empty_repository",
    "fix",
    "fix_of_several_functions",
    "fix_tangled",
    "fix_with_rename",
    "fix_squashed",
    "fix_merged",
    "fix_through_merge",
    "fix_tangled_through_merge",
    "fix_silent",
    "fix_reverted",
    "decoy_lookalike",
    "decoy_tests",
    "decoy_docs",
    "decoy_ci",
    "decoy_vendored",
    "decoy_minified",
    "decoy_dependency",
    "decoy_release",
    "decoy_changelog",
    "decoy_comment",
    "decoy_layout",
    "decoy_removal",
    "decoy_addition",
    "decoy_merge",
    "decoy_revert_of_fix",
];

#[test]
fn every_kind_of_event_happens() {
    for seed in 51..54 {
        let world = World::new(WorldSettings { seed, ..WorldSettings::default() });
        let mut events: BTreeMap<String, usize> = BTreeMap::new();
        for repository in world.repositories() {
            let truth = repository.expect("it can be made").truth;
            for (event, count) in truth.repositories.into_iter().flat_map(|known| known.events) {
                *events.entry(event).or_default() += count;
            }
        }
        for event in EVENTS {
            assert!(events.contains_key(*event), "no {event} in {events:?}");
        }
        for event in events.keys() {
            assert!(EVENTS.contains(&event.as_str()), "{event} is not in the list above");
        }
    }
}
