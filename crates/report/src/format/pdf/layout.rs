//! Fills pages from top to bottom. Keeps the shapes of each page, and the structure for readers who do not see the
//! page. This module does not depend on PDF.

use super::fonts::FontSet;
use super::line_break::TextLine;
use super::structure::{NodeId, NodeKind, StructureNode};
use super::style::{
    PAGE_SIZE, RgbColour, SECTION_HEADING, SUBSECTION_HEADING, TEXT_BOTTOM, TEXT_LEFT, TEXT_RIGHT, TEXT_TOP,
    TEXT_WIDTH, TextStyle,
};

/// A shape on a page.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum DrawnShape {
    /// Text on a baseline.
    Text { x: f32, baseline: f32, style: TextStyle, line: TextLine },
    /// A filled rectangle.
    Block { x: f32, y: f32, width: f32, height: f32, colour: RgbColour },
    /// A line through points.
    Stroke { points: Vec<(f32, f32)>, width: f32, colour: RgbColour, dash: &'static [f32] },
}

/// Shapes of one node, in the order in which they are drawn.
#[derive(Debug)]
pub(super) struct ShapeGroup {
    /// `None` for decoration.
    pub(super) node: Option<NodeId>,
    pub(super) shapes: Vec<DrawnShape>,
}

/// Shapes of a page.
#[derive(Debug, Default)]
pub(super) struct PageShapes {
    pub(super) groups: Vec<ShapeGroup>,
}

/// Start of a section.
#[derive(Debug)]
pub(super) struct Bookmark {
    pub(super) title: String,
    pub(super) page: usize,
    pub(super) y: f32,
}

/// The pages, and the place of the next element.
pub(super) struct PageLayout<'a> {
    pub(super) fonts: &'a FontSet,
    pub(super) pages: Vec<PageShapes>,
    /// Nodes of the structure tree, in reading order.
    pub(super) nodes: Vec<StructureNode>,
    pub(super) bookmarks: Vec<Bookmark>,
    /// Headings that wait for the element below them, so that no heading is alone at the end of a page.
    pending: Vec<(HeadingLevel, String)>,
    y: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HeadingLevel {
    Section,
    Subsection,
}

impl HeadingLevel {
    fn style(self) -> TextStyle {
        match self {
            Self::Section => SECTION_HEADING,
            Self::Subsection => SUBSECTION_HEADING,
        }
    }

    /// Returns the space above and below.
    fn gaps(self) -> (f32, f32) {
        match self {
            Self::Section => (24.0, 7.0),
            Self::Subsection => (14.0, 5.0),
        }
    }
}

impl<'a> PageLayout<'a> {
    pub(super) fn new(fonts: &'a FontSet) -> Self {
        let pages = vec![PageShapes::default()];
        Self { fonts, pages, nodes: Vec::new(), bookmarks: Vec::new(), pending: Vec::new(), y: TEXT_TOP }
    }

    /// Adds a heading that is also in the outline. An element must follow.
    pub(super) fn section(&mut self, title: &str) {
        self.pending.push((HeadingLevel::Section, title.to_owned()));
    }

    /// Adds a heading below a section. An element must follow.
    pub(super) fn subsection(&mut self, title: &str) {
        self.pending.push((HeadingLevel::Subsection, title.to_owned()));
    }

    /// Makes room of this height below the waiting headings, on a new page if necessary. Returns the
    /// top of the room.
    pub(super) fn open(&mut self, height: f32) -> f32 {
        // Taken out first: drawing them adds nodes, and no node may be added while headings wait.
        let pending = std::mem::take(&mut self.pending);
        let wrapped: Vec<(HeadingLevel, Vec<TextLine>)> = pending
            .iter()
            .map(|(heading, title)| (*heading, self.fonts.wrap(title, &heading.style(), TEXT_WIDTH)))
            .collect();
        let headings: f32 = wrapped
            .iter()
            .map(|(heading, lines)| {
                let (above, below) = heading.gaps();
                above + heading.style().leading * lines.len() as f32 + below
            })
            .sum();
        // At the top of a page, a new page would have no more room.
        if self.y > TEXT_TOP && self.y + headings + height > TEXT_BOTTOM {
            self.new_page();
        }
        for (index, (heading, lines)) in wrapped.into_iter().enumerate() {
            let (above, below) = heading.gaps();
            // The heading above has left enough space.
            self.gap(if index == 0 { above } else { 0.0 });
            self.heading(heading, &lines);
            self.y += below;
        }
        self.y
    }

    fn heading(&mut self, heading: HeadingLevel, lines: &[TextLine]) {
        let title: String = lines.iter().map(|line| line.text.as_str()).collect();
        let level = match heading {
            HeadingLevel::Section => 2,
            HeadingLevel::Subsection => 3,
        };
        let node = self.node(None, NodeKind::Heading(level));
        if heading == HeadingLevel::Section {
            self.bookmarks.push(Bookmark { title, page: self.page(), y: self.y });
        }
        self.lines(Some(node), TEXT_LEFT, lines, &heading.style());
    }

    /// Draws lines below each other. There must be room for them.
    pub(super) fn lines(&mut self, node: Option<NodeId>, x: f32, lines: &[TextLine], style: &TextStyle) {
        for line in lines {
            self.text(node, x, self.y, line.clone(), style);
            self.y += style.leading;
        }
    }

    /// Adds a paragraph. At least two of its lines stay together.
    pub(super) fn paragraph(&mut self, text: &str, style: &TextStyle) {
        let lines = self.fonts.wrap(text, style, TEXT_WIDTH);
        // Three lines stay whole: two and one would leave the last alone.
        let together = |left: usize| if left <= 3 { left } else { 2 };
        self.open(style.leading * together(lines.len()) as f32);
        let node = self.node(None, NodeKind::Paragraph);
        for (index, line) in lines.iter().enumerate() {
            let wanted = if index + 2 == lines.len() { 2 } else { 1 };
            self.open(style.leading * wanted as f32);
            self.lines(Some(node), TEXT_LEFT, std::slice::from_ref(line), style);
        }
    }

    /// Leaves space, except at the top of a page.
    pub(super) fn gap(&mut self, height: f32) {
        if self.y > TEXT_TOP {
            self.y += height;
        }
    }

    /// Moves the place of the next element down.
    pub(super) fn advance(&mut self, height: f32) {
        self.y += height;
    }

    /// Returns the height of the room left on this page.
    pub(super) fn room(&self) -> f32 {
        TEXT_BOTTOM - self.y
    }

    /// Returns the top of the next element.
    pub(super) fn y(&self) -> f32 {
        self.y
    }

    pub(super) fn new_page(&mut self) {
        self.pages.push(PageShapes::default());
        self.y = TEXT_TOP;
    }

    /// Returns the index of the current page.
    pub(super) fn page(&self) -> usize {
        self.pages.len() - 1
    }

    /// Adds a node, after all others in reading order. Call [`open`](Self::open) before, which draws
    /// the waiting headings.
    pub(super) fn node(&mut self, parent: Option<NodeId>, kind: NodeKind) -> NodeId {
        debug_assert!(self.pending.is_empty(), "a heading would be read out behind its text");
        self.nodes.push(StructureNode { kind, parent });
        self.nodes.len() - 1
    }

    /// Adds a node for a chart, with the text that stands for it.
    pub(super) fn figure(
        &mut self,
        words: &str,
        left: f32,
        top: f32,
        width: f32,
        height: f32,
    ) -> Option<NodeId> {
        let text = self.fonts.readable(words);
        Some(self.node(None, NodeKind::Figure { text, area: [left, top, width, height] }))
    }

    /// Draws a line of text with its top at `y`.
    pub(super) fn text(&mut self, node: Option<NodeId>, x: f32, y: f32, line: TextLine, style: &TextStyle) {
        let baseline = y + style.ascent();
        self.draw(node, DrawnShape::Text { x, baseline, style: *style, line });
    }

    /// Draws a line of text that ends at `x`.
    pub(super) fn text_to(
        &mut self,
        node: Option<NodeId>,
        x: f32,
        y: f32,
        line: TextLine,
        style: &TextStyle,
    ) {
        self.text(node, x - line.width, y, line, style);
    }

    /// Draws a rule, which is decoration.
    pub(super) fn rule(&mut self, x: f32, y: f32, width: f32, thickness: f32, colour: RgbColour) {
        self.draw(None, DrawnShape::Block { x, y, width, height: thickness, colour });
    }

    /// Draws something on the current page.
    pub(super) fn draw(&mut self, node: Option<NodeId>, shape: DrawnShape) {
        // The margins are drawn on the page directly; what is laid out must stay between them.
        debug_assert!(
            shape.is_within(TEXT_LEFT, TEXT_TOP, TEXT_RIGHT, TEXT_BOTTOM),
            "outside the page: {shape:?}"
        );
        let page = self.page();
        self.pages[page].draw(node, shape);
    }
}

impl PageShapes {
    pub(super) fn draw(&mut self, node: Option<NodeId>, shape: DrawnShape) {
        debug_assert!(
            shape.is_within(TEXT_LEFT, 0.0, TEXT_RIGHT, PAGE_SIZE.1),
            "outside the page: {shape:?}"
        );
        match self.groups.last_mut() {
            Some(part) if part.node == node => part.shapes.push(shape),
            _ => self.groups.push(ShapeGroup { node, shapes: vec![shape] }),
        }
    }
}

impl DrawnShape {
    /// Whether the shape is within these edges, except for rounding.
    fn is_within(&self, left: f32, top: f32, right: f32, bottom: f32) -> bool {
        let inside =
            |x: f32, y: f32| x >= left - 0.5 && x <= right + 0.5 && y >= top - 0.5 && y <= bottom + 0.5;
        match self {
            Self::Text { x, baseline, style, line } => {
                inside(*x, baseline - style.size * 0.8) && inside(x + line.width, baseline + style.size * 0.2)
            }
            Self::Block { x, y, width, height, .. } => inside(*x, *y) && inside(x + width, y + height),
            Self::Stroke { points, .. } => points.iter().all(|(x, y)| inside(*x, *y)),
        }
    }
}
