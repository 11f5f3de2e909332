//! Shortcuts and the baseline on the dataset card.

use std::fmt::{self, Write};

use streamguard_evaluate::{Estimate, Evaluation};
use streamguard_table::SplitName;

use super::report::ShortcutReport;

/// Balanced accuracy above which the card warns of a rule, if the whole interval lies above it.
const WARNING_ACCURACY: f64 = 0.6;

/// Figures of the baseline that the card has.
const FIGURES: [(&str, &str); 5] =
    [("accuracy", "accuracy"), ("f1", "F1"), ("auc", "AUC"), ("vd_s", "VD-S"), ("p_c", "P-C")];

/// Writes both sections.
pub(crate) fn write(
    card: &mut String,
    report: &ShortcutReport,
    baseline: Option<&Evaluation>,
) -> fmt::Result {
    if !report.rules.is_empty() {
        write_rules(card, report)?;
    }
    baseline.map_or(Ok(()), |evaluation| write_baseline(card, evaluation))
}

fn write_rules(card: &mut String, report: &ShortcutReport) -> fmt::Result {
    writeln!(card, "\n## What rules reach that know nothing of vulnerabilities\n")?;
    writeln!(
        card,
        "Balanced accuracy (0.5 is chance), with intervals of 95 % by a bootstrap of components. Each rule is \
         fitted to train. In the length-matched part of a split (the column `length_matched`), each length is as frequent \
         among vulnerable code as among other, or of pairs, the longer side as often the vulnerable one.\n"
    )?;
    writeln!(card, "| rule | train | validation | test | test, length-matched |\n|---|---:|---:|---:|---:|")?;
    for rule in &report.rules {
        let cells = SplitName::ALL.map(|split| rule.splits.get(&split).map_or("-".to_owned(), cell));
        let matched = rule.length_matched.get(&SplitName::Test).map_or("-".to_owned(), cell);
        writeln!(card, "| {}: {} | {} | {matched} |", rule.name, rule.about, cells.join(" | "))?;
    }
    for rule in &report.rules {
        let Some(test) = rule.splits.get(&SplitName::Test) else { continue };
        if let Some(value) = test.value.filter(|_| test.low.is_some_and(|low| low > WARNING_ACCURACY)) {
            writeln!(
                card,
                "\n**Warning:** the rule \"{}\" alone reaches {value:.3} in test. A model may have learned no more than \
                 that.",
                rule.name
            )?;
        }
    }
    Ok(())
}

fn write_baseline(card: &mut String, evaluation: &Evaluation) -> fmt::Result {
    writeln!(card, "\n## The number to beat\n")?;
    writeln!(
        card,
        "A logistic regression on words and pairs of words (`baseline/model.json`), learned from train, reaches in test \
         (all figures are in `baseline/evaluation.md`):\n"
    )?;
    writeln!(card, "| figure | value and interval |\n|---|---:|")?;
    for (name, title) in FIGURES {
        if let Some(estimate) = evaluation.metrics.get(name).filter(|estimate| estimate.value.is_some()) {
            writeln!(card, "| {title} | {} |", cell(estimate))?;
        }
    }
    Ok(())
}

fn cell(estimate: &Estimate) -> String {
    match (estimate.value, estimate.low, estimate.high) {
        (Some(value), Some(low), Some(high)) => format!("{value:.3} ({low:.3} to {high:.3})"),
        _ => "-".to_owned(),
    }
}
