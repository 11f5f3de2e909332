//! The fonts of the report, and the escapes for characters that they do not have.

use std::cell::Cell;

use super::font_file::FontFile;
use super::style::FontFace;
use crate::escape::visible;
use crate::rendering::ReportError;

/// Longest text that is set, in characters after escaping; hostile text becomes longer when it is escaped.
const MAX_TEXT_CHARACTERS: usize = 2400;

/// All fonts of a report.
pub(super) struct FontSet {
    /// In the order of [`FontFace::ALL`].
    files: [FontFile; 3],
    /// Whether a character that people would see was escaped, because no font has it.
    lacks_character: Cell<bool>,
}

/// Part of a line that is set in one font.
pub(super) struct FontSpan<'a> {
    pub(super) face: FontFace,
    pub(super) text: &'a str,
    /// Width of the text, as a multiple of the font size.
    pub(super) width: f32,
}

impl FontSet {
    /// Reads the fonts that are linked into the program.
    ///
    /// # Errors
    /// [`ReportError::Pdf`] if one of them is damaged.
    pub(super) fn load() -> Result<Self, ReportError> {
        let load = |face: FontFace| {
            FontFile::parse(face.bytes()).ok_or_else(|| {
                ReportError::Pdf(format!("the built-in font {} is damaged", face.postscript_name()))
            })
        };
        let [regular, bold, mono] = FontFace::ALL.map(load);
        Ok(Self { files: [regular?, bold?, mono?], lacks_character: Cell::new(false) })
    }

    pub(super) fn file(&self, face: FontFace) -> &FontFile {
        // The order of the variants is that of `ALL`, in which the files were loaded.
        &self.files[face as usize]
    }

    /// Returns hostile text as it is set: on one line and of bounded length. Characters that cannot
    /// be seen, or that no font has, become escapes, so that nothing is lost.
    pub(super) fn readable(&self, text: &str) -> String {
        let mut readable = String::with_capacity(text.len());
        for character in visible(text).chars() {
            match self.face_of(FontFace::Regular, character) {
                Some(_) => readable.push(character),
                None => {
                    self.lacks_character.set(true);
                    readable.extend(character.escape_unicode());
                }
            }
        }
        if let Some((end, _)) = readable.char_indices().nth(MAX_TEXT_CHARACTERS) {
            let more = readable[end..].chars().count();
            readable.truncate(end);
            readable.push_str(&format!("… ({more} more characters)"));
        }
        readable
    }

    /// Returns whether any text had a character that no font has, such as a Chinese one.
    pub(super) fn lacks_character(&self) -> bool {
        self.lacks_character.get()
    }

    /// Returns the width of text in a font of this size.
    pub(super) fn width(&self, face: FontFace, size: f32, text: &str) -> f32 {
        text.chars().map(|character| self.advance(face, character)).sum::<f32>() * size
    }

    /// Returns the width of a character, as a multiple of the font size.
    pub(super) fn advance(&self, face: FontFace, character: char) -> f32 {
        self.face_of(face, character).map_or(0.0, |(_, advance)| advance)
    }

    /// Splits [readable](Self::readable) text where the font changes.
    pub(super) fn spans<'a>(&self, face: FontFace, text: &'a str) -> Vec<FontSpan<'a>> {
        let mut spans: Vec<(usize, FontSpan<'a>)> = Vec::new();
        for (at, character) in text.char_indices() {
            let Some((face, advance)) = self.face_of(face, character) else { continue };
            if spans.last().is_none_or(|(_, last)| last.face != face) {
                spans.push((at, FontSpan { face, text: "", width: 0.0 }));
            }
            let Some((start, span)) = spans.last_mut() else { continue };
            span.text = &text[*start..at + character.len_utf8()];
            span.width += advance;
        }
        spans.into_iter().map(|(_, span)| span).collect()
    }

    /// Returns the font that has a character, and its width: the wanted font, or else the monospaced
    /// one, which has the most signs.
    fn face_of(&self, face: FontFace, character: char) -> Option<(FontFace, f32)> {
        if !is_simple(character) {
            return None;
        }
        [face, FontFace::Mono].into_iter().find_map(|face| {
            let file = self.file(face);
            Some((face, file.advance(file.glyph(character)?) / 1000.0))
        })
    }
}

/// Tells whether a character can be set by placing its glyph after the last one. Scripts that run from right to left
/// and variation selectors cannot. Characters for private use mean nothing outside one font, and PDF/A forbids them.
fn is_simple(character: char) -> bool {
    !matches!(character,
        '\u{590}'..='\u{8ff}' | '\u{e000}'..='\u{f8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{fe70}'..='\u{fefe}' | '\u{34f}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}
