//! The report for people, to send and to print: a tagged PDF with embedded fonts.
//!
//! Each section lays itself out on pages ([`layout`]), and [`pdf_file`] makes a file of the pages. All
//! text goes through [`fonts`], which escapes what cannot be shown. Only codes of characters reach the
//! pages, so hostile text cannot inject operators.

mod axis;
mod bar_chart;
mod collectors;
mod column_chart;
mod dataset;
mod flate;
mod font_embedding;
mod font_file;
mod fonts;
mod job_results;
mod layout;
mod line_break;
mod line_chart;
mod numbers;
mod page_content;
mod pdf_file;
mod performance;
mod problems;
mod provenance;
mod status;
mod structure;
mod style;
mod summary;
mod table;
mod title;

use crate::rendering::{RenderOptions, RenderedFile, ReportError};
use crate::report::Report;
use crate::run::StoredRun;
use fonts::FontSet;
use layout::{DrawnShape, PageLayout, PageShapes};
use pdf_file::{DocumentMetadata, write_pdf};
use style::{
    DOCUMENT_LANGUAGE, FOOTER_BASELINE, HEADER_BASELINE, NOTE_TEXT, RULE_COLOUR, TEXT_LEFT, TEXT_RIGHT,
    TEXT_WIDTH,
};

/// Explanation of escapes, for a report that has some.
const MISSING_CHARACTERS: &str = "Characters that the fonts of this report lack, such as Chinese ones, are written as their numbers: \\u{6f22}.";

pub(super) fn render(run: &StoredRun, _: &RenderOptions) -> Result<Vec<RenderedFile>, ReportError> {
    let report = &run.report;
    let fonts = FontSet::load()?;
    let mut layout = PageLayout::new(&fonts);
    title::lay_out(&mut layout, report);
    summary::lay_out(&mut layout, report);
    collectors::lay_out(&mut layout, report);
    dataset::lay_out(&mut layout, report);
    performance::lay_out(&mut layout, report);
    problems::lay_out(&mut layout, report);
    job_results::lay_out(&mut layout, report);
    provenance::lay_out(&mut layout, report);
    if fonts.lacks_character() {
        layout.gap(12.0);
        layout.paragraph(MISSING_CHARACTERS, &NOTE_TEXT);
    }
    // Last of all, since the footer says how many pages there are.
    margins(&mut layout, report);
    Ok(vec![("collection_report.pdf".to_owned(), write_pdf(&layout, &metadata(report, &fonts))?)])
}

/// Draws headers and footers.
fn margins(layout: &mut PageLayout<'_>, report: &Report) {
    let count = layout.pages.len();
    let title =
        layout.fonts.fit(&format!("StreamGuard · {}", title::of(report)), &NOTE_TEXT, TEXT_WIDTH / 2.0);
    let date = report.start_time.as_deref().map(numbers::instant).unwrap_or_default();
    let date = layout.fonts.fit(&date, &NOTE_TEXT, TEXT_WIDTH / 2.0);
    let by = layout.fonts.fit(&format!("StreamGuard {}", report.version), &NOTE_TEXT, TEXT_WIDTH / 2.0);
    for number in 0..count {
        let of = layout.fonts.fit(&format!("Page {} of {count}", number + 1), &NOTE_TEXT, TEXT_WIDTH / 2.0);
        let page: &mut PageShapes = &mut layout.pages[number];
        let text = |page: &mut PageShapes, x, baseline, line| {
            page.draw(None, DrawnShape::Text { x, baseline, style: NOTE_TEXT, line });
        };
        if number > 0 {
            // The margins have no node: a screen reader would read them out on every page.
            text(page, TEXT_LEFT, HEADER_BASELINE, title.clone());
            text(page, TEXT_RIGHT - date.width, HEADER_BASELINE, date.clone());
            let (y, height) = (HEADER_BASELINE + 6.0, 0.5);
            page.draw(
                None,
                DrawnShape::Block { x: TEXT_LEFT, y, width: TEXT_WIDTH, height, colour: RULE_COLOUR },
            );
        }
        text(page, TEXT_LEFT, FOOTER_BASELINE, by.clone());
        text(page, TEXT_RIGHT - of.width, FOOTER_BASELINE, of);
    }
}

/// Returns the metadata of the file. The only clock in it is that of the run.
fn metadata(report: &Report, fonts: &FontSet) -> DocumentMetadata {
    let title = format!("StreamGuard {}", title::of(report).to_lowercase());
    // PDF/A wants an id. A random one, or the time of writing, would make every rendering another
    // file.
    let identity = format!("{title} {:?} {:?}", report.start_time, report.provenance.command);
    let mut file_id = [0; 16];
    file_id.copy_from_slice(&blake3::hash(identity.as_bytes()).as_bytes()[..16]);
    DocumentMetadata {
        title,
        subject: fonts.readable(&title::subject(report)),
        program: fonts.readable(&format!("StreamGuard {}", report.version)),
        language: DOCUMENT_LANGUAGE,
        ended: report.end_time.as_deref().and_then(|time| time.parse().ok()),
        file_id,
    }
}
