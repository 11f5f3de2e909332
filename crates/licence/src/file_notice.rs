//! The notice at the head of a source file, which is nearer to the code than the licence of its repository.

use crate::expression::{base_ids, canonical, has_versions};
use crate::head_notice::{StatedLicence, stated_licence};
use crate::repository::FoundLicence;

/// Bytes of a file that may be its notice.
const HEAD_BYTES: usize = 4096;

/// Mark of a licence in a source file (SPDX specification 3.0.1, annex "Using SPDX short identifiers in source files").
const MARK: &str = "SPDX-License-Identifier:";

/// Words that end a mark on its line: the ends of comments.
const COMMENT_ENDS: [&str; 5] = ["*/", "-->", "#}", "--}}", "\""];

/// Highest score where nothing says whether later versions of a GNU licence are allowed: too low to be certain.
const OPEN_VERSION_SCORE: f64 = 0.85;

/// What the head of a source file says of its licence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileNotice {
    /// Licence of the file's own mark, or of the notice in words.
    stated: Option<StatedLicence>,
    /// Whether it allows later versions of the licence that it names.
    allows_later: bool,
}

impl FileNotice {
    /// Reads the notice of a file.
    pub fn read(text: &str) -> Self {
        let head = &text[..text.floor_char_boundary(HEAD_BYTES)];
        let marked = marked(head).map(|expression| StatedLicence { expression, score: 1.0 });
        let stated = marked.or_else(|| stated_licence(head, words));
        Self { stated, allows_later: words(head).contains(" any later version ") }
    }

    /// Returns the licence of the file at a path: what its own head says, else that of its repository. The text of a GNU
    /// licence is the same for one version and for all later ones; where a repository has only the text, the notice
    /// decides which it is.
    pub fn licence(&self, repository: Option<&FoundLicence>, path: &str) -> Option<FoundLicence> {
        if let Some(StatedLicence { expression, score }) = self.stated.clone() {
            return Some(FoundLicence { expression, path: path.to_owned(), score, is_version_open: false });
        }
        let mut found = repository?.clone();
        if found.is_version_open {
            match &*base_ids(&found.expression) {
                [id] if self.allows_later && has_versions(id) => found.expression = format!("{id}-or-later"),
                _ => found.score = found.score.min(OPEN_VERSION_SCORE),
            }
        }
        Some(found)
    }
}

/// Returns the expression of the first mark.
fn marked(head: &str) -> Option<String> {
    let rest = &head[head.find(MARK)? + MARK.len()..];
    let line = rest.lines().next()?;
    let end = COMMENT_ENDS.iter().filter_map(|end| line.find(end)).min().unwrap_or(line.len());
    canonical(&line[..end])
}

/// Returns the words in lower case with one space before and after each: comments break a notice into lines.
fn words(text: &str) -> String {
    let mut words = String::from(" ");
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        words.push_str(&word.to_ascii_lowercase());
        words.push(' ');
    }
    words
}
