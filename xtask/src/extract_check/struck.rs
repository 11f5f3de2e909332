//! Differences that are mistakes of the reference.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use streamguard_dataset::Language;

use super::comparison::Difference;
use super::source_sides::SourceSide;

/// Most differences of one language that can be struck, so that the list stays one of exceptions.
const MAX_STRUCK: usize = 30;

/// Differences that somebody looked at and found the reference to be wrong.
pub(super) struct StruckList {
    /// Language, place of the file, line.
    places: BTreeSet<(String, String, String)>,
}

impl StruckList {
    /// Reads a table of language, `repository@commit:path`, line, and the reference's mistake.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut places: BTreeSet<(String, String, String)> = BTreeSet::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let fields: Vec<&str> = line.split('\t').collect();
            let [language, place, line, reason] = fields[..] else {
                anyhow::bail!("{}: {line:?} does not have four columns", path.display());
            };
            ensure!(!reason.trim().is_empty(), "{}: {place} has no reason", path.display());
            let [language, place, line] = [language, place, line].map(str::to_owned);
            places.insert((language, place, line));
        }
        for language in Language::all() {
            let count = places.iter().filter(|(of, ..)| of == language.name()).count();
            ensure!(count <= MAX_STRUCK, "{count} differences in {} are struck", language.name());
        }
        Ok(Self { places })
    }

    pub(super) fn contains(&self, language: Language, side: &SourceSide, difference: &Difference) -> bool {
        let place = (language.name().to_owned(), side.place(), difference.line().to_string());
        self.places.contains(&place)
    }
}
