//! The dataset card: `README.md` with the metadata that dataset hubs read
//! (<https://huggingface.co/docs/hub/datasets-cards>).

use std::fmt::Write;

use serde_json::Value;
use streamguard_dataset::dataset_card::{card_metadata_of, in_code};
use streamguard_evaluate::Evaluation;

use crate::context::CONTEXT_NAME;
use crate::leaks::LeakReport;
use crate::prepared_info::PreparedInfo;
use crate::shortcuts::{ShortcutReport, shortcut_text};
use crate::views::view_file_name;
use streamguard_table::{SplitName, TableSchema};

/// Returns the card.
pub(crate) fn render(
    info: &PreparedInfo,
    leaks: &LeakReport,
    shortcuts: &ShortcutReport,
    baseline: Option<&Evaluation>,
    schema: &TableSchema,
) -> String {
    let rows = info.splits.values().map(|split| split.rows).sum();
    let files = filled_splits(info).map(|split| (split.name(), format!("data/{}.parquet", split.name())));
    let views = info.views.iter().filter_map(|(view, counts)| {
        let filled = counts.rows.iter().filter(|(_, rows)| **rows > 0);
        let files: Vec<_> = filled.map(|(split, _)| (split.name(), view_file_name(*view, *split))).collect();
        (!files.is_empty()).then(|| (view.name(), files))
    });
    let mut card = card_metadata_of(rows, [("default", files.collect())].into_iter().chain(views));
    // Writing to a string cannot fail.
    let _ = write_text(&mut card, info, leaks);
    let _ = write_views(&mut card, info);
    let _ = write_context(&mut card, info);
    let _ = shortcut_text::write(&mut card, shortcuts, baseline);
    let _ = write_columns(&mut card, info, schema);
    card
}

/// Returns the splits with rows: readers refuse a split without any.
fn filled_splits(info: &PreparedInfo) -> impl Iterator<Item = SplitName> {
    info.splits.iter().filter(|(_, counts)| counts.rows > 0).map(|(split, _)| *split)
}

fn write_text(card: &mut String, info: &PreparedInfo, leaks: &LeakReport) -> std::fmt::Result {
    let setting = |name: &str| {
        info.settings[name].as_str().map_or_else(|| info.settings[name].to_string(), str::to_owned)
    };
    let counts = &info.counts;
    writeln!(card, "# Vulnerable and fixed code, in splits without copies\n")?;
    writeln!(
        card,
        "Prepared by `streamguard prepare` with the split `{}`, ratios {} and seed {}. The code keeps the licences of its \
         repositories.\n",
        setting("split"),
        setting("ratios"),
        setting("seed")
    )?;
    writeln!(card, "| split | rows | components | rows of more than 512 tokens |\n|---|---:|---:|---:|")?;
    for (split, counts) in &info.splits {
        let longer = counts.longer_than.get(&512).copied().unwrap_or(0);
        writeln!(card, "| {} | {} | {} | {longer} |", split.name(), counts.rows, counts.components)?;
    }
    writeln!(card, "\n## What was done\n")?;
    writeln!(
        card,
        "Of {} rows, {} were left out for their dates, {} as copies of excluded datasets, and {} because what they hang \
         together with lies on both sides of a border of the split. Rows that are near copies (Jaccard similarity of \
         shingles of 5 tokens at least {}), of the same commit, of the same advisory or of the same template are one \
         component, and no component is in two splits. There are {} components; the largest has {} rows. {} rows have a \
         copy or near copy in another row.\n",
        counts.rows,
        counts.outside_dates,
        counts.excluded,
        if setting("straddling") == "drop" { counts.straddling_rows } else { 0 },
        setting("near"),
        counts.components,
        counts.largest_component,
        counts.rows_with_near_duplicates,
    )?;
    if counts.benign == 0 && counts.benign_left_out > 0 {
        let left_out = counts.benign_left_out;
        writeln!(card, "{left_out} rows of benign code were left out; `--benign N` takes some of them.\n")?;
    } else if counts.benign > 0 {
        writeln!(
            card,
            "{} rows are benign code (`kind` is `benign`): functions beside a sample that its fix did not change. {} more \
             were left out, as copies or near copies of other code or because there were enough.\n",
            counts.benign, counts.benign_left_out
        )?;
    }
    writeln!(card, "## What two splits have in common\n")?;
    writeln!(card, "Counted by an exact join of all code, not by the estimate that made the splits.\n")?;
    writeln!(card, "| kind | leaks |\n|---|---:|")?;
    for (kind, count) in &leaks.leaks {
        writeln!(card, "| {} | {count} |", kind.name())?;
    }
    for warning in warnings(info, leaks) {
        writeln!(card, "\n**Warning:** {warning}")?;
    }
    Ok(())
}

fn write_views(card: &mut String, info: &PreparedInfo) -> std::fmt::Result {
    if info.views.is_empty() {
        return Ok(());
    }
    writeln!(
        card,
        "\n## Views\n\nThe same rows in other shapes, as configurations: `load_dataset(FOLDER, \"{}\")`.\n",
        info.views.keys().next().map_or("rows", |view| view.name())
    )?;
    writeln!(card, "| view | train | validation | test | left out |\n|---|---:|---:|---:|---|")?;
    for (view, counts) in &info.views {
        let rows = SplitName::ALL.map(|split| counts.rows.get(&split).copied().unwrap_or(0).to_string());
        let left_out: Vec<String> =
            counts.left_out.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        let left_out = if left_out.is_empty() { "nothing".to_owned() } else { left_out.join("; ") };
        writeln!(card, "| `{}` | {} | {left_out} |", view.name(), rows.join(" | "))?;
    }
    Ok(())
}

fn write_context(card: &mut String, info: &PreparedInfo) -> std::fmt::Result {
    let Some(context) = &info.context else { return Ok(()) };
    writeln!(
        card,
        "\n## Context\n\n`{CONTEXT_NAME}` has what the functions of {} rows call and use, and what calls them, at the commit \
         before the fix: {} definitions, found by their names alone. Of other rows, {} are of repositories without a clone, \
         {} of commits that their clone lacks, {} of commits with too many files, and {} have no function before a fix. The \
         bounds cut something off in {} rows.",
        context.rows,
        context.definitions,
        context.no_clone,
        context.no_commit,
        context.too_large,
        context.no_function,
        context.truncated
    )
}

fn write_columns(card: &mut String, info: &PreparedInfo, schema: &TableSchema) -> std::fmt::Result {
    writeln!(
        card,
        "\n## Columns\n\n{}",
        schema.columns.iter().map(|column| in_code(&column.name)).collect::<Vec<_>>().join(", ")
    )?;
    let tokens = match (&info.settings["tokenizer"]["digest"], &info.settings["tokenizer"]["vocabulary"]) {
        (Value::String(digest), vocabulary) => format!(
            "tokens of the longest code, by the tokenizer of {vocabulary} tokens whose files have the digest {digest} \
             (BLAKE3), without those at its start and end"
        ),
        _ => "words and punctuation characters of the longest code, without comments".to_owned(),
    };
    writeln!(
        card,
        "\n`component` is the number of the component, `near_duplicates` that of the cluster of near copies (null if there \
         is no other), `n_tokens` the number of {tokens}, and `length_matched` tells whether the row is in the \
         length-matched part of its split. The same rows lie in `jsonl/`."
    )
}

fn warnings(info: &PreparedInfo, leaks: &LeakReport) -> Vec<String> {
    let mut warnings = Vec::new();
    if !leaks.is_clean() {
        warnings.push("the splits have something in common; see `leak_report.json`.".to_owned());
    }
    let counts = &info.counts;
    if counts.largest_component * 10 > counts.rows {
        let rows = counts.largest_component;
        warnings.push(format!(
            "one component has {rows} rows, so the shares of the splits may be far from the ratios."
        ));
    }
    for (split, counts) in info.splits.iter().filter(|(_, counts)| counts.rows == 0) {
        let _ = counts;
        warnings.push(format!("the split {} has no rows.", split.name()));
    }
    if counts.unplaced_components > 0 {
        let count = counts.unplaced_components;
        warnings
            .push(format!("{count} components have no date or repository to be split by, and are in train."));
    }
    warnings
}
