//! Faults of the records of a source: counted, with the first of them named in a warning.

/// Most records that one warning names; the rest is only counted.
const MAX_NAMED: usize = 5;

/// Most parts of one record that a warning names.
const MAX_PARTS: usize = 3;

/// Most characters of a name in a warning.
const MAX_NAME_CHARS: usize = 80;

/// Faults of some records: of those that lack a part, and of those that cannot be used at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordFaults {
    trimmed: NamedItems,
    dropped: NamedItems,
}

impl RecordFaults {
    /// Adds a record of which the parts at these paths were left out.
    pub fn add_trimmed(&mut self, id: &str, left_out: &[String]) {
        self.trimmed.add(|| format!("{} ({})", shown(id), list(left_out, left_out.len() as u64, MAX_PARTS)));
    }

    /// Adds a record that was dropped, by its name or beginning.
    pub fn add_dropped(&mut self, sample: &str) {
        self.dropped.add(|| shown(sample));
    }

    /// Adds the faults of other records.
    pub fn append(&mut self, other: Self) {
        self.trimmed.append(other.trimmed);
        self.dropped.append(other.dropped);
    }

    /// Returns the number of records that lack a part.
    pub fn trimmed(&self) -> u64 {
        self.trimmed.count
    }

    /// Returns the number of records that were dropped.
    pub fn dropped(&self) -> u64 {
        self.dropped.count
    }

    /// Returns a warning for each kind of fault that there is. `records_of` names the source.
    pub fn warnings(&self, records_of: &str) -> Vec<String> {
        let trimmed = self.trimmed.text(records_of, |one| match one {
            true => "has parts that are not as documented and were left out",
            false => "have parts that are not as documented and were left out",
        });
        let dropped = self.dropped.text(records_of, |one| match one {
            true => "cannot be used and was dropped",
            false => "cannot be used and were dropped",
        });
        trimmed.into_iter().chain(dropped).collect()
    }
}

/// Number of some items, and the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct NamedItems {
    count: u64,
    first: Vec<String>,
}

impl NamedItems {
    fn add(&mut self, name: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.len() < MAX_NAMED {
            self.first.push(name());
        }
    }

    fn append(&mut self, other: Self) {
        self.count += other.count;
        self.first.extend(other.first);
        self.first.truncate(MAX_NAMED);
    }

    /// Returns the items as the end of a sentence about `one` of them or several; `None` if there are none.
    fn text(&self, records_of: &str, fault: impl Fn(bool) -> &'static str) -> Option<String> {
        let (count, is_one) = (self.count, self.count == 1);
        let records = if is_one { "record" } else { "records" };
        let names = list(&self.first, count, MAX_NAMED);
        (count > 0).then(|| format!("{count} {records} of {records_of} {}: {names}", fault(is_one)))
    }
}

/// Lists the first names of `count`.
fn list(names: &[String], count: u64, max_names: usize) -> String {
    let first: Vec<String> = names.iter().take(max_names).map(|name| shown(name)).collect();
    match count - first.len() as u64 {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// Returns the beginning of a name, which is hostile text and may be long.
fn shown(name: &str) -> String {
    let mut characters = name.chars();
    let mut text: String = characters.by_ref().take(MAX_NAME_CHARS).filter(|one| !one.is_control()).collect();
    if characters.next().is_some() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_bounded_and_count_everything() {
        let mut faults = RecordFaults::default();
        assert!(faults.warnings("NVD").is_empty());
        let parts = |n: usize| (0..n).map(|n| format!("references[{n}]")).collect::<Vec<_>>();
        faults.add_trimmed("CVE-2020-0001", &parts(1));
        assert_eq!(
            faults.warnings("NVD"),
            [
                "1 record of NVD has parts that are not as documented and were left out: CVE-2020-0001 (references[0])"
            ]
        );
        let mut others = RecordFaults::default();
        others.add_trimmed("CVE-2020-0002", &parts(5));
        others.add_dropped("{\"cve\":{\"id\":7,\u{1b}[2J}}");
        faults.append(others);
        (3..=9).for_each(|n| faults.add_trimmed(&format!("CVE-2020-000{n}"), &parts(1)));
        faults.add_dropped(&"x".repeat(1000));
        assert_eq!((faults.trimmed(), faults.dropped()), (9, 2));
        let warnings = faults.warnings("NVD");
        assert!(warnings[0].starts_with("9 records of NVD have parts"), "{}", warnings[0]);
        let second = "CVE-2020-0002 (references[0], references[1], references[2] and 2 more), CVE-2020-0003";
        assert!(warnings[0].contains(second) && warnings[0].ends_with(" and 4 more"), "{}", warnings[0]);
        assert!(
            warnings[1]
                .starts_with("2 records of NVD cannot be used and were dropped: {\"cve\":{\"id\":7,[2J}}")
        );
        assert!(warnings[1].len() < 300, "{}", warnings[1]);
    }
}
