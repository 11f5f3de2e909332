//! Look of the pages: lengths in points, and a palette that keeps its order in greyscale.

/// Language of the report.
pub(super) const DOCUMENT_LANGUAGE: &str = "en";

/// Width and height of A4.
pub(super) const PAGE_SIZE: (f32, f32) = (595.28, 841.89);
/// Left and right edge of the text.
pub(super) const TEXT_LEFT: f32 = 54.0;
pub(super) const TEXT_RIGHT: f32 = PAGE_SIZE.0 - 54.0;
/// Width of the text.
pub(super) const TEXT_WIDTH: f32 = TEXT_RIGHT - TEXT_LEFT;
/// Upper and lower edge of the text.
pub(super) const TEXT_TOP: f32 = 66.0;
pub(super) const TEXT_BOTTOM: f32 = PAGE_SIZE.1 - 64.0;
/// Baselines of the header, which the first page lacks, and of the footer.
pub(super) const HEADER_BASELINE: f32 = 40.0;
pub(super) const FOOTER_BASELINE: f32 = PAGE_SIZE.1 - 36.0;

/// Red, green and blue of sRGB.
pub(super) type RgbColour = (u8, u8, u8);

pub(super) const INK_COLOUR: RgbColour = (0x1c, 0x26, 0x30);
/// Colour of secondary text. On the tint the contrast is still above 4.5 to 1 (WCAG 2.1, 1.4.3).
pub(super) const MUTED_COLOUR: RgbColour = (0x55, 0x62, 0x70);
pub(super) const RULE_COLOUR: RgbColour = (0xd3, 0xda, 0xe1);
pub(super) const TINT_COLOUR: RgbColour = (0xf2, 0xf5, 0xf8);
pub(super) const ACCENT_COLOUR: RgbColour = (0x1b, 0x4b, 0x7a);
/// Colour of bars.
pub(super) const BAR_COLOUR: RgbColour = (0x5b, 0x8d, 0xb8);
/// Colour of alerts, which also have a sign and a word.
pub(super) const ALERT_COLOUR: RgbColour = (0x9a, 0x3b, 0x12);

/// A font of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FontFace {
    /// For body text.
    Regular,
    /// For headings and metrics.
    Bold,
    /// For commands and digests, and for signs that the other fonts lack.
    Mono,
}

impl FontFace {
    pub(super) const ALL: [Self; 3] = [Self::Regular, Self::Bold, Self::Mono];

    pub(super) fn postscript_name(self) -> &'static str {
        match self {
            Self::Regular => "NotoSans-Regular",
            Self::Bold => "NotoSans-Bold",
            Self::Mono => "DejaVuSansMono",
        }
    }

    pub(super) fn bytes(self) -> &'static [u8] {
        match self {
            Self::Regular => notosans::REGULAR_TTF,
            Self::Bold => notosans::BOLD_TTF,
            Self::Mono => dejavu::sans_mono::regular(),
        }
    }

    /// Returns the height of capital letters, in thousandths of the font's height.
    pub(super) fn cap_height(self) -> f32 {
        match self {
            Self::Regular | Self::Bold => 714.0,
            Self::Mono => 729.0,
        }
    }

    /// Returns the width of vertical stems, in thousandths of the font's height.
    pub(super) fn stem_width(self) -> f32 {
        match self {
            Self::Regular | Self::Mono => 95.0,
            Self::Bold => 169.0,
        }
    }
}

/// Look of text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TextStyle {
    pub(super) face: FontFace,
    /// Font size.
    pub(super) size: f32,
    /// Distance of baselines.
    pub(super) leading: f32,
    pub(super) colour: RgbColour,
}

impl TextStyle {
    const fn new(face: FontFace, size: f32, leading: f32, colour: RgbColour) -> Self {
        Self { face, size, leading, colour }
    }

    /// Returns the style in another colour.
    pub(super) const fn coloured(self, colour: RgbColour) -> Self {
        Self { colour, ..self }
    }

    /// Returns the distance from the top of a line to its baseline. Text sits a little below the
    /// middle.
    pub(super) fn ascent(&self) -> f32 {
        self.leading / 2.0 + self.size * 0.36
    }
}

pub(super) const TITLE_TEXT: TextStyle = TextStyle::new(FontFace::Bold, 25.0, 30.0, INK_COLOUR);
pub(super) const BRAND_TEXT: TextStyle = TextStyle::new(FontFace::Bold, 10.5, 14.0, ACCENT_COLOUR);
pub(super) const SECTION_HEADING: TextStyle = TextStyle::new(FontFace::Bold, 14.5, 19.0, ACCENT_COLOUR);
pub(super) const SUBSECTION_HEADING: TextStyle = TextStyle::new(FontFace::Bold, 10.5, 14.0, INK_COLOUR);
pub(super) const BODY_TEXT: TextStyle = TextStyle::new(FontFace::Regular, 9.5, 14.2, INK_COLOUR);
pub(super) const STRONG_TEXT: TextStyle = TextStyle::new(FontFace::Bold, 9.5, 14.2, INK_COLOUR);
pub(super) const NOTE_TEXT: TextStyle = TextStyle::new(FontFace::Regular, 8.0, 11.0, MUTED_COLOUR);
pub(super) const CELL_TEXT: TextStyle = TextStyle::new(FontFace::Regular, 8.5, 11.4, INK_COLOUR);
pub(super) const HEAD_TEXT: TextStyle = TextStyle::new(FontFace::Bold, 7.8, 10.4, MUTED_COLOUR);
pub(super) const CODE_TEXT: TextStyle = TextStyle::new(FontFace::Mono, 7.8, 11.4, INK_COLOUR);
pub(super) const METRIC_TEXT: TextStyle = TextStyle::new(FontFace::Bold, 17.0, 21.0, INK_COLOUR);
