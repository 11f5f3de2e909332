//! Names that a function uses, and what they may stand for.

use std::collections::BTreeMap;

use streamguard_dataset::{Language, Rejection};
use tree_sitter::{Node, Tree};

use super::grammar::GrammarCache;
use super::names::text_of;
use super::parse;

/// Most different names of one function.
const MAX_NAMES: usize = 2_000;

/// Longest name, in bytes.
const MAX_NAME_BYTES: usize = 250;

/// Name that a function uses without saying itself what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedName {
    /// The name, without those of namespaces or objects before it.
    pub name: String,
    /// Whether it is called.
    pub is_called: bool,
    /// Whether it may be the name of a type.
    pub may_be_type: bool,
    /// Whether it may be a variable or a constant from outside.
    pub may_be_global: bool,
}

/// Names that a function uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsedNames {
    /// The names, in the order of their first use.
    pub names: Vec<UsedName>,
    /// Whether the function has more names than are read.
    pub is_cut: bool,
}

/// Finds the names that functions use. Each thread needs its own, because it keeps the grammars used so far.
#[derive(Default)]
pub struct UsedNameFinder {
    grammars: GrammarCache,
}

/// Where a name stands.
#[derive(Clone, Copy, Default)]
struct NameUses {
    first: usize,
    called: bool,
    /// At least once as a type.
    typed: bool,
    /// Where a parameter or local variable is declared.
    declared: bool,
    /// Neither as the member of something nor as a type.
    free: bool,
    /// As the member of something.
    member: bool,
}

impl UsedNameFinder {
    /// Creates a finder without any grammar loaded.
    pub fn new() -> Self {
        Self::default()
    }

    /// Finds the names that a function uses. `path` tells dialects of a language apart,
    /// and may be empty. Parameters and local variables are left out, unless something else is called like them.
    ///
    /// # Errors
    /// - [`Rejection::UnknownLanguage`] if there is no parser for the language.
    /// - [`Rejection::ParseFailed`] if the parser took too many steps.
    pub fn find(&mut self, language: Language, path: &str, function: &str) -> Result<UsedNames, Rejection> {
        let compiled = self.grammars.get(language, path).ok_or(Rejection::UnknownLanguage)?;
        let text = parse::single_function(language, function);
        let tree = parse::parse_one(compiled.grammar, &text).ok_or(Rejection::ParseFailed)?;
        let (uses, is_cut) = name_uses(&tree, &text);
        let mut uses: Vec<(&str, NameUses)> = uses.into_iter().collect();
        uses.sort_by_key(|(_, uses)| uses.first);
        let names = uses.into_iter().map(|(name, uses)| {
            // Members are known by their types. Only constants are commonly named by where they lie: `Limits.MAX`.
            let is_constant = uses.member && !name.bytes().any(|byte| byte.is_ascii_lowercase());
            UsedName {
                name: name.to_owned(),
                is_called: uses.called && !uses.declared,
                may_be_type: uses.typed || !uses.declared,
                may_be_global: (uses.free || is_constant) && !uses.declared,
            }
        });
        let names = names.filter(|name| name.is_called || name.may_be_type || name.may_be_global).collect();
        Ok(UsedNames { names, is_cut })
    }
}

/// Returns how names are used, and whether some were left out.
fn name_uses<'a>(tree: &Tree, text: &'a str) -> (BTreeMap<&'a str, NameUses>, bool) {
    let mut found: BTreeMap<&str, NameUses> = BTreeMap::new();
    let mut is_cut = false;
    let mut cursor = tree.walk();
    // Kinds of the open nodes.
    let mut open: Vec<&str> = Vec::new();
    loop {
        let node = cursor.node();
        if node.child_count() == 0 {
            let name = text_of(node, text);
            if is_name(&node) && name.len() <= MAX_NAME_BYTES {
                let is_known = found.contains_key(name);
                if is_known || found.len() < MAX_NAMES {
                    let first = NameUses { first: node.start_byte(), ..NameUses::default() };
                    let uses = found.entry(name).or_insert(first);
                    uses.add(&node, cursor.field_name().unwrap_or_default(), &open, text);
                } else {
                    is_cut = true;
                }
            }
        }
        if cursor.goto_first_child() {
            open.push(node.kind());
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return (found, is_cut);
            }
            open.pop();
        }
    }
}

fn is_name(node: &Node<'_>) -> bool {
    let kind = node.kind();
    node.is_named() && (kind.ends_with("identifier") || matches!(kind, "constant" | "name"))
}

impl NameUses {
    fn add(&mut self, node: &Node<'_>, field: &str, open: &[&str], text: &str) {
        let kind = node.kind();
        let mut around = open.iter().rev();
        let parent = *around.next().unwrap_or(&"");
        let grandparent = *around.next().unwrap_or(&"");
        let before = text.get(..node.start_byte()).unwrap_or_default().trim_end();
        let after = text.get(node.end_byte()..).unwrap_or_default().trim_start();
        let is_member = before.ends_with('.') || before.ends_with("->") || before.ends_with("::");
        let is_type = kind == "type_identifier";
        let is_called = after.starts_with('(') || after.starts_with("!(");
        // The name of a command in Ruby.
        self.called |= is_called || (parent == "call" && field == "method");
        self.typed |= is_type || kind == "constant";
        self.member |= is_member;
        let is_type_of_parameter = is_type || field == "type" || field == "value" || field == "default_value";
        self.declared |=
            declares(field, parent, grandparent) && !is_member && !is_type_of_parameter && kind != "constant";
        self.free |= !is_member && !is_type && !kind.starts_with("field") && !kind.starts_with("property");
    }
}

/// Tells by the field of a name and the nodes around it whether it is declared there: a parameter, a local variable, or the
/// function itself.
fn declares(field: &str, parent: &str, grandparent: &str) -> bool {
    let is_defined = field == "name"
        && (parent == "method"
            || ["definition", "declaration", "_item"].iter().any(|end| parent.ends_with(end)));
    let is_listed = matches!(parent, "expression_list" | "pattern_list" | "variable_list")
        && matches!(grandparent, "short_var_declaration" | "range_clause" | "assignment");
    is_defined
        || is_listed
        || parent.contains("parameter")
        || parent.ends_with("declarator")
        || matches!(field, "declarator" | "pattern")
        || (parent == "assignment" && field == "left")
        || parent == "variable_name"
}
