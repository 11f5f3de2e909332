//! Features of the code of a row: how large and how nested it is, and what a fix changed.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use streamguard_code::{SyntaxMeasures, SyntaxMeter, line_diff};
use streamguard_dataset::Language;
use streamguard_table::{CodeColumns, CodeReader, Column, ColumnKind, Row, TableDataset};

/// Columns of each side.
const SIDE_COLUMNS: [&str; 8] =
    ["n_lines", "n_nodes", "complexity", "nesting", "n_branches", "n_loops", "n_calls", "n_returns"];

/// Columns of a pair.
const PAIR_COLUMNS: [(&str, ColumnKind); 3] = [
    ("added_lines", ColumnKind::Int),
    ("removed_lines", ColumnKind::Int),
    ("diff_kinds", ColumnKind::TextList),
];

/// Constructs of which a fix may have more or fewer on one side, with the places of their counts among [`SIDE_COLUMNS`].
const COUNTED: [(&str, usize); 4] = [("branch", 4), ("loop", 5), ("call", 6), ("return", 7)];

/// Tells whether a column of single functions has such a feature.
pub(crate) fn is_side_column(name: &str) -> bool {
    SIDE_COLUMNS.contains(&name)
}

/// Features of one side, in the order of [`SIDE_COLUMNS`]. Without a parser for its language, all but the first are unknown.
type SideFeatures = [Option<u32>; SIDE_COLUMNS.len()];

/// Features of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CodeFeatures {
    #[serde(rename = "s")]
    sides: [Option<SideFeatures>; 2],
    /// Added and removed lines of a pair.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    lines: Option<[u32; 2]>,
}

/// Computes features.
#[derive(Default)]
pub(crate) struct FeatureMeter(SyntaxMeter);

impl FeatureMeter {
    /// Returns the features of a row.
    pub(crate) fn measure(&mut self, row: &Row, reader: &CodeReader) -> CodeFeatures {
        let sides = reader.texts(row).sides;
        let language = reader.language(row);
        let features = sides.map(|text| text.map(|text| self.side(language, text)));
        let lines = match sides {
            [Some(before), Some(after)] => {
                let diff = line_diff(before, after);
                Some([diff.added.len() as u32, diff.removed.len() as u32])
            }
            _ => None,
        };
        CodeFeatures { sides: features, lines }
    }

    fn side(&mut self, language: Option<Language>, text: &str) -> SideFeatures {
        let mut features = [None; SIDE_COLUMNS.len()];
        features[0] = Some(text.lines().count() as u32);
        let measured = language.and_then(|language| self.0.measure(language, "", text).ok());
        if let Some(SyntaxMeasures { nodes, complexity, nesting, branches, loops, calls, returns }) = measured
        {
            let counts = [nodes, complexity, nesting, branches, loops, calls, returns];
            features[1..].iter_mut().zip(counts).for_each(|(feature, count)| *feature = Some(count));
        }
        features
    }
}

impl CodeFeatures {
    /// Returns the columns that a dataset gets.
    pub(crate) fn columns(dataset: &TableDataset) -> Vec<Column> {
        let column = |name: String, kind| Column { name, kind };
        if !matches!(dataset.roles.code, CodeColumns::Pair(..)) {
            return SIDE_COLUMNS.map(|name| column(name.to_owned(), ColumnKind::Int)).into();
        }
        let of_side =
            |name: &str| ["before", "after"].map(|side| column(format!("{name}_{side}"), ColumnKind::Int));
        let sides = SIDE_COLUMNS.iter().flat_map(|name| of_side(name));
        sides.chain(PAIR_COLUMNS.map(|(name, kind)| column(name.to_owned(), kind))).collect()
    }

    /// Returns the values of a row, in the order of the columns.
    pub(crate) fn values(&self, has_pairs: bool) -> Vec<Value> {
        let value = |side: usize, at: usize| json!(self.sides[side].and_then(|features| features[at]));
        if !has_pairs {
            return (0..SIDE_COLUMNS.len()).map(|at| value(0, at)).collect();
        }
        let sides = (0..SIDE_COLUMNS.len()).flat_map(|at| [value(0, at), value(1, at)]);
        let [added, removed] =
            self.lines.map_or([Value::Null, Value::Null], |lines| lines.map(|count| json!(count)));
        sides.chain([added, removed, json!(self.diff_kinds())]).collect()
    }

    /// Returns what a fix changed, by the counts of both sides; `None` for what is not a pair.
    fn diff_kinds(&self) -> Option<Vec<String>> {
        let ([Some(before), Some(after)], Some([added, removed])) = (self.sides, self.lines) else {
            return None;
        };
        let mut kinds: Vec<String> = Vec::new();
        match (added, removed) {
            (_, 0) if added > 0 => kinds.push("only_added".to_owned()),
            (0, _) if removed > 0 => kinds.push("only_removed".to_owned()),
            _ => {}
        }
        let mut is_known = false;
        for (name, at) in COUNTED {
            let (Some(before), Some(after)) = (before[at], after[at]) else { continue };
            is_known = true;
            match before.cmp(&after) {
                std::cmp::Ordering::Less => kinds.push(format!("{name}_added")),
                std::cmp::Ordering::Greater => kinds.push(format!("{name}_removed")),
                std::cmp::Ordering::Equal => {}
            }
        }
        if is_known && before[1] == after[1] && kinds.is_empty() {
            kinds.push("same_structure".to_owned());
        }
        Some(kinds)
    }
}
