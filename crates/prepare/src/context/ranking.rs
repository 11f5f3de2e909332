//! The choice among the definitions that were found, within the bounds of a row.

use std::collections::BTreeMap;

use super::function_context::{ContextEntry, Relation};

/// Most entries of a row. Models read some thousand tokens beside the function.
pub(super) const MAX_ENTRIES: usize = 20;

/// Places that each relation has for itself; what one leaves free is for the next best of the others.
const SHARES: [(Relation, usize); 4] =
    [(Relation::Callee, 8), (Relation::Type, 4), (Relation::Caller, 4), (Relation::Global, 4)];

/// Most bytes of code of an entry; the lines behind them are left out.
pub(super) const MAX_ENTRY_BYTES: usize = 16 << 10;

/// Most bytes of code of a row.
const MAX_ROW_BYTES: usize = 64 << 10;

/// Definition that was found, and its rank within its relation: of the nearest files first, then by first use.
pub(super) struct RankedEntry {
    pub(super) rank: (usize, usize),
    pub(super) entry: ContextEntry,
}

/// Chooses the best entries, the best first, and tells whether something was left out or cut.
pub(super) fn choose(mut found: Vec<RankedEntry>) -> (Vec<ContextEntry>, bool) {
    found.sort_by(|a, b| {
        let key = |ranked: &RankedEntry| (ranked.entry.relation, ranked.rank, ranked.entry.start_line);
        key(a).cmp(&key(b)).then_with(|| a.entry.path.cmp(&b.entry.path))
    });
    let mut free = MAX_ENTRIES;
    let mut used: BTreeMap<Relation, usize> = BTreeMap::new();
    let mut is_chosen: Vec<bool> = Vec::new();
    for ranked in &found {
        let share = SHARES.iter().find(|(relation, _)| *relation == ranked.entry.relation);
        let used = used.entry(ranked.entry.relation).or_default();
        *used += 1;
        is_chosen.push(share.is_some_and(|(_, share)| *used <= *share));
        free -= usize::from(is_chosen[is_chosen.len() - 1]);
    }
    for chosen in is_chosen.iter_mut().filter(|chosen| !**chosen) {
        *chosen = free > 0;
        free -= usize::from(*chosen);
    }
    let mut is_cut = is_chosen.contains(&false);
    let mut left = MAX_ROW_BYTES;
    let mut entries = Vec::new();
    for (RankedEntry { mut entry, .. }, _) in found.into_iter().zip(is_chosen).filter(|(_, chosen)| *chosen) {
        is_cut |= cut_code(&mut entry);
        if entry.code.len() > left {
            is_cut = true;
            continue;
        }
        left -= entry.code.len();
        entries.push(entry);
    }
    (entries, is_cut)
}

/// Cuts the code of an entry behind its last whole line within the bound.
fn cut_code(entry: &mut ContextEntry) -> bool {
    if entry.code.len() <= MAX_ENTRY_BYTES {
        return false;
    }
    let end = entry.code.floor_char_boundary(MAX_ENTRY_BYTES);
    let end = entry.code[..end].rfind('\n').unwrap_or(end);
    entry.code.truncate(end);
    entry.end_line = entry.start_line + entry.code.matches('\n').count() as u32;
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(relation: Relation, count: usize, code: &str) -> Vec<RankedEntry> {
        let entry = |number: usize| ContextEntry {
            relation,
            name: number.to_string(),
            path: "a.c".to_owned(),
            start_line: 1,
            end_line: 1 + code.matches('\n').count() as u32,
            code: code.to_owned(),
        };
        (0..count).map(|number| RankedEntry { rank: (0, number), entry: entry(number) }).collect()
    }

    #[test]
    fn each_relation_has_places_and_the_best_take_what_is_free() {
        let all = [
            found(Relation::Global, 9, "g"),
            found(Relation::Callee, 30, "c"),
            found(Relation::Type, 2, "t"),
        ];
        let (chosen, is_cut) = choose(all.into_iter().flatten().collect());
        let count = |relation| chosen.iter().filter(|entry| entry.relation == relation).count();
        assert_eq!([Relation::Callee, Relation::Type, Relation::Global].map(count), [14, 2, 4]);
        assert!(is_cut && chosen.is_sorted_by_key(|entry| entry.relation));
        assert!(!choose(found(Relation::Caller, MAX_ENTRIES, "c")).1);
    }

    #[test]
    fn long_code_ends_with_a_whole_line() {
        let line = "x".repeat(999) + "\n";
        let (chosen, is_cut) = choose(found(Relation::Callee, 9, &line.repeat(20)));
        assert!(is_cut);
        assert_eq!((chosen.len(), chosen[0].code.len(), chosen[0].end_line), (4, 15_999, 16));
    }
}
