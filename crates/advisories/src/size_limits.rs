//! Sizes of advisories: a record beyond them is cut down, so that it costs only itself.
//!
//! All limits together keep a record below the longest line that a worker may send, even if JSON escapes each character
//! of it.

use streamguard_dataset::Advisory;

/// Longest description, in bytes. The longest of GitHub has 65,536 characters, which is its limit.
const MAX_DESCRIPTION_BYTES: usize = 256 << 10;

/// Longest summary, in bytes.
const MAX_SUMMARY_BYTES: usize = 16 << 10;

/// Most aliases and their size in bytes.
const MAX_ALIASES: (usize, usize) = (1_000, 64 << 10);

/// Most weaknesses and their size in bytes.
const MAX_CWES: (usize, usize) = (1_000, 16 << 10);

/// Most references and their size in bytes. NVD allows 500.
const MAX_REFERENCES: (usize, usize) = (2_000, 512 << 10);

/// Most affected ranges and their size in bytes. Those of OSV name every fixed commit of every branch.
const MAX_AFFECTED: (usize, usize) = (10_000, 1 << 20);

/// Cuts down an advisory that is larger than any real one. Returns it with what was left out; `None` if nothing was.
pub(crate) fn cut_down(advisory: &Advisory) -> Option<(Advisory, Vec<String>)> {
    let mut left_out = Vec::new();
    let text = |name: &str, text: &Option<String>, max: usize, left_out: &mut Vec<String>| {
        let text = text.as_deref()?;
        if text.len() > max {
            left_out.push(format!("{name}: {} bytes, of which {max} are kept", text.len()));
        }
        Some(text[..text.floor_char_boundary(max)].to_owned())
    };
    let references =
        |reference: &streamguard_dataset::AdvisoryReference| reference.url.len() + bytes(&reference.tags);
    let affected = |range: &streamguard_dataset::AffectedRange| {
        let names = [&range.ecosystem, &range.package, &range.repository];
        let functions = range.functions.iter().map(|function| {
            ENTRY_BYTES + function.name.len() + function.package.as_ref().map_or(0, String::len)
        });
        names.into_iter().flatten().map(String::len).sum::<usize>()
            + [&range.introduced, &range.fixed, &range.last_affected]
                .into_iter()
                .map(|list| bytes(list))
                .sum::<usize>()
            + functions.sum::<usize>()
    };
    let kept = [
        kept("aliases", &advisory.aliases, MAX_ALIASES, String::len, &mut left_out),
        kept("cwes", &advisory.cwes, MAX_CWES, String::len, &mut left_out),
        kept("references", &advisory.references, MAX_REFERENCES, references, &mut left_out),
        kept("affected", &advisory.affected, MAX_AFFECTED, affected, &mut left_out),
    ];
    let is_long = |text: &Option<String>, max| text.as_ref().is_some_and(|text| text.len() > max);
    if left_out.is_empty()
        && !is_long(&advisory.description, MAX_DESCRIPTION_BYTES)
        && !is_long(&advisory.summary, MAX_SUMMARY_BYTES)
    {
        return None;
    }
    let [aliases, cwes, references, affected] = kept;
    let cut = Advisory {
        id: advisory.id.clone(),
        collector: advisory.collector.clone(),
        aliases: advisory.aliases[..aliases].to_vec(),
        published: advisory.published.clone(),
        modified: advisory.modified.clone(),
        withdrawn: advisory.withdrawn.clone(),
        summary: text("summary", &advisory.summary, MAX_SUMMARY_BYTES, &mut left_out),
        description: text("description", &advisory.description, MAX_DESCRIPTION_BYTES, &mut left_out),
        severity: advisory.severity,
        cvss: advisory.cvss.clone(),
        cwes: advisory.cwes[..cwes].to_vec(),
        exploited_since: advisory.exploited_since.clone(),
        references: advisory.references[..references].to_vec(),
        affected: advisory.affected[..affected].to_vec(),
    };
    Some((cut, left_out))
}

/// Size that counts for each entry of a list beside its text, in bytes: its quotes, keys and brackets in JSON.
const ENTRY_BYTES: usize = 24;

fn bytes(texts: &[String]) -> usize {
    texts.iter().map(|text| text.len() + ENTRY_BYTES).sum()
}

/// Returns how many items of a list are kept: as many as are within the limits of number and size.
fn kept<T>(
    name: &str,
    items: &[T],
    (max_items, max_bytes): (usize, usize),
    size: impl Fn(&T) -> usize,
    left_out: &mut Vec<String>,
) -> usize {
    let mut sum = 0;
    let within = |item: &&T| {
        sum += size(item) + ENTRY_BYTES;
        sum <= max_bytes
    };
    let kept = items.iter().take(max_items).take_while(within).count();
    if kept < items.len() {
        left_out.push(format!("{name}: {}, of which {kept} are kept", items.len()));
    }
    kept
}

#[cfg(test)]
mod tests {
    use streamguard_dataset::{AdvisoryReference, AffectedRange};

    use super::*;

    #[test]
    fn a_record_is_cut_down_to_its_limits_and_below_the_longest_line() {
        let reference = |n: usize| AdvisoryReference { url: format!("https://a.test/{n}"), tags: vec![] };
        let huge = Advisory {
            id: "CVE-2024-1".to_owned(),
            // Six bytes of JSON each.
            description: Some("\u{1}".repeat(60 << 20)),
            summary: Some("ä".repeat(1 << 20)),
            aliases: (0..50_000).map(|n| format!("GHSA-{n}")).collect(),
            cwes: vec!["\u{1}".repeat(1 << 20)],
            references: (0..300_000).map(reference).collect(),
            affected: (0..300_000)
                .map(|_| AffectedRange {
                    introduced: vec!["\u{1}".repeat(100); 10],
                    ..AffectedRange::default()
                })
                .collect(),
            ..Advisory::default()
        };
        let (cut, left_out) = cut_down(&huge).expect("it is too large");
        assert_eq!((cut.references.len(), cut.aliases.len(), cut.cwes.len()), (2_000, 1_000, 0));
        assert!(cut.affected.len() > 100, "{}", cut.affected.len());
        assert_eq!(left_out.len(), 6, "{left_out:?}");
        assert!(serde_json::to_vec(&cut).expect("JSON").len() < 15 << 20);
        assert_eq!(cut_down(&cut), None);
    }
}
