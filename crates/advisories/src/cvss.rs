//! CVSS: base scores from vectors, by the specifications of FIRST.
//!
//! Sources: "Common Vulnerability Scoring System v3.1: Specification Document", sections 7.1 and
//! 7.4 and appendix A (rounding); "v3.0", section 8; "A Complete Guide to the Common Vulnerability
//! Scoring System Version 2.0", section 3.2.1. Version 4.0 scores by a table of some 270 entries
//! ("macro vectors"); its vectors are kept without a score unless the source gives one.

use streamguard_dataset::{Cvss, Severity};

/// Longest vector that is looked at: one of version 4.0 with every metric has some 200 bytes.
const LONGEST: usize = 400;

/// The rating that a vector stands for, with its version and, but for 4.0, its base score; none
/// for text that is no vector.
pub fn rating(vector: &str) -> Option<Cvss> {
    let vector = vector.trim();
    let (version, score) = match vector.split_once('/') {
        _ if vector.len() > LONGEST => return None,
        Some(("CVSS:4.0", metrics)) => {
            // These are enough to tell a vector from other text.
            metric(metrics, "AV")?;
            metric(metrics, "VC")?;
            ("4.0", None)
        }
        Some(("CVSS:3.1", metrics)) => ("3.1", Some(score_3(metrics, round_up_3_1)?)),
        Some(("CVSS:3.0", metrics)) => ("3.0", Some(score_3(metrics, round_up_3_0)?)),
        _ => ("2.0", Some(score_2(vector.trim_start_matches('(').trim_end_matches(')'))?)),
    };
    Some(Cvss { version: version.to_owned(), vector: vector.to_owned(), score })
}

/// The class of a base score: that of the specification for 3.x and 4.0 (section 5), and for
/// 2.0, which has none, that of NVD ("Vulnerability Metrics").
pub fn severity(version: &str, score: f64) -> Severity {
    match score {
        _ if version == "2.0" && score >= 7.0 => Severity::High,
        _ if version == "2.0" && score < 4.0 => Severity::Low,
        9.0.. => Severity::Critical,
        7.0.. => Severity::High,
        4.0.. => Severity::Medium,
        0.1.. => Severity::Low,
        _ => Severity::None,
    }
}

/// The class that a source names, in the words of NVD, GitHub and OSV.
pub fn class(name: &str) -> Option<Severity> {
    const CLASSES: [(&str, Severity); 6] = [
        ("NONE", Severity::None),
        ("LOW", Severity::Low),
        ("MEDIUM", Severity::Medium),
        // GitHub's word.
        ("MODERATE", Severity::Medium),
        ("HIGH", Severity::High),
        ("CRITICAL", Severity::Critical),
    ];
    CLASSES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, class)| *class)
}

/// The rating that counts, out of those that a source gives, each with whether it is the
/// primary one: the newest version of CVSS first, then the primary one, then the first.
pub fn best(ratings: impl IntoIterator<Item = (Cvss, bool)>) -> Option<Cvss> {
    const VERSIONS: [&str; 4] = ["4.0", "3.1", "3.0", "2.0"];
    let rank = |cvss: &Cvss| VERSIONS.iter().position(|known| *known == cvss.version);
    let ranked = ratings.into_iter().filter_map(|(cvss, primary)| Some((rank(&cvss)?, !primary, cvss)));
    ranked.min_by_key(|(rank, secondary, _)| (*rank, *secondary)).map(|(_, _, cvss)| cvss)
}

/// The value of a metric in `AV:N/AC:L/..`.
fn metric<'a>(metrics: &'a str, name: &str) -> Option<&'a str> {
    metrics.split('/').find_map(|part| part.strip_prefix(name)?.strip_prefix(':'))
}

/// The weight of a metric.
fn weight(metrics: &str, name: &str, weights: &[(&str, f64)]) -> Option<f64> {
    let value = metric(metrics, name)?;
    weights.iter().find(|(known, _)| *known == value).map(|(_, weight)| *weight)
}

fn score_3(metrics: &str, round_up: fn(f64) -> f64) -> Option<f64> {
    const IMPACT: &[(&str, f64)] = &[("H", 0.56), ("L", 0.22), ("N", 0.0)];
    let is_changed = match metric(metrics, "S")? {
        "C" => true,
        "U" => false,
        _ => return None,
    };
    let privileges: &[_] = if is_changed {
        &[("N", 0.85), ("L", 0.68), ("H", 0.5)]
    } else {
        &[("N", 0.85), ("L", 0.62), ("H", 0.27)]
    };
    let exploitability = 8.22
        * weight(metrics, "AV", &[("N", 0.85), ("A", 0.62), ("L", 0.55), ("P", 0.2)])?
        * weight(metrics, "AC", &[("L", 0.77), ("H", 0.44)])?
        * weight(metrics, "PR", privileges)?
        * weight(metrics, "UI", &[("N", 0.85), ("R", 0.62)])?;
    let base = 1.0
        - (1.0 - weight(metrics, "C", IMPACT)?)
            * (1.0 - weight(metrics, "I", IMPACT)?)
            * (1.0 - weight(metrics, "A", IMPACT)?);
    let impact = if is_changed { 7.52 * (base - 0.029) - 3.25 * (base - 0.02).powi(15) } else { 6.42 * base };
    let stretch = if is_changed { 1.08 } else { 1.0 };
    Some(if impact <= 0.0 { 0.0 } else { round_up((stretch * (impact + exploitability)).min(10.0)) })
}

/// Rounds up to one decimal as 3.1 says it (appendix A): by whole numbers, so that the error of
/// floating point does not show.
fn round_up_3_1(score: f64) -> f64 {
    let whole = (score * 100_000.0).round();
    if whole % 10_000.0 == 0.0 { whole / 100_000.0 } else { ((whole / 10_000.0).floor() + 1.0) / 10.0 }
}

/// Rounds up to one decimal as 3.0 says it (section 8).
fn round_up_3_0(score: f64) -> f64 {
    (score * 10.0).ceil() / 10.0
}

fn score_2(metrics: &str) -> Option<f64> {
    const IMPACT: &[(&str, f64)] = &[("N", 0.0), ("P", 0.275), ("C", 0.660)];
    let impact = 10.41
        * (1.0
            - (1.0 - weight(metrics, "C", IMPACT)?)
                * (1.0 - weight(metrics, "I", IMPACT)?)
                * (1.0 - weight(metrics, "A", IMPACT)?));
    let exploitability = 20.0
        * weight(metrics, "AV", &[("L", 0.395), ("A", 0.646), ("N", 1.0)])?
        * weight(metrics, "AC", &[("H", 0.35), ("M", 0.61), ("L", 0.71)])?
        * weight(metrics, "Au", &[("M", 0.45), ("S", 0.56), ("N", 0.704)])?;
    let factor = if impact == 0.0 { 0.0 } else { 1.176 };
    let score = (0.6 * impact + 0.4 * exploitability - 1.5) * factor;
    Some((score * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_the_examples_of_the_specifications() {
        // "Common Vulnerability Scoring System v3.1: Examples", and the guide to 2.0, section 3.3.
        for (vector, score) in [
            ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4),
            ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1),
            ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9),
            ("CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 4.2),
            ("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N", 4.6),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:L/A:N", 5.8),
            ("CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H", 9.3),
            ("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
            ("AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8),
            ("(AV:N/AC:L/Au:N/C:C/I:C/A:C)", 10.0),
            ("AV:L/AC:H/Au:N/C:C/I:C/A:C", 6.2),
        ] {
            assert_eq!(rating(vector).and_then(|cvss| cvss.score), Some(score), "{vector}");
        }
    }

    #[test]
    fn text_that_is_no_vector_has_no_rating() {
        let long = format!("CVSS:3.1/{}", "AV:N/".repeat(1000));
        for text in ["", "7.5", "CVSS:3.1", "CVSS:3.1/AV:N", "CVSS:9.0/AV:N/AC:L", "CVSS:4.0/", &long] {
            assert_eq!(rating(text), None, "{text}");
        }
        let four = rating("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N").unwrap();
        assert_eq!((four.version.as_str(), four.score), ("4.0", None));
    }
}
