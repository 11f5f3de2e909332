//! Embeds the part of a font that a document uses (ISO 32000-1, 9.7: composite fonts).

use std::collections::BTreeMap;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use subsetter::GlyphRemapper;

use super::flate::compress;
use super::font_file::FontFile;
use super::style::FontFace;
use crate::rendering::ReportError;

const IDENTITY: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// Characters of one font that the pages show, each with the code that stands for it there.
///
/// A code belongs to a character, not to a glyph: a font may draw two characters with one glyph, and
/// copied text should still have the one that was written.
#[derive(Default)]
pub(super) struct UsedCharacters {
    codes: BTreeMap<char, u16>,
    in_order: Vec<char>,
}

impl UsedCharacters {
    /// Returns the code of a character; a new one at first use. Code 0 stays free, since it stands
    /// for a missing glyph.
    pub(super) fn code(&mut self, character: char) -> u16 {
        *self.codes.entry(character).or_insert_with(|| {
            self.in_order.push(character);
            // A font of TrueType has no more than 65,535 glyphs.
            self.in_order.len() as u16
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.in_order.is_empty()
    }

    /// Writes the font, under the id `font`.
    ///
    /// # Errors
    /// [`ReportError::Pdf`] if the font cannot be cut down to these characters.
    pub(super) fn embed(
        &self,
        pdf: &mut Pdf,
        font: Ref,
        next: &mut Ref,
        face: FontFace,
        file: &FontFile,
    ) -> Result<(), ReportError> {
        let (descendant, descriptor, data, to_unicode, code_to_glyph) =
            (next.bump(), next.bump(), next.bump(), next.bump(), next.bump());
        let mut remapper = GlyphRemapper::new();
        let mut widths = Vec::with_capacity(self.in_order.len());
        let mut unicode = UnicodeCmap::new(Name(b"Unicode"), IDENTITY);
        // Two bytes for each code, of which code 0 has no glyph.
        let mut glyphs = vec![0, 0];
        for (code, character) in (1u16..).zip(&self.in_order) {
            // Text is only set in a font that has it, so the default, the box for missing
            // characters, is never drawn.
            let glyph = file.glyph(*character).unwrap_or_default();
            widths.push(file.advance(glyph));
            unicode.pair(code, *character);
            glyphs.extend(remapper.remap(glyph).to_be_bytes());
        }
        let subset = subsetter::subset(file.bytes, 0, &remapper)
            .map_err(|error| ReportError::Pdf(format!("font {}: {error}", face.postscript_name())))?;
        let name = self.subset_name(face);

        pdf.type0_font(font)
            .base_font(Name(name.as_bytes()))
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(descendant)
            .to_unicode(to_unicode);
        let mut cid_font = pdf.cid_font(descendant);
        cid_font
            .subtype(CidFontType::Type2)
            .base_font(Name(name.as_bytes()))
            .system_info(IDENTITY)
            .font_descriptor(descriptor)
            .default_width(0.0)
            // Codes are neither glyphs of the subset nor of the font, so the identity map would
            // draw the wrong ones.
            .cid_to_gid_map_stream(code_to_glyph);
        cid_font.widths().consecutive(1, widths);
        cid_font.finish();
        let [left, lower, right, upper] = file.bounds;
        let pitch = if face == FontFace::Mono { FontFlags::FIXED_PITCH } else { FontFlags::empty() };
        // Symbolic says that the encoding is the font's own. Readers would else look characters up
        // by standard Latin names.
        pdf.font_descriptor(descriptor)
            .name(Name(name.as_bytes()))
            .flags(FontFlags::SYMBOLIC | pitch)
            .bbox(Rect::new(left, lower, right, upper))
            .italic_angle(0.0)
            .ascent(file.ascent)
            .descent(file.descent)
            .cap_height(face.cap_height())
            .stem_v(face.stem_width())
            .font_file2(data);
        let length = i32::try_from(subset.len()).unwrap_or(i32::MAX);
        // Required of TrueType fonts (ISO 32000-1, 9.9): the length before compression.
        pdf.stream(data, &compress(&subset)).filter(Filter::FlateDecode).pair(Name(b"Length1"), length);
        pdf.cmap(to_unicode, &compress(&unicode.finish())).filter(Filter::FlateDecode);
        pdf.stream(code_to_glyph, &compress(&glyphs)).filter(Filter::FlateDecode);
        Ok(())
    }

    /// Returns the name of the subset: six letters that tell subsets apart, then the name of the font
    /// (ISO 32000-1, 9.6.4). The letters come from the characters, so that the same report gives the
    /// same bytes.
    fn subset_name(&self, face: FontFace) -> String {
        let characters: String = self.in_order.iter().collect();
        let digest = blake3::hash(characters.as_bytes());
        let tag = digest.as_bytes()[..6].iter().map(|byte| char::from(b'A' + byte % 26));
        format!("{}+{}", tag.collect::<String>(), face.postscript_name())
    }
}
