//! Syntax colours, by the grammars' own queries.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use streamguard_code::{HighlightGrammar, highlight_grammar};
use streamguard_dataset::Language;
use streamguard_dataset::quality::LONG_CODE_CHARS;
use tree_sitter_highlight::{Error, HighlightConfiguration, HighlightEvent, Highlighter};

use super::styled_text::{StyledSpan, TextStyle};

/// Longest code that is coloured, in bytes: longer functions are flagged as long. Queries are only stopped between
/// two matches, and the time to the next one grows with the square of the depth: 100,000 open braces take 8
/// seconds, 40,000 take 1.
const MAX_COLOURED_BYTES: usize = 4 * LONG_CODE_CHARS;

/// Time limit for one code. Grammars take milliseconds for code of people, but this code is hostile.
const TIME_LIMIT: Duration = Duration::from_secs(1);

/// Names that queries give to their matches, and the styles of them. The longest name that fits counts; other
/// names (variables, operators) stay plain.
const QUERY_STYLES: &[(&str, TextStyle)] = &[
    ("attribute", TextStyle::Attribute),
    ("comment", TextStyle::Comment),
    ("constant", TextStyle::Constant),
    ("constructor", TextStyle::Type),
    ("escape", TextStyle::Constant),
    ("function", TextStyle::Function),
    ("function.macro", TextStyle::Function),
    ("keyword", TextStyle::Keyword),
    ("number", TextStyle::Constant),
    ("string", TextStyle::Literal),
    ("string.escape", TextStyle::Constant),
    ("tag", TextStyle::Keyword),
    ("type", TextStyle::Type),
    ("variable.builtin", TextStyle::Constant),
];

/// Compiles the queries of a language. `None` if it has none, or they do not fit its parser.
fn configuration(language: Language) -> Option<HighlightConfiguration> {
    let HighlightGrammar { parser, highlights, locals } = highlight_grammar(language)?;
    // Code of another language inside this one stays plain: no injections.
    let mut configuration =
        HighlightConfiguration::new(parser, language.name(), &highlights, "", &locals).ok()?;
    let names: Vec<&str> = QUERY_STYLES.iter().map(|(name, _)| *name).collect();
    configuration.configure(&names);
    Some(configuration)
}

/// Colours code. Queries take long to compile, so each language is compiled when it is first needed.
#[derive(Default)]
pub(crate) struct SyntaxHighlighter {
    compiled: BTreeMap<Language, Option<HighlightConfiguration>>,
    highlighter: Highlighter,
}

impl SyntaxHighlighter {
    /// Returns the parts of `code` that are not plain, in order. There are none if the language has no colours,
    /// or the code is too long or takes too long.
    pub(crate) fn spans(&mut self, language: Language, code: &str) -> Vec<StyledSpan> {
        if code.len() > MAX_COLOURED_BYTES {
            return Vec::new();
        }
        let configuration = self.compiled.entry(language).or_insert_with(|| configuration(language));
        let Some(configuration) = configuration else { return Vec::new() };
        let highlighter = &mut self.highlighter;
        let spans = within(TIME_LIMIT, |stop| spans(highlighter, configuration, code, stop));
        spans.unwrap_or_else(|| {
            // The parser of the old one would go on where it stopped.
            self.highlighter = Highlighter::new();
            Vec::new()
        })
    }
}

/// Runs `work` with a flag that is raised when the time is up. Returns `None` if that happened, or the timer
/// could not be started.
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
        // Without this the scope would wait for the watch until its time is up.
        drop(done);
        result
    })
}

fn spans(
    highlighter: &mut Highlighter,
    configuration: &HighlightConfiguration,
    code: &str,
    stop: &AtomicUsize,
) -> Option<Vec<StyledSpan>> {
    let (mut spans, mut styles) = (Vec::new(), Vec::new());
    let mut event = |event: Result<HighlightEvent, Error>| {
        match event? {
            HighlightEvent::HighlightStart(name) => {
                styles.push(QUERY_STYLES.get(name.0).map(|(_, style)| *style))
            }
            HighlightEvent::HighlightEnd => drop(styles.pop()),
            HighlightEvent::Source { start, end } => {
                if let Some(Some(style)) = styles.last() {
                    let bytes = code.floor_char_boundary(start)..code.floor_char_boundary(end);
                    spans.push(StyledSpan { bytes, style: *style });
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

    use super::*;

    #[test]
    fn code_has_colours() {
        let mut highlights = SyntaxHighlighter::default();
        let mut shown = |language, code: &'static str| -> Vec<(&str, TextStyle)> {
            let spans = highlights.spans(language, code);
            spans.into_iter().map(|span| (&code[span.bytes], span.style)).collect()
        };
        let python = [
            ("def", TextStyle::Keyword),
            ("f", TextStyle::Function),
            ("return", TextStyle::Keyword),
            ("'ä'", TextStyle::Literal),
            ("# b", TextStyle::Comment),
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
            assert!(shown(language, code).contains(&(keyword, TextStyle::Keyword)), "{language:?}");
            assert!(shown(language, code).contains(&("1", TextStyle::Constant)), "{language:?}");
        }
        assert!(shown(Language::Scala, "def f = 1").is_empty());
    }

    #[test]
    fn hostile_code_comes_to_an_end_and_the_next_code_is_coloured() {
        let mut highlights = SyntaxHighlighter::default();
        let noise: String = "([{<a\"'`é/*".chars().cycle().step_by(7).take(MAX_COLOURED_BYTES / 2).collect();
        for language in [Language::C, Language::TypeScript] {
            for code in ["{".repeat(MAX_COLOURED_BYTES), noise.clone()] {
                // Without the limit this takes minutes.
                highlights.spans(language, &code);
            }
            assert!(highlights.spans(language, &"{".repeat(MAX_COLOURED_BYTES + 1)).is_empty());
        }
        assert!(!highlights.spans(Language::C, "return 1;").is_empty());
    }
}
