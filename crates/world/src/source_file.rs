//! Source files: their head, their functions, and their bytes.

use std::ops::Range;
use std::sync::Arc;

use streamguard_dataset::Weakness;

use crate::ordinary_code::OrdinaryFunction;
use crate::project_layout::ProjectLayout;

/// A vulnerable function and the same function fixed.
#[derive(Debug)]
pub(crate) struct PlantedPair {
    /// Weakness of the vulnerable side.
    pub(crate) weakness: &'static Weakness,
    /// Name of the function.
    pub(crate) name: String,
    /// Function with the flaw: from column 0, without a line feed at its end.
    pub(crate) vulnerable: String,
    /// Function without the flaw.
    pub(crate) fixed: String,
    /// One sentence on the flaw, without its full stop.
    pub(crate) about: String,
    /// Lines that either side needs at the head of the file.
    pub(crate) prelude: Vec<String>,
    /// Whether the function must stand in a class.
    pub(crate) in_class: bool,
}

impl PlantedPair {
    /// Returns whether only the fixed side uses this line of the prelude.
    pub(crate) fn comes_with_fix(&self, line: &str) -> bool {
        // The imported name is the last word of the line, apart from parts that no code repeats.
        let last = line
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .rfind(|word| !word.is_empty() && !matches!(*word, "h" | "promises" | "__name__"));
        last.is_some_and(|word| self.fixed.contains(word) && !self.vulnerable.contains(word))
    }
}

/// Content of a function.
#[derive(Clone, Debug)]
pub(crate) enum FunctionBody {
    /// Ordinary code.
    Ordinary(OrdinaryFunction),
    /// A planted pair, and whether it is fixed.
    Planted(Arc<PlantedPair>, bool),
    /// Text as it is.
    Plain(String),
}

/// A function in a file.
#[derive(Clone, Debug)]
pub(crate) struct SourceFunction {
    /// Name of the function.
    pub(crate) name: String,
    /// Content of the function.
    pub(crate) body: FunctionBody,
}

impl SourceFunction {
    fn text(&self) -> String {
        match &self.body {
            FunctionBody::Ordinary(function) => function.text(&self.name),
            FunctionBody::Planted(pair, false) => pair.vulnerable.clone(),
            FunctionBody::Planted(pair, true) => pair.fixed.clone(),
            FunctionBody::Plain(text) => text.clone(),
        }
    }
}

/// A file of functions.
#[derive(Clone, Debug, Default)]
pub(crate) struct SourceFile {
    /// Comment at the start, without comment signs.
    pub(crate) about: String,
    /// Imports and similar lines.
    pub(crate) head: Vec<String>,
    /// Name of the class around the functions.
    pub(crate) class: Option<String>,
    /// Functions in their order.
    pub(crate) functions: Vec<SourceFunction>,
    /// Whether lines end with CR and LF.
    pub(crate) crlf: bool,
    /// Whether the file is in Latin-1, and not valid UTF-8.
    pub(crate) latin1: bool,
    /// Whether the last line ends without a line feed.
    pub(crate) no_final_newline: bool,
    /// Whether there is an additional blank line between functions.
    pub(crate) extra_blank_lines: bool,
}

/// Bytes of a file, and the positions of its functions.
#[derive(Debug)]
pub(crate) struct RenderedFile {
    /// Content of the file.
    pub(crate) bytes: Vec<u8>,
    /// Range of bytes of each function, from its first character that is not white space, and its first
    /// line, from 1.
    pub(crate) places: Vec<(Range<usize>, u32)>,
}

impl SourceFile {
    /// Adds a line to the head, unless it is there: imports first, in the order of their text.
    pub(crate) fn import(&mut self, line: &str) {
        if self.head.iter().any(|there| there == line) {
            return;
        }
        self.head.push(line.to_owned());
        self.head.sort_by_key(|line| (!is_import(line), line.starts_with("from "), line.clone()));
    }

    /// Returns the bytes of the file.
    pub(crate) fn render(&self, layout: &ProjectLayout, package: &str) -> RenderedFile {
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
            let blank =
                if indent.is_empty() { layout.blank_lines } else { 1 } + usize::from(self.extra_blank_lines);
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
            // A planted function begins at its first character, not at its indentation: so do functions that
            // are cut out of a file.
            let lead = text[start..].len() - text[start..].trim_start().len();
            spans.push(start + lead..text.len());
            text.push('\n');
        }
        if !indent.is_empty() {
            text.push_str("}\n");
        }
        if self.no_final_newline {
            text.pop();
        }
        self.store(&text, spans)
    }

    /// Encodes `text`, with the line ends and in the encoding of the file.
    fn store(&self, text: &str, spans: Vec<Range<usize>>) -> RenderedFile {
        let mut bytes = Vec::with_capacity(text.len() + 256);
        let mut ends = spans.iter().flat_map(|span| [span.start, span.end]).peekable();
        let mut moved = Vec::with_capacity(spans.len() * 2);
        let mut line = 1;
        for (at, character) in text.char_indices() {
            // Positions move, because line ends and characters may have other lengths in bytes.
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
        RenderedFile { bytes, places }
    }
}

fn is_import(line: &str) -> bool {
    ["import ", "from ", "use ", "#include ", "const ", "require"].iter().any(|start| line.starts_with(start))
}
