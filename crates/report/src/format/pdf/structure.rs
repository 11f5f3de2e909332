//! The structure tree: tells programs such as screen readers what each piece of marked content is, such as a heading
//! or a table cell (ISO 32000-1, 14.7 and 14.8).

use pdf_writer::types::{StructRole, TableHeaderScope};
use pdf_writer::writers::StructTreeRoot;
use pdf_writer::{Finish, Pdf, Rect, Ref, TextStr};

use super::style::{DOCUMENT_LANGUAGE, PAGE_SIZE};

/// Index of a node in reading order.
pub(super) type NodeId = usize;

/// A node of the structure tree. Its parent comes before it.
pub(super) struct StructureNode {
    pub(super) kind: NodeKind,
    /// None for those directly below the document.
    pub(super) parent: Option<NodeId>,
}

/// Kind of a node, such as a heading or a table.
#[derive(Clone, Debug)]
pub(super) enum NodeKind {
    Paragraph,
    /// A heading of level 1 to 3.
    Heading(u8),
    Table,
    TableHead,
    TableBody,
    TableRow,
    ColumnHeader,
    RowHeader,
    TableCell,
    /// A chart: the text that stands for it, and the area that it covers, counted from the top of
    /// the page: left, top, width, height.
    Figure {
        text: String,
        area: [f32; 4],
    },
}

impl NodeKind {
    pub(super) fn role(&self) -> StructRole {
        match self {
            Self::Paragraph => StructRole::P,
            Self::Heading(1) => StructRole::H1,
            Self::Heading(2) => StructRole::H2,
            Self::Heading(_) => StructRole::H3,
            Self::Table => StructRole::Table,
            Self::TableHead => StructRole::THead,
            Self::TableBody => StructRole::TBody,
            Self::TableRow => StructRole::TR,
            Self::ColumnHeader | Self::RowHeader => StructRole::TH,
            Self::TableCell => StructRole::TD,
            Self::Figure { .. } => StructRole::Figure,
        }
    }
}

/// Writes the tree. `pages` has, for each page, its id and the node of each mark on it.
pub(super) fn write_tree(
    pdf: &mut Pdf,
    root: Ref,
    next: &mut Ref,
    nodes: &[StructureNode],
    pages: &[(Ref, Vec<NodeId>)],
) {
    let document = next.bump();
    let ids: Vec<Ref> = nodes.iter().map(|_| next.bump()).collect();
    let mut children: Vec<Vec<Ref>> = vec![Vec::new(); nodes.len()];
    let mut top = Vec::new();
    for (node, id) in nodes.iter().zip(&ids) {
        match node.parent {
            Some(parent) => children[parent].push(*id),
            None => top.push(*id),
        }
    }
    let mut marks: Vec<Vec<(Ref, i32)>> = vec![Vec::new(); nodes.len()];
    for (page, marked) in pages {
        for (mark, node) in (0..).zip(marked) {
            marks[*node].push((*page, mark));
        }
    }
    for (index, node) in nodes.iter().enumerate() {
        let mut element = pdf.struct_element(ids[index]);
        element.kind(node.kind.role()).parent(node.parent.map_or(document, |parent| ids[parent]));
        match &node.kind {
            NodeKind::ColumnHeader => {
                element.attributes().push().table().scope(TableHeaderScope::Column);
            }
            NodeKind::RowHeader => {
                element.attributes().push().table().scope(TableHeaderScope::Row);
            }
            NodeKind::Figure { text, area: [left, top, width, height] } => {
                let bounds = Rect::new(*left, PAGE_SIZE.1 - top - height, left + width, PAGE_SIZE.1 - top);
                element.alt(TextStr(text)).attributes().push().layout().bbox(bounds);
            }
            _ => {}
        }
        // A node that goes on over pages says of each mark on which page it is.
        let first_page = marks[index].first().map(|(page, _)| *page);
        if let Some(page) = first_page {
            element.page(page);
        }
        let mut kids = element.children();
        for (page, mark) in &marks[index] {
            if Some(*page) == first_page {
                kids.marked_content_id(*mark);
            } else {
                kids.marked_content_ref().page(*page).marked_content_id(*mark);
            }
        }
        for child in &children[index] {
            kids.struct_element(*child);
        }
    }
    let mut element = pdf.struct_element(document);
    element.kind(StructRole::Document).parent(root).lang(TextStr(DOCUMENT_LANGUAGE));
    let mut kids = element.children();
    for child in top {
        kids.struct_element(child);
    }
    kids.finish();
    element.finish();

    // From the marks of a page back to their nodes.
    let parents: Vec<Ref> = pages.iter().map(|_| next.bump()).collect();
    for ((_, marked), id) in pages.iter().zip(&parents) {
        pdf.indirect(*id).array().items(marked.iter().map(|node| ids[*node]));
    }
    let mut tree = pdf.indirect(root).start::<StructTreeRoot<'_>>();
    tree.child(document);
    let mut numbers = tree.parent_tree();
    let mut numbers = numbers.nums();
    for (page, id) in (0..).zip(parents) {
        numbers.insert(page, id);
    }
}
