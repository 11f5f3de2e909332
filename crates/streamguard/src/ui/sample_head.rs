//! Facts about a sample, above its code.

use streamguard_dataset::{Language, Sample, Weakness};

use super::styled_text::{StyledText, TextStyle, wrap, wrap_words};

/// Longest value that is shown, in characters: descriptions may take pages.
const MAX_VALUE_CHARS: usize = 600;

/// Digits of an id that are shown: enough to name a sample to `streamguard explain`.
const ID_DIGITS: usize = 12;

/// Columns of the names of the facts.
const NAME_COLUMNS: usize = 11;

/// Draws a rule with the title, and the facts below it.
pub(crate) fn draw(text: &mut StyledText, width: usize, number: u64, sample: &Sample) {
    let title = shortened(&format!("{number}. {}", title(sample)));
    if let Some(row) =
        wrap(std::iter::once((TextStyle::Title, title.as_str())), width.saturating_sub(8)).first()
    {
        text.put(TextStyle::Frame, "── ");
        text.put_row(row);
        text.put(TextStyle::Frame, &format!(" {}", "─".repeat(width.saturating_sub(row.width + 4))));
        text.end_line();
    }
    for (name, value) in values(sample) {
        let rows = wrap_words(&shortened(&value), width.saturating_sub(NAME_COLUMNS + 4).max(1));
        for (nth, row) in rows.iter().enumerate() {
            let name = if nth == 0 { name } else { "" };
            text.put(TextStyle::Label, &format!("   {name:<NAME_COLUMNS$} "));
            text.put_row(row);
            text.end_line();
        }
    }
}

/// Returns the name of the weakness for people.
pub(crate) fn title(sample: &Sample) -> String {
    let first_cwe = || sample.cwes.first()?.strip_prefix("CWE-")?.parse().ok();
    match sample.vulnerability_type.as_deref() {
        Some(name) => Weakness::by_name(name).map_or(name, |weakness| weakness.title).to_owned(),
        None => match first_cwe().and_then(Weakness::by_cwe) {
            Some(weakness) => weakness.title.to_owned(),
            None => "Unknown weakness".to_owned(),
        },
    }
}

/// Returns the facts by name; an empty value is unknown.
pub(crate) fn values(sample: &Sample) -> [(&'static str, String); 13] {
    let language = sample.language.map_or("unknown language", Language::title);
    let severity = sample.severity.map(|severity| severity.name().to_lowercase());
    let score = sample.cvss_score.map(|score| format!("CVSS {score:.1}"));
    let confidence = sample.label_confidence.map(|confidence| format!("{confidence:.2}"));
    let evidence = Some(sample.label_evidence.join(", ")).filter(|evidence| !evidence.is_empty());
    let flags: Vec<String> = sample.quality_flags.iter().map(|flag| flag.name().replace('_', " ")).collect();
    [
        ("code", format!("{language} {}, {}", sample.level.name(), sample.kind.name())),
        ("weakness", sample.cwes.join(", ")),
        ("severity", joined([severity, score], ", ")),
        ("advisories", sample.advisory_ids.join(", ")),
        ("about", sample.description.clone().unwrap_or_default()),
        ("function", sample.function.clone().unwrap_or_default()),
        ("place", place(sample)),
        ("repository", sample.repository.clone().unwrap_or_default()),
        ("commit", commit(sample)),
        ("label", joined([confidence, evidence], " from ")),
        ("flags", flags.join(", ")),
        ("collector", sample.collector.clone()),
        ("id", sample.id.chars().take(ID_DIGITS).collect()),
    ]
}

fn joined<const N: usize>(parts: [Option<String>; N], separator: &str) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(separator)
}

/// Returns the files and lines, both of them if they differ.
fn place(sample: &Sample) -> String {
    let side = |path: &Option<String>, start: Option<u32>, end: Option<u32>| {
        let lines = match (start, end) {
            (Some(start), Some(end)) => format!(":{start}-{end}"),
            (Some(start), None) => format!(":{start}"),
            _ => String::new(),
        };
        path.as_ref().map(|path| format!("{path}{lines}"))
    };
    let before = side(&sample.path_before, sample.start_line_before, sample.end_line_before);
    let after = side(&sample.path_after, sample.start_line_after, sample.end_line_after);
    let after = if before == after { None } else { after.map(|after| format!("after the fix {after}")) };
    joined([before, after], ", ")
}

/// Returns the commit and the first line of its message.
fn commit(sample: &Sample) -> String {
    let message = sample.commit_message.as_deref().unwrap_or_default().trim_start();
    let first = message.lines().next().filter(|line| !line.is_empty()).map(str::to_owned);
    joined([sample.commit.clone(), first], " ")
}

fn shortened(value: &str) -> String {
    match value.char_indices().nth(MAX_VALUE_CHARS) {
        Some((end, _)) => format!("{}…", value[..end].trim_end()),
        None => value.to_owned(),
    }
}
