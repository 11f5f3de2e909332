//! Messages of ordinary commits.

use std::sync::LazyLock;

use serde::Deserialize;

use super::pattern::fill;
use crate::file_names::words_of;
use crate::ordinary_code::{CodeChange, Refactoring};
use crate::random::WorldRandom;
use crate::text_data;

/// Patterns of messages, by topic.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct OrdinaryMessages {
    feature: Vec<String>,
    new_file: Vec<String>,
    removal: Vec<String>,
    function_rename: Vec<String>,
    #[serde(rename = "move")]
    move_: Vec<String>,
    file_rename: Vec<String>,
    docs: Vec<String>,
    tests: Vec<String>,
    ci: Vec<String>,
    dependency: Vec<String>,
    release: Vec<String>,
    changelog: Vec<String>,
    empty: Vec<String>,
    cleanup: Vec<String>,
    merge: Vec<String>,
    refactoring: RefactoringMessages,
}

/// Patterns of messages for a change of one function, by kind.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RefactoringMessages {
    rename: Vec<String>,
    log: Vec<String>,
    log_removed: Vec<String>,
    hint: Vec<String>,
    constant: Vec<String>,
    shape: Vec<String>,
    format: Vec<String>,
    comment: Vec<String>,
    bug: Vec<String>,
}

static MESSAGES: LazyLock<OrdinaryMessages> = LazyLock::new(|| {
    text_data::parse("ordinary_messages.toml", include_str!("../../data/ordinary_messages.toml"))
});

/// Topic of an ordinary commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommitTopic {
    /// A new function.
    Feature,
    /// A new file.
    NewFile,
    /// A removed function.
    Removal,
    /// Another name of a function.
    FunctionRename,
    /// A function that moves to another file.
    Move,
    /// Another name of a file.
    FileRename,
    /// Documentation.
    Docs,
    /// Tests.
    Tests,
    /// Continuous integration.
    Ci,
    /// Another version of a library.
    Dependency,
    /// A release.
    Release,
    /// The change log.
    Changelog,
    /// A commit without changes.
    Empty,
}

/// Returns a message on `topic`.
pub(crate) fn about(topic: CommitTopic, values: &[(&str, &str)], random: &mut WorldRandom) -> String {
    let patterns = match topic {
        CommitTopic::Feature => &MESSAGES.feature,
        CommitTopic::NewFile => &MESSAGES.new_file,
        CommitTopic::Removal => &MESSAGES.removal,
        CommitTopic::FunctionRename => &MESSAGES.function_rename,
        CommitTopic::Move => &MESSAGES.move_,
        CommitTopic::FileRename => &MESSAGES.file_rename,
        CommitTopic::Docs => &MESSAGES.docs,
        CommitTopic::Tests => &MESSAGES.tests,
        CommitTopic::Ci => &MESSAGES.ci,
        CommitTopic::Dependency => &MESSAGES.dependency,
        CommitTopic::Release => &MESSAGES.release,
        CommitTopic::Changelog => &MESSAGES.changelog,
        CommitTopic::Empty => &MESSAGES.empty,
    };
    pick_and_fill(patterns, &[], values, random)
}

/// Returns a message for a change of one function.
pub(crate) fn refactoring(change: &CodeChange, values: &[(&str, &str)], random: &mut WorldRandom) -> String {
    let messages = &MESSAGES.refactoring;
    let patterns = match change.kind {
        Refactoring::Rename => &messages.rename,
        Refactoring::Log if change.removed => &messages.log_removed,
        Refactoring::Log => &messages.log,
        Refactoring::Hint => &messages.hint,
        Refactoring::Constant => &messages.constant,
        Refactoring::Shape => &messages.shape,
        Refactoring::Format => &messages.format,
        Refactoring::Comment => &messages.comment,
        Refactoring::Bug => &messages.bug,
    };
    let names: &[(&str, &str)] = match &change.renamed {
        Some((old, new)) => &[("old", old), ("new", new)],
        None => &[],
    };
    pick_and_fill(patterns, names, values, random)
}

/// Returns a message for several refactorings in one commit.
pub(crate) fn cleanup(values: &[(&str, &str)], random: &mut WorldRandom) -> String {
    fill(&random.pick(&MESSAGES.cleanup), values) + "\n"
}

/// Returns a message of a merge of ordinary work.
pub(crate) fn merge(values: &[(&str, &str)], random: &mut WorldRandom) -> String {
    fill(&random.pick(&MESSAGES.merge), values) + "\n"
}

/// Fills one of `patterns`. Earlier values win, because a key that is filled is gone.
fn pick_and_fill(
    patterns: &[String],
    first: &[(&str, &str)],
    values: &[(&str, &str)],
    random: &mut WorldRandom,
) -> String {
    let function = values.iter().find(|(key, _)| *key == "function").map_or("", |(_, value)| *value);
    let words = words_of(function);
    let mut all = vec![("words", words.as_str())];
    all.extend(first);
    all.extend(values);
    fill(&random.pick(patterns), &all) + "\n"
}
