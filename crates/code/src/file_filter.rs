//! Files that are compared, and the language they are read as.

use streamguard_dataset::{Language, Rejection};

use super::c_outline::c_functions;
use super::file_change::FileChange;
use super::path;

/// Largest file that is compared. Larger source files are generated.
const MAX_FILE_BYTES: usize = 1 << 20;

/// Length of the prefix that is searched for a NUL byte. Git detects binary files by a NUL in their
/// first 8,000 bytes (`buffer_is_binary` in `xdiff-interface.c`).
const BINARY_PROBE_BYTES: usize = 8 << 10;

/// Longest mean line in files written by people.
const MAX_MEAN_LINE_BYTES: usize = 400;

/// Smallest file that can count as minified; a short file may be one long line for good reasons.
const MIN_MINIFIED_BYTES: usize = 4 << 10;

/// Checks that one side of a file is text written by people.
///
/// # Errors
/// [`Rejection::OversizedFile`], [`Rejection::BinaryFile`] or [`Rejection::MinifiedFile`].
pub(super) fn check_content(bytes: &[u8]) -> Result<(), Rejection> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(Rejection::OversizedFile);
    }
    if memchr::memchr(0, &bytes[..bytes.len().min(BINARY_PROBE_BYTES)]).is_some() {
        return Err(Rejection::BinaryFile);
    }
    let lines = memchr::memchr_iter(b'\n', bytes).count() + 1;
    if bytes.len() > MIN_MINIFIED_BYTES && bytes.len() / lines > MAX_MEAN_LINE_BYTES {
        return Err(Rejection::MinifiedFile);
    }
    Ok(())
}

/// Begins of what a language for templates puts into a page.
const TEMPLATE_TAGS: &[&str] = &["{{", "{%", "<%", "<?php", "<?="];

/// Detects the language of a file by its paths. The flag says whether both sides are in it.
pub(super) fn detect_language(change: &FileChange, texts: [&str; 2]) -> Option<(Language, bool)> {
    let named = |path| {
        let of_script = || {
            let texts = path::may_be_script(path).then_some(texts)?;
            texts.into_iter().find_map(Language::from_shebang)
        };
        Language::from_path(path).or_else(of_script)
    };
    let [before, after] = [change.path_before, change.path_after].map(|path| path.map(named));
    let language = after.or(before)??;
    let same = before.or(after) == after.or(before);
    let path = change.path_after.or(change.path_before).unwrap_or_default();
    Some((language_of_content(language, path, texts)?, same))
}

/// Decides between the languages whose files have the same extension, of which `named` is the most common.
fn language_of_content(named: Language, path: &str, texts: [&str; 2]) -> Option<Language> {
    let any = |tells: fn(&str) -> bool| texts.into_iter().any(tells);
    let (stem, extension) = path.rsplit_once('.').unwrap_or((path, ""));
    let extension = extension.to_ascii_lowercase();
    let accepted = match &*extension {
        "h" if any(looks_like_objective_c) => return Some(Language::ObjectiveC),
        // C and C++ share the extension of headers, and the grammar of C loses classes.
        "h" if any(looks_like_cpp) => return Some(Language::Cpp),
        "hh" if any(|text| text.starts_with("<?hh")) => return Some(Language::Hack),
        "inc" if any(has_php_tag) => return Some(Language::Php),
        "inc" => return included_language(stem, texts),
        // The build also fills `config.h.in`, which has no code.
        "in" | "def" | "cl" if matches!(named, Language::C | Language::Cpp) => {
            return c_or_cpp(texts).map(|found| if named == Language::Cpp { named } else { found });
        }
        "tpl" if any(has_php_tag) => return Some(Language::Php),
        "tpl" if any(|text| text.contains("{{")) => return Some(Language::GoTemplate),
        // Other software has files of these names too.
        "drush" | "engine" | "install" | "module" | "profile" | "theme" | "view" => any(has_php_tag),
        "m" => any(looks_like_objective_c) || c_or_cpp(texts).is_some(),
        // Shaders of OpenGL.
        "fs" => any(|text| {
            let starts = ["let ", "module ", "namespace ", "open ", "type "];
            text.lines().any(|line| starts.iter().any(|start| line.trim_start().starts_with(start)))
        }),
        // Translations of Qt are XML.
        "ts" => !any(|text| text.starts_with("<?xml")),
        // Pages without code are documents.
        "html" | "htm" | "xhtml" => any(|text| is_template(text) || text.contains("<script")),
        // Some configuration, and translations of Mozilla.
        "tmpl" | "ftl" => {
            any(|text| is_template(text) || ["<#", "<@", "${"].iter().any(|tag| text.contains(tag)))
        }
        _ => true,
    };
    accepted.then_some(named)
}

/// Whether a page contains more than markup and scripts.
pub(super) fn is_template(text: &str) -> bool {
    TEMPLATE_TAGS.iter().any(|tag| text.contains(tag))
}

/// Detects the language of a file that others include (`table.c.inc`): the one that its name without the
/// extension `.inc` stands for, otherwise C or C++.
fn included_language(stem: &str, texts: [&str; 2]) -> Option<Language> {
    match Language::from_path(stem).filter(|language| *language != Language::Php) {
        Some(Language::C) | None => c_or_cpp(texts),
        language => language,
    }
}

/// Returns C or C++ if there are functions in a text.
fn c_or_cpp(texts: [&str; 2]) -> Option<Language> {
    let has_functions = texts.iter().any(|text| !c_functions(text).is_empty());
    let cpp = texts.into_iter().any(looks_like_cpp);
    has_functions.then_some(if cpp { Language::Cpp } else { Language::C })
}

/// Whether a line begins with a tag of PHP, or with markup that such a tag follows. Comments of C may show one.
fn has_php_tag(text: &str) -> bool {
    let begins_php = |rest: &str| {
        rest.is_empty()
            || rest.starts_with(|c: char| c == '=' || c.is_whitespace())
            || rest.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("php"))
    };
    let mut in_comment = false;
    text.trim_start_matches('\u{feff}').lines().map(str::trim_start).any(|line| {
        in_comment |= line.starts_with("/*");
        let is_code = !in_comment;
        in_comment &= !line.contains("*/");
        let tags = line.match_indices("<?").map(|(at, tag)| &line[at + tag.len()..]);
        is_code && line.starts_with('<') && tags.into_iter().any(begins_php)
    })
}

/// Whether a file contains a line of Objective-C that no comment of C contains.
fn looks_like_objective_c(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_end();
        line == "@end" || line.starts_with("#import ") && (line.ends_with(".h>") || line.ends_with(".h\""))
    })
}

/// Whether a header contains a line that begins as no line of C can.
pub(super) fn looks_like_cpp(text: &str) -> bool {
    const LINE_STARTS: &[&str] = &[
        "class ",
        "enum class ",
        "explicit ",
        "namespace ",
        "template <",
        "template<",
        ": public ",
        "using namespace ",
        "virtual ",
        "public:",
        "private:",
        "protected:",
        // Unreal reads this itself.
        "USTRUCT(",
    ];
    let mut in_comment = false;
    text.lines().map(str::trim_start).any(|line| {
        // The prose of comments may begin with "class".
        let was_in_comment = in_comment;
        in_comment = match line.rfind("/*").filter(|_| !in_comment) {
            Some(start) => !line[start..].contains("*/"),
            None => in_comment && !line.contains("*/"),
        };
        // Excerpts begin within comments.
        if was_in_comment || line.starts_with(['*', '/']) {
            return false;
        }
        let code = line.split("//").next().unwrap_or(line);
        let code = code.split("/*").next().unwrap_or(code);
        LINE_STARTS.iter().any(|start| code.starts_with(start))
            || (code.contains("::") && !code.contains('"'))
            || has_base(code)
    })
}

/// Whether a line begins a structure with a base: `struct EXPORT Name : Base {`.
fn has_base(line: &str) -> bool {
    let head = line.strip_prefix("typedef ").unwrap_or(line).strip_prefix("struct ");
    let (name, base) = head.and_then(|head| head.split_once(':')).unwrap_or_default();
    // A structure cannot be a bit field, but its address can be chosen by a condition.
    !base.is_empty() && !name.contains(['=', '?', ';']) && !base.contains(';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_of_headers_decides_their_language() {
        assert!(looks_like_cpp("#pragma once\nnamespace a {\n"));
        assert!(looks_like_cpp("struct A {\n  std::string b;\n};\n"));
        assert!(!looks_like_cpp("/* a::b */\n * class C\nint class_of(int a); // a::b\n"));
        assert!(!looks_like_cpp(
            "/* at its\n   virtual address.\n   struct page: a\n   class b */\nint a;\n"
        ));
        assert!(looks_like_cpp("int a; /* b */\nclass C;\n"));
        assert!(looks_like_cpp("struct LIB_API alignas(16) A : public B\n{\n"));
        assert!(looks_like_cpp("USTRUCT(Public)\nstruct A\n{\n"));
        assert!(!looks_like_cpp("struct a {\n  int b : 3;\n};\nstruct a *c = d ? e : f;\n"));
        assert!(!looks_like_cpp("#ifdef __cplusplus\nextern \"C\" {\n#endif\n"));
    }

    #[test]
    fn tags_of_php_begin_lines_outside_of_comments() {
        for text in
            ["<?php\n", "\u{feff}<?\n", "a\n  <?= $b ?>", "<p class=\"<?php echo 1 ?>\">\n", "<?PHP\n"]
        {
            assert!(has_php_tag(text), "{text}");
        }
        for text in
            ["<?xml version=\"1.0\"?>\n", "<?hh\n", "/*\n<?php\n*/\n", "// <?php\nx(\"<?php\");\n", "<?\"\n"]
        {
            assert!(!has_php_tag(text), "{text}");
        }
    }

    #[test]
    fn rejects_files_that_people_do_not_write() {
        assert_eq!(check_content(&vec![b'\n'; MAX_FILE_BYTES + 1]), Err(Rejection::OversizedFile));
        assert_eq!(check_content(b"a\0b"), Err(Rejection::BinaryFile));
        assert_eq!(check_content(&[b'a'; 5000]), Err(Rejection::MinifiedFile));
        assert_eq!(check_content(&[b'a'; 3000]), Ok(()));
        assert_eq!(check_content(b""), Ok(()));
    }
}
