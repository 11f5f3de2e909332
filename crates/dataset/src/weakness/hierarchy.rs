//! Ancestors of weaknesses in the hierarchy of the CWE list.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Parents of each weakness that has some, by their CWE numbers.
static PARENTS: LazyLock<HashMap<u16, Vec<u16>>> = LazyLock::new(|| {
    let lines = include_str!("hierarchy.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let mut numbers = line.split(' ').map(|number| number.parse().expect("the table holds numbers"));
            (numbers.next().expect("a line has a weakness"), numbers.collect())
        })
        .collect()
});

/// Returns the ancestors of weaknesses (`CWE-<number>`) in the view Research Concepts (CWE-1000, version 4.15 of the
/// list), nearest first and each once. The weaknesses themselves are left out; ids that the view does not have are
/// skipped.
///
/// ```
/// use streamguard_dataset::weakness::ancestors;
///
/// assert_eq!(ancestors(&["CWE-89".to_owned()]), ["CWE-943", "CWE-74", "CWE-707"]);
/// ```
pub fn ancestors(cwes: &[String]) -> Vec<String> {
    let number = |id: &String| id.strip_prefix("CWE-").and_then(|number| number.parse::<u16>().ok());
    let mut seen: Vec<u16> = cwes.iter().filter_map(number).collect();
    let given = seen.len();
    let mut next = 0;
    while let Some(child) = seen.get(next) {
        let parents = PARENTS.get(child).map_or(&[][..], Vec::as_slice);
        for parent in parents {
            if !seen.contains(parent) {
                seen.push(*parent);
            }
        }
        next += 1;
    }
    seen[given..].iter().map(|number| format!("CWE-{number}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weakness::ALL_WEAKNESSES;

    /// Weaknesses at the top of the view.
    const PILLARS: [u16; 10] = [284, 435, 664, 682, 691, 693, 697, 703, 707, 710];

    #[test]
    fn every_weakness_leads_to_a_pillar() {
        for weakness in PARENTS.keys().copied().chain(ALL_WEAKNESSES.iter().map(|weakness| weakness.cwe)) {
            let mut all = ancestors(&[format!("CWE-{weakness}")]);
            all.push(format!("CWE-{weakness}"));
            assert!(
                PILLARS.iter().any(|pillar| all.contains(&format!("CWE-{pillar}"))),
                "{weakness}: {all:?}"
            );
        }
        assert!(PILLARS.iter().all(|pillar| !PARENTS.contains_key(pillar)));
    }

    #[test]
    fn a_weakness_that_was_named_is_no_ancestor() {
        let named = ["CWE-787", "CWE-119", "NVD-CWE-Other", "CWE-99999"].map(str::to_owned);
        assert_eq!(ancestors(&named), ["CWE-118", "CWE-664"]);
    }
}
