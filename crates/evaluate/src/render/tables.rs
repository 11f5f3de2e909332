//! Tables of an evaluation, which every format writes in its own way.

use std::collections::BTreeMap;

use crate::bootstrap::Estimate;
use crate::evaluation::{Evaluation, GroupEvaluation};
use crate::test_set::ClusterRule;

/// Groups that a table shows: the largest. JSON has all of them.
const MAX_GROUPS: usize = 25;

/// Title of a report.
pub(super) const TITLE: &str = "Evaluation";

/// Figures of the first table, with what they are.
const METRICS: [(&str, &str); 13] = [
    ("accuracy", "Accuracy"),
    ("balanced_accuracy", "Balanced accuracy"),
    ("precision", "Precision"),
    ("recall", "Recall"),
    ("f1", "F1"),
    ("auc", "AUC (area under the ROC curve)"),
    ("vd_s", "VD-S (missed at 0.5 % false alarms; lower is better)"),
    ("p_c", "P-C (both of a pair right)"),
    ("p_v", "P-V (both called vulnerable)"),
    ("p_b", "P-B (both called benign)"),
    ("p_r", "P-R (both wrong)"),
    ("ece", "ECE (expected calibration error)"),
    ("brier", "Brier score"),
];

/// A table: its title, its columns and its rows. All cells but the first of a row are numbers.
pub(super) struct ReportTable {
    pub(super) title: String,
    pub(super) columns: Vec<&'static str>,
    pub(super) rows: Vec<Vec<String>>,
}

/// Returns the sentence above the tables.
pub(super) fn introduction(evaluation: &Evaluation) -> String {
    let rows = match evaluation.rows.as_str() {
        "all" => "all rows".to_owned(),
        split => format!("the split {split}"),
    };
    let clusters = match evaluation.cluster_rule {
        ClusterRule::Component => "components",
        ClusterRule::Commit => "commits",
        ClusterRule::Row => "rows",
    };
    let mut text = format!(
        "{} examples of {rows}, {} of them vulnerable, {} pairs. Intervals of {:.0} % by a bootstrap of {} {clusters}, {} \
         resamples, seed {}.",
        evaluation.examples,
        evaluation.vulnerable,
        evaluation.pairs,
        evaluation.interval_level * 100.0,
        evaluation.clusters,
        evaluation.bootstrap.resamples,
        evaluation.bootstrap.seed,
    );
    match evaluation.threshold {
        Some(threshold) => {
            text.push_str(&format!(" Vulnerable is what has a score of at least {threshold}."))
        }
        None => text.push_str(" The model's own labels are used."),
    }
    for (count, what) in [
        (evaluation.unlabelled, "examples without a label were left out"),
        (evaluation.other_predictions, "predictions of other code were not used"),
    ] {
        if count > 0 {
            text.push_str(&format!(" {count} {what}."));
        }
    }
    text
}

/// Returns all tables.
pub(super) fn tables(evaluation: &Evaluation) -> Vec<ReportTable> {
    let mut tables = vec![metrics(evaluation)];
    if !evaluation.calibration.is_empty() {
        tables.push(calibration(evaluation));
    }
    for (title, groups) in [("By language", &evaluation.languages), ("By weakness", &evaluation.cwes)] {
        if !groups.is_empty() {
            tables.push(self::groups(title, groups));
        }
    }
    tables
}

fn metrics(evaluation: &Evaluation) -> ReportTable {
    let known = METRICS.iter().filter_map(|(name, title)| Some((title, evaluation.metrics.get(*name)?)));
    let rows = known.filter(|(_, estimate)| estimate.value.is_some());
    ReportTable {
        title: "Figures".to_owned(),
        columns: vec!["figure", "value", "interval"],
        rows: rows
            .map(|(title, estimate)| vec![(*title).to_owned(), number(estimate.value), interval(estimate)])
            .collect(),
    }
}

fn calibration(evaluation: &Evaluation) -> ReportTable {
    let bins = evaluation.calibration.iter().map(|bin| {
        vec![
            format!("{:.2} to {:.2}", bin.from, bin.to),
            bin.examples.to_string(),
            number(Some(bin.mean_probability)),
            number(Some(bin.vulnerable_share)),
        ]
    });
    ReportTable {
        title: "Calibration".to_owned(),
        columns: vec!["probability", "examples", "mean", "vulnerable"],
        rows: bins.collect(),
    }
}

fn groups(title: &str, groups: &BTreeMap<String, GroupEvaluation>) -> ReportTable {
    let mut largest: Vec<_> = groups.iter().collect();
    largest.sort_by_key(|(name, group)| (std::cmp::Reverse(group.examples), *name));
    let shown = largest.len().min(MAX_GROUPS);
    let left_out = largest.len() - shown;
    let row = |(name, group): &(&String, &GroupEvaluation)| {
        let estimate = |metric: &str| group.metrics.get(metric).copied().unwrap_or_default();
        vec![
            (*name).clone(),
            group.examples.to_string(),
            group.vulnerable.to_string(),
            number(estimate("accuracy").value),
            number(estimate("precision").value),
            number(estimate("recall").value),
            number(estimate("f1").value),
            interval(&estimate("f1")),
        ]
    };
    ReportTable {
        title: match left_out {
            0 => title.to_owned(),
            _ => format!("{title} (the {shown} largest groups; {left_out} more are in the JSON)"),
        },
        columns: vec![
            "group",
            "examples",
            "vulnerable",
            "accuracy",
            "precision",
            "recall",
            "F1",
            "interval of F1",
        ],
        rows: largest[..shown].iter().map(row).collect(),
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"))
}

fn interval(estimate: &Estimate) -> String {
    match (estimate.low, estimate.high) {
        (Some(low), Some(high)) => format!("{low:.3} to {high:.3}"),
        _ => "-".to_owned(),
    }
}
