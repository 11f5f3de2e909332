//! The view of triples for contrastive learning: a vulnerable function, another one with the same weaknesses, and the
//! fixed one (FaceNet, Schroff et al. 2015, <https://arxiv.org/abs/1503.03832>: anchor, positive and negative).

use std::collections::BTreeMap;

use serde_json::json;
use streamguard_evaluate::ExampleReader;
use streamguard_table::{Column, ColumnKind, Row, SplitName, TableDataset, TableError, TableSchema};
use twox_hash::XxHash64;

use super::view_writer::PlacedRow;
use crate::prepared_dataset::RowPlace;

/// Columns of a triple.
const COLUMNS: [(&str, ColumnKind); 9] = [
    ("id", ColumnKind::Text),
    ("positive_id", ColumnKind::Text),
    ("language", ColumnKind::Text),
    ("cwes", ColumnKind::TextList),
    ("split", ColumnKind::Text),
    ("component", ColumnKind::Int),
    ("anchor", ColumnKind::Text),
    ("positive", ColumnKind::Text),
    ("negative", ColumnKind::Text),
];

/// Functions of a group that are kept as choices for the positive one. With more, the memory would grow with the dataset.
const CHOICES: usize = 8;

/// Longest code that is kept as a choice: 32 KiB.
const MAX_CHOICE_BYTES: usize = 32 << 10;

/// What the functions of a triple have in common: their split, language and weaknesses.
type GroupKey = (SplitName, Option<&'static str>, Vec<u32>);

/// A vulnerable function that may be the positive one of a triple.
#[derive(Clone, Debug)]
struct PositiveChoice {
    id: String,
    component: u32,
    code: String,
}

/// Makes triples of rows.
#[derive(Debug)]
pub(super) struct TripleRows {
    seed: u64,
    groups: BTreeMap<GroupKey, Vec<PositiveChoice>>,
}

/// Returns the columns of triples.
pub(super) fn schema() -> TableSchema {
    TableSchema { columns: COLUMNS.map(|(name, kind)| Column { name: name.to_owned(), kind }).into() }
}

impl TripleRows {
    /// Reads the first functions of each group, so that the first rows find a positive function too.
    pub(super) fn new(
        dataset: &TableDataset,
        reader: &ExampleReader,
        places: &[Option<RowPlace>],
        seed: u64,
        stopped: &dyn Fn() -> bool,
    ) -> Result<Self, TableError> {
        let mut groups: BTreeMap<GroupKey, Vec<PositiveChoice>> = BTreeMap::new();
        dataset.for_each_row(reader.columns(), |number, _, row| {
            if stopped() {
                return Err(TableError::Stopped);
            }
            if let Some(place) = places.get(number).copied().flatten()
                && let Some([before, _]) = both_sides(reader, &row)
                && let Some(key) = group_key(reader, &row, place.split)
            {
                let choices = groups.entry(key).or_default();
                if choices.len() < CHOICES && is_new_choice(choices, before, place.component) {
                    choices.push(PositiveChoice::new(reader, &row, number, before, place.component));
                }
            }
            Ok(())
        })?;
        Ok(Self { seed, groups })
    }

    /// Returns the triple of a row, or the reason why there is none.
    pub(super) fn triple(&mut self, row: &PlacedRow<'_>) -> Result<Row, &'static str> {
        let RowPlace { split, component, .. } = row.place;
        let Some([anchor, negative]) = both_sides(row.reader, row.values) else {
            return Err("rows without two sides");
        };
        let key = group_key(row.reader, row.values, split).ok_or("rows without a weakness")?;
        let choices = self.groups.get_mut(&key).ok_or("rows whose weaknesses no other component has")?;
        // A near copy or a function of the same commit would teach nothing.
        let others: Vec<&PositiveChoice> =
            choices.iter().filter(|choice| choice.component != component).collect();
        if others.is_empty() {
            return Err("rows whose weaknesses no other component has");
        }
        let chance = XxHash64::oneshot(self.seed, &(row.number as u64).to_le_bytes());
        let positive = others[(chance % others.len() as u64) as usize];
        let triple = vec![
            json!(row.reader.id(row.values, row.number)),
            json!(positive.id),
            json!(key.1),
            json!(key.2.iter().map(|number| format!("CWE-{number}")).collect::<Vec<_>>()),
            json!(split),
            json!(component),
            json!(anchor),
            json!(positive.code),
            json!(negative),
        ];
        // The choices move on with the rows, so that not all triples of a large group have the same few positives.
        if is_new_choice(choices, anchor, component) {
            let replaced = (chance >> 32) as usize % choices.len();
            choices[replaced] = PositiveChoice::new(row.reader, row.values, row.number, anchor, component);
        }
        Ok(triple)
    }
}

impl PositiveChoice {
    fn new(reader: &ExampleReader, row: &Row, number: usize, code: &str, component: u32) -> Self {
        Self { id: reader.id(row, number), component, code: code.to_owned() }
    }
}

fn is_new_choice(choices: &[PositiveChoice], code: &str, component: u32) -> bool {
    code.len() <= MAX_CHOICE_BYTES && choices.iter().all(|choice| choice.component != component)
}

fn group_key(reader: &ExampleReader, row: &Row, split: SplitName) -> Option<GroupKey> {
    let cwes = reader.cwes(row);
    (!cwes.is_empty()).then(|| (split, reader.language(row).map(|language| language.name()), cwes))
}

/// Returns the code before and after the fix.
pub(super) fn both_sides<'r>(reader: &ExampleReader, row: &'r Row) -> Option<[&'r str; 2]> {
    let mut sides = reader.examples(row).filter(|example| example.side.is_some());
    Some([sides.next()?.code?, sides.next()?.code?])
}
