//! The context of a function, as it is written.

use serde::{Deserialize, Serialize};

/// What a definition is to a function. The order is that of their ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Relation {
    /// A function that it calls.
    Callee,
    /// A type that it names.
    Type,
    /// A function that calls it.
    Caller,
    /// A variable, a constant or a macro that it uses.
    Global,
}

/// Definition that belongs to the context of a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ContextEntry {
    pub(crate) relation: Relation,
    /// Qualified name.
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) start_line: u32,
    pub(crate) end_line: u32,
    pub(crate) code: String,
}

/// Context of a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FunctionContext {
    pub(crate) repository: String,
    /// The commit before the fix.
    pub(crate) commit: String,
    pub(crate) function: String,
    pub(crate) path: String,
    /// The best first.
    pub(crate) context: Vec<ContextEntry>,
    /// Whether a bound cut something off.
    pub(crate) truncated: bool,
}

/// What became of the context of a row.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RowContext {
    /// It was looked up.
    Found(Box<FunctionContext>),
    /// No clone has the name of its repository.
    NoClone(String),
    /// The clone lacks the commit before the fix.
    NoCommit,
    /// The commit has more files than are read.
    TooLarge,
    /// It is not a function, or its place before the fix is unknown.
    NoFunction,
}
