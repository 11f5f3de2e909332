//! Patterns for hostile text, cheap to make: there are hundreds, and most run over little.

use std::sync::LazyLock;

use regex_automata::meta;
use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::util::syntax;

/// A pattern over bytes, in any case, ASCII only; linear in time.
pub(super) type Pattern = meta::Regex;

/// A pattern that is compiled when something first asks for it.
pub(super) type Lazy = LazyLock<Pattern, Box<dyn FnOnce() -> Pattern + Send>>;

/// Compiles a pattern of this crate's tables. Half of what compiling costs by default goes
/// into engines for captures and for the fastest search, which pay only over long texts.
pub(super) fn pattern(text: &str) -> Pattern {
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

/// A pattern to be compiled by `make`.
pub(super) fn lazy(make: impl FnOnce() -> Pattern + Send + 'static) -> Lazy {
    LazyLock::new(Box::new(make))
}
