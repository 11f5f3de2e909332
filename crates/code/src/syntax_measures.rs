//! Measures of the syntax of single functions.

use streamguard_dataset::{Language, Rejection};
use tree_sitter::{Node, Tree};

use super::grammar::GrammarCache;
use super::parse;

/// Counts of what a function consists of, as its syntax tree has it.
///
/// Grammars name things differently, so each count goes by the names of all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyntaxMeasures {
    /// Named nodes of the syntax tree, without comments.
    pub nodes: u32,
    /// Cyclomatic complexity: one more than the number of decisions, which are branches, loops, cases, handlers of
    /// exceptions, and `and` and `or` in conditions (T. McCabe: A Complexity Measure, 1976).
    pub complexity: u32,
    /// Deepest nesting of branches, loops, switches and handlers. A chain of `else if` is one level.
    pub nesting: u32,
    /// Branches: `if` and its kin, conditional expressions.
    pub branches: u32,
    /// Loops.
    pub loops: u32,
    /// Calls.
    pub calls: u32,
    /// Statements that leave the function.
    pub returns: u32,
}

/// Measures functions. Each thread needs its own, because it keeps the grammars used so far.
#[derive(Default)]
pub struct SyntaxMeter {
    grammars: GrammarCache,
}

/// Meaning of a kind of node for the measures.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Construct {
    Branch,
    /// A conditional expression, which nests no statements.
    Choice,
    Loop,
    Case,
    Handler,
    /// What nests its children without being a decision.
    Block,
    Call,
    Return,
    Comment,
    Other,
}

impl SyntaxMeter {
    /// Creates a meter without any grammar loaded.
    pub fn new() -> Self {
        Self::default()
    }

    /// Measures a function. `path` tells dialects of a language apart, and may be empty. The text of a function alone may
    /// be no complete file of its language; what the parser does not understand of it is counted as far as it goes.
    ///
    /// # Errors
    /// - [`Rejection::UnknownLanguage`] if there is no parser for the language.
    /// - [`Rejection::ParseFailed`] if the parser took too many steps.
    pub fn measure(
        &mut self,
        language: Language,
        path: &str,
        text: &str,
    ) -> Result<SyntaxMeasures, Rejection> {
        let compiled = self.grammars.get(language, path).ok_or(Rejection::UnknownLanguage)?;
        let tree = parse::parse_one(compiled.grammar, &parse::single_function(language, text));
        Ok(measure_tree(&tree.ok_or(Rejection::ParseFailed)?))
    }
}

fn measure_tree(tree: &Tree) -> SyntaxMeasures {
    let mut measures = SyntaxMeasures { complexity: 1, ..SyntaxMeasures::default() };
    let mut cursor = tree.walk();
    // Nesting outside of each open node.
    let mut outer: Vec<u32> = Vec::new();
    let mut nesting = 0;
    loop {
        let node = cursor.node();
        let construct = construct_of(&node);
        let before = nesting;
        if construct != Construct::Comment {
            nesting = measures.count(&node, construct, nesting);
            if cursor.goto_first_child() {
                outer.push(before);
                continue;
            }
        }
        nesting = before;
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return measures;
            }
            nesting = outer.pop().unwrap_or(0);
        }
    }
}

impl SyntaxMeasures {
    /// Counts a node, and returns the nesting of its children.
    fn count(&mut self, node: &Node<'_>, construct: Construct, nesting: u32) -> u32 {
        self.nodes += u32::from(node.is_named());
        let counted = match construct {
            Construct::Branch | Construct::Choice => &mut self.branches,
            Construct::Loop => &mut self.loops,
            Construct::Call => &mut self.calls,
            Construct::Return => &mut self.returns,
            _ => &mut 0,
        };
        *counted += 1;
        let is_decision = match construct {
            Construct::Branch | Construct::Choice | Construct::Loop | Construct::Handler => true,
            // `default:` decides nothing.
            Construct::Case => node.child(0).is_some_and(|first| first.kind() != "default"),
            _ => !node.is_named() && matches!(node.kind(), "&&" | "||" | "and" | "or"),
        };
        self.complexity += u32::from(is_decision);
        let nests = match construct {
            Construct::Branch => !continues_chain(node),
            Construct::Loop | Construct::Handler | Construct::Block => true,
            _ => false,
        };
        let inner = nesting + u32::from(nests);
        self.nesting = self.nesting.max(inner);
        inner
    }
}

/// Whether a branch is that of an `else if`.
fn continues_chain(branch: &Node<'_>) -> bool {
    let is_else = |kind: &str| kind.starts_with("else") || kind == "elsif";
    if is_else(branch.kind()) || branch.kind().starts_with("elif") {
        return true;
    }
    branch.parent().is_some_and(|parent| {
        is_else(parent.kind())
            || parent.child_by_field_name("alternative").is_some_and(|alternative| alternative == *branch)
    })
}

fn construct_of(node: &Node<'_>) -> Construct {
    if !node.is_named() {
        return Construct::Other;
    }
    match node.kind() {
        "if_statement" | "if_expression" | "if" | "if_modifier" | "unless" | "unless_modifier"
        | "elif_clause" | "elsif" | "elseif_statement" | "else_if_clause" | "guard_statement" => {
            Construct::Branch
        }
        "conditional_expression" | "ternary_expression" | "conditional" => Construct::Choice,
        "for_statement"
        | "for_in_statement"
        | "for_range_loop"
        | "for_expression"
        | "for"
        | "foreach_statement"
        | "enhanced_for_statement"
        | "while_statement"
        | "while_expression"
        | "while"
        | "while_modifier"
        | "until"
        | "until_modifier"
        | "do_statement"
        | "do_while_statement"
        | "do_while_expression"
        | "repeat_statement"
        | "repeat_while_statement"
        | "loop_expression" => Construct::Loop,
        "case_statement"
        | "switch_case"
        | "switch_label"
        | "expression_case"
        | "type_case"
        | "communication_case"
        | "match_arm"
        | "match_conditional_expression"
        | "when"
        | "when_entry"
        | "case_clause"
        | "switch_entry"
        | "in_clause"
        | "switch_section"
        | "switch_expression_arm"
        | "switch_statement_case" => Construct::Case,
        "catch_clause" | "catch_block" | "except_clause" | "rescue" | "rescue_modifier" => Construct::Handler,
        "switch_statement"
        | "switch_expression"
        | "expression_switch_statement"
        | "type_switch_statement"
        | "select_statement"
        | "match_statement"
        | "match_expression"
        | "case"
        | "case_match"
        | "when_expression" => Construct::Block,
        "call_expression"
        | "call"
        | "function_call"
        | "method_invocation"
        | "invocation_expression"
        | "function_call_expression"
        | "member_call_expression"
        | "nullsafe_member_call_expression"
        | "scoped_call_expression"
        | "object_creation_expression"
        | "new_expression"
        | "macro_invocation"
        | "argument_part" => Construct::Call,
        "return_statement" | "return_expression" | "return" | "throw_statement" | "throw_expression"
        | "raise_statement" => Construct::Return,
        kind if kind.contains("comment") => Construct::Comment,
        _ => Construct::Other,
    }
}
