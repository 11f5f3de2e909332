//! What updates changed in a dataset, as lines of JSON and as a page for people.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;

use streamguard_dataset::changes::{CHANGES_NAME, ChangeKind, ChangeReason, SampleChange};
use streamguard_report::group_digits;

/// Largest number of advisories that the page names for one reason.
const MAX_NAMED_ADVISORIES: usize = 20;

/// Kinds in the order of the page.
const KINDS: [(ChangeKind, &str); 3] =
    [(ChangeKind::Added, "Added"), (ChangeKind::Changed, "Changed"), (ChangeKind::Withdrawn, "Withdrawn")];

/// Reads the lines of all changes.
///
/// # Errors
/// `InvalidData` for a line that is not a change.
pub(crate) fn read(text: &[u8]) -> io::Result<Vec<SampleChange>> {
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let parse = |line| {
        serde_json::from_slice(line)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("{CHANGES_NAME}: {error}")))
    };
    lines.map(parse).collect()
}

/// Returns all changes, one a line.
pub(crate) fn lines(changes: &[SampleChange]) -> String {
    let line = |change| serde_json::to_string(change).unwrap_or_default() + "\n";
    changes.iter().map(line).collect()
}

/// Returns a page in Markdown, the newest version first.
pub(crate) fn markdown(changes: &[SampleChange]) -> String {
    let mut versions: BTreeMap<u64, Vec<&SampleChange>> = BTreeMap::new();
    for change in changes {
        versions.entry(change.version).or_default().push(change);
    }
    let mut page = format!(
        "# Changes of this dataset\n\nThe first collection is version 1. Each row that changed since stands in `{CHANGES_NAME}`.\n"
    );
    for (version, changes) in versions.iter().rev() {
        let date = changes.first().and_then(|change| change.date.get(..10)).unwrap_or_default();
        let _ = write!(page, "\n## Version {version}, {date}\n\n");
        for (kind, title) in KINDS {
            let mut reasons: BTreeMap<ChangeReason, Vec<&SampleChange>> = BTreeMap::new();
            for change in changes.iter().filter(|change| change.change == kind) {
                reasons.entry(change.reason).or_default().push(change);
            }
            for (reason, changes) in reasons {
                let count = group_digits(changes.len() as u64);
                let rows = if changes.len() == 1 { "row" } else { "rows" };
                let _ = write!(page, "- {title}: {count} {rows} {}", reason.describe());
                page.push_str(&advisories(&changes));
                page.push('\n');
            }
        }
    }
    page
}

/// Names the first advisories of some changes.
fn advisories(changes: &[&SampleChange]) -> String {
    let mut ids: Vec<&String> = Vec::new();
    // The first id of each is enough: the others mean the same.
    for id in changes.iter().filter_map(|change| change.advisory_ids.first()) {
        if !ids.contains(&id) && ids.len() <= MAX_NAMED_ADVISORIES {
            ids.push(id);
        }
    }
    let more = if ids.len() > MAX_NAMED_ADVISORIES { ", ..." } else { "" };
    let named: Vec<String> =
        ids.iter().take(MAX_NAMED_ADVISORIES).map(|id| format!("`{}`", plain(id))).collect();
    if named.is_empty() { String::new() } else { format!(": {}{more}", named.join(", ")) }
}

/// Leaves out what an id cannot hold, and Markdown may: ids come from upstreams.
fn plain(id: &str) -> String {
    id.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.:".contains(*c)).collect()
}
