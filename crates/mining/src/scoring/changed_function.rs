//! Input of the scorer.

/// A function that a commit changed, in a source file (not in tests or generated code).
#[derive(Clone, Copy, Debug)]
pub struct ChangedFunction<'a> {
    /// Qualified name, such as `Parser.read_chunk`; `None` for code outside functions.
    pub name: Option<&'a str>,
    /// Path of the file after the commit.
    pub path: &'a str,
    /// Text before the commit.
    pub before: &'a str,
    /// Text after the commit.
    pub after: &'a str,
    /// Removed lines, without line ends.
    pub removed: &'a [&'a str],
    /// Added lines, without line ends.
    pub added: &'a [&'a str],
}

/// Most lines of a declaration.
const MAX_DECLARATION_LINES: usize = 16;

impl<'a> ChangedFunction<'a> {
    /// Returns the name without types, modules and namespaces.
    pub(super) fn own_name(&self) -> Option<&'a str> {
        let name = self.name?;
        name.rsplit(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).find(|part| !part.is_empty())
    }

    /// Whether the commit changed how the function is called: its name, its parameters or its results.
    pub(super) fn signature_changed(&self) -> bool {
        self.name.is_some() && declaration(self.before) != declaration(self.after)
    }

    /// Returns the end of the own name in a line that declares the function: the name stands before its parameters there.
    pub(super) fn declared_name_end(&self, line: &str) -> Option<usize> {
        let name = self.own_name()?;
        let is_name_char = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        line.match_indices(name).map(|(start, _)| (start, start + name.len())).find_map(|(start, end)| {
            let is_word = !line[..start].ends_with(is_name_char);
            (is_word && line[end..].trim_start().starts_with(['(', '<', '['])).then_some(end)
        })
    }
}

/// Returns the declaration at the beginning of a function, without white space.
fn declaration(text: &str) -> String {
    let mut declaration = String::new();
    for line in text.lines().take(MAX_DECLARATION_LINES) {
        let (head, ends) = match line.find('{') {
            Some(brace) => (&line[..brace], true),
            None => (line, line.trim_end().ends_with([':', ';', '='])),
        };
        declaration.extend(head.chars().filter(|c| !c.is_whitespace()));
        if ends {
            break;
        }
    }
    declaration
}
