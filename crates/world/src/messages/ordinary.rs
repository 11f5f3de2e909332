//! What messages of ordinary commits say.

use super::{fill, words};
use crate::neutral::{Change, Refactoring};
use crate::random::Random;

/// Patterns for a new function.
const FEATURES: &[&str] = &[
    "Add {function}",
    "Add {words}",
    "feat: {words}",
    "feat({scope}): add {function}",
    "{scope}: add {function}",
    "Introduce {function} for the {scope} page",
    "New: {words} (#{issue})",
    "Added {function}\n\nThe {scope} page needs it for its second column.",
];

const FILES: &[&str] = &[
    "Add the {scope} module",
    "feat: {scope}",
    "Start on {scope}",
    "Split {scope} out of the old code",
    "Add {file} with the first functions",
];

const REMOVALS: &[&str] = &[
    "Remove {function}",
    "Drop unused {function}",
    "{scope}: remove dead code",
    "Remove {words}, nobody uses it",
];

const FUNCTION_NAMES: &[&str] =
    &["Rename {old} to {new}", "{scope}: {old} is now {new}", "refactor: call it {new}"];

const MOVES: &[&str] = &["Move {function} to {file}", "refactor: {function} belongs to {scope}"];

const FILE_NAMES: &[&str] = &["Rename {old} to {new}", "Move {old}", "refactor: {old} becomes {new}"];

const DOCS: &[&str] = &[
    "Document {words}",
    "docs: explain {words}",
    "Update README",
    "README: more on {scope}",
    "docs: typo",
    "Improve the wording of the guide",
];

const TESTS: &[&str] = &[
    "Test {function}",
    "Add tests for {words}",
    "test: cover {function}",
    "tests: another case for {scope}",
];

const CI: &[&str] =
    &["ci: run on every push", "CI: cache dependencies", "ci: newer runner", "Build on pull requests, too"];

const DEPENDENCIES: &[&str] = &[
    "Bump {library} from {old} to {new}",
    "build(deps): bump {library} from {old} to {new}",
    "Update {library} to {new}",
    "chore(deps): update {library} to {new}",
];

const RELEASES: &[&str] =
    &["Release {new}", "Version {new}", "Bump version to {new}", "v{new}", "chore: release {new}"];

const CHANGELOG: &[&str] = &["Update changelog", "changelog: mention {words}", "CHANGELOG for {scope}"];

const EMPTY: &[&str] = &["Trigger a build", "Empty commit to start the pipeline", "ci: again"];

/// What an ordinary commit is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    /// A new function.
    Feature,
    /// A new file.
    File,
    /// A function less.
    Removal,
    /// A function is called otherwise.
    FunctionName,
    /// A function moves to another file.
    Move,
    /// A file has another name.
    FileName,
    /// Documentation.
    Docs,
    /// Tests.
    Tests,
    /// Continuous integration.
    Ci,
    /// A library in another version.
    Dependency,
    /// A release.
    Release,
    /// The list of changes.
    Changelog,
    /// Nothing.
    Empty,
}

/// A message on `topic`.
pub(crate) fn about(topic: Topic, values: &[(&str, &str)], random: &mut Random) -> String {
    let patterns = match topic {
        Topic::Feature => FEATURES,
        Topic::File => FILES,
        Topic::Removal => REMOVALS,
        Topic::FunctionName => FUNCTION_NAMES,
        Topic::Move => MOVES,
        Topic::FileName => FILE_NAMES,
        Topic::Docs => DOCS,
        Topic::Tests => TESTS,
        Topic::Ci => CI,
        Topic::Dependency => DEPENDENCIES,
        Topic::Release => RELEASES,
        Topic::Changelog => CHANGELOG,
        Topic::Empty => EMPTY,
    };
    let function = values.iter().find(|(key, _)| *key == "function").map_or("", |(_, value)| *value);
    let words = words(function);
    let mut all = vec![("words", words.as_str())];
    all.extend(values);
    fill(random.pick(patterns), &all) + "\n"
}

/// A message for a change to one function.
pub(crate) fn refactoring(change: &Change, values: &[(&str, &str)], random: &mut Random) -> String {
    let patterns: &[&str] = match change.kind {
        Refactoring::Rename => &[
            "Rename {old} to {new} in {function}",
            "Better names in {function}",
            "refactor({scope}): clearer names",
        ],
        Refactoring::Log if change.removed => {
            &["Log less in {function}", "{scope}: tidy up logging", "Drop a noisy line from the log"]
        }
        Refactoring::Log => {
            &["Log what {function} does", "{scope}: more logging", "Log the numbers in {function}"]
        }
        Refactoring::Hint => &["Add type hints to {function}", "{scope}: type hints", "Annotate {file}"],
        Refactoring::Constant => &["Name the number in {function}", "{scope}: fewer bare numbers"],
        Refactoring::Shape => {
            &["Simplify {function}", "Rewrite {function}", "refactor: {function}", "{scope}: clean up"]
        }
        Refactoring::Format => &["Format {file}", "style: wrap long lines", "Reformat {scope}"],
        Refactoring::Comment => {
            &["Comment {function}", "{scope}: comments", "Explain {function} in a comment"]
        }
        Refactoring::Bug => &[
            "Fix the result of {function}",
            "fix({scope}): wrong number in {function}",
            "{function} returned the wrong value\n\nSeen on the {scope} page with real data.",
            "Fix #{issue}: {words} was off by one",
        ],
    };
    let function = values.iter().find(|(key, _)| *key == "function").map_or("", |(_, value)| *value);
    let words = words(function);
    let mut all = vec![("words", words.as_str())];
    if let Some((old, new)) = &change.renamed {
        all.extend([("old", old.as_str()), ("new", new.as_str())]);
    }
    all.extend(values);
    fill(random.pick(patterns), &all) + "\n"
}

/// A message for several changes of one kind of tidying.
pub(crate) fn cleanup(values: &[(&str, &str)], random: &mut Random) -> String {
    let patterns = &[
        "Clean up {scope}",
        "Small refactorings",
        "refactor: {scope} and neighbours",
        "Tidy up after the release",
    ];
    fill(random.pick(patterns), values) + "\n"
}

/// A message of a merge of ordinary work.
pub(crate) fn merge(values: &[(&str, &str)], random: &mut Random) -> String {
    let patterns = &[
        "Merge branch '{branch}'",
        "Merge pull request #{issue} from {handle}/{branch}\n\n{title}",
        "Merge branch '{branch}' into main",
    ];
    fill(random.pick(patterns), values) + "\n"
}
