//! Compilation of the patterns in this crate's tables.
//!
//! There are hundreds, and most run over little text, so they must be cheap to compile. They run over
//! hostile text, so matching must take linear time.

use std::sync::LazyLock;

use regex_automata::meta;
use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::util::syntax;

/// A pattern over bytes that ignores the case of ASCII letters.
pub(super) type CompiledPattern = meta::Regex;

/// A pattern that is compiled at its first use.
pub(super) type LazyPattern = LazyLock<CompiledPattern, Box<dyn FnOnce() -> CompiledPattern + Send>>;

/// Compiles a pattern of this crate's tables.
pub(super) fn compile(text: &str) -> CompiledPattern {
    // By default, half of the time to compile goes into engines for captures and for the fastest search,
    // which pay only over long texts.
    let config = meta::Config::new()
        .utf8_empty(false)
        .which_captures(WhichCaptures::Implicit)
        .onepass(false)
        .dfa(false)
        .auto_prefilter(false)
        .hybrid_cache_capacity(8 << 20);
    meta::Builder::new()
        .configure(config)
        .syntax(syntax::Config::new().case_insensitive(true).unicode(false).utf8(false))
        .build(text)
        .expect("the tables of this crate hold valid patterns, and tests compile them all")
}

/// Returns a pattern that `make` compiles at its first use.
pub(super) fn lazy(make: impl FnOnce() -> CompiledPattern + Send + 'static) -> LazyPattern {
    LazyLock::new(Box::new(make))
}
