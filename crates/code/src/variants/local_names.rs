//! Names of local variables and parameters, and others in their place.

use std::collections::{BTreeMap, BTreeSet};

use streamguard_dataset::Language;
use tree_sitter::{Node, Tree};
use twox_hash::XxHash64;

use super::syntax_leaves::SyntaxLeaves;

/// Nodes that declare local variables, and the fields in which their names are.
type DeclarationTable = &'static [(&'static str, &'static str)];

const C_DECLARATIONS: DeclarationTable = &[
    ("parameter_declaration", "declarator"),
    ("init_declarator", "declarator"),
    ("declaration", "declarator"),
];

const JAVA_DECLARATIONS: DeclarationTable = &[
    ("local_variable_declaration", "declarator"),
    ("formal_parameter", "name"),
    ("enhanced_for_statement", "name"),
    ("catch_formal_parameter", "name"),
    ("resource", "name"),
];

const ECMA_DECLARATIONS: DeclarationTable =
    &[("variable_declarator", "name"), ("required_parameter", "pattern")];

const GO_DECLARATIONS: DeclarationTable =
    &[("short_var_declaration", "left"), ("parameter_declaration", "name"), ("var_spec", "name")];

// Callers may name parameters of Python, so only what is assigned, and is none of them, is local.
const PYTHON_DECLARATIONS: DeclarationTable = &[("assignment", "left"), ("for_statement", "left")];

/// Words that names are made of, as people name variables.
const WORDS: [&str; 32] = [
    "item", "value", "data", "count", "index", "result", "entry", "node", "current", "next", "left", "right",
    "total", "size", "length", "offset", "buffer", "source", "target", "key", "name", "state", "flag",
    "limit", "start", "end", "part", "list", "info", "temp", "base", "number",
];

/// Returns another name for each local variable that can have one.
pub(super) fn replacements<'t>(
    tree: &Tree,
    text: &'t str,
    language: Language,
    leaves: &SyntaxLeaves,
    seed: u64,
) -> BTreeMap<&'t str, String> {
    let declared = declared_names(tree, text, language);
    // All words of the text, whatever they are: a name must neither meet another one, nor stand where the parser sees no
    // variable, such as in a macro.
    let mut words: BTreeSet<&str> = BTreeSet::new();
    let mut others: BTreeSet<&str> = BTreeSet::new();
    for leaf in &leaves.leaves {
        let token = &text[leaf.span.clone()];
        for word in token.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()) {
            words.insert(word);
            // Strings may name variables: `f"{user}"`.
            let is_plain_text = leaf.is_text && !token.starts_with('#') && !token.contains('{');
            if !leaf.is_variable && !is_plain_text {
                others.insert(word);
            }
        }
    }
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut names = BTreeMap::new();
    for name in declared.into_iter().filter(|name| !others.contains(name)) {
        let free = |candidate: &String| !words.contains(candidate.as_str()) && !taken.contains(candidate);
        if let Some(other) = (0..64).map(|attempt| name_for(name, seed, attempt)).find(free) {
            taken.insert(other.clone());
            names.insert(name, other);
        }
    }
    names
}

/// Returns a name in the place of another one, of one or two words.
fn name_for(name: &str, seed: u64, attempt: u64) -> String {
    let chance = XxHash64::oneshot(seed.wrapping_add(attempt), name.as_bytes());
    let word = |shift: u32| WORDS[(chance >> shift) as usize % WORDS.len()];
    if chance & 1 == 0 && attempt == 0 { word(8).to_owned() } else { format!("{}_{}", word(8), word(32)) }
}

fn declared_names<'t>(tree: &Tree, text: &'t str, language: Language) -> BTreeSet<&'t str> {
    let table = match language {
        Language::C | Language::Cpp => C_DECLARATIONS,
        Language::Java => JAVA_DECLARATIONS,
        Language::JavaScript | Language::TypeScript => ECMA_DECLARATIONS,
        Language::Go => GO_DECLARATIONS,
        Language::Python => PYTHON_DECLARATIONS,
        _ => &[],
    };
    let mut names = BTreeSet::new();
    let mut hidden = BTreeSet::new();
    let mut cursor = tree.walk();
    // Declarations outside of a function are seen by others.
    let mut functions = 0_u32;
    loop {
        let node = cursor.node();
        let opens_function = is_function(&node);
        if functions > 0 || opens_function {
            for (_, field) in table.iter().filter(|(kind, _)| *kind == node.kind()) {
                let mut fields = node.walk();
                for child in node.children_by_field_name(field, &mut fields) {
                    collect_names(&child, text, &mut names);
                }
            }
            if node.kind() == "formal_parameters" && table == ECMA_DECLARATIONS {
                let mut children = node.walk();
                let parameters =
                    node.named_children(&mut children).filter(|child| child.kind() == "identifier");
                names.extend(parameters.map(|child| &text[child.byte_range()]));
            }
            if node.kind().ends_with("parameters") && language == Language::Python {
                hidden.extend(parameter_names(&node, text));
            }
            // `global x`, `extern int x;` and static variables live longer than the function.
            if matches!(node.kind(), "global_statement" | "nonlocal_statement" | "storage_class_specifier") {
                let whole = node.parent().filter(|_| node.kind().starts_with("storage")).unwrap_or(node);
                collect_names(&whole, text, &mut hidden);
            }
        }
        if cursor.goto_first_child() {
            functions += u32::from(opens_function);
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return names.difference(&hidden).copied().collect();
            }
            functions -= u32::from(is_function(&cursor.node()));
        }
    }
}

/// Returns the names of the parameters in a list of Python: `a, b=1, c: int, *d`.
fn parameter_names<'t>(list: &Node<'_>, text: &'t str) -> Vec<&'t str> {
    let mut children = list.walk();
    let name = |child: Node<'_>| {
        let name = match child.kind() {
            "identifier" => child,
            _ => child.child_by_field_name("name").or_else(|| child.named_child(0))?,
        };
        Some(&text[name.byte_range()])
    };
    list.named_children(&mut children).filter_map(name).collect()
}

fn is_function(node: &Node<'_>) -> bool {
    let kind = node.kind();
    node.is_named()
        && (kind.starts_with("function") || kind.starts_with("method") || kind.starts_with("constructor"))
        && node.child_by_field_name("body").is_some()
}

/// Adds the names that a declarator declares: `*a[3]`, `a, b`, `a = 1`.
fn collect_names<'t>(node: &Node<'_>, text: &'t str, names: &mut BTreeSet<&'t str>) {
    match node.kind() {
        "identifier" => {
            names.insert(&text[node.byte_range()]);
        }
        "pointer_declarator" | "array_declarator" | "init_declarator" | "parenthesized_declarator" => {
            if let Some(inner) = node.child_by_field_name("declarator") {
                collect_names(&inner, text, names);
            }
        }
        "variable_declarator" => {
            if let Some(name) = node.child_by_field_name("name") {
                collect_names(&name, text, names);
            }
        }
        "reference_declarator"
        | "expression_list"
        | "pattern_list"
        | "tuple_pattern"
        | "global_statement"
        | "nonlocal_statement"
        | "declaration" => {
            let mut children = node.walk();
            let inner: Vec<_> = node.named_children(&mut children).collect();
            inner.iter().for_each(|child| collect_names(child, text, names));
        }
        _ => {}
    }
}
