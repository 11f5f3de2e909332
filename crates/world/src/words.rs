//! Words that ordinary code is made of.

use serde::Deserialize;
use streamguard_synthetic::split_mix::mix64;

/// Case of names of several words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum IdentifierCase {
    /// `like_this`
    Snake,
    /// `likeThis`
    Camel,
}

impl IdentifierCase {
    /// Writes a name that is given in snake case.
    pub(crate) fn write(self, name: &str) -> String {
        match self {
            Self::Snake => name.to_owned(),
            Self::Camel => {
                let mut parts = name.split('_');
                let mut out = parts.next().unwrap_or_default().to_owned();
                out.extend(parts.map(capitalized));
                out
            }
        }
    }
}

/// Returns `word` with a capital letter at its start.
pub(crate) fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Writes a name in snake case as the name of a type: `like_this` becomes `LikeThis`.
pub(crate) fn pascal(name: &str) -> String {
    name.split(['_', '-']).map(capitalized).collect()
}

/// Subjects of functions, in singular and plural.
const NOUNS: &[(&str, &str)] = &[
    ("anchor", "anchors"),
    ("barge", "barges"),
    ("beacon", "beacons"),
    ("berth", "berths"),
    ("bridge", "bridges"),
    ("buoy", "buoys"),
    ("canal", "canals"),
    ("carrier", "carriers"),
    ("column", "columns"),
    ("crane", "cranes"),
    ("crew", "crews"),
    ("depot", "depots"),
    ("dock", "docks"),
    ("engine", "engines"),
    ("ferry", "ferries"),
    ("fleet", "fleets"),
    ("forecast", "forecasts"),
    ("freight", "freights"),
    ("gauge", "gauges"),
    ("harbor", "harbors"),
    ("hatch", "hatches"),
    ("island", "islands"),
    ("keel", "keels"),
    ("lantern", "lanterns"),
    ("ledger", "ledgers"),
    ("mast", "masts"),
    ("mooring", "moorings"),
    ("orchard", "orchards"),
    ("pallet", "pallets"),
    ("pier", "piers"),
    ("pilot", "pilots"),
    ("quay", "quays"),
    ("reading", "readings"),
    ("river", "rivers"),
    ("rudder", "rudders"),
    ("shift", "shifts"),
    ("skiff", "skiffs"),
    ("station", "stations"),
    ("tide", "tides"),
    ("timetable", "timetables"),
    ("tram", "trams"),
    ("tunnel", "tunnels"),
    ("valve", "valves"),
    ("vessel", "vessels"),
    ("voyage", "voyages"),
    ("waypoint", "waypoints"),
    ("winch", "winches"),
    ("yard", "yards"),
];

/// Names of local variables: slot and words. No word is in two lists.
const LOCALS: &[(&str, &str)] = &[
    ("items", "rows entries elements records values_in"),
    ("item", "row entry element record one"),
    ("out", "found kept picked chosen gathered"),
    ("total", "total_sum running_total amount_sum overall"),
    ("count", "tally how_many seen_count number"),
    ("key", "lookup_key group_key label_key bucket"),
    ("value", "current reading_value amount figure"),
    ("text", "raw line_text source_line given"),
    ("parts", "pieces fields tokens_in words_in"),
    ("index", "offset slot_no at_index cursor_pos"),
    ("limit", "upper cap most topmost"),
    ("step", "stride increment step_size jump"),
    ("first", "head leading initial front"),
    ("last", "tail trailing final_one back_end"),
    ("ratio", "share fraction portion scaled"),
    ("table", "by_key grouped mapping lookup_map"),
];

/// Other words: slot and words, the same in all cases.
const LITERALS: &[(&str, &str)] = &[
    ("field", "weight length depth priority quantity position rating capacity"),
    ("size", "10 20 25 40 50 60 100 120"),
    ("few", "2 3 4 5 6 8"),
    ("factor", "1000 60 3600 24 1852 907"),
    ("verb", "loaded moved listed counted planned shown"),
];

/// Returns the noun that follows from `theme`.
pub(crate) fn noun(theme: u64) -> &'static (&'static str, &'static str) {
    &NOUNS[(theme % NOUNS.len() as u64) as usize]
}

/// Returns the slots that are local variables.
pub(crate) fn locals() -> impl Iterator<Item = &'static str> {
    LOCALS.iter().map(|row| row.0)
}

/// Returns the number of words for a local variable.
pub(crate) fn choices(slot: &str) -> usize {
    // At least 2, since callers draw below one less, and nothing can be drawn below 0.
    LOCALS.iter().find(|row| row.0 == slot).map_or(2, |row| row.1.split(' ').count())
}

/// Returns the word for a slot, or nothing if there is no such slot.
pub(crate) fn word(slot: &str, theme: u64, seed: u64, shift: usize, case: IdentifierCase) -> Option<String> {
    let (one, many) = *noun(theme);
    let themed = match slot {
        "noun" => one.to_owned(),
        "nouns" => many.to_owned(),
        "Noun" => capitalized(one),
        "Nouns" => capitalized(many),
        // Exported fields begin with a capital letter.
        "Field" => return word("field", theme, seed, shift, case).map(|field| capitalized(&field)),
        _ => String::new(),
    };
    if !themed.is_empty() {
        return Some(themed);
    }
    let local = LOCALS.iter().position(|row| row.0 == slot);
    let (number, words, case) = match local {
        Some(at) => (at, LOCALS[at].1, case),
        None => {
            let at = LITERALS.iter().position(|row| row.0 == slot)?;
            (LOCALS.len() + at, LITERALS[at].1, IdentifierCase::Snake)
        }
    };
    // The remainder is only a bound that leaves room for the shift.
    let first = mix64(seed ^ (number as u64) << 8) % 1024;
    let count = words.split(' ').count();
    words.split(' ').nth((first as usize + shift) % count).map(|word| case.write(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_local_has_two_meanings() {
        let mut words: Vec<_> = LOCALS.iter().flat_map(|row| row.1.split(' ')).collect();
        words.sort_unstable();
        assert!(words.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn names_take_the_case_of_their_language() {
        assert_eq!(IdentifierCase::Camel.write("count_open_berths"), "countOpenBerths");
        assert_eq!(IdentifierCase::Snake.write("count_open_berths"), "count_open_berths");
        assert_eq!(pascal("tide-table"), "TideTable");
    }
}
