//! Syntax colours, by the grammars' own queries.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use streamguard_code::{HighlightGrammar, highlight_grammar};
use streamguard_dataset::Language;
use streamguard_dataset::quality::MAX_CODE_CHARS;
use tree_sitter_highlight::{Error, HighlightConfiguration, HighlightEvent, Highlighter};

use super::ink::{Ink, Span};

/// Longest code that is coloured, in bytes: what the quality check lets pass. Queries are only
/// stopped between two finds, and the time to the next one grows with the square of the depth:
/// 100,000 open braces take 8 seconds, 40,000 take 1.
const MAX_BYTES: usize = 4 * MAX_CODE_CHARS;

/// Time for one code. Grammars take milliseconds for what people write, but the code is hostile.
const TIME: Duration = Duration::from_secs(1);

/// The names that queries give to what they find, and the inks for them. Of several that fit a
/// name the longest one counts; what is not here (variables, operators) stays plain.
const INKS: &[(&str, Ink)] = &[
    ("attribute", Ink::Attribute),
    ("comment", Ink::Comment),
    ("constant", Ink::Constant),
    ("constructor", Ink::Type),
    ("escape", Ink::Constant),
    ("function", Ink::Function),
    ("function.macro", Ink::Function),
    ("keyword", Ink::Keyword),
    ("number", Ink::Constant),
    ("string", Ink::Literal),
    ("string.escape", Ink::Constant),
    ("tag", Ink::Keyword),
    ("type", Ink::Type),
    ("variable.builtin", Ink::Constant),
];

/// Compiles the queries of a language. `None` if it has none, or they do not fit its parser.
fn configuration(language: Language) -> Option<HighlightConfiguration> {
    let HighlightGrammar { parser, highlights, locals } = highlight_grammar(language)?;
    // Code of another language inside this one stays plain: no injections.
    let mut configuration =
        HighlightConfiguration::new(parser, language.name(), &highlights, "", &locals).ok()?;
    let names: Vec<&str> = INKS.iter().map(|(name, _)| *name).collect();
    configuration.configure(&names);
    Some(configuration)
}

/// Colours code. Queries take long to compile, so each language waits until it is met.
#[derive(Default)]
pub(crate) struct Highlights {
    compiled: BTreeMap<Language, Option<HighlightConfiguration>>,
    highlighter: Highlighter,
}

impl Highlights {
    /// The parts of `code` that are not plain, in order. None if the language has no colours,
    /// or the code is too long or takes too long.
    pub(crate) fn spans(&mut self, language: Language, code: &str) -> Vec<Span> {
        if code.len() > MAX_BYTES {
            return Vec::new();
        }
        let configuration = self.compiled.entry(language).or_insert_with(|| configuration(language));
        let Some(configuration) = configuration else { return Vec::new() };
        let highlighter = &mut self.highlighter;
        let spans = within(TIME, |stop| spans(highlighter, configuration, code, stop));
        spans.unwrap_or_else(|| {
            // The parser of the old one would go on where it stopped.
            self.highlighter = Highlighter::new();
            Vec::new()
        })
    }
}

/// Runs `work` with a flag that is raised when the time is up. `None` if that happened, or
/// nobody could watch the time.
fn within<T>(time: Duration, work: impl FnOnce(&AtomicUsize) -> Option<T>) -> Option<T> {
    let up = AtomicUsize::new(0);
    thread::scope(|scope| {
        let (done, waiting) = mpsc::channel::<()>();
        let up = &up;
        let watch = move || {
            if waiting.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
                up.store(1, Ordering::SeqCst);
            }
        };
        thread::Builder::new().spawn_scoped(scope, watch).ok()?;
        let result = work(up);
        drop(done);
        result
    })
}

fn spans(
    highlighter: &mut Highlighter,
    configuration: &HighlightConfiguration,
    code: &str,
    stop: &AtomicUsize,
) -> Option<Vec<Span>> {
    let (mut spans, mut inks) = (Vec::new(), Vec::new());
    let mut event = |event: Result<HighlightEvent, Error>| {
        match event? {
            HighlightEvent::HighlightStart(name) => inks.push(INKS.get(name.0).map(|(_, ink)| *ink)),
            HighlightEvent::HighlightEnd => drop(inks.pop()),
            HighlightEvent::Source { start, end } => {
                if let Some(Some(ink)) = inks.last() {
                    let bytes = code.floor_char_boundary(start)..code.floor_char_boundary(end);
                    spans.push(Span { bytes, ink: *ink });
                }
            }
        }
        Ok::<_, Error>(())
    };
    let events = highlighter.highlight(configuration, code.as_bytes(), None, Some(stop), |_| None);
    events.and_then(|mut events| events.try_for_each(&mut event)).ok()?;
    Some(spans)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn code_has_colours() {
        let mut highlights = Highlights::default();
        let mut shown = |language, code: &'static str| -> Vec<(&str, Ink)> {
            let spans = highlights.spans(language, code);
            spans.into_iter().map(|span| (&code[span.bytes], span.ink)).collect()
        };
        let python = [
            ("def", Ink::Keyword),
            ("f", Ink::Function),
            ("return", Ink::Keyword),
            ("'ä'", Ink::Literal),
            ("# b", Ink::Comment),
        ];
        assert_eq!(shown(Language::Python, "def f(a):\n    return 'ä' # b"), python);
        for (language, code, keyword) in [
            (Language::C, "int f(void) { return 1; }", "return"),
            (Language::Cpp, "int A::f() { throw 1; }", "throw"),
            (Language::CSharp, "int F() { return 1; }", "return"),
            (Language::Go, "func f() int { return 1 }", "func"),
            (Language::Java, "int f() { return 1; }", "return"),
            (Language::JavaScript, "function f() { return 1 }", "function"),
            (Language::Php, "public function f() { return 1; }", "function"),
            (Language::Ruby, "def f; return 1; end", "def"),
            (Language::Rust, "fn f() -> u8 { return 1 }", "fn"),
            (Language::TypeScript, "function f(a: number) { return 1 }", "function"),
        ] {
            assert!(shown(language, code).contains(&(keyword, Ink::Keyword)), "{language:?}");
            assert!(shown(language, code).contains(&("1", Ink::Constant)), "{language:?}");
        }
        assert!(shown(Language::Scala, "def f = 1").is_empty());
    }

    #[test]
    fn hostile_code_takes_no_longer_than_it_may() {
        let mut highlights = Highlights::default();
        let noise: String = "([{<a\"'`é/*".chars().cycle().step_by(7).take(MAX_BYTES / 2).collect();
        for code in ["{".repeat(MAX_BYTES), noise, "{".repeat(MAX_BYTES + 1)] {
            for language in [Language::C, Language::TypeScript] {
                let started = Instant::now();
                highlights.spans(language, &code);
                let took = started.elapsed();
                assert!(took < 10 * TIME, "{language:?}: {took:?}");
            }
        }
        assert!(!highlights.spans(Language::C, "return 1;").is_empty());
    }
}
