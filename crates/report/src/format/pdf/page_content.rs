//! Turns the shapes of a page into PDF operators (ISO 32000-1, annex A).

use pdf_writer::types::{ArtifactType, LineJoinStyle};
use pdf_writer::{Content, Name, Settings, Str};

use super::font_embedding::UsedCharacters;
use super::fonts::FontSet;
use super::layout::{DrawnShape, PageShapes};
use super::structure::{NodeId, StructureNode};
use super::style::{FontFace, PAGE_SIZE, RgbColour, TextStyle};

/// Dictionaries on one line: nobody reads them.
pub(super) const COMPACT: Settings = Settings { pretty: false };

/// Writes the operators of pages, and remembers the characters that they use.
pub(super) struct PageContentWriter<'a> {
    pub(super) fonts: &'a FontSet,
    pub(super) nodes: &'a [StructureNode],
    /// In the order of [`FontFace::ALL`].
    pub(super) used: [UsedCharacters; 3],
}

impl PageContentWriter<'_> {
    /// Returns the operators of a page, and the nodes that its marked content belongs to, by the
    /// number of the mark.
    pub(super) fn page(&mut self, page: &PageShapes) -> (Vec<u8>, Vec<NodeId>) {
        let mut content = Content::with_settings(COMPACT);
        let mut marked = Vec::new();
        for group in &page.groups {
            match group.node {
                Some(node) => {
                    let mark = i32::try_from(marked.len()).unwrap_or(i32::MAX);
                    content
                        .begin_marked_content_with_properties(self.nodes[node].kind.role().to_name())
                        .properties()
                        .identify(mark);
                    marked.push(node);
                }
                // Tagged PDF divides all content into that of nodes and artifacts (ISO 32000-1,
                // 14.8.2.2).
                None => {
                    content
                        .begin_marked_content_with_properties(Name(b"Artifact"))
                        .properties()
                        .artifact()
                        .kind(ArtifactType::Layout);
                }
            }
            for shape in &group.shapes {
                self.shape(&mut content, shape);
            }
            content.end_marked_content();
        }
        (content.finish().into_vec(), marked)
    }

    fn shape(&mut self, content: &mut Content, shape: &DrawnShape) {
        match shape {
            DrawnShape::Text { x, baseline, style, line } => {
                self.text(content, (*x, *baseline), style, &line.text)
            }
            DrawnShape::Block { x, y, width, height, colour } => {
                let [red, green, blue] = components(*colour);
                content
                    .set_fill_rgb(red, green, blue)
                    .rect(*x, upwards(y + height), *width, *height)
                    .fill_nonzero();
            }
            DrawnShape::Stroke { points, width, colour, dash } => {
                let [red, green, blue] = components(*colour);
                content
                    .set_stroke_rgb(red, green, blue)
                    .set_line_width(*width)
                    .set_line_join(LineJoinStyle::RoundJoin)
                    .set_dash_pattern(dash.iter().copied(), 0.0);
                for (index, (x, y)) in points.iter().enumerate() {
                    match index {
                        0 => content.move_to(*x, upwards(*y)),
                        _ => content.line_to(*x, upwards(*y)),
                    };
                }
                content.stroke();
            }
        }
    }

    fn text(&mut self, content: &mut Content, (x, baseline): (f32, f32), style: &TextStyle, text: &str) {
        let [red, green, blue] = components(style.colour);
        content.set_fill_rgb(red, green, blue).begin_text();
        let mut at = x;
        for span in self.fonts.spans(style.face, text) {
            let used = &mut self.used[span.face as usize];
            let codes: Vec<u8> = span.text.chars().flat_map(|c| used.code(c).to_be_bytes()).collect();
            content
                .set_font(font_name(span.face), style.size)
                // The matrix is absolute, so a span starts where it was measured, whatever widths
                // the reader assumes.
                .set_text_matrix([1.0, 0.0, 0.0, 1.0, at, upwards(baseline)])
                .show(Str(&codes));
            at += span.width * style.size;
        }
        content.end_text();
    }
}

/// Returns the name by which pages refer to a font.
pub(super) fn font_name(face: FontFace) -> Name<'static> {
    Name(match face {
        FontFace::Regular => b"Regular",
        FontFace::Bold => b"Bold",
        FontFace::Mono => b"Mono",
    })
}

/// The layout counts from the top of the page, PDF from its foot.
fn upwards(y: f32) -> f32 {
    PAGE_SIZE.1 - y
}

fn components((red, green, blue): RgbColour) -> [f32; 3] {
    [red, green, blue].map(|component| f32::from(component) / 255.0)
}
