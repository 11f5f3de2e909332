//! CVSS: scores of vectors, and which of several ratings counts.
//!
//! The scores come from the crate `cvss`, which follows the specifications of FIRST for versions
//! 2.0 to 4.0.

use cvss::{v2, v3, v4};
use streamguard_dataset::{CvssRating, Severity};

/// Longest vector that is parsed, in bytes: one of version 4.0 with every metric has some 200.
const MAX_VECTOR_BYTES: usize = 400;

/// Base metrics of version 2.0.
const METRICS_V2: [&str; 6] = ["AV", "AC", "Au", "C", "I", "A"];

/// Base metrics of versions 3.0 and 3.1.
const METRICS_V3: [&str; 8] = ["AV", "AC", "PR", "UI", "S", "C", "I", "A"];

/// Base metrics of version 4.0.
const METRICS_V4: [&str; 11] = ["AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"];

/// Parses a vector to a rating with its version and score. Returns `None` for text that is not a
/// vector.
///
/// The score is the base score. That of version 4.0 counts the threat and environmental metrics of
/// the vector too: the version defines one score for a vector, and NVD rates by it.
pub fn parse_vector(vector: &str) -> Option<CvssRating> {
    let vector = vector.trim();
    if vector.len() > MAX_VECTOR_BYTES {
        return None;
    }
    let (version, score) = match vector.split_once('/') {
        Some(("CVSS:4.0", metrics)) => {
            // Databases hold vectors of version 4.0 that are incomplete. These two metrics are
            // enough to tell a vector from other text; the score needs all of them.
            metric(metrics, "AV")?;
            metric(metrics, "VC")?;
            ("4.0", score_v4(vector, metrics))
        }
        Some(("CVSS:3.1", metrics)) => ("3.1", Some(score_v3("CVSS:3.1", metrics)?)),
        Some(("CVSS:3.0", metrics)) => ("3.0", Some(score_v3("CVSS:3.0", metrics)?)),
        _ => {
            let metrics = vector.trim_start_matches('(').trim_end_matches(')');
            // Some databases put vectors of version 2.0 in parentheses.
            let parsed: v2::Vector = base_metrics(metrics, &METRICS_V2)?.parse().ok()?;
            ("2.0", Some(parsed.score().value()))
        }
    };
    Some(CvssRating { version: version.to_owned(), vector: vector.to_owned(), score })
}

fn score_v4(vector: &str, metrics: &str) -> Option<f64> {
    let of_base = || format!("CVSS:4.0/{}", base_metrics(metrics, &METRICS_V4)?).parse().ok();
    let parsed: v4::Vector = vector.parse().ok().or_else(of_base)?;
    Some(parsed.score().value())
}

fn score_v3(prefix: &str, metrics: &str) -> Option<f64> {
    let base = base_metrics(metrics, &METRICS_V3)?;
    Some(format!("{prefix}/{base}").parse::<v3::Vector>().ok()?.base_score().value())
}

/// Returns the base metrics of a vector without the others. The parsers refuse a vector for one
/// unknown or repeated metric, and databases hold such vectors.
fn base_metrics(metrics: &str, names: &[&str]) -> Option<String> {
    let base: Option<Vec<String>> =
        names.iter().map(|name| Some(format!("{name}:{}", metric(metrics, name)?))).collect();
    Some(base?.join("/"))
}

/// Returns the value of a metric in `AV:N/AC:L/..`.
fn metric<'a>(metrics: &'a str, name: &str) -> Option<&'a str> {
    metrics.split('/').find_map(|part| part.strip_prefix(name)?.strip_prefix(':'))
}

/// Returns the severity of a base score: by the specifications of 3.x and 4.0 (section 5), and for
/// 2.0, which defines none, by NVD ("Vulnerability Metrics").
pub fn severity_of_score(version: &str, score: f64) -> Severity {
    match score {
        // Before the others: version 2.0 has no class above high, and none below low.
        _ if version == "2.0" && score >= 7.0 => Severity::High,
        _ if version == "2.0" && score < 4.0 => Severity::Low,
        9.0.. => Severity::Critical,
        7.0.. => Severity::High,
        4.0.. => Severity::Medium,
        0.1.. => Severity::Low,
        _ => Severity::None,
    }
}

/// Parses a severity in the words of NVD, GitHub and OSV.
pub fn parse_severity(name: &str) -> Option<Severity> {
    const SEVERITIES: [(&str, Severity); 6] = [
        ("NONE", Severity::None),
        ("LOW", Severity::Low),
        ("MEDIUM", Severity::Medium),
        // GitHub's word.
        ("MODERATE", Severity::Medium),
        ("HIGH", Severity::High),
        ("CRITICAL", Severity::Critical),
    ];
    SEVERITIES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, severity)| *severity)
}

/// Selects the rating that counts among those of a source, each given with whether it is the
/// primary one: the newest version of CVSS, then the primary one, then the first.
pub fn preferred(ratings: impl IntoIterator<Item = (CvssRating, bool)>) -> Option<CvssRating> {
    const VERSIONS: [&str; 4] = ["4.0", "3.1", "3.0", "2.0"];
    let rank = |cvss: &CvssRating| VERSIONS.iter().position(|known| *known == cvss.version);
    let ranked = ratings.into_iter().filter_map(|(cvss, primary)| Some((rank(&cvss)?, !primary, cvss)));
    // Of equal ratings `min_by_key` returns the first.
    ranked.min_by_key(|(rank, secondary, _)| (*rank, *secondary)).map(|(_, _, cvss)| cvss)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_known_vectors() {
        // "Common Vulnerability Scoring System v3.1: Examples", and the guide to 2.0, section 3.3; those
        // of 4.0 are as NVD rates them.
        for (vector, score) in [
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N", 5.3),
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0),
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3),
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", 8.1),
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U/X:Y", 9.3),
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
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N/E:P/AV:N/?:?", 0.0),
            ("AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8),
            ("(AV:N/AC:L/Au:N/C:C/I:C/A:C)", 10.0),
            ("AV:L/AC:H/Au:N/C:C/I:C/A:C", 6.2),
        ] {
            assert_eq!(parse_vector(vector).and_then(|cvss| cvss.score), Some(score), "{vector}");
        }
    }

    #[test]
    fn text_that_is_not_a_vector_has_no_rating() {
        let long = format!("CVSS:3.1/{}", "AV:N/".repeat(1000));
        for text in ["", "7.5", "CVSS:3.1", "CVSS:3.1/AV:N", "CVSS:9.0/AV:N/AC:L", "CVSS:4.0/", &long] {
            assert_eq!(parse_vector(text), None, "{text}");
        }
        let incomplete = parse_vector("CVSS:4.0/AV:N/AC:L/AT:N/VC:H").unwrap();
        assert_eq!((incomplete.version.as_str(), incomplete.score), ("4.0", None));
    }
}
