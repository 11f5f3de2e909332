//! How the pages look: measures in points, and one palette that keeps its order in greyscale.

/// Language of the report.
pub(super) const LANGUAGE: &str = "en";

/// Width and height of A4.
pub(super) const PAPER: (f32, f32) = (595.28, 841.89);
/// Where the text of a page begins and ends, across.
pub(super) const LEFT: f32 = 54.0;
pub(super) const RIGHT: f32 = PAPER.0 - 54.0;
/// How wide it is.
pub(super) const WIDTH: f32 = RIGHT - LEFT;
/// Where it begins and ends, downwards.
pub(super) const TOP: f32 = 66.0;
pub(super) const BOTTOM: f32 = PAPER.1 - 64.0;
/// Baselines of the line that all pages but the first begin with, and of that which all end with.
pub(super) const HEADER: f32 = 40.0;
pub(super) const FOOTER: f32 = PAPER.1 - 36.0;

/// Red, green and blue of sRGB.
pub(super) type RgbColour = (u8, u8, u8);

pub(super) const INK: RgbColour = (0x1c, 0x26, 0x30);
/// Beside what matters. On the tint it still has a contrast of more than 4.5 to 1 (WCAG 2.1, 1.4.3).
pub(super) const MUTED: RgbColour = (0x55, 0x62, 0x70);
pub(super) const RULE: RgbColour = (0xd3, 0xda, 0xe1);
pub(super) const TINT: RgbColour = (0xf2, 0xf5, 0xf8);
pub(super) const ACCENT: RgbColour = (0x1b, 0x4b, 0x7a);
/// Of bars.
pub(super) const BAR: RgbColour = (0x5b, 0x8d, 0xb8);
/// Of what asks for attention; a sign and a word stand beside it.
pub(super) const ALERT: RgbColour = (0x9a, 0x3b, 0x12);

/// A font of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FontFace {
    /// Of running text.
    Regular,
    /// Of headings and figures.
    Bold,
    /// Of commands and digests, and of signs that the others lack.
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

/// How text is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TextStyle {
    pub(super) face: FontFace,
    /// Height of the font.
    pub(super) size: f32,
    /// From line to line.
    pub(super) leading: f32,
    pub(super) colour: RgbColour,
}

impl TextStyle {
    const fn new(face: FontFace, size: f32, leading: f32, colour: RgbColour) -> Self {
        Self { face, size, leading, colour }
    }

    /// The same in another colour.
    pub(super) const fn coloured(self, colour: RgbColour) -> Self {
        Self { colour, ..self }
    }

    /// From the top of its line to the baseline: text sits a little below the middle.
    pub(super) fn ascent(&self) -> f32 {
        self.leading / 2.0 + self.size * 0.36
    }
}

pub(super) const TITLE: TextStyle = TextStyle::new(FontFace::Bold, 25.0, 30.0, INK);
pub(super) const BRAND: TextStyle = TextStyle::new(FontFace::Bold, 10.5, 14.0, ACCENT);
pub(super) const SECTION: TextStyle = TextStyle::new(FontFace::Bold, 14.5, 19.0, ACCENT);
pub(super) const SUBSECTION: TextStyle = TextStyle::new(FontFace::Bold, 10.5, 14.0, INK);
pub(super) const BODY: TextStyle = TextStyle::new(FontFace::Regular, 9.5, 14.2, INK);
pub(super) const STRONG: TextStyle = TextStyle::new(FontFace::Bold, 9.5, 14.2, INK);
pub(super) const NOTE: TextStyle = TextStyle::new(FontFace::Regular, 8.0, 11.0, MUTED);
pub(super) const CELL: TextStyle = TextStyle::new(FontFace::Regular, 8.5, 11.4, INK);
pub(super) const HEAD: TextStyle = TextStyle::new(FontFace::Bold, 7.8, 10.4, MUTED);
pub(super) const CODE: TextStyle = TextStyle::new(FontFace::Mono, 7.8, 11.4, INK);
pub(super) const FIGURE: TextStyle = TextStyle::new(FontFace::Bold, 17.0, 21.0, INK);
