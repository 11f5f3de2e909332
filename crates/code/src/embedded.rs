//! Code inside of files in another language: scripts in components, C in the input of parser generators.
//!
//! It is read from a copy of the file, of the same length and with the same lines, in which all else is
//! blank.

use streamguard_dataset::Language;

/// Code inside of a file.
pub(super) struct EmbeddedCode {
    /// Language to parse it in.
    pub(super) language: Language,
    /// Language of the samples.
    pub(super) shown_as: Language,
    /// Both sides of the file with all else blank.
    pub(super) texts: [String; 2],
}

/// Returns the code inside of a file in `language`; `None` if there is none.
pub(super) fn embedded_code(language: Language, texts: [&str; 2], is_cpp: bool) -> Option<EmbeddedCode> {
    let c = if is_cpp { Language::Cpp } else { Language::C };
    let (language, shown_as, copy): (_, _, fn(&str) -> String) = match language {
        Language::Vue | Language::Svelte => {
            let typed = texts.iter().any(|text| text.contains("lang=\"ts\"") || text.contains("lang='ts'"));
            let script = if typed { Language::TypeScript } else { Language::JavaScript };
            (script, script, scripts)
        }
        Language::Yacc | Language::Lex => (c, language, generator_code),
        Language::Xs => (c, language, before_modules),
        _ => return None,
    };
    Some(EmbeddedCode { language, shown_as, texts: texts.map(copy) })
}

/// Keeps the lines of the ranges that `keeps` selects, one line after the other, and blanks the others.
fn lines_where(text: &str, mut keeps: impl FnMut(&str) -> bool) -> String {
    text.split_inclusive('\n').map(|line| if keeps(line) { line.to_owned() } else { blank(line) }).collect()
}

/// Replaces everything but line ends by spaces, byte by byte.
fn blank(text: &str) -> String {
    text.bytes().map(|byte| if byte == b'\n' || byte == b'\r' { char::from(byte) } else { ' ' }).collect()
}

/// Keeps the content of `<script>` elements.
fn scripts(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut copy = String::with_capacity(text.len());
    while let Some(tag) = lower[copy.len()..].find("<script").map(|at| copy.len() + at) {
        let Some(start) = lower[tag..].find('>').map(|at| tag + at + 1) else { break };
        let end = lower[start..].find("</script").map_or(text.len(), |at| start + at);
        copy.push_str(&blank(&text[copy.len()..start]));
        copy.push_str(&text[start..end]);
    }
    let rest = blank(&text[copy.len()..]);
    copy + &rest
}

/// Keeps the code around the rules: between `%{` and `%}`, and behind the second `%%`.
fn generator_code(text: &str) -> String {
    let (mut in_code, mut sections) = (false, 0);
    lines_where(text, |line| match line.trim_end() {
        "%{" if sections < 2 => {
            in_code = true;
            false
        }
        "%}" if sections < 2 => {
            in_code = false;
            false
        }
        "%%" if !in_code && sections < 2 => {
            sections += 1;
            false
        }
        _ => in_code || sections == 2,
    })
}

/// Keeps the C code of Perl's XS, which ends at the first `MODULE`.
fn before_modules(text: &str) -> String {
    let mut in_code = true;
    lines_where(text, |line| {
        in_code &= !line.starts_with("MODULE");
        in_code
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_have_the_same_length_and_lines() {
        let vue = "<p>\u{e9}</p>\n<SCRIPT setup>\nlet a;\n</SCRIPT>\r\n<script>b</script>";
        assert_eq!(scripts(vue), "         \n              \nlet a;\n         \r\n        b         ");
        assert_eq!(scripts("<script"), "       ");
        let yacc = "%{\nint a;\n%}\n%token A\n%%\nx: A { f(); };\n%%\nint b;\n%%\n";
        assert_eq!(generator_code(yacc), "  \nint a;\n  \n        \n  \n              \n  \nint b;\n%%\n");
        assert_eq!(before_modules("int a;\nMODULE = X\nint\nf()\n"), "int a;\n          \n   \n   \n");
    }
}
