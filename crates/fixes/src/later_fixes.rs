//! Fixes of one advisory in one function: which of them a later one changes again.

use std::collections::{HashMap, HashSet};

use streamguard_code::line_diff;
use streamguard_dataset::{QualityFlag, Sample};

/// Fewest letters and digits of a line by which a change is recognised. Shorter ones, such as `return`, are in many.
const MIN_LINE_LETTERS: usize = 8;

/// A function that an advisory is about: the advisory, the path, and the name.
type FixedFunction = (String, Option<String>, Option<String>);

/// Lines that later fixes changed again.
#[derive(Default)]
pub(crate) struct LaterFixes {
    removed: HashMap<FixedFunction, HashSet<String>>,
}

impl LaterFixes {
    /// Flags the samples of a commit of which a later commit changed lines again, and takes note of what this one
    /// changed. The commits come newest first.
    pub(crate) fn flag(&mut self, samples: &mut [Sample]) {
        let mut removed = Vec::new();
        for sample in samples {
            let text = |side: &Option<String>| side.clone().unwrap_or_default();
            let (before, after) = (text(&sample.vulnerable_code), text(&sample.fixed_code));
            let diff = line_diff(&before, &after);
            let functions = functions(sample);
            let is_changed_again = |line: &&str| {
                line_key(line).is_some_and(|key| {
                    functions
                        .iter()
                        .any(|one| self.removed.get(one).is_some_and(|lines| lines.contains(&key)))
                })
            };
            if diff.added.iter().any(is_changed_again) {
                sample.quality_flags.push(QualityFlag::Superseded);
            }
            let keys: Vec<String> = diff.removed.iter().filter_map(|line| line_key(line)).collect();
            removed.extend(functions.into_iter().map(|function| (function, keys.clone())));
        }
        for (function, keys) in removed {
            self.removed.entry(function).or_default().extend(keys);
        }
    }
}

/// Returns the function of a sample once for each of its advisories.
fn functions(sample: &Sample) -> Vec<FixedFunction> {
    let place = |id: &String| (id.clone(), sample.path_after.clone(), sample.function.clone());
    sample.advisory_ids.iter().map(place).collect()
}

/// Returns a line without white space; `None` if it says too little.
fn line_key(line: &str) -> Option<String> {
    let letters = line.chars().filter(|letter| letter.is_alphanumeric()).count();
    (letters >= MIN_LINE_LETTERS).then(|| line.split_whitespace().collect())
}

#[cfg(test)]
mod tests {
    use streamguard_dataset::{SampleKind, SampleLevel};

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
