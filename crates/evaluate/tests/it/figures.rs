//! Figures that were computed by hand.

use serde_json::{Value, json};

use crate::fixtures::{evaluated, scored, value};

#[track_caller]
fn assert_near(left: Option<f64>, right: f64) {
    assert!(left.is_some_and(|left| (left - right).abs() < 1e-12), "{left:?} is not {right}");
}

#[test]
fn labels_give_the_usual_measures() {
    // 2 hits, 1 miss, 1 false alarm, 4 correct rejections.
    let (rows, predictions) =
        scored(&[(1, 0.9), (1, 0.5), (1, 0.4), (0, 0.8), (0, 0.1), (0, 0.2), (0, 0.3), (0, 0.0)]);
    let evaluation = evaluated(&rows, &predictions).unwrap();
    assert_near(value(&evaluation, "accuracy"), 6.0 / 8.0);
    assert_near(value(&evaluation, "balanced_accuracy"), (2.0 / 3.0 + 4.0 / 5.0) / 2.0);
    assert_near(value(&evaluation, "precision"), 2.0 / 3.0);
    assert_near(value(&evaluation, "recall"), 2.0 / 3.0);
    assert_near(value(&evaluation, "f1"), 2.0 / 3.0);
    // Of 15 pairs of a vulnerable and another example, 13 are in the right order.
    assert_near(value(&evaluation, "auc"), 13.0 / 15.0);
    assert_eq!(value(&evaluation, "p_c"), None);
}

#[test]
fn the_detection_score_is_what_is_missed_at_one_false_alarm_in_two_hundred() {
    // 400 benign examples allow two false alarms: the third, at 0.6, is one too many.
    let mut examples = vec![(1, 0.95), (1, 0.85), (1, 0.65), (1, 0.6), (0, 0.9), (0, 0.7), (0, 0.6)];
    examples.extend([(0, 0.1); 397]);
    let (rows, predictions) = scored(&examples);
    let evaluation = evaluated(&rows, &predictions).unwrap();
    assert_near(value(&evaluation, "vd_s"), 0.25);
    assert_eq!(evaluation.vd_s_threshold, Some(0.65));
    // With 399, only one.
    let (rows, predictions) = scored(&examples[..examples.len() - 1]);
    assert_near(value(&evaluated(&rows, &predictions).unwrap(), "vd_s"), 0.5);
}

#[test]
fn equal_scores_are_reported_together() {
    let (rows, predictions) = scored(&[(1, 0.5), (0, 0.5), (1, 0.5), (0, 0.5)]);
    let evaluation = evaluated(&rows, &predictions).unwrap();
    assert_near(value(&evaluation, "auc"), 0.5);
    assert_near(value(&evaluation, "vd_s"), 1.0);
    assert_eq!(evaluation.vd_s_threshold, None);
}

#[test]
fn pairs_have_four_outcomes() {
    let rows: Vec<Value> = (0..5)
        .map(|id| json!({"id": id, "vulnerable_code": "a", "fixed_code": "b", "cwes": ["CWE-79"]}))
        .collect();
    let outcomes = [(1, 0), (1, 0), (1, 1), (0, 0), (0, 1)];
    let predictions: Vec<Value> = (0..)
        .zip(outcomes)
        .flat_map(|(id, (before, after))| {
            [
                json!({"id": id, "side": "before", "prediction": before}),
                json!({"id": id, "side": "after", "prediction": after}),
            ]
        })
        .collect();
    let evaluation = evaluated(&rows, &predictions).unwrap();
    assert_eq!(evaluation.pairs, 5);
    for (name, share) in [("p_c", 0.4), ("p_v", 0.2), ("p_b", 0.2), ("p_r", 0.2)] {
        assert_near(value(&evaluation, name), share);
    }
    assert_eq!(value(&evaluation, "vd_s"), None);
    let group = &evaluation.cwes["CWE-79"];
    assert_eq!((group.examples, group.vulnerable), (10, 5));
    assert_near(group.metrics["recall"].value, 0.6);
}

#[test]
fn rows_in_twos_of_one_commit_are_pairs() {
    let row = |idx: u32, target: u8, commit: &str| json!({"idx": idx, "target": target, "commit_id": commit});
    let mut rows =
        vec![row(7, 1, "aaaaaaa1"), row(9, 0, "aaaaaaa1"), row(3, 0, "bbbbbbb2"), row(4, 1, "bbbbbbb2")];
    let predictions: Vec<Value> =
        [(7, 1), (9, 0), (3, 1), (4, 0)].map(|(idx, pred)| json!({"idx": idx, "pred": pred})).into();
    let evaluation = evaluated(&rows, &predictions).unwrap();
    assert_eq!((evaluation.pairs, evaluation.clusters), (2, 2));
    assert_near(value(&evaluation, "p_c"), 0.5);
    assert_near(value(&evaluation, "p_r"), 0.5);
    // One pair that is none, and the file is not a file of pairs.
    rows[3] = row(4, 0, "bbbbbbb2");
    assert_eq!(evaluated(&rows, &predictions).unwrap().pairs, 0);
}

#[test]
fn calibration_compares_probabilities_with_shares() {
    // In the bin up to 1: probability 0.95, half are vulnerable. In the lowest: 0.0, none is.
    let (rows, predictions) = scored(&[(1, 0.95), (0, 0.95), (0, 0.0), (0, 0.0)]);
    let evaluation = evaluated(&rows, &predictions).unwrap();
    assert_near(value(&evaluation, "ece"), 0.45 / 2.0);
    assert_near(value(&evaluation, "brier"), (0.05_f64.powi(2) + 0.95_f64.powi(2)) / 4.0);
    assert_eq!(evaluation.calibration.len(), 2);
    let bin = &evaluation.calibration[1];
    assert_eq!((bin.examples, bin.vulnerable_share), (2, 0.5));
}

#[test]
fn intervals_draw_whole_components() {
    // 40 rows that say the same as two: their interval is that of two.
    let examples: Vec<(u8, f64)> = (0..40).map(|row| (1, f64::from(u8::from(row % 4 != 0)))).collect();
    let (mut rows, predictions) = scored(&examples);
    let alone = evaluated(&rows, &predictions).unwrap();
    for (number, row) in (0..).zip(&mut rows) {
        row["component"] = json!(u8::from(examples[number].1 > 0.5));
    }
    let joined = evaluated(&rows, &predictions).unwrap();
    assert_eq!((alone.clusters, joined.clusters), (40, 2));
    let (alone, joined) = (alone.metrics["accuracy"], joined.metrics["accuracy"]);
    assert_eq!((alone.value, joined.value), (Some(0.75), Some(0.75)));
    assert_eq!((joined.low, joined.high), (Some(0.0), Some(1.0)));
    // The binomial interval of 30 in 40 is 0.62 to 0.88.
    let (low, high) = (alone.low.unwrap(), alone.high.unwrap());
    assert!((0.55..0.68).contains(&low) && (0.83..0.93).contains(&high), "{low} to {high}");
}

#[test]
fn the_same_input_gives_the_same_report() {
    let examples: Vec<(u8, f64)> =
        (0..50_u32).map(|row| ((row % 2) as u8, f64::from(row * 7 % 50) / 50.0)).collect();
    let (rows, predictions) = scored(&examples);
    let [one, two] = [0, 1].map(|_| evaluated(&rows, &predictions).unwrap());
    assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&two).unwrap());
    let text = streamguard_evaluate::text(&one);
    assert!(text.contains("50 examples of all rows, 25 of them vulnerable"), "{text}");
    assert!(streamguard_evaluate::markdown(&one).contains("| F1 | "));
    assert!(streamguard_evaluate::html(&one).contains("<td>F1</td>"));
}
