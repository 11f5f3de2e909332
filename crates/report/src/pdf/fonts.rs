//! The fonts, and what text becomes that they cannot show.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};

use super::style::Face;
use crate::ReportError;
use crate::escape::visible;

/// Longest text that is set, in characters as they are shown; hostile text grows when it is escaped.
const LONGEST: usize = 2400;

/// All fonts of a report.
pub(super) struct Fonts {
    faces: [Loaded; 3],
}

struct Loaded {
    font: Font,
    characters: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
    units: f32,
}

/// Text in one font, side by side with others on a line.
pub(super) struct Span<'a> {
    pub(super) font: Font,
    pub(super) text: &'a str,
    pub(super) glyphs: Vec<KrillaGlyph>,
    /// How wide it is, of the height of the font.
    pub(super) width: f32,
}

impl Fonts {
    /// # Errors
    /// [`ReportError::Pdf`] if one of them is none.
    pub(super) fn load() -> Result<Self, ReportError> {
        let load = |bytes: &'static [u8]| {
            let broken = || ReportError::Pdf("a font of the program is damaged".to_owned());
            let reference = FontRef::new(bytes).map_err(|_| broken())?;
            Ok::<_, ReportError>(Loaded {
                font: Font::new(bytes.into(), 0).ok_or_else(broken)?,
                characters: reference.charmap(),
                metrics: reference.glyph_metrics(Size::unscaled(), LocationRef::default()),
                units: f32::from(reference.metrics(Size::unscaled(), LocationRef::default()).units_per_em),
            })
        };
        let [regular, bold, mono] =
            [notosans::REGULAR_TTF, notosans::BOLD_TTF, dejavu::sans_mono::regular()].map(load);
        Ok(Self { faces: [regular?, bold?, mono?] })
    }

    /// Text from anywhere as it is set: on one line, of bounded length, and all that cannot be seen
    /// or that no font has as escapes, so that nothing is lost.
    pub(super) fn readable(&self, text: &str) -> String {
        let mut readable = String::with_capacity(text.len());
        for character in visible(text).chars() {
            match self.glyph(Face::Regular, character) {
                Some(_) => readable.push(character),
                None => readable.extend(character.escape_unicode()),
            }
        }
        if let Some((end, _)) = readable.char_indices().nth(LONGEST) {
            let more = readable[end..].chars().count();
            readable.truncate(end);
            readable.push_str(&format!("… ({more} characters more)"));
        }
        readable
    }

    /// How wide text is.
    pub(super) fn width(&self, face: Face, size: f32, text: &str) -> f32 {
        text.chars().map(|character| self.advance(face, character)).sum::<f32>() * size
    }

    /// How wide a character is, of the height of the font.
    pub(super) fn advance(&self, face: Face, character: char) -> f32 {
        self.glyph(face, character).map_or(0.0, |(_, _, advance)| advance)
    }

    /// Text that is [readable](Self::readable), split where the font changes.
    pub(super) fn spans<'a>(&self, face: Face, text: &'a str) -> Vec<Span<'a>> {
        let mut spans: Vec<(Face, usize, Span<'a>)> = Vec::new();
        for (at, character) in text.char_indices() {
            let Some((face, glyph, advance)) = self.glyph(face, character) else { continue };
            if spans.last().is_none_or(|(last, ..)| *last != face) {
                let font = self.faces[face as usize].font.clone();
                spans.push((face, at, Span { font, text: "", glyphs: Vec::new(), width: 0.0 }));
            }
            let Some((_, start, span)) = spans.last_mut() else { continue };
            let end = at + character.len_utf8();
            span.text = &text[*start..end];
            span.width += advance;
            let range = at - *start..end - *start;
            span.glyphs.push(KrillaGlyph::new(glyph, advance, 0.0, 0.0, 0.0, range, None));
        }
        spans.into_iter().map(|(_, _, span)| span).collect()
    }

    /// The glyph of a character, and its advance of the height of the font: of this font, or of the
    /// one with the signs.
    fn glyph(&self, face: Face, character: char) -> Option<(Face, GlyphId, f32)> {
        if !is_simple(character) {
            return None;
        }
        [face, Face::Mono].into_iter().find_map(|face| {
            let loaded = &self.faces[face as usize];
            let glyph = loaded.characters.map(character).filter(|glyph| glyph.to_u32() != 0)?;
            let advance = loaded.metrics.advance_width(glyph)? / loaded.units;
            Some((face, GlyphId::new(glyph.to_u32()), advance))
        })
    }
}

/// Whether a character is set by placing its glyph after the last one: not those of scripts that
/// run from right to left, variation selectors, or private characters, which mean nothing outside
/// one font (and which PDF/A forbids).
fn is_simple(character: char) -> bool {
    !matches!(character,
        '\u{590}'..='\u{8ff}' | '\u{e000}'..='\u{f8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{fe70}'..='\u{fefe}' | '\u{34f}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}
