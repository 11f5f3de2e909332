//! Variants of functions that mean the same: with other names of their local variables, or in another layout.
//!
//! A variant is proved by parsing it again: both texts have the same syntax tree, and the same tokens one by one, but for the
//! names that were replaced. What cannot be proved is not made.

mod layout;
mod local_names;
mod syntax_leaves;

use std::collections::BTreeMap;

use streamguard_dataset::Language;

use super::grammar::GrammarCache;
use super::parse;
use syntax_leaves::SyntaxLeaves;

/// Way to vary a function without a change of its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VariantKind {
    /// Local variables and parameters have other names.
    RenamedLocals,
    /// Indentation, braces and blank lines are otherwise.
    Reformatted,
}

/// Makes variants of functions. Each thread needs its own, because it keeps the grammars used so far.
#[derive(Default)]
pub struct VariantMaker {
    grammars: GrammarCache,
}

impl VariantMaker {
    /// Creates a maker without any grammar loaded.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a variant of a function; `None` if there is none that can be proved. The same `seed` replaces a name by the same
    /// one in all functions, so that both sides of a fix stay alike.
    pub fn vary(&mut self, kind: VariantKind, language: Language, text: &str, seed: u64) -> Option<String> {
        let compiled = self.grammars.get(language, "")?;
        let tree = parse::parse_one(compiled.grammar, text)?;
        let leaves = SyntaxLeaves::of(&tree, text)?;
        let (variant, names) = match kind {
            VariantKind::RenamedLocals => {
                let names = local_names::replacements(&tree, text, language, &leaves, seed);
                (leaves.with_names(text, &names), names)
            }
            VariantKind::Reformatted => {
                (layout::reformatted(text, language, &leaves, seed)?, BTreeMap::new())
            }
        };
        let varied_tree = parse::parse_one(compiled.grammar, &variant)?;
        let varied = SyntaxLeaves::of(&varied_tree, &variant)?;
        (variant != text && leaves.equal_but_for(text, &varied, &variant, &names)).then_some(variant)
    }
}
