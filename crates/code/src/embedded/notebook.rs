//! Code of notebooks of Jupyter, which are JSON with a line of code in each string.

/// Replaces the strings of code cells by their text, and blanks all other lines. Commands of the notebook (`%time`,
/// `!pip`) are blank too.
///
/// Only the layout that Jupyter writes is read: one string a line, in the array `source` behind the type of the cell.
pub(super) fn cells(text: &str) -> String {
    let mut copy = String::with_capacity(text.len());
    let (mut is_code, mut in_source) = (false, false);
    for line in text.split_inclusive('\n') {
        let word = line.trim();
        if in_source {
            in_source = !word.starts_with(']');
            if let Some(code) = string(word).filter(|code| is_code && !code.starts_with(['%', '!'])) {
                copy.push_str(code.trim_end_matches(['\r', '\n']));
            }
        } else if let Some(kind) = value(word, "\"cell_type\"") {
            is_code = kind.starts_with("\"code\"");
        } else if let Some(source) = value(word, "\"source\"") {
            in_source = source == "[";
        }
        if line.ends_with('\n') {
            copy.push('\n');
        }
    }
    copy
}

/// Returns the text behind a key and its colon.
fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    Some(line.strip_prefix(key)?.trim_start().strip_prefix(':')?.trim_start())
}

/// Returns the value of a string of JSON; a line end in it stays only at its end, so that lines keep their numbers.
fn string(line: &str) -> Option<String> {
    let mut rest = line.trim_end_matches(',').strip_prefix('"')?.strip_suffix('"')?.chars();
    let mut value = String::new();
    while let Some(c) = rest.next() {
        if c != '\\' {
            value.push(c);
            continue;
        }
        value.push(match rest.next()? {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'b' | 'f' => ' ',
            'u' => {
                let digits = rest.as_str().get(..4)?;
                rest = rest.as_str()[4..].chars();
                char::from_u32(u32::from_str_radix(digits, 16).ok()?).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            other => other,
        });
    }
    let code = value.trim_end_matches('\n');
    (!code.contains('\n')).then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_keep_their_lines() {
        let text = "{\n \"cells\": [\n  {\n   \"cell_type\": \"markdown\",\n   \"source\": [\n    \"text\"\n   ]\n  },\n  {\n   \"cell_type\": \"code\",\n   \"outputs\": [\n    \"b\"\n   ],\n   \"source\": [\n    \"%time\\n\",\n    \"def f(a):\\n\",\n    \"\\tg(\\\"\\u00e9\\\\n\\\")\\n\",\n    \"h()\"\n   ]\n  }\n ]\n}";
        let code = cells(text);
        let lines: Vec<_> = code.lines().enumerate().filter(|(_, line)| !line.is_empty()).collect();
        assert_eq!(lines, [(15, "def f(a):"), (16, "\tg(\"\u{e9}\\n\")"), (17, "h()")]);
        assert_eq!(code.matches('\n').count(), text.matches('\n').count());
        for hostile in
            ["\"source\": [\n\"\\u12\"", "\"source\": [\n\"\\", "\"cell_type\"\n\"source\": [\n\"\"\n"]
        {
            assert_eq!(cells(hostile).trim(), "");
        }
    }
}
