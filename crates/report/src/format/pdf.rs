//! The report for people, to be sent and printed: a tagged PDF with its fonts in it.
//!
//! The sections lay out pages ([`layout`]); [`pdf_file`] makes a file of them. All text, wherever it
//! comes from, becomes lines through [`fonts`], which escapes what cannot be shown. Only codes of glyphs
//! reach the pages, so there is nothing to inject into.

mod axis;
mod bar_chart;
mod collectors;
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
use style::{FOOTER, HEADER, LANGUAGE, LEFT, NOTE, RIGHT, RULE, WIDTH};

pub(super) fn render(run: &StoredRun, _: &RenderOptions) -> Result<Vec<RenderedFile>, ReportError> {
    let report = &run.report;
    let fonts = FontSet::load()?;
    let mut layout = PageLayout::new(&fonts);
    title::set(&mut layout, report);
    summary::set(&mut layout, report);
    collectors::set(&mut layout, report);
    dataset::set(&mut layout, report);
    performance::set(&mut layout, report);
    problems::set(&mut layout, report);
    job_results::set(&mut layout, report);
    provenance::set(&mut layout, report);
    margins(&mut layout, report);
    Ok(vec![("collection_report.pdf", write_pdf(&layout, &metadata(report, &fonts))?)])
}

/// What is above and below the text of the pages.
fn margins(layout: &mut PageLayout<'_>, report: &Report) {
    let count = layout.pages.len();
    let title = layout.fonts.fit(&format!("StreamGuard · {}", title::of(report)), &NOTE, WIDTH / 2.0);
    let date = report.start_time.as_deref().map(numbers::instant).unwrap_or_default();
    let date = layout.fonts.fit(&date, &NOTE, WIDTH / 2.0);
    let by = layout.fonts.fit(&format!("StreamGuard {}", report.version), &NOTE, WIDTH / 2.0);
    for number in 0..count {
        let of = layout.fonts.fit(&format!("Page {} of {count}", number + 1), &NOTE, WIDTH / 2.0);
        let page: &mut PageShapes = &mut layout.pages[number];
        let text = |page: &mut PageShapes, x, baseline, line| {
            page.draw(None, DrawnShape::Text { x, baseline, style: NOTE, line });
        };
        if number > 0 {
            text(page, LEFT, HEADER, title.clone());
            text(page, RIGHT - date.width, HEADER, date.clone());
            let (y, height) = (HEADER + 6.0, 0.5);
            page.draw(None, DrawnShape::Block { x: LEFT, y, width: WIDTH, height, colour: RULE });
        }
        text(page, LEFT, FOOTER, by.clone());
        text(page, RIGHT - of.width, FOOTER, of);
    }
}

/// What the file says about itself; the only clock is that of the run.
fn metadata(report: &Report, fonts: &FontSet) -> DocumentMetadata {
    let title = format!("StreamGuard {}", title::of(report).to_lowercase());
    let identity = format!("{title} {:?} {:?}", report.start_time, report.provenance.command);
    let mut file_id = [0; 16];
    file_id.copy_from_slice(&blake3::hash(identity.as_bytes()).as_bytes()[..16]);
    DocumentMetadata {
        title,
        subject: fonts.readable(&title::subject(report)),
        program: fonts.readable(&format!("StreamGuard {}", report.version)),
        language: LANGUAGE,
        ended: report.end_time.as_deref().and_then(|time| time.parse().ok()),
        file_id,
    }
}
