//! Scripts in markup.

use streamguard_dataset::Language;

/// Dialect of the scripts of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ScriptDialect {
    JavaScript,
    TypeScript,
    /// TypeScript with elements.
    Tsx,
}

impl ScriptDialect {
    pub(super) fn language(self) -> Language {
        match self {
            Self::JavaScript => Language::JavaScript,
            Self::TypeScript | Self::Tsx => Language::TypeScript,
        }
    }

    /// Returns a path that names the grammar; `None` if the language does.
    pub(super) fn grammar_path(self) -> Option<&'static str> {
        (self == Self::Tsx).then_some("script.tsx")
    }

    fn of_tag(tag: &str) -> Self {
        match attribute(tag, "lang") {
            Some("ts" | "typescript") => Self::TypeScript,
            Some("tsx") => Self::Tsx,
            _ => Self::JavaScript,
        }
    }
}

/// Returns the dialect of the scripts in a text.
pub(super) fn script_dialect(text: &str) -> ScriptDialect {
    let mut found = ScriptDialect::JavaScript;
    for_each_script(text, |tag, _| found = found.max(ScriptDialect::of_tag(tag)));
    found
}

/// Keeps the content of `<script>` elements.
pub(super) fn scripts(text: &str) -> String {
    let mut copy = String::new();
    let mut from = 0;
    for_each_script(text, |_, (start, end)| {
        blank(&text[from..start], &text[start..end], &mut copy);
        copy.push_str(&text[start..end]);
        from = end;
    });
    blank(&text[from..], "\n", &mut copy);
    copy
}

/// Appends the line ends of markup, and as many spaces as the code behind it needs to stay in its column.
fn blank(markup: &str, code: &str, copy: &mut String) {
    copy.extend(markup.chars().filter(|c| matches!(c, '\r' | '\n')));
    if !code.starts_with(['\r', '\n']) {
        let last_line = markup.rfind('\n').map_or(0, |at| at + 1);
        copy.extend(markup[last_line..].bytes().map(|_| ' '));
    }
}

/// Keeps the lines between the `---` at the start of a file and the next ones, and the content of scripts.
pub(super) fn front_matter_and_scripts(text: &str) -> String {
    let is_border = |line: &&str| line.trim_end() == "---";
    let first = text.split_inclusive('\n').next().filter(is_border).map_or(0, str::len);
    let lines = text[first..].split_inclusive('\n');
    let length = lines.clone().take_while(|line| !is_border(line)).map(str::len).sum::<usize>();
    match text[first + length..].split_inclusive('\n').next() {
        Some(border) if first > 0 => {
            let (matter, rest) = text[first..].split_at(length);
            ["\n", matter, "\n", &scripts(&rest[border.len()..])].concat()
        }
        _ => scripts(text),
    }
}

/// Begin of the tag of a script.
const SCRIPT: &str = "<script";

/// Calls `visit` with the tag of each script, and with the start and the end of its content.
fn for_each_script(text: &str, mut visit: impl FnMut(&str, (usize, usize))) {
    let lower = text.to_ascii_lowercase();
    let mut from = 0;
    while let Some(tag) = lower[from..].find(SCRIPT).map(|at| from + at) {
        let Some(start) = tag_end(&lower[tag..]).map(|length| tag + length) else { break };
        let element = &lower[tag..start];
        // `<scripts>` is another element, and `<script src=".." />` of a component has no content.
        let has_name = element[SCRIPT.len()..].starts_with(|c: char| c.is_whitespace() || "/>".contains(c));
        if !has_name || (element.ends_with("/>") && element.contains("src")) {
            from = start;
            continue;
        }
        let end = lower[start..].find("</script").map_or(text.len(), |at| start + at);
        if is_script(&lower[tag..start]) {
            visit(&lower[tag..start], (start, end));
        }
        from = end;
    }
}

/// Returns the length of the tag at the start of a text. A `>` in the value of an attribute does not end it.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    let ends = |(_, byte): &(usize, u8)| {
        match (quote, byte) {
            (None, b'>') => return true,
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), _) if open == *byte => quote = None,
            _ => {}
        }
        false
    };
    text.bytes().enumerate().find(ends).map(|(at, _)| at + 1)
}

/// Whether the element with this tag contains a script that browsers run, and no data, template or code of the server.
fn is_script(tag: &str) -> bool {
    let is_code = |kind: &str| ["script", "module", "babel", "jsx"].iter().any(|part| kind.contains(part));
    attribute(tag, "type").is_none_or(|kind| kind.is_empty() || is_code(kind))
        && attribute(tag, "runat").is_none()
}

/// Returns the value of an attribute of a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.match_indices(name).find_map(|(at, _)| {
        let value = tag[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
        if !tag[..at].ends_with(|c: char| c.is_ascii_whitespace() || c == '"' || c == '\'') {
            return None;
        }
        let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''));
        match quote {
            Some(quote) => value[1..].split(quote).next(),
            None => value.split(|c: char| c.is_ascii_whitespace() || c == '>').next(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_have_the_same_lines_and_columns() {
        let vue = "<p>\u{e9}</p>\n<SCRIPT setup>\nlet a;\n</SCRIPT>\r\n<script>b</script><script>c</script>";
        assert_eq!(scripts(vue), "\n\nlet a;\n\r\n        b                 c");
        assert_eq!(scripts("<script"), "");
        let astro = "---\nlet a;\n---\n<p>\n<script>b</script>";
        assert_eq!(front_matter_and_scripts(astro), "\nlet a;\n\n\n        b");
    }

    #[test]
    fn tags_of_scripts_are_read_with_their_attributes() {
        for (tag, dialect, kept) in [
            ("<script>", ScriptDialect::JavaScript, true),
            ("<script lang=\"ts\">", ScriptDialect::TypeScript, true),
            ("<script setup lang = 'ts'>", ScriptDialect::TypeScript, true),
            ("<script lang=tsx setup>", ScriptDialect::Tsx, true),
            ("<script lang=\"jsx\" type=\"text/babel\">", ScriptDialect::JavaScript, true),
            ("<script data-lang=\"ts\" type=\"module\">", ScriptDialect::JavaScript, true),
            ("<script lang=\"ts\" generic=\"T extends Array<number>\">", ScriptDialect::TypeScript, true),
            ("<script type=\"application/ld+json\">", ScriptDialect::JavaScript, false),
            ("<script type='text/x-template'>", ScriptDialect::JavaScript, false),
            ("<script runat=\"server\">", ScriptDialect::JavaScript, false),
        ] {
            let text = format!("{tag}a</script>");
            assert_eq!(script_dialect(&text), dialect, "{tag}");
            assert_eq!(scripts(&text).trim(), if kept { "a" } else { "" }, "{tag}");
        }
    }
}
