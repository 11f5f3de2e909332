//! Reads the tables of a TrueType font that are needed to set text: `cmap`, `head`, `hhea` and `hmtx` of OpenType 1.9.
//!
//! The fonts are constants of the program, so `None` means that the program itself is damaged.

use std::collections::BTreeMap;

/// A font whose tables have been read. Lengths are in thousandths of the font's height, as PDF
/// counts them.
pub(super) struct FontFile {
    pub(super) bytes: &'static [u8],
    /// Left, lower, right and upper edge of a box that holds every glyph.
    pub(super) bounds: [f32; 4],
    pub(super) ascent: f32,
    pub(super) descent: f32,
    /// Glyphs by the characters that they draw.
    glyphs: BTreeMap<char, u16>,
    /// Advance widths by glyph; glyphs beyond the last one have its width.
    advances: Vec<f32>,
}

impl FontFile {
    pub(super) fn parse(bytes: &'static [u8]) -> Option<Self> {
        let head = table(bytes, b"head")?;
        let hhea = table(bytes, b"hhea")?;
        // Offsets as the OpenType specification gives them: `head` has unitsPerEm at 18 and xMin to
        // yMax from 36; `hhea` has ascender at 4, descender at 6 and numberOfHMetrics at 34.
        let scale = 1000.0 / f32::from(u16_at(head, 18)?);
        let length_at = |table, at| Some(f32::from(u16_at(table, at)?.cast_signed()) * scale);
        let hmtx = table(bytes, b"hmtx")?;
        let metrics = usize::from(u16_at(hhea, 34)?);
        Some(Self {
            bytes,
            bounds: [length_at(head, 36)?, length_at(head, 38)?, length_at(head, 40)?, length_at(head, 42)?],
            ascent: length_at(hhea, 4)?,
            descent: length_at(hhea, 6)?,
            glyphs: glyphs(table(bytes, b"cmap")?)?,
            // Each entry is an advance and a left bearing, two bytes each; fixed-width fonts may have a
            // single one.
            advances: (0..metrics)
                .map(|glyph| Some(f32::from(u16_at(hmtx, 4 * glyph)?) * scale))
                .collect::<Option<_>>()?,
        })
    }

    /// Returns the glyph that draws a character, if there is one.
    pub(super) fn glyph(&self, character: char) -> Option<u16> {
        self.glyphs.get(&character).copied()
    }

    /// Returns how far a glyph moves the text on.
    pub(super) fn advance(&self, glyph: u16) -> f32 {
        self.advances.get(usize::from(glyph)).or(self.advances.last()).copied().unwrap_or_default()
    }
}

/// Finds a table by its tag in the table directory.
fn table(bytes: &'static [u8], tag: &[u8; 4]) -> Option<&'static [u8]> {
    let count = usize::from(u16_at(bytes, 4)?);
    // The directory starts behind a header of 12 bytes; a record is tag, checksum, offset and
    // length.
    let records = (0..count).map(|n| 12 + 16 * n);
    let record = records.into_iter().find(|at| bytes.get(*at..at + 4) == Some(tag))?;
    let (offset, length) = (u32_at(bytes, record + 8)? as usize, u32_at(bytes, record + 12)? as usize);
    bytes.get(offset..offset.checked_add(length)?)
}

/// Reads the subtables of `cmap` that map Unicode: format 4 has the first 65,536 characters, and
/// format 12 has all of them.
fn glyphs(cmap: &[u8]) -> Option<BTreeMap<char, u16>> {
    let mut glyphs = BTreeMap::new();
    for subtable in 0..usize::from(u16_at(cmap, 2)?) {
        let record = 4 + 8 * subtable;
        let subtable = cmap.get(u32_at(cmap, record + 4)? as usize..)?;
        // Platform 3 is Windows; its encodings 1 and 10 are Unicode.
        match (u16_at(cmap, record)?, u16_at(cmap, record + 2)?, u16_at(subtable, 0)?) {
            (3, 1, 4) => add_segments(subtable, &mut glyphs)?,
            (3, 10, 12) => add_groups(subtable, &mut glyphs)?,
            _ => {}
        }
    }
    Some(glyphs)
}

/// Reads format 4: segments whose glyphs are an offset away, or stand in an array.
fn add_segments(subtable: &[u8], glyphs: &mut BTreeMap<char, u16>) -> Option<()> {
    let twice_segments = usize::from(u16_at(subtable, 6)?);
    for at in (14..14 + twice_segments).step_by(2) {
        // Four arrays of the same length: ends, starts, deltas, offsets; a pad is behind the first.
        let starts = at + twice_segments + 2;
        let (end, start) = (u16_at(subtable, at)?, u16_at(subtable, starts)?);
        let delta = u16_at(subtable, starts + twice_segments)?;
        let offsets = starts + 2 * twice_segments;
        let offset = usize::from(u16_at(subtable, offsets)?);
        for code in start..=end {
            let glyph = match offset {
                0 => code.wrapping_add(delta),
                // An offset counts bytes from the place where it stands itself.
                _ => match u16_at(subtable, offsets + offset + 2 * usize::from(code - start)) {
                    None | Some(0) => 0,
                    Some(glyph) => glyph.wrapping_add(delta),
                },
            };
            add(glyphs, u32::from(code), glyph);
        }
    }
    Some(())
}

/// Reads format 12: groups of characters whose glyphs follow each other too.
fn add_groups(subtable: &[u8], glyphs: &mut BTreeMap<char, u16>) -> Option<()> {
    for group in 0..u32_at(subtable, 12)? as usize {
        let at = 16 + 12 * group;
        let (start, end) = (u32_at(subtable, at)?, u32_at(subtable, at + 4)?);
        let first = u32_at(subtable, at + 8)?;
        for code in start..=end.min(u32::from(char::MAX)) {
            add(glyphs, code, u16::try_from(first + (code - start)).ok()?);
        }
    }
    Some(())
}

/// Glyph 0 is the box that stands for a missing character.
fn add(glyphs: &mut BTreeMap<char, u16>, code: u32, glyph: u16) {
    if let Some(character) = char::from_u32(code).filter(|_| glyph != 0) {
        glyphs.insert(character, glyph);
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fonts_have_the_metrics_that_other_readers_see() {
        // Compared with what fontTools reads.
        let noto = FontFile::parse(notosans::REGULAR_TTF).unwrap();
        assert_eq!(noto.advance(noto.glyph('A').unwrap()), 639.16016);
        assert_eq!((noto.ascent, noto.descent), (1068.8477, -292.96875));
        assert_eq!((noto.glyph('漢'), noto.glyphs.len()), (None, 2187));
        let mono = FontFile::parse(dejavu::sans_mono::regular()).unwrap();
        assert_eq!(mono.advance(mono.glyph('A').unwrap()), 602.0508);
        assert!(mono.glyph('\u{1d670}').is_some(), "beyond the first 65,536 characters");
    }
}
