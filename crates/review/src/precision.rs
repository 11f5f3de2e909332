//! Precision of the labels, as far as readers have read them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::review_sample::{STRATA, stratum};
use crate::review_table::{Review, ReviewTable};
use crate::verdict::ReviewVerdict;

/// Quantile of the normal distribution for intervals of 95 %.
const Z_95: f64 = 1.959_964;

/// A share with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Proportion {
    /// Number of cases in which it holds.
    pub hits: u64,
    /// Number of cases.
    pub cases: u64,
    /// The share; 0.0 without a case.
    pub share: f64,
    /// Ends of the interval of 95 % (Wilson, Probable Inference, the Law of Succession, and Statistical Inference, 1927).
    pub interval: [f64; 2],
}

/// Precision in one stratum of confidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StratumPrecision {
    /// Lower end of the confidence.
    pub from: f64,
    /// Mean confidence of what was read.
    pub mean_confidence: f64,
    /// Share of samples whose commit fixes a weakness.
    pub security_fix: Proportion,
    /// Share of samples that are part of a fix.
    pub part: Proportion,
}

/// Precision of all that was read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReviewedPrecision {
    /// Number of verdicts.
    pub verdicts: u64,
    /// Number of verdicts that are unsure; they are not in the shares.
    pub unsure: u64,
    /// Share of samples whose commit fixes a weakness.
    pub security_fix: Proportion,
    /// Share of samples that are part of a fix.
    pub part: Proportion,
    /// The same by confidence; strata without a verdict are left out.
    pub strata: Vec<StratumPrecision>,
}

impl Proportion {
    /// Returns the share of `hits` among `cases`, with its interval.
    pub fn new(hits: u64, cases: u64) -> Self {
        if cases == 0 {
            return Self { hits, cases, share: 0.0, interval: [0.0, 1.0] };
        }
        let (n, share) = (cases as f64, hits as f64 / cases as f64);
        let denominator = 1.0 + Z_95 * Z_95 / n;
        let middle = (share + Z_95 * Z_95 / (2.0 * n)) / denominator;
        let half = Z_95 * (share * (1.0 - share) / n + Z_95 * Z_95 / (4.0 * n * n)).sqrt() / denominator;
        Self { hits, cases, share, interval: [(middle - half).max(0.0), (middle + half).min(1.0)] }
    }

    fn of(verdicts: impl Iterator<Item = Option<bool>>) -> Self {
        let (hits, cases) =
            verdicts.flatten().fold((0, 0), |(hits, cases), holds| (hits + u64::from(holds), cases + 1));
        Self::new(hits, cases)
    }
}

/// Computes the precision of the labels by the verdicts of one reader, or of all.
pub fn precision(table: &ReviewTable, reader: Option<&str>) -> ReviewedPrecision {
    let reviews: Vec<&Review> =
        table.reviews().filter(|review| reader.is_none_or(|reader| review.reader == reader)).collect();
    let mut strata: BTreeMap<usize, Vec<&Review>> = BTreeMap::new();
    for review in &reviews {
        strata.entry(stratum(review.confidence.unwrap_or_default())).or_default().push(review);
    }
    let shares = |reviews: &[&Review]| {
        (
            Proportion::of(reviews.iter().map(|review| review.verdict.is_security_fix())),
            Proportion::of(reviews.iter().map(|review| review.verdict.is_part())),
        )
    };
    let (security_fix, part) = shares(&reviews);
    let unsure = reviews.iter().filter(|review| review.verdict == ReviewVerdict::Unsure).count();
    let strata = strata.into_iter().map(|(stratum, reviews)| {
        let (security_fix, part) = shares(&reviews);
        let sum: f64 = reviews.iter().filter_map(|review| review.confidence).sum();
        StratumPrecision {
            from: STRATA[stratum],
            mean_confidence: sum / reviews.len() as f64,
            security_fix,
            part,
        }
    });
    ReviewedPrecision {
        verdicts: reviews.len() as u64,
        unsure: unsure as u64,
        security_fix,
        part,
        strata: strata.collect(),
    }
}
