//! Makes a file of the pages: PDF/A-2a (ISO 19005-2) and PDF/UA-1 (ISO 14289-1), so that it can be
//! archived and read aloud.
//!
//! What the two standards ask for, and where it is done: every shape is marked as content or as
//! decoration ([`page_content`](super::page_content)), content is in the structure tree
//! ([`structure`](super::structure)), fonts are embedded with their Unicode
//! ([`font_embedding`](super::font_embedding)), and here colours get a profile and the document a
//! title, a language and metadata.

use askama::Template;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use pdf_writer::types::{OutputIntentSubtype, TabOrder};
use pdf_writer::{Date, Filter, Finish, Name, Pdf, Rect, Ref, TextStr};

use super::flate::compress;
use super::layout::{Bookmark, PageLayout};
use super::page_content::{COMPACT, PageContentWriter, font_name};
use super::structure::{NodeId, write_tree};
use super::style::{DOCUMENT_LANGUAGE, FontFace, PAGE_SIZE, TEXT_LEFT};
use crate::rendering::ReportError;

/// Profile of the colours: the sRGB profile that Little CMS makes, which is free of copyright. Its
/// version is 4.2, the one that PDF 1.7 refers to.
const SRGB_PROFILE: &[u8] = include_bytes!("srgb.icc");

/// Metadata of the file. The only clock in it is that of the run, so that the same run gives the same file.
#[derive(Template)]
#[template(path = "metadata.xml")]
pub(super) struct DocumentMetadata {
    pub(super) title: String,
    pub(super) subject: String,
    /// Name and version of the program.
    pub(super) program: String,
    pub(super) language: &'static str,
    /// When the run ended.
    pub(super) ended: Option<Timestamp>,
    /// Tells this file from others.
    pub(super) file_id: [u8; 16],
}

/// Returns the bytes of the file.
///
/// # Errors
/// [`ReportError::Pdf`] if a font cannot be embedded.
pub(super) fn write_pdf(
    layout: &PageLayout<'_>,
    metadata: &DocumentMetadata,
) -> Result<Vec<u8>, ReportError> {
    let mut pdf = Pdf::with_settings(COMPACT);
    // Ids are given out before their objects exist: pages refer to resources whose fonts are only
    // known after the last page.
    let mut next = Ref::new(1);
    let (catalog, page_tree, structure, outline) = (next.bump(), next.bump(), next.bump(), next.bump());
    let (resources, profile, xmp, info) = (next.bump(), next.bump(), next.bump(), next.bump());

    let mut writer =
        PageContentWriter { fonts: layout.fonts, nodes: &layout.nodes, used: Default::default() };
    let mut pages: Vec<(Ref, Vec<NodeId>)> = Vec::with_capacity(layout.pages.len());
    for (number, page) in (0..).zip(&layout.pages) {
        let (id, contents) = (next.bump(), next.bump());
        let (operators, marked) = writer.page(page);
        pdf.stream(contents, &compress(&operators)).filter(Filter::FlateDecode);
        pdf.page(id)
            .parent(page_tree)
            .media_box(Rect::new(0.0, 0.0, PAGE_SIZE.0, PAGE_SIZE.1))
            .contents(contents)
            .struct_parents(number)
            .tab_order(TabOrder::StructureOrder)
            .pair(Name(b"Resources"), resources);
        pages.push((id, marked));
    }
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    pdf.pages(page_tree).kids(pages.iter().map(|(id, _)| *id)).count(count);

    let mut fonts = Vec::new();
    for (face, used) in FontFace::ALL.into_iter().zip(&writer.used) {
        if !used.is_empty() {
            let id = next.bump();
            used.embed(&mut pdf, id, &mut next, face, layout.fonts.file(face))?;
            fonts.push((font_name(face), id));
        }
    }
    pdf.indirect(resources).dict().insert(Name(b"Font")).dict().pairs(fonts);

    write_tree(&mut pdf, structure, &mut next, &layout.nodes, &pages);
    write_outline(&mut pdf, outline, &mut next, &layout.bookmarks, &pages);
    pdf.icc_profile(profile, &compress(SRGB_PROFILE)).n(3).filter(Filter::FlateDecode);
    // PDF/A forbids to compress the metadata: they can be found without a reader of PDF.
    let packet = metadata.render().map_err(|error| ReportError::Pdf(error.to_string()))?;
    pdf.metadata(xmp, packet.as_bytes());
    write_info(&mut pdf, info, metadata);
    // The first id is that of the original, the second that of this version; they are equal in a
    // new file.
    pdf.set_file_id((metadata.file_id.into(), metadata.file_id.into()));

    let mut root = pdf.catalog(catalog);
    root.pages(page_tree)
        .metadata(xmp)
        .lang(TextStr(DOCUMENT_LANGUAGE))
        .pair(Name(b"StructTreeRoot"), structure);
    if !layout.bookmarks.is_empty() {
        root.outlines(outline);
    }
    root.mark_info().marked(true);
    root.viewer_preferences().display_doc_title(true);
    root.output_intents()
        .push()
        .subtype(OutputIntentSubtype::PDFA)
        .output_condition_identifier(TextStr("sRGB"))
        .info(TextStr("sRGB IEC61966-2.1"))
        .dest_output_profile(profile);
    root.finish();
    Ok(pdf.finish())
}

/// Writes the list of sections.
fn write_outline(
    pdf: &mut Pdf,
    outline: Ref,
    next: &mut Ref,
    bookmarks: &[Bookmark],
    pages: &[(Ref, Vec<NodeId>)],
) {
    let items: Vec<Ref> = bookmarks.iter().map(|_| next.bump()).collect();
    let (Some(first), Some(last)) = (items.first(), items.last()) else { return };
    let count = i32::try_from(items.len()).unwrap_or(i32::MAX);
    pdf.outline(outline).first(*first).last(*last).count(count);
    for (index, bookmark) in bookmarks.iter().enumerate() {
        let mut item = pdf.outline_item(items[index]);
        item.title(TextStr(&bookmark.title)).parent(outline);
        if let Some(previous) = index.checked_sub(1) {
            item.prev(items[previous]);
        }
        if let Some(following) = items.get(index + 1) {
            item.next(*following);
        }
        item.dest().page(pages[bookmark.page].0).xyz(TEXT_LEFT, PAGE_SIZE.1 - bookmark.y, None);
    }
}

/// Writes the same as the metadata for older readers. PDF/A wants the two to be equal.
fn write_info(pdf: &mut Pdf, id: Ref, metadata: &DocumentMetadata) {
    let mut info = pdf.document_info(id);
    info.title(TextStr(&metadata.title))
        .subject(TextStr(&metadata.subject))
        .author(TextStr(&metadata.program))
        .creator(TextStr(&metadata.program));
    if let Some(time) = metadata.ended.map(|time| time.to_zoned(TimeZone::UTC)) {
        // Only years before 1 fail here, which no run has.
        let date = Date::new(u16::try_from(time.year()).unwrap_or_default())
            .month(time.month().unsigned_abs())
            .day(time.day().unsigned_abs())
            .hour(time.hour().unsigned_abs())
            .minute(time.minute().unsigned_abs())
            .second(time.second().unsigned_abs())
            .utc_offset_hour(0)
            .utc_offset_minute(0);
        info.creation_date(date).modified_date(date);
    }
}
