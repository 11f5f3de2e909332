//! Messages that sound like security and are not about a fix.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::text_data;

/// Patterns of messages, by the kind of decoy.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct DecoyMessages {
    /// Code changes with words of the field in another sense.
    pub(crate) lookalike: Vec<String>,
    /// Changes of tests only.
    pub(crate) tests: Vec<String>,
    /// Changes of documents only.
    pub(crate) docs: Vec<String>,
    /// Changes of continuous integration only.
    pub(crate) ci: Vec<String>,
    /// Newer versions of vendored code.
    pub(crate) vendored: Vec<String>,
    /// Built files.
    pub(crate) minified: Vec<String>,
    /// Another version of a library.
    pub(crate) dependency: Vec<String>,
    /// Releases.
    pub(crate) release: Vec<String>,
    /// The change log.
    pub(crate) changelog: Vec<String>,
    /// Comments only.
    pub(crate) comment: Vec<String>,
    /// Layout only.
    pub(crate) format: Vec<String>,
    /// A function is removed.
    pub(crate) removal: Vec<String>,
    /// A function is new.
    pub(crate) addition: Vec<String>,
    /// Merges of documents or tests.
    pub(crate) merge: Vec<MergeTitle>,
}

/// Names of a branch and of its pull request.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct MergeTitle {
    /// Name of the branch.
    pub(crate) branch: String,
    /// Title of the pull request.
    pub(crate) title: String,
}

/// All patterns.
pub(crate) static DECOY_MESSAGES: LazyLock<DecoyMessages> =
    LazyLock::new(|| text_data::parse("decoy_messages.toml", include_str!("../../data/decoy_messages.toml")));
