//! Measures how often the claim of a message is true, on functions that readers judged.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use streamguard_dataset::Sample;
use streamguard_mining::message::MessageScorer;
use streamguard_review::{Review, ReviewTable, ReviewVerdict};

/// Functions that have something in common, and what readers say of them.
#[derive(Default)]
struct JudgedFunctions {
    count: u32,
    /// Of commits that fix a weakness.
    fixes: u32,
    /// Part of such a fix.
    parts: u32,
    /// Sum of the confidences.
    confidence: f64,
}

impl JudgedFunctions {
    /// Adds a function. Who is unsure does not say that it is a fix.
    fn add(&mut self, verdict: ReviewVerdict, confidence: f64) {
        self.count += 1;
        self.fixes += u32::from(verdict.is_security_fix() == Some(true));
        self.parts += u32::from(verdict == ReviewVerdict::Right);
        self.confidence += confidence;
    }

    fn print(&self, name: &str) {
        let share = |count: u32| f64::from(count) / f64::from(self.count);
        println!(
            "  {name:32} {:4} functions, security fix {:.2}, part of the fix {:.2}, mean confidence {:.2}",
            self.count,
            share(self.fixes),
            share(self.parts),
            self.confidence / f64::from(self.count),
        );
    }
}

/// Prints, for each basis of messages and each step of confidence, which share of the functions of `samples`, files of
/// samples that the collector `repo` mined, readers call right. `reviews` is a table as `streamguard review` writes it; its
/// functions are told by their commits and names, whatever a clone is called.
pub(crate) fn run(samples: &[PathBuf], reviews: &Path) -> Result<()> {
    let table = ReviewTable::read(reviews)?;
    let mut verdicts = BTreeMap::new();
    for Review { commit, function, verdict, .. } in table.reviews() {
        verdicts.insert((commit.clone(), function.clone()), *verdict);
    }
    ensure!(!verdicts.is_empty(), "{} has no verdicts", reviews.display());
    let scorer = MessageScorer::new();
    let (mut by_basis, mut by_confidence) = (BTreeMap::new(), BTreeMap::new());
    for path in samples {
        let file = std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        for line in std::io::BufReader::new(file).lines() {
            let sample: Sample = serde_json::from_str(&line?)?;
            let key = (sample.commit.unwrap_or_default(), sample.function.unwrap_or_default());
            // A function on two paths was judged once.
            let Some(verdict) = verdicts.remove(&key) else { continue };
            let basis = scorer.score(&sample.commit_message.unwrap_or_default(), 1).basis;
            let share = sample.language.map_or(1.0, |language| basis.fix_share(language));
            let confidence = sample.label_confidence.unwrap_or_default();
            let name = format!("{basis:?} (this build: {share:.2})");
            by_basis.entry(name).or_insert_with(JudgedFunctions::default).add(verdict, confidence);
            let step = format!("confidence from {:.2}", (confidence * 20.0 + 1e-9).floor() / 20.0);
            by_confidence.entry(step).or_insert_with(JudgedFunctions::default).add(verdict, confidence);
        }
    }
    for groups in [by_basis, by_confidence] {
        groups.iter().for_each(|(name, functions)| functions.print(name));
    }
    Ok(())
}
