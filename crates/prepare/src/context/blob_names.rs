//! Names of a file that look like definitions or calls, found without a parser.

use streamguard_dataset::{CommentSyntax, Language, for_each_token};
use twox_hash::XxHash64;

/// Words before the name that they define.
const DEFINING: &[&[u8]] = &[
    b"def",
    b"fn",
    b"func",
    b"fun",
    b"function",
    b"sub",
    b"define",
    b"class",
    b"struct",
    b"union",
    b"enum",
    b"interface",
    b"trait",
    b"type",
    b"typealias",
    b"protocol",
    b"object",
    b"record",
    b"mixin",
    b"contract",
    b"library",
    b"module",
    b"val",
    b"var",
    b"let",
    b"const",
    b"static",
];

/// Words before what is only used.
const USING: &[&[u8]] = &[
    b"return",
    b"else",
    b"case",
    b"goto",
    b"await",
    b"and",
    b"or",
    b"not",
    b"in",
    b"new",
    b"yield",
    b"throw",
    b"raise",
    b"echo",
    b"print",
    b"if",
    b"elif",
    b"elsif",
    b"while",
    b"until",
    b"unless",
    b"delete",
    b"sizeof",
    b"typeof",
    b"instanceof",
    b"is",
    b"assert",
    b"when",
    b"do",
    b"then",
    b"defer",
    b"go",
    b"import",
    b"from",
    b"include",
    b"require",
    b"use",
    b"using",
];

/// Hashes of the names that a file seems to define, and of those that it calls. More names than it defines do no harm:
/// a parser decides.
#[derive(Debug, Default)]
pub(super) struct BlobNames {
    declared: Vec<u32>,
    called: Vec<u32>,
    /// Size of the file, in bytes.
    pub(super) size: u64,
    /// Whether the file was too large to be read.
    pub(super) is_unread: bool,
}

/// Returns the hash of a name.
pub(super) fn name_hash(name: &[u8]) -> u32 {
    XxHash64::oneshot(0, name) as u32
}

impl BlobNames {
    /// Returns the names of a file that is too large to be read.
    pub(super) fn of_unread() -> Self {
        Self { is_unread: true, ..Self::default() }
    }

    /// Reads a file.
    pub(super) fn read(text: &str, language: Language) -> Self {
        let mut tokens: Vec<&[u8]> = Vec::new();
        for_each_token(text, CommentSyntax::of(Some(language)), |token| tokens.push(token));
        let closing = closing_places(&tokens);
        let is_c = matches!(language, Language::C | Language::Cpp);
        let mut names = Self { size: text.len() as u64, ..Self::default() };
        for at in 0..tokens.len() {
            let token = tokens[at];
            if !is_word(token) || token[0].is_ascii_digit() {
                continue;
            }
            let calls = tokens.get(at + 1).is_some_and(|next| *next == b"(")
                || tokens.get(at + 1..at + 3).is_some_and(|next| next == [b"!", b"("])
                || language == Language::Ruby;
            if declares(&tokens, &closing, at, is_c) {
                names.declared.push(name_hash(token));
            }
            if calls {
                names.called.push(name_hash(token));
            }
        }
        for list in [&mut names.declared, &mut names.called] {
            list.sort_unstable();
            list.dedup();
            list.shrink_to_fit();
        }
        names
    }

    /// Tells whether the file seems to define a name.
    pub(super) fn declares(&self, name: u32) -> bool {
        self.declared.binary_search(&name).is_ok()
    }

    /// Tells whether the file calls a name.
    pub(super) fn calls(&self, name: u32) -> bool {
        self.called.binary_search(&name).is_ok()
    }

    /// Returns the memory that it takes, in bytes.
    pub(super) fn held_bytes(&self) -> usize {
        size_of::<Self>() + 4 * (self.declared.len() + self.called.len())
    }
}

fn is_word(token: &[u8]) -> bool {
    token.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 128)
}

/// Returns for each opening parenthesis the place of its counterpart; 0 for all else.
fn closing_places(tokens: &[&[u8]]) -> Vec<u32> {
    let mut closing = vec![0; tokens.len()];
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match *token {
            b"(" => open.push(at),
            b")" => {
                if let Some(start) = open.pop() {
                    closing[start] = at as u32;
                }
            }
            _ => {}
        }
    }
    closing
}

/// Tells by the tokens around a word whether it may be the name of a definition.
fn declares(tokens: &[&[u8]], closing: &[u32], at: usize, is_c: bool) -> bool {
    let before: &[u8] = at.checked_sub(1).map_or(b"", |before| tokens[before]);
    let next: &[u8] = tokens.get(at + 1).map_or(b"", |next| next);
    // `def self.f`, `function M.f`, `fun String.f`.
    let is_of_owner = before == b"." && at.checked_sub(3).is_some_and(|at| DEFINING.contains(&tokens[at]));
    if is_of_owner || DEFINING.contains(&before) {
        return true;
    }
    let follows_type = (is_word(before) && !USING.contains(&before))
        || matches!(before, b"*" | b"&" | b">" | b"]" | b")" | b":" | b"~" | b"}" | b"!");
    match next {
        b"(" => {
            let behind = closing.get(at + 1).map(|end| *end as usize).filter(|end| *end > 0);
            let behind = behind.and_then(|end| tokens.get(end + 1));
            // Behind the parameters of a definition stand its body, its type or its initialisers.
            behind.is_some_and(|behind| {
                *behind == b"{"
                    || (follows_type && (is_word(behind) || matches!(*behind, b":" | b"=" | b"-")))
            })
        }
        // `==` compares.
        b"=" => (follows_type || !is_c) && tokens.get(at + 2).is_none_or(|after| *after != b"="),
        b":" => !is_c,
        b";" | b"[" | b"{" | b"," | b")" | b"<" => {
            follows_type && !(matches!(next, b"," | b")" | b"<") && is_word(before))
        }
        // Types of Go in a group: `Name struct {`.
        next => matches!(next, b"struct" | b"interface"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(language: Language, text: &str, declared: &str, only_called: &str) {
        let names = BlobNames::read(text, language);
        for name in declared.split(' ') {
            assert!(names.declares(name_hash(name.as_bytes())), "{name} in {text}");
        }
        for name in only_called.split(' ').filter(|name| !name.is_empty()) {
            assert!(names.calls(name_hash(name.as_bytes())), "{name} in {text}");
            assert!(!names.declares(name_hash(name.as_bytes())), "{name} in {text}");
        }
    }

    #[test]
    fn definitions_are_told_from_calls() {
        let c = "int proto(int);\nAPI(int) f(int a) { g(a); if (x) h(a); return i(a) * j(1); }\ntypedef struct { int m; } T;\n\
                 typedef int (*cb)(void);\n#define LIMIT 3\nstatic const char *names[] = {0};\nint\ngnu (a)\n  int a;\n{}\n";
        check(Language::C, c, "f T cb LIMIT names gnu", "proto g h i j");
        let cpp = "A::B(int a) : x(a) {}\nint A::m(int a) const { return n(a); }\nclass K : public L {};";
        check(Language::Cpp, cpp, "B m K", "n");
        let python = "LIMIT = 3\nclass A:\n    def f(self): return g(1)\n";
        check(Language::Python, python, "LIMIT A f", "g");
        let java = "class A { @X int f(int a) throws E { g(a); return new B(h(1)).i(); } }";
        check(Language::Java, java, "A f", "g h i");
        let script =
            "class A { m(a) { n(a); } }\nconst f = (a) => g(a);\nexports.o = function (a) { return p(a); };";
        check(Language::JavaScript, script, "A m f o", "n g p");
        let go = "type (\n\tA struct { x int }\n)\nfunc (a *A) F(b int) error { return G(b) }\nconst C = 1";
        check(Language::Go, go, "A F C", "G");
        check(
            Language::Rust,
            "macro_rules! m { () => {} }\nfn f<T>(a: T) -> u8 { g(a); h!(a) }",
            "m f",
            "g h",
        );
        check(Language::Ruby, "def f a\n  g a\nend\ndef self.h a\nend\nLIMIT = 1", "f h LIMIT", "");
        check(Language::Lua, "function M.f(a) return g(a) end", "f", "g");
    }
}
