//! `check extract`: our functions compared with those that the parsers of others find.

mod comparison;
mod reference;
mod source_sides;
mod struck;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use streamguard_code::{FunctionFinder, SourceFile};

use comparison::{Difference, compare};
use reference::{REFERENCES, ReferenceParser};
use source_sides::SourceSide;
use struck::StruckList;

/// Repositories and commits to compare.
#[derive(Args)]
pub(crate) struct ExtractInputs {
    /// Repositories, bare or not.
    #[arg(required = true)]
    repositories: Vec<PathBuf>,
    /// Number of commits, the same number from each repository.
    #[arg(long, default_value_t = 200)]
    commits: usize,
    /// Seed from which the choice of commits follows.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Compare files in these languages only.
    #[arg(long, value_delimiter = ',')]
    language: Vec<String>,
    /// Print at most so many differences of a language; all are counted.
    #[arg(long, default_value_t = 40)]
    show: usize,
    /// Folder with the parsers, which `xtask/references/install.sh` fills.
    #[arg(long, default_value = "target/references")]
    references: PathBuf,
}

/// Functions and differences of one language.
#[derive(Default)]
struct LanguageCount {
    sides: usize,
    functions: usize,
    struck: usize,
    differences: Vec<(String, Difference)>,
}

/// Compares both sides of each file that the chosen commits change, and prints the differences per language.
pub(crate) fn check(inputs: &ExtractInputs) -> Result<()> {
    for name in &inputs.language {
        ensure!(
            REFERENCES.iter().any(|parser| parser.language.name() == name),
            "there is no reference for the language {name:?}; there is one for {}",
            REFERENCES.iter().map(|parser| parser.language.name()).collect::<Vec<_>>().join(", ")
        );
    }
    let sides = source_sides::choose(&inputs.repositories, inputs.commits, inputs.seed)?;
    let mut by_language: BTreeMap<&str, Vec<SourceSide>> = BTreeMap::new();
    for side in sides {
        by_language.entry(side.language.name()).or_default().push(side);
    }
    let struck = StruckList::read(&sources().join("struck.tsv"))?;
    for parser in REFERENCES {
        let name = parser.language.name();
        let chosen = inputs.language.is_empty() || inputs.language.iter().any(|language| language == name);
        let Some(sides) = by_language.get(name).filter(|_| chosen) else { continue };
        match compare_language(parser, sides, &inputs.references, &struck) {
            Ok(count) => print_count(name, &count, inputs.show),
            Err(error) => println!("SKIPPED: {name}, {} sides: {error:#}", sides.len()),
        }
    }
    Ok(())
}

/// Returns the folder of the scripts that list functions with the parsers of others.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("references")
}

fn compare_language(
    parser: &ReferenceParser,
    sides: &[SourceSide],
    installed: &Path,
    struck: &StruckList,
) -> Result<LanguageCount> {
    let answers = parser.functions(sides, &sources(), installed)?;
    let mut count = LanguageCount::default();
    let mut finder = FunctionFinder::new();
    for (side, answer) in sides.iter().zip(answers) {
        // A file that the reference cannot read says nothing about ours.
        let Some(theirs) = answer else { continue };
        let Ok(ours) = finder.find(&recognised(side)?) else { continue };
        count.sides += 1;
        count.functions += ours.len();
        for difference in compare(&ours, &theirs) {
            if struck.contains(parser.language, side, &difference) {
                count.struck += 1;
            } else {
                count.differences.push((side.place(), difference));
            }
        }
    }
    Ok(count)
}

fn recognised(side: &SourceSide) -> Result<SourceFile<'_>> {
    SourceFile::recognise(&side.path, side.text.as_bytes())
        .with_context(|| format!("{} is not recognised again", side.place()))
}

fn print_count(language: &str, count: &LanguageCount, show: usize) {
    for (place, difference) in count.differences.iter().take(show) {
        println!("{language}: {place}:{difference}");
    }
    let found = count.differences.len();
    let percent = found as f64 * 100.0 / count.functions.max(1) as f64;
    let kinds = ["boundary", "name", "missing", "extra"].map(|kind| {
        format!("{} {kind}", count.differences.iter().filter(|(_, one)| one.kind() == kind).count())
    });
    println!(
        "{language}: {} sides, {} functions, {found} differences ({percent:.2} %: {}), {} struck",
        count.sides,
        count.functions,
        kinds.join(", "),
        count.struck
    );
}
