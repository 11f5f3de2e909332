//! Tables: spreadsheets and data frames read them, and execute nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use streamguard_report::{RenderOptions, ReportFormat, StoredRun};

use crate::crosscheck::jobs_run;
use crate::golden::{Ending, golden};
use crate::readers;

/// A table as read from a file: names of the columns, and rows.
pub(crate) type Read = (Vec<String>, Vec<Vec<String>>);

/// Writes the tables of a run into its folder and reads them again, by file name.
pub(crate) fn tables(run: &StoredRun) -> BTreeMap<String, Read> {
    let paths =
        streamguard_report::write(run, ReportFormat::Csv, &RenderOptions::default(), &run.folder).unwrap();
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    assert_eq!(name(&paths[0]), "collection_report.csv");
    paths[1..].iter().map(|path| (name(path), read(path))).collect()
}

fn read(path: &Path) -> Read {
    let mut reader = ::csv::Reader::from_path(path).unwrap();
    let row = |row: &::csv::StringRecord| row.iter().map(str::to_owned).collect::<Vec<_>>();
    let columns = row(reader.headers().unwrap());
    (columns, reader.records().map(|record| row(&record.unwrap())).collect())
}

/// Whether a spreadsheet would execute a cell.
fn is_dangerous(cell: &str) -> bool {
    let begins = |text: &str| {
        let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '"');
        text.starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\u{2212}'])
    };
    cell.split([',', ';', '|', '"']).any(begins) && cell.parse::<f64>().is_err()
}

#[test]
fn the_golden_tables_are_as_they_were() {
    let (folder, run) = golden(Ending::Partial);
    tables(&run);
    let now = std::fs::read(folder.path().join("collection_report.csv")).unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden/collection_report.csv");
    if std::env::var_os("STREAMGUARD_UPDATE").is_some() {
        std::fs::write(&file, &now).unwrap();
    }
    let before = std::fs::read(&file).unwrap();
    assert!(before == now, "run this test with STREAMGUARD_UPDATE=1, and look at what has changed");
}

#[test]
fn no_cell_does_anything() {
    let (folder, run) = golden(Ending::Partial);
    let mut cells = 0;
    for (name, (columns, rows)) in tables(&run) {
        for cell in rows.iter().flatten().chain(&columns) {
            assert!(!is_dangerous(cell), "{name}: {cell}");
            cells += 1;
        }
    }
    assert!(cells > 500, "{cells}");
    let whole = std::fs::read_dir(folder.path()).unwrap();
    let tables = std::fs::read_dir(folder.path().join("tables")).unwrap();
    for path in whole.chain(tables).map(|entry| entry.unwrap().path()) {
        if path.extension().is_some_and(|extension| extension == "csv") {
            let text = std::fs::read_to_string(&path).unwrap();
            let lines = text.replace("\r\n", "\u{1}");
            let harm =
                |c: char| (c.is_control() && c != '\u{1}') || "\u{202e}\u{2066}\u{feff}\u{2028}".contains(c);
            assert!(!lines.contains(harm), "{path:?}");
        }
    }
}

#[test]
fn every_table_is_there_even_if_it_is_empty() {
    let names = |run: &StoredRun| tables(run).into_iter().map(|(name, (columns, _))| (name, columns));
    let (_full, full) = golden(Ending::Partial);
    let (_stopped, stopped) = golden(Ending::Interrupted);
    let (_jobs, jobs) = jobs_run();
    assert!(names(&full).eq(names(&stopped)));
    assert!(names(&full).eq(names(&jobs)));
    let tables = tables(&jobs);
    assert!(tables["types.csv"].1.is_empty());
    let cells = &tables["tables.csv"].1;
    assert_eq!(cells[1], ["ingest", "Slowest paths", "1", "milliseconds", "12.5", ""]);
    assert_eq!(cells[2], ["ingest", "Slowest paths", "2", "path", "", "'=1+1"]);
}

#[test]
fn data_frames_find_types_and_sums() {
    let runs = [golden(Ending::Partial), golden(Ending::Interrupted), jobs_run()];
    for (folder, run) in runs {
        tables(&run);
        streamguard_report::write_results(&run, folder.path()).unwrap();
        let Some(mut reader) = readers::python("csv_tables.py", "duckdb, pandas") else { return };
        readers::succeeds(reader.arg(folder.path()));
    }
}

#[test]
fn a_spreadsheet_takes_numbers_for_numbers_and_no_text_for_a_formula() {
    let (folder, run) = golden(Ending::Partial);
    tables(&run);
    let Some(mut office) = readers::program("STREAMGUARD_TEST_SOFFICE", "soffice") else { return };
    let profile = format!("-env:UserInstallation=file://{}/profile", folder.path().display());
    readers::succeeds(
        office
            .args([&profile, "--headless", "--convert-to", "fods"])
            .args(["--infilter=CSV:44,34,76,1,,0,false,true,false,false,false,-1", "--outdir"])
            .arg(folder.path())
            .arg(folder.path().join("tables/collectors.csv"))
            .arg(folder.path().join("tables/tables.csv")),
    );
    let sheet = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let collectors = sheet("collectors.fods");
    for figure in ["25", "10000", "41"] {
        let cell = format!("office:value-type=\"float\" office:value=\"{figure}\"");
        assert!(collectors.contains(&cell), "no number {figure}");
    }
    for name in ["collectors.fods", "tables.fods"] {
        assert!(!sheet(name).contains("table:formula"), "{name}");
    }
}
