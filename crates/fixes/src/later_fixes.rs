//! Fixes of one advisory in one function: which of them a later one changes again.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher};

use streamguard_code::line_diff;
use streamguard_dataset::{QualityFlag, Sample, SampleKind};

/// Fewest letters and digits of a line by which a change is recognised. Shorter ones, such as `return`, are in many.
const MIN_LINE_LETTERS: usize = 8;

/// A function: its path, and its name.
type FunctionPlace = (Option<String>, Option<String>);

/// What one fix changed in a function.
struct LaterFix {
    advisory_ids: Vec<String>,
    /// Hashes of the lines that it removed: the lines themselves may be many, and stay for the whole repository.
    removed: HashSet<u64>,
}

/// Fixes that are newer than the next one.
#[derive(Default)]
pub(crate) struct LaterFixes {
    by_place: HashMap<FunctionPlace, Vec<LaterFix>>,
}

impl LaterFixes {
    /// Flags the samples of a commit of which a later commit changed lines again, and takes note of what this one
    /// changed. The commits come newest first.
    pub(crate) fn flag(&mut self, samples: &mut [Sample]) {
        let mut fixes = Vec::new();
        for sample in samples.iter_mut().filter(|sample| sample.kind != SampleKind::Benign) {
            let before = sample.vulnerable_code.as_deref().unwrap_or_default();
            let after = sample.fixed_code.as_deref().unwrap_or_default();
            let diff = line_diff(before, after);
            let place = (sample.path_after.clone(), sample.function.clone());
            let changes_again = |fix: &LaterFix| {
                fix.advisory_ids.iter().any(|id| sample.advisory_ids.contains(id))
                    && diff
                        .added
                        .iter()
                        .filter_map(|line| line_hash(line))
                        .any(|hash| fix.removed.contains(&hash))
            };
            if self.by_place.get(&place).is_some_and(|fixes| fixes.iter().any(changes_again)) {
                sample.quality_flags.push(QualityFlag::Superseded);
            }
            let removed = diff.removed.iter().filter_map(|line| line_hash(line)).collect();
            fixes.push((place, LaterFix { advisory_ids: sample.advisory_ids.clone(), removed }));
        }
        for (place, fix) in fixes {
            self.by_place.entry(place).or_default().push(fix);
        }
    }
}

/// Returns the hash of a line without white space; `None` if it says too little.
fn line_hash(line: &str) -> Option<u64> {
    let letters = line.chars().filter(|letter| letter.is_alphanumeric()).count();
    let mut hasher = DefaultHasher::new();
    line.split_whitespace().for_each(|word| hasher.write(word.as_bytes()));
    (letters >= MIN_LINE_LETTERS).then(|| hasher.finish())
}

#[cfg(test)]
mod tests {
    use streamguard_dataset::SampleLevel;

    use super::*;

    fn sample(advisory: &str, before: &str, after: &str) -> Sample {
        Sample {
            advisory_ids: vec![advisory.to_owned()],
            path_after: Some("a.c".to_owned()),
            function: Some("read".to_owned()),
            vulnerable_code: Some(before.to_owned()),
            fixed_code: Some(after.to_owned()),
            ..Sample::new("cve", SampleKind::Pair, SampleLevel::Function)
        }
    }

    #[test]
    fn a_fix_is_superseded_where_a_later_one_changes_its_lines() {
        let (first, second, third) = (
            "int read() {\n  copy(to, from, length);\n}\n",
            "int read() {\n  if (length > limit) return 0;\n  copy(to, from, length);\n}\n",
            "int read() {\n  if (length >= limit) return 0;\n  copy(to, from, length);\n}\n",
        );
        let flagged = |advisory: &str| {
            let mut fixes = LaterFixes::default();
            let mut later = [sample("CVE-2024-0001", second, third)];
            fixes.flag(&mut later);
            let mut earlier = [sample(advisory, first, second)];
            fixes.flag(&mut earlier);
            [later, earlier].concat().iter().map(|one| one.quality_flags.len()).collect::<Vec<_>>()
        };
        assert_eq!(flagged("CVE-2024-0001"), [0, 1]);
        assert_eq!(flagged("CVE-2024-0002"), [0, 0]);
    }
}
