//! Grammars: the kinds of nodes that are functions, what encloses them, and where their names are.
//!
//! To support another language, add its roles to [`role_tables`] and an entry to [`language_grammar`].

mod compiled;
mod language_grammar;
mod node_role;
mod role_tables;

pub(super) use compiled::{CompiledGrammar, GrammarCache};
pub(super) use language_grammar::{LanguageGrammar, find_grammar};
pub(super) use node_role::{NameSource, NodeRole};
