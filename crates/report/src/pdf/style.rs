//! How the pages look: measures in points, and one palette that keeps its order in greyscale.

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
pub(super) type Colour = (u8, u8, u8);

pub(super) const INK: Colour = (0x1c, 0x26, 0x30);
/// Beside what matters. On the tint it still has a contrast of more than 4.5 to 1 (WCAG 2.1, 1.4.3).
pub(super) const MUTED: Colour = (0x55, 0x62, 0x70);
pub(super) const RULE: Colour = (0xd3, 0xda, 0xe1);
pub(super) const TINT: Colour = (0xf2, 0xf5, 0xf8);
pub(super) const ACCENT: Colour = (0x1b, 0x4b, 0x7a);
/// Of bars.
pub(super) const BAR: Colour = (0x5b, 0x8d, 0xb8);
/// Of what asks for attention; a sign and a word stand beside it.
pub(super) const ALERT: Colour = (0x9a, 0x3b, 0x12);

/// A font of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    /// Of running text.
    Regular,
    /// Of headings and figures.
    Bold,
    /// Of commands and digests, and of signs that the others lack.
    Mono,
}

/// How text is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Style {
    pub(super) face: Face,
    /// Height of the font.
    pub(super) size: f32,
    /// From line to line.
    pub(super) leading: f32,
    pub(super) colour: Colour,
}

impl Style {
    const fn new(face: Face, size: f32, leading: f32, colour: Colour) -> Self {
        Self { face, size, leading, colour }
    }

    /// The same in another colour.
    pub(super) const fn coloured(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }

    /// From the top of its line to the baseline: text sits a little below the middle.
    pub(super) fn ascent(&self) -> f32 {
        self.leading / 2.0 + self.size * 0.36
    }
}

pub(super) const TITLE: Style = Style::new(Face::Bold, 25.0, 30.0, INK);
pub(super) const BRAND: Style = Style::new(Face::Bold, 10.5, 14.0, ACCENT);
pub(super) const SECTION: Style = Style::new(Face::Bold, 14.5, 19.0, ACCENT);
pub(super) const SUBSECTION: Style = Style::new(Face::Bold, 10.5, 14.0, INK);
pub(super) const BODY: Style = Style::new(Face::Regular, 9.5, 14.2, INK);
pub(super) const STRONG: Style = Style::new(Face::Bold, 9.5, 14.2, INK);
pub(super) const NOTE: Style = Style::new(Face::Regular, 8.0, 11.0, MUTED);
pub(super) const CELL: Style = Style::new(Face::Regular, 8.5, 11.4, INK);
pub(super) const HEAD: Style = Style::new(Face::Bold, 7.8, 10.4, MUTED);
pub(super) const CODE: Style = Style::new(Face::Mono, 7.8, 11.4, INK);
pub(super) const FIGURE: Style = Style::new(Face::Bold, 17.0, 21.0, INK);
