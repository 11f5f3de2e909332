//! Words around the name of a function that are not its name.

/// Words before parentheses that never name a function.
const NOT_NAMES: &[&str] = &[
    "noexcept",
    "throw",
    "alignas",
    "_Alignas",
    "decltype",
    "typeof",
    "__typeof__",
    "__attribute__",
    "__attribute",
    "__declspec",
    "explicit",
    "requires",
    "asm",
    "__asm__",
    "__asm",
    "sizeof",
    "defined",
    "void",
    "bool",
    "char",
    "short",
    "int",
    "long",
    "float",
    "double",
    "signed",
    "unsigned",
    "auto",
    "const",
    "volatile",
];

/// Words that begin statements. A head that contains one is not a declaration.
const STATEMENTS: &[&str] =
    &["if", "for", "while", "switch", "return", "catch", "else", "do", "goto", "case"];

/// Words before a function that are not its type.
const SPECIFIERS: &[&str] = &[
    "static",
    "extern",
    "inline",
    "virtual",
    "friend",
    "constexpr",
    "consteval",
    "explicit",
    "export",
    "template",
    "register",
    "mutable",
    "typename",
    "__inline",
    "__inline__",
    "__extension__",
];

/// Parts of the names of macros that stand for attributes of the function after them.
const ATTRIBUTE_PARTS: &[&str] = &[
    "EXPORT",
    "API",
    "CONSTEXPR",
    "DLL",
    "INLINE",
    "ATTR",
    "FUNCTION",
    "NORETURN",
    "DEPRECATED",
    "UNUSED",
    "PUBLIC",
    "LOCAL",
    "STATIC",
    "EXTERN",
    "VISIB",
    "HIDDEN",
    "DECL",
    "NODISCARD",
    "FORMAT",
    "PRINTF",
    "TARGET",
    "OPTIMIZE",
    "SANITIZE",
];

/// Parts of the names of macros that define or declare something of their own.
const DEFINING_PARTS: &[&str] = &["SYMBOL", "DEFINE", "DECLARE", "IMPLEMENT"];

/// Whether `word` before parentheses is an operator or a type.
pub(super) fn never_names(word: &str) -> bool {
    NOT_NAMES.contains(&word)
}

/// Whether `word` begins a statement.
pub(super) fn begins_statement(word: &str) -> bool {
    STATEMENTS.contains(&word)
}

/// Whether `word` is a specifier that leaves the type open.
pub(super) fn is_specifier(word: &str) -> bool {
    SPECIFIERS.contains(&word)
}

/// Whether `word` is written as macros are: `API_EXPORT`, `__printf`.
pub(super) fn is_macro_like(word: &str) -> bool {
    word.starts_with("__") || is_upper_case(word)
}

/// Whether `word` has at least two letters, digits or underscores, and no letter in lower case.
pub(super) fn is_upper_case(word: &str) -> bool {
    word.len() > 1
        && word.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && !word.contains(|c: char| c.is_lowercase())
}

/// Whether a macro of this name turns warnings of a compiler off and on, or begins or ends a region of a file.
pub(super) fn is_warning_macro(word: &str) -> bool {
    word.contains("WARNING")
        || word.split('_').skip(1).any(|part| ["PUSH", "POP", "BEGIN", "END"].contains(&part))
        || word.starts_with("END_")
}

/// Whether a macro of this name in the line before a function belongs to the function.
pub(super) fn is_attribute_macro(word: &str) -> bool {
    let has_part = |part: &&str| {
        word.match_indices(*part).any(|(at, _)| {
            let before = &word[..at];
            let after = &word[at + part.len()..];
            // `LIB_API_1` and `LIBAPI`, but not `RAPIDLIB`.
            before.is_empty() || before.ends_with('_') || after.is_empty() || after.starts_with('_')
        })
    };
    word.starts_with("__")
        || ATTRIBUTE_PARTS.iter().any(has_part) && !DEFINING_PARTS.iter().any(|part| word.contains(part))
}
