//! The report for people, to be sent and printed: a tagged PDF with its fonts in it.
//!
//! The sections lay out pages ([`layout`]); [`paint`] makes a file of them. All text, wherever it
//! comes from, becomes lines through [`fonts`], which escapes what cannot be shown: glyphs are all that
//! reaches the file, so there is nothing to inject into.

mod bars;
mod collectors;
mod content;
mod effort;
mod figures;
mod findings;
mod fonts;
mod layout;
mod lines;
mod origin;
mod paint;
mod problems;
mod scale;
mod status;
mod style;
mod summary;
mod table;
mod title;
mod wrap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use krilla::metadata::{DateTime, Metadata};

use crate::format::Rendered;
use crate::{Report, ReportError};
use fonts::Fonts;
use layout::{Layout, Page, Shape};
use style::{FOOTER, HEADER, LEFT, NOTE, RIGHT, RULE, WIDTH};

pub(crate) fn render(report: &Report) -> Result<Rendered, ReportError> {
    let fonts = Fonts::load()?;
    let mut layout = Layout::new(&fonts);
    title::set(&mut layout, report);
    summary::set(&mut layout, report);
    collectors::set(&mut layout, report);
    content::set(&mut layout, report);
    effort::set(&mut layout, report);
    problems::set(&mut layout, report);
    findings::set(&mut layout, report);
    origin::set(&mut layout, report);
    margins(&mut layout, report);
    Ok(("collection_report.pdf", paint::paint(layout, metadata(report, &fonts))?))
}

/// What is above and below the text of the pages.
fn margins(layout: &mut Layout<'_>, report: &Report) {
    let count = layout.pages.len();
    let title = layout.fonts.fit(&format!("StreamGuard · {}", title::of(report)), &NOTE, WIDTH / 2.0);
    let date = report.start_time.as_deref().map(figures::instant).unwrap_or_default();
    let date = layout.fonts.fit(&date, &NOTE, WIDTH / 2.0);
    let by = layout.fonts.fit(&format!("StreamGuard {}", report.version), &NOTE, WIDTH / 2.0);
    for number in 0..count {
        let of = layout.fonts.fit(&format!("Page {} of {count}", number + 1), &NOTE, WIDTH / 2.0);
        let page: &mut Page = &mut layout.pages[number];
        let text = |page: &mut Page, x, baseline, line| {
            page.draw(None, Shape::Text { x, baseline, style: NOTE, line });
        };
        if number > 0 {
            text(page, LEFT, HEADER, title.clone());
            text(page, RIGHT - date.width, HEADER, date.clone());
            let (y, height) = (HEADER + 6.0, 0.5);
            page.draw(None, Shape::Block { x: LEFT, y, width: WIDTH, height, colour: RULE });
        }
        text(page, LEFT, FOOTER, by.clone());
        text(page, RIGHT - of.width, FOOTER, of);
    }
}

/// What the file says of itself; the only clock is that of the run.
fn metadata(report: &Report, fonts: &Fonts) -> Metadata {
    let by = fonts.readable(&format!("StreamGuard {}", report.version));
    let title = format!("StreamGuard {}", title::of(report).to_lowercase());
    let metadata = Metadata::new()
        .title(title.clone())
        .description(fonts.readable(&title::subject(report)))
        .authors(vec![by.clone()])
        .creator(by)
        .language(paint::LANGUAGE.to_owned())
        .document_id(format!("{title} {:?} {:?}", report.start_time, report.provenance.command));
    let end = report.end_time.as_deref().and_then(|time| time.parse::<Timestamp>().ok());
    match end.map(|time| time.to_zoned(TimeZone::UTC)) {
        Some(end) => metadata.creation_date(
            DateTime::new(u16::try_from(end.year()).unwrap_or_default())
                .month(end.month().unsigned_abs())
                .day(end.day().unsigned_abs())
                .hour(end.hour().unsigned_abs())
                .minute(end.minute().unsigned_abs())
                .second(end.second().unsigned_abs())
                .utc_offset_hour(0)
                .utc_offset_minute(0),
        ),
        None => metadata,
    }
}
