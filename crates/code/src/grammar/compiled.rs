//! Grammars with the names of node kinds resolved to numbers.

use std::collections::BTreeMap;

use streamguard_dataset::Language;

use super::language_grammar::{LanguageGrammar, find_grammar};
use super::node_role::NodeRole;

/// Properties of a kind of node, looked up for every visited node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NodeInfo {
    /// Meaning for the outline of a file.
    pub(crate) role: NodeRole,
    /// Whether white space in the node is content, as in strings.
    pub(crate) verbatim: bool,
}

/// A grammar, and the properties of its kinds of nodes by their number.
pub(crate) struct CompiledGrammar {
    /// The grammar.
    pub(crate) grammar: &'static LanguageGrammar,
    kinds: Vec<NodeInfo>,
}

impl CompiledGrammar {
    fn new(grammar: &'static LanguageGrammar) -> Self {
        let parser = (grammar.parser)();
        let kinds = (0..parser.node_kind_count())
            .map(|id| {
                let id = id as u16;
                let name = parser.node_kind_for_id(id).unwrap_or_default();
                if !parser.node_kind_is_named(id) {
                    return NodeInfo { role: NodeRole::Plain, verbatim: false };
                }
                let role = grammar.roles.iter().find(|(kind, _)| *kind == name).map(|(_, role)| *role);
                let comment = name.contains("comment");
                let role = role.unwrap_or(if comment { NodeRole::Comment } else { NodeRole::Plain });
                // Adjacent string literals are joined, but white space between them is layout.
                let joined = name.contains("concatenated") || name.contains("chained");
                let text = ["string", "heredoc", "regex", "char", "text"];
                NodeInfo { role, verbatim: !joined && text.iter().any(|part| name.contains(part)) }
            })
            .collect();
        Self { grammar, kinds }
    }

    /// Returns the properties of the kind of node with this number.
    pub(crate) fn node_info(&self, id: u16) -> NodeInfo {
        // Error nodes have the number 65535, beyond the end of the table.
        self.kinds.get(id as usize).copied().unwrap_or(NodeInfo { role: NodeRole::Plain, verbatim: false })
    }
}

/// Grammars that were needed so far.
#[derive(Default)]
pub(crate) struct GrammarCache {
    compiled: BTreeMap<usize, CompiledGrammar>,
}

impl GrammarCache {
    /// Returns the grammar for files in `language` at `path`; `None` if there is none.
    pub(crate) fn get(&mut self, language: Language, path: &str) -> Option<&CompiledGrammar> {
        let (index, grammar) = find_grammar(language, path)?;
        Some(self.compiled.entry(index).or_insert_with(|| CompiledGrammar::new(grammar)))
    }
}
