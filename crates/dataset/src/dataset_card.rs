//! The card of a dataset: `README.md` with the metadata by which dataset hubs and `datasets.load_dataset` find its files
//! (<https://huggingface.co/docs/hub/datasets-cards>).

use std::fmt::Write;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use streamguard_durable::{WriteError, write_atomic};
use streamguard_sarif::escape::visible;

use crate::dataset_files::PARQUET_NAME;
use crate::parquet::column_names;
use crate::sample_stats::{ConfidenceCounts, NameCounts, SampleStats};

/// Name of the card in the folder of a dataset.
pub const CARD_NAME: &str = "README.md";

/// Line of the metadata by which a card is told from a file that somebody else wrote.
const MARK: &str = "# Written by streamguard, anew by each run.";

/// Bytes at the beginning of a card that hold its mark.
const MARKED_BYTES: u64 = 256;

/// Most rows of a table of counts.
const MAX_TABLE_ROWS: usize = 25;

/// Most characters of a name on a card.
const MAX_NAME_CHARS: usize = 80;

/// Returns a name that others gave as code of Markdown: short, on one line, in one cell of a table, and without characters
/// that nobody sees.
pub fn in_code(name: &str) -> String {
    let plain = |c: char| if matches!(c, '`' | '|') { '_' } else { c };
    format!("`{}`", visible(name).chars().take(MAX_NAME_CHARS).map(plain).collect::<String>())
}

/// Whether the folder has a file in the place of the card that [`render_card`] did not write. One that cannot be read
/// counts as such, since nothing may touch it.
pub fn has_foreign_card(folder: &Path) -> bool {
    is_foreign(&folder.join(CARD_NAME)).unwrap_or(true)
}

fn is_foreign(path: &Path) -> io::Result<bool> {
    // What is not a regular file is never read: a pipe would wait for ever.
    match path.symlink_metadata() {
        Ok(metadata) if !metadata.is_file() => return Ok(true),
        Ok(_) => {}
        Err(error) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) => {
            return Ok(false);
        }
        Err(error) => return Err(error),
    }
    let mut start = Vec::new();
    std::fs::File::open(path)?.take(MARKED_BYTES).read_to_end(&mut start)?;
    Ok(!String::from_utf8_lossy(&start).lines().any(|line| line == MARK))
}

/// Writes the card of a dataset into its folder, unless somebody else's file is in its place.
///
/// # Errors
/// [`WriteError`].
pub fn write_card(folder: &Path, stats: &SampleStats) -> Result<(), WriteError> {
    let path = folder.join(CARD_NAME);
    if has_foreign_card(folder) {
        return Ok(());
    }
    write_atomic(&path, render_card(stats).as_bytes()).map_err(WriteError::at(&path))
}

/// Removes the card from the folder of a dataset, but not somebody else's file in its place.
///
/// # Errors
/// [`WriteError`].
pub fn remove_card(folder: &Path) -> Result<(), WriteError> {
    let path = folder.join(CARD_NAME);
    if has_foreign_card(folder) {
        return Ok(());
    }
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(WriteError::at(&path)(error)),
        _ => Ok(()),
    }
}

/// Returns the metadata of a card: the part between lines of dashes, which tools read. `files` are the names of splits and
/// the paths of their files, which may hold `*`.
pub fn card_metadata<'f>(rows: u64, files: impl IntoIterator<Item = (&'f str, String)>) -> String {
    card_metadata_of(rows, [("default", files.into_iter().collect())])
}

/// Returns the metadata of a card with several configurations, each with its files by split. Readers take the one with the
/// name `default` if they are not told which.
pub fn card_metadata_of<'f>(
    rows: u64,
    configs: impl IntoIterator<Item = (&'f str, Vec<(&'f str, String)>)>,
) -> String {
    let mut metadata = format!(
        "---\n{MARK}\nlicense: other\ntags:\n- code\n- security\n- vulnerability-detection\nsize_categories:\n- {}\nconfigs:\n",
        size_category(rows)
    );
    for (name, files) in configs {
        metadata.push_str(&format!("- config_name: {name}\n  data_files:\n"));
        for (split, path) in files {
            metadata.push_str(&format!("  - split: {split}\n    path: {path}\n"));
        }
    }
    metadata.push_str("---\n\n");
    metadata
}

/// Returns the size class of a dataset, as hubs name it.
fn size_category(rows: u64) -> &'static str {
    match rows {
        0..1_000 => "n<1K",
        1_000..10_000 => "1K<n<10K",
        10_000..100_000 => "10K<n<100K",
        100_000..1_000_000 => "100K<n<1M",
        1_000_000..10_000_000 => "1M<n<10M",
        _ => "10M<n<100M",
    }
}

/// Returns the text of the card of a dataset of a collection.
pub fn render_card(stats: &SampleStats) -> String {
    let mut card = String::new();
    write_text(&mut card, stats).expect("writing to a string cannot fail");
    card
}

fn write_text(card: &mut String, stats: &SampleStats) -> std::fmt::Result {
    card.push_str(&card_metadata(stats.samples, [("train", PARQUET_NAME.to_owned())]));
    writeln!(card, "# Vulnerable and fixed code\n")?;
    writeln!(
        card,
        "{} samples, of which {} are pairs of vulnerable and fixed code, with their origin, their advisories, and a \
         confidence in each label. Load them by `datasets.load_dataset(FOLDER)`, or read `{PARQUET_NAME}` or \
         `samples.jsonl`, which have the same rows.\n",
        stats.samples, stats.pairs
    )?;
    writeln!(
        card,
        "All rows are in one split. A random part of them is not a fair test, since copies and near copies of a function would \
         be on both sides: `streamguard prepare FOLDER` makes splits without.\n"
    )?;
    write_confidence(card, stats)?;
    let tables = [
        ("Kind", &stats.by_kind),
        ("Level", &stats.by_level),
        ("Language", &stats.by_language),
        ("Weakness", &stats.by_vulnerability_type),
        ("Severity", &stats.by_severity),
        ("Quality flag", &stats.by_flag),
        ("Licence", &stats.by_licence),
    ];
    for (title, counts) in tables {
        write_counts(card, title, counts)?;
    }
    let columns: Vec<String> = column_names().map(|name| format!("`{name}`")).collect();
    writeln!(card, "## Columns\n\n{}\n", columns.join(", "))?;
    writeln!(
        card,
        "Lines of files and of code are counted from 1. What a source does not know is null.\n\n\
         The code keeps the licences of its repositories; `repository`, `commit`, `source` and `licence` say whose it is. Mind \
         them before you publish a part."
    )
}

fn write_confidence(card: &mut String, stats: &SampleStats) -> std::fmt::Result {
    writeln!(card, "## Confidence of the labels, by source\n")?;
    writeln!(
        card,
        "The confidence is the share of such labels that experts call right. That of generated pairs is not comparable with \
         that of real ones: they are right by construction, and simpler.\n"
    )?;
    writeln!(card, "| source | samples | 0.9 to 1.0 | 0.8 to 0.9 | below 0.8 | none |")?;
    writeln!(card, "|---|---:|---:|---:|---:|---:|")?;
    for (collector, samples) in &stats.by_collector {
        let unknown = ConfidenceCounts { unknown: *samples, ..ConfidenceCounts::default() };
        let ConfidenceCounts { high, middle, low, unknown } =
            *stats.confidence_by_collector.get(collector).unwrap_or(&unknown);
        writeln!(card, "| {} | {samples} | {high} | {middle} | {low} | {unknown} |", plain(collector))?;
    }
    writeln!(card)
}

fn write_counts(card: &mut String, title: &str, counts: &NameCounts) -> std::fmt::Result {
    if counts.is_empty() {
        return Ok(());
    }
    let mut rows: Vec<_> = counts.iter().collect();
    rows.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
    writeln!(card, "## {title}\n\n| {} | samples |\n|---|---:|", title.to_lowercase())?;
    for (name, count) in rows.iter().take(MAX_TABLE_ROWS) {
        writeln!(card, "| {} | {count} |", plain(name))?;
    }
    if let Some(rest) = rows.get(MAX_TABLE_ROWS..).filter(|rest| !rest.is_empty()) {
        let samples: u64 = rest.iter().map(|(_, count)| **count).sum();
        writeln!(card, "| {} more | {samples} |", rest.len())?;
    }
    writeln!(card)
}

/// Returns a name without characters that mean something in a table. Names may be text of others.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric() || "_-. +#()".contains(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, SampleKind, SampleLevel};

    #[test]
    fn names_of_others_as_code_are_short_and_show_all_that_they_have() {
        assert_eq!(in_code("a`<img>|b\u{202e}c\u{200b}\r\n"), "`a_<img>_b\\u{202e}c\\u{200b} `");
        assert_eq!(in_code(&"\u{1b}".repeat(1000)).chars().count(), MAX_NAME_CHARS + 2);
    }

    #[test]
    fn names_of_others_stay_in_their_cell() {
        let mut sample = Sample::new("repo", SampleKind::Pair, SampleLevel::Function);
        sample.vulnerability_type = Some("a | b\n<script>".to_owned());
        sample.label_confidence = Some(0.85);
        let mut stats = SampleStats::default();
        stats.add(&sample);
        let card = render_card(&stats);
        assert!(card.contains("| a  bscript | 1 |"), "{card}");
        assert!(card.contains("| repo | 1 | 0 | 1 | 0 | 0 |"), "{card}");
    }

    #[test]
    fn only_a_marked_file_is_ours() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_foreign_card(folder.path()));
        let path = folder.path().join(CARD_NAME);
        std::fs::write(&path, render_card(&SampleStats::default())).unwrap();
        assert!(!has_foreign_card(folder.path()));
        std::fs::write(&path, "# My thesis\n").unwrap();
        assert!(has_foreign_card(folder.path()));
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("elsewhere", &path).unwrap();
        assert!(has_foreign_card(folder.path()));
    }
}
