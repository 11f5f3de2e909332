//! Functions of C and C++ files, found without a preprocessor.
//!
//! Macros and conditional compilation make most files of C and C++ invalid for a grammar. Where a
//! function begins and ends shows in brackets and in the words before them, though, whatever the macros
//! among them mean. So this outline reads tokens instead of a syntax tree:
//! 1. [`lexer`] splits the text into tokens,
//! 2. [`conditionals`] leaves out branches of `#if` that would open a bracket twice,
//! 3. [`scan`] follows the brackets through namespaces, classes and functions,
//! 4. [`head`] decides what the words before an opening brace declare.
//!
//! Different choices of branches are tried until the brackets of the file match.

mod attribute_words;
mod conditionals;
mod declared_name;
mod head;
mod lexer;
mod scan;

use std::ops::Range;

use conditionals::BranchChoice;
use scan::ClosingRule;

use crate::names::ParameterList;

/// A function of C or C++.
#[derive(Debug)]
pub(crate) struct CFunction {
    /// Qualified name.
    pub(crate) name: String,
    /// Position of the text, in bytes.
    pub(crate) span: Range<usize>,
    pub(crate) parameters: Option<ParameterList>,
    /// Whether it may end too early or too late, since brackets in it have no counterpart.
    pub(crate) uncertain: bool,
}

/// All functions of a file, in the order of their ends.
#[derive(Default)]
struct COutline {
    functions: Vec<CFunction>,
    /// Number of brackets without a counterpart.
    unmatched: usize,
    /// Whether a closing brace inside of a function is indented like the function. It is probably the end
    /// of the function, and brackets without a counterpart make up for each other.
    misaligned: bool,
}

/// Returns the number of braces that a line opens, less those that it closes.
pub(crate) fn line_depth(line: &str) -> i32 {
    let change = |token: &lexer::Token| i32::from(token.is(b'{')) - i32::from(token.is(b'}'));
    lexer::tokens(line).iter().map(change).sum()
}

/// Finds the functions of a file.
pub(crate) fn c_functions(text: &str) -> Vec<CFunction> {
    let tokens = lexer::tokens(text);
    let outline = |branches, rule| scan::scan(text, &conditionals::select(&tokens, branches), rule);
    let whole = outline(BranchChoice::Whole, ClosingRule::Brackets);
    if whole.unmatched == 0 && !whole.misaligned {
        return whole.functions;
    }
    let first = outline(BranchChoice::First, ClosingRule::Brackets);
    if first.unmatched == 0 && !first.misaligned {
        return first.functions;
    }
    let last = outline(BranchChoice::Last, ClosingRule::Brackets);
    if last.unmatched == 0 && !last.misaligned {
        return last.functions;
    }
    let indented = outline(BranchChoice::First, ClosingRule::Indentation);
    if first.unmatched == 0 {
        // Functions that the brackets put into others show that they do not match.
        let more = indented.functions.len() > first.functions.len();
        return if more { indented.functions } else { first.functions };
    }
    // Code that is not indented by its nesting has few functions by this rule.
    if 2 * indented.functions.len() > first.functions.len() {
        return indented.functions;
    }
    first.functions.into_iter().map(|function| CFunction { uncertain: true, ..function }).collect()
}
