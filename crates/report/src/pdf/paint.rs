//! From pages to PDF: PDF/A-2a and PDF/UA-1, which krilla checks while it writes.

use krilla::color::rgb;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, LineJoin, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, TagGroup, TagTree};
use krilla::{Document, SerializeSettings};

use super::fonts::Fonts;
use super::layout::{Layout, Page, Shape};
use super::style::{Colour, LEFT, PAPER, Style};
use crate::ReportError;

/// The language of the report.
pub(super) const LANGUAGE: &str = "en";

/// The file that has these pages.
///
/// # Errors
/// [`ReportError::Pdf`] if it would not keep to the standards.
pub(super) fn paint(layout: Layout<'_>, metadata: Metadata) -> Result<Vec<u8>, ReportError> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| ReportError::Pdf(format!("{error:?}")))?;
    let mut document =
        Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let mut leaves: Vec<Vec<Identifier>> = vec![Vec::new(); layout.nodes.len()];
    for page in &layout.pages {
        let settings = PageSettings::from_wh(PAPER.0, PAPER.1)
            .ok_or_else(|| ReportError::Pdf("the page has no size".to_owned()))?;
        let mut sheet = document.start_page_with(settings);
        let mut surface = sheet.surface();
        draw(&mut surface, page, layout.fonts, &mut leaves);
        surface.finish();
        sheet.finish();
    }
    let mut outline = Outline::new();
    for bookmark in &layout.bookmarks {
        let destination = XyzDestination::new(bookmark.page, Point::from_xy(LEFT, bookmark.y));
        outline.push_child(OutlineNode::new(bookmark.title.clone(), destination));
    }
    document.set_outline(outline);
    document.set_tag_tree(tree(layout, leaves));
    document.set_metadata(metadata);
    document.finish().map_err(|error| ReportError::Pdf(format!("{error}: {error:?}")))
}

fn draw(surface: &mut Surface<'_>, page: &Page, fonts: &Fonts, leaves: &mut [Vec<Identifier>]) {
    for part in &page.parts {
        let tag = match part.node {
            Some(_) => ContentTag::Other,
            None => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
        };
        let identifier = surface.start_tagged(tag);
        for shape in &part.shapes {
            shape_on(surface, shape, fonts);
        }
        surface.end_tagged();
        if let Some(node) = part.node {
            leaves[node].push(identifier);
        }
    }
}

fn shape_on(surface: &mut Surface<'_>, shape: &Shape, fonts: &Fonts) {
    match shape {
        Shape::Text { x, baseline, style, line } => {
            text_on(surface, (*x, *baseline), style, &line.text, fonts)
        }
        Shape::Block { x, y, width, height, colour } => {
            let mut path = PathBuilder::new();
            if let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) {
                path.push_rect(rect);
            }
            fill(surface, path.finish(), *colour);
        }
        Shape::Stroke { points, width, colour, dash } => {
            let mut path = PathBuilder::new();
            for (index, (x, y)) in points.iter().enumerate() {
                match index {
                    0 => path.move_to(*x, *y),
                    _ => path.line_to(*x, *y),
                }
            }
            let Some(path) = path.finish() else { return };
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke {
                paint: paint_of(*colour).into(),
                width: *width,
                line_join: LineJoin::Round,
                dash: (!dash.is_empty()).then(|| StrokeDash { array: dash.to_vec(), offset: 0.0 }),
                ..Stroke::default()
            }));
            surface.draw_path(&path);
        }
    }
}

fn text_on(surface: &mut Surface<'_>, (x, baseline): (f32, f32), style: &Style, text: &str, fonts: &Fonts) {
    surface.set_stroke(None);
    surface.set_fill(Some(Fill { paint: paint_of(style.colour).into(), ..Fill::default() }));
    let mut at = x;
    for span in fonts.spans(style.face, text) {
        let start = Point::from_xy(at, baseline);
        surface.draw_glyphs(start, &span.glyphs, span.font, span.text, style.size, false);
        at += span.width * style.size;
    }
}

fn fill(surface: &mut Surface<'_>, path: Option<Path>, colour: Colour) {
    let Some(path) = path else { return };
    surface.set_stroke(None);
    surface.set_fill(Some(Fill { paint: paint_of(colour).into(), ..Fill::default() }));
    surface.draw_path(&path);
}

fn paint_of((red, green, blue): Colour) -> rgb::Color {
    rgb::Color::new(red, green, blue)
}

/// What the parts of the pages are, in reading order. A node is behind the one that it is in, so
/// that from the last to the first, each is complete when it is put there.
fn tree(layout: Layout<'_>, leaves: Vec<Vec<Identifier>>) -> TagTree {
    let mut tree = TagTree::new().with_lang(Some(LANGUAGE.to_owned()));
    let mut groups: Vec<(TagGroup, Option<usize>)> = layout
        .nodes
        .into_iter()
        .zip(leaves)
        .map(|((tag, parent), leaves)| {
            (TagGroup::with_children(tag, leaves.into_iter().map(Into::into).collect()), parent)
        })
        .collect();
    let mut top = Vec::new();
    while let Some((mut group, parent)) = groups.pop() {
        // Children came last first.
        if group.children.iter().any(|child| matches!(child, krilla::tagging::Node::Group(_))) {
            group.children.reverse();
        }
        match parent {
            Some(parent) => groups[parent].0.push(group),
            None => top.push(group),
        }
    }
    top.into_iter().rev().for_each(|group| tree.push(group));
    tree
}
