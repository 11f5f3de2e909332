//! Source files: what stands at their head, their functions, and how they are written down.

use std::ops::Range;
use std::sync::Arc;

use streamguard_dataset::Weakness;

use crate::layout::Layout;
use crate::neutral::Neutral;

/// A function with a flaw and the same function without it.
#[derive(Debug)]
pub(crate) struct Pair {
    /// What is wrong with it.
    pub(crate) weakness: &'static Weakness,
    /// What it is called.
    pub(crate) name: String,
    /// With the flaw; from column 0, without a line feed at its end.
    pub(crate) vulnerable: String,
    /// Without it.
    pub(crate) fixed: String,
    /// One sentence on the flaw, without its full stop.
    pub(crate) about: String,
    /// Lines that the head of its file needs for either side.
    pub(crate) prelude: Vec<String>,
    /// Whether it must stand in a class.
    pub(crate) in_class: bool,
}

impl Pair {
    /// The lines of the prelude that only the fixed side uses.
    pub(crate) fn comes_with_fix(&self, line: &str) -> bool {
        let last = line
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .rfind(|word| !word.is_empty() && !matches!(*word, "h" | "promises" | "__name__"));
        last.is_some_and(|word| self.fixed.contains(word) && !self.vulnerable.contains(word))
    }
}

/// What a function consists of.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// Ordinary code.
    Neutral(Neutral),
    /// A planted pair; whether it is fixed.
    Planted(Arc<Pair>, bool),
    /// Text as it is.
    Plain(String),
}

/// A function in a file.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    /// What it is called.
    pub(crate) name: String,
    /// The rest.
    pub(crate) body: Body,
}

impl Function {
    fn text(&self) -> String {
        match &self.body {
            Body::Neutral(neutral) => neutral.text(&self.name),
            Body::Planted(pair, false) => pair.vulnerable.clone(),
            Body::Planted(pair, true) => pair.fixed.clone(),
            Body::Plain(text) => text.clone(),
        }
    }
}

/// A file of functions.
#[derive(Clone, Debug, Default)]
pub(crate) struct SourceFile {
    /// The comment that it begins with, without comment signs.
    pub(crate) about: String,
    /// Imports and the like.
    pub(crate) head: Vec<String>,
    /// The class around the functions.
    pub(crate) class: Option<String>,
    /// The functions.
    pub(crate) functions: Vec<Function>,
    /// Whether lines end with CR and LF.
    pub(crate) crlf: bool,
    /// Whether the comment is in Latin-1, and no valid UTF-8.
    pub(crate) latin1: bool,
    /// Whether the last line ends without a line feed.
    pub(crate) cut: bool,
    /// Whether there is an additional blank line between functions.
    pub(crate) airy: bool,
}

/// A file as it is stored, and where its functions are.
#[derive(Debug)]
pub(crate) struct Rendered {
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// For each function its bytes, from its first character that is no white space, and its
    /// first line, from 1.
    pub(crate) places: Vec<(Range<usize>, u32)>,
}

impl SourceFile {
    /// Puts a line at the head unless it is there: imports first, in the order of their text.
    pub(crate) fn import(&mut self, line: &str) {
        if self.head.iter().any(|there| there == line) {
            return;
        }
        self.head.push(line.to_owned());
        self.head.sort_by_key(|line| (!is_import(line), line.starts_with("from "), line.clone()));
    }

    /// Writes the file down.
    pub(crate) fn render(&self, layout: &Layout, package: &str) -> Rendered {
        let mut text = String::with_capacity(4096);
        for line in layout.opening(package, &self.about, self.latin1) {
            text.push_str(&line);
            text.push('\n');
        }
        let mut indent = "";
        if !self.head.is_empty() {
            text.push('\n');
        }
        for line in &self.head {
            text.push_str(line);
            text.push('\n');
        }
        if let Some(class) = &self.class {
            text.push_str(&format!("\n{}\n", layout.class_opening(class)));
            indent = "    ";
        }
        let mut spans = Vec::with_capacity(self.functions.len());
        for (number, function) in self.functions.iter().enumerate() {
            let blank = if indent.is_empty() { layout.blank_lines } else { 1 } + usize::from(self.airy);
            let first_in_class = number == 0 && !indent.is_empty();
            text.extend(std::iter::repeat_n('\n', if first_in_class { 0 } else { blank }));
            let body = function.text();
            let start = text.len();
            for (at, line) in body.split('\n').enumerate() {
                if at > 0 {
                    text.push('\n');
                }
                if !line.is_empty() {
                    text.push_str(indent);
                    text.push_str(line);
                }
            }
            let lead = text[start..].len() - text[start..].trim_start().len();
            spans.push(start + lead..text.len());
            text.push('\n');
        }
        if !indent.is_empty() {
            text.push_str("}\n");
        }
        if self.cut {
            text.pop();
        }
        self.store(&text, spans)
    }

    /// The bytes of `text`, with the line ends and in the encoding of the file.
    fn store(&self, text: &str, spans: Vec<Range<usize>>) -> Rendered {
        let mut bytes = Vec::with_capacity(text.len() + 256);
        let mut ends = spans.iter().flat_map(|span| [span.start, span.end]).peekable();
        let mut moved = Vec::with_capacity(spans.len() * 2);
        let mut line = 1;
        for (at, character) in text.char_indices() {
            while ends.next_if(|end| *end <= at).is_some() {
                moved.push((bytes.len(), line));
            }
            match character {
                '\n' => {
                    line += 1;
                    bytes.extend(if self.crlf { &b"\r\n"[..] } else { b"\n" });
                }
                // Latin-1 is the first 256 characters of Unicode.
                _ if self.latin1 && u32::from(character) < 256 => bytes.push(u32::from(character) as u8),
                _ => bytes.extend(character.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        moved.extend(ends.map(|_| (bytes.len(), line)));
        let places = moved.chunks(2).map(|both| (both[0].0..both[1].0, both[0].1)).collect();
        Rendered { bytes, places }
    }
}

fn is_import(line: &str) -> bool {
    ["import ", "from ", "use ", "#include ", "const ", "require"].iter().any(|start| line.starts_with(start))
}
