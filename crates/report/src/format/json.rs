//! The report as data: the summary, the tables and the figures that the other formats show. The schema is
//! `docs/collection_report.schema.json`. All else that is known about a run is in its
//! results (see [`write_results`](crate::write_results)).

mod figures;

use serde::Serialize;

use crate::rendering::{RenderOptions, RenderedFile, ReportError};
use crate::report::{Report, RunTotals};
use crate::run::StoredRun;
use crate::tables::{ALL_TABLES, TableCell};
use figures::ReportFigure;

/// Version of the layout. It increases when a field changes its meaning.
const FORMAT_VERSION: u32 = 1;

/// The report.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct CollectionReport<'a> {
    /// Version of this layout.
    format: u32,
    /// Version of the program that ran.
    version: &'a str,
    /// `complete`, `partial`, `failed`, `cancelled`, or `interrupted` if the run did not end.
    status: &'a str,
    /// Start, RFC 3339 in UTC; null if it is not known.
    start_time: Option<&'a str>,
    /// End, RFC 3339 in UTC.
    end_time: Option<&'a str>,
    /// Duration in seconds.
    total_duration: f64,
    /// The main metrics.
    summary: ReportSummary<'a>,
    /// The tables of `tables/*.csv`, with the same names, columns and rows.
    tables: Vec<ReportTable<'a>>,
    /// The figures that the PDF and HTML reports draw.
    figures: Vec<ReportFigure<'a>>,
}

/// The main metrics, those of `collection_results.json` among them.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ReportSummary<'a> {
    #[serde(flatten)]
    totals: &'a RunTotals,
    /// A guess beside the counted `code_pairs`.
    expected_code_pairs: PairEstimate,
}

/// A guess, which nothing counted.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct PairEstimate {
    /// Pairs that there would be if each collector had reached its target, with the share of pairs that its samples
    /// have in this run.
    estimate: u64,
}

/// A table with one row per observation.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ReportTable<'a> {
    /// Name; that of the file without its extension.
    name: &'static str,
    /// Title.
    title: &'static str,
    /// Names of the columns.
    columns: &'static [&'static str],
    /// Cells, row by row. May hold text from outside.
    rows: Vec<Vec<TableCell<'a>>>,
}

pub(super) fn render(run: &StoredRun, _: &RenderOptions) -> Result<Vec<RenderedFile>, ReportError> {
    let report = &run.report;
    let table = |&(name, title, build): &(_, _, crate::tables::TableBuilder)| {
        let table = build(report);
        ReportTable { name, title, columns: table.columns, rows: table.rows }
    };
    let content = CollectionReport {
        format: FORMAT_VERSION,
        version: &report.version,
        status: &report.status,
        start_time: report.start_time.as_deref(),
        end_time: report.end_time.as_deref(),
        total_duration: report.total_duration,
        summary: ReportSummary { totals: &report.summary, expected_code_pairs: expected_code_pairs(report) },
        tables: ALL_TABLES.iter().map(table).collect(),
        figures: figures::figures(report),
    };
    let mut bytes = serde_json::to_vec_pretty(&content)
        .unwrap_or_else(|error| unreachable!("a report holds nothing that JSON cannot: {error}"));
    bytes.push(b'\n');
    Ok(vec![("collection_report.json".to_owned(), bytes)])
}

fn expected_code_pairs(report: &Report) -> PairEstimate {
    let expected = report.by_collector.iter().map(|(_, collector)| {
        let wanted = collector.target_samples.unwrap_or(0);
        // What a source of advisories leads to is made of fixes, and all of that is pairs.
        if collector.is_source() {
            return wanted;
        }
        // In 128 bits no product of two counts overflows.
        let pairs = u128::from(wanted) * u128::from(collector.code_pairs);
        let expected = pairs.checked_div(u128::from(collector.samples_collected)).unwrap_or(0);
        u64::try_from(expected).unwrap_or(u64::MAX)
    });
    PairEstimate { estimate: expected.fold(0, u64::saturating_add) }
}

#[cfg(test)]
mod tests {
    use super::CollectionReport;

    #[test]
    fn the_published_schema_is_that_of_the_report() {
        let schema = schemars::schema_for!(CollectionReport<'static>);
        crate::published_schema::check("collection_report.schema.json", schema);
    }
}
