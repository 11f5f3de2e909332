//! Fits the weights and the table of the scorer of functions to functions whose labels are known.

mod labelled_functions;
mod logistic;
mod share_table;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, ensure};
use streamguard_mining::scoring::{BASE_SCORE, DEFAULT_MIN_CONFIDENCE, EVIDENCES};

use labelled_functions::LabelledFunction;
use share_table::ShareTable;

/// Weights of a base value and all evidences, and the table from their sum to a share.
struct FittedLabels {
    weights: Vec<f64>,
    table: ShareTable,
    /// Shares of the functions under each rule.
    excluded: BTreeMap<&'static str, ShareCount>,
}

/// Weighted number of functions, and of those that are part of the fix.
#[derive(Clone, Copy, Default)]
struct ShareCount {
    all: f64,
    fixes: f64,
}

impl ShareCount {
    fn add(&mut self, function: &LabelledFunction) {
        self.all += function.weight;
        self.fixes += function.weight * f64::from(u8::from(function.is_fix));
    }

    fn share(self) -> f64 {
        self.fixes / self.all
    }
}

/// Fits to the functions of `samples`, a file of samples mined with `--min-confidence 0`, that the table
/// `truth` knows. Prints weights, shares and the table; with `cross_validate` also how well weights
/// of other repositories tell the fixes of each repository.
pub(crate) fn run(samples: &Path, truth: &Path, cross_validate: bool) -> Result<()> {
    let functions = labelled_functions::read(samples, truth)?;
    ensure!(!functions.is_empty(), "no sample is in the table");
    let all: Vec<&LabelledFunction> = functions.iter().collect();
    let fitted = fit(&all);
    println!("{} functions with labels\n\nweights (those of this build in parentheses)", all.len());
    let names = ["base"].into_iter().chain(EVIDENCES.iter().map(|evidence| evidence.name));
    let built = [BASE_SCORE].into_iter().chain(EVIDENCES.iter().map(|evidence| evidence.weight));
    for ((name, weight), built) in names.zip(&fitted.weights).zip(built) {
        println!("  {name:20} {weight:6.2} ({built:.2})");
    }
    println!("\nshare of excluded functions that are part of the fix");
    for (reason, count) in &fitted.excluded {
        println!("  {reason:40} {:.2} of {:.0}", count.share(), count.all);
    }
    println!("  {:40} {:.2}", "any", fitted.excluded_share());
    println!("\nscore and share\n{}", fitted.table);
    let build = |function: &LabelledFunction| function.confidence;
    print_quality("this build", &all, build);
    print_quality("fitted to all", &all, |function| fitted.confidence(function));
    if cross_validate {
        let folds: BTreeMap<&str, FittedLabels> = repositories(&all)
            .into_iter()
            .map(|repository| {
                let others: Vec<_> = all.iter().filter(|one| one.repository != repository).copied().collect();
                (repository, fit(&others))
            })
            .collect();
        let confidence =
            |function: &LabelledFunction| folds[function.repository.as_str()].confidence(function);
        print_quality("cross-validated by repository", &all, confidence);
    }
    Ok(())
}

fn repositories<'f>(functions: &[&'f LabelledFunction]) -> BTreeSet<&'f str> {
    functions.iter().map(|function| function.repository.as_str()).collect()
}

fn fit(functions: &[&LabelledFunction]) -> FittedLabels {
    let mut excluded = BTreeMap::<_, ShareCount>::new();
    for function in functions {
        if let Some(reason) = function.excluded {
            excluded.entry(reason).or_default().add(function);
        }
    }
    let scored: Vec<_> = functions.iter().filter(|one| one.excluded.is_none()).copied().collect();
    // Weights know the functions that they were fitted to, so the table takes scores from weights of the other
    // repositories.
    let mut scores = Vec::new();
    for repository in repositories(&scored) {
        let (own, others): (Vec<_>, Vec<_>) =
            scored.iter().copied().partition(|function| function.repository == repository);
        let weights = logistic::fit(&others);
        scores
            .extend(own.into_iter().map(|function| (logistic::score(&weights, &function.values), function)));
    }
    FittedLabels { weights: logistic::fit(&scored), table: ShareTable::new(scores), excluded }
}

impl FittedLabels {
    /// Returns the share of the functions under any rule: most rules have too few for one of their own.
    fn excluded_share(&self) -> f64 {
        let mut all = ShareCount::default();
        for count in self.excluded.values() {
            all.all += count.all;
            all.fixes += count.fixes;
        }
        all.share()
    }

    fn confidence(&self, function: &LabelledFunction) -> f64 {
        match function.excluded {
            Some(_) => self.excluded_share(),
            None => self.table.share(logistic::score(&self.weights, &function.values)),
        }
    }
}

/// Prints precision and recall at the default confidence, and the expected calibration error in ten bins.
fn print_quality(name: &str, functions: &[&LabelledFunction], confidence: impl Fn(&LabelledFunction) -> f64) {
    let (mut all, mut emitted) = (ShareCount::default(), ShareCount::default());
    let mut bins = BTreeMap::<i64, (ShareCount, f64)>::new();
    for function in functions {
        let confidence = confidence(function);
        all.add(function);
        if confidence >= DEFAULT_MIN_CONFIDENCE {
            emitted.add(function);
        }
        #[expect(clippy::cast_possible_truncation, reason = "from 0 to 9")]
        let (count, sum) = bins.entry((confidence * 10.0).min(9.0) as i64).or_default();
        count.add(function);
        *sum += function.weight * confidence;
    }
    let error: f64 = bins.values().map(|(count, sum)| (count.fixes - sum).abs()).sum::<f64>() / all.all;
    println!(
        "{name}: precision {:.3} and recall {:.3} at confidence {DEFAULT_MIN_CONFIDENCE}, of a share of {:.3}; \
         expected calibration error {error:.3}",
        emitted.share(),
        emitted.fixes / all.fixes,
        all.share(),
    );
}
