//! The test set: examples with their labels.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use streamguard_dataset::Language;
use streamguard_table::{Row, TableDataset};

use crate::error::EvaluateError;
use crate::example_reader::{ExampleKey, ExampleReader};
use crate::row_choice::RowChoice;

/// Rule by which examples hang together, and are drawn together by the bootstrap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClusterRule {
    /// The component that `prepare` numbered.
    Component,
    /// The commit.
    Commit,
    /// The row.
    Row,
}

/// An example of a test set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TestExample {
    pub(crate) key: ExampleKey,
    pub(crate) label: bool,
    pub(crate) cluster: u32,
    pub(crate) language: Option<Language>,
    pub(crate) cwes: Vec<u32>,
}

/// Labelled examples of a part of a dataset.
#[derive(Clone, Debug)]
pub struct TestSet {
    pub(crate) choice: RowChoice,
    pub(crate) examples: Vec<TestExample>,
    /// Numbers of the vulnerable and the fixed example of each pair.
    pub(crate) pairs: Vec<[u32; 2]>,
    pub(crate) cluster_rule: ClusterRule,
    pub(crate) clusters: u32,
    pub(crate) unlabelled: u64,
}

/// Test set that is being read, row by row.
#[derive(Debug)]
pub struct TestSetBuilder {
    set: TestSet,
    cluster_numbers: BTreeMap<String, u32>,
    /// File and commit of each example of a dataset without pairs.
    origins: Vec<(usize, Option<String>)>,
    /// Vulnerable and fixed example of each pair that single functions name.
    named_pairs: BTreeMap<String, [Option<u32>; 2]>,
}

impl TestSet {
    /// Reads the labelled examples of a part of a dataset.
    ///
    /// # Errors
    /// [`EvaluateError`] if a file cannot be read, or no label is found.
    pub fn read(dataset: &TableDataset, choice: RowChoice) -> Result<Self, EvaluateError> {
        let reader = ExampleReader::new(dataset, None);
        if !reader.has_pairs() && dataset.roles.label.is_none() {
            return Err(EvaluateError::NoLabels);
        }
        let mut builder = TestSetBuilder::new(&reader, dataset, choice);
        dataset.for_each_row(reader.columns(), |number, file, row| {
            if choice.accepts(reader.split(&row, file)) {
                // By the address: comparing paths for each row takes long.
                let file = dataset.files.iter().position(|other| std::ptr::eq(other, file)).unwrap_or(0);
                builder.push(&reader, &row, number, file);
            }
            Ok(())
        })?;
        builder.finish()
    }

    /// Returns the number of examples.
    pub fn len(&self) -> usize {
        self.examples.len()
    }

    /// Tells whether there are no examples.
    pub fn is_empty(&self) -> bool {
        self.examples.is_empty()
    }
}

impl TestSetBuilder {
    /// Begins a test set of rows that a reader understands.
    pub fn new(reader: &ExampleReader, dataset: &TableDataset, choice: RowChoice) -> Self {
        let cluster_rule = match (reader.has_components(), &dataset.roles.commit) {
            (true, _) => ClusterRule::Component,
            (false, Some(_)) => ClusterRule::Commit,
            (false, None) => ClusterRule::Row,
        };
        let set = TestSet {
            choice,
            examples: Vec::new(),
            pairs: Vec::new(),
            cluster_rule,
            clusters: 0,
            unlabelled: 0,
        };
        Self { set, cluster_numbers: BTreeMap::new(), origins: Vec::new(), named_pairs: BTreeMap::new() }
    }

    /// Adds a row of a file, with its own id, and with the component that the row says.
    pub(crate) fn push(&mut self, reader: &ExampleReader, row: &Row, number: usize, file: usize) {
        self.add(reader, row, number, file, reader.id(row, number), None);
    }

    /// Adds a row of a file whose component is known, with its number as its id.
    pub fn push_numbered(
        &mut self,
        reader: &ExampleReader,
        row: &Row,
        number: usize,
        file: usize,
        component: u32,
    ) {
        self.add(reader, row, number, file, number.to_string(), Some(component));
    }

    fn add(
        &mut self,
        reader: &ExampleReader,
        row: &Row,
        number: usize,
        file: usize,
        id: String,
        component: Option<u32>,
    ) {
        let first = self.set.examples.len() as u32;
        for example in reader.examples(row) {
            let Some(label) = example.label else {
                self.set.unlabelled += 1;
                continue;
            };
            let cluster = self.cluster(reader, row, number, component);
            self.set.examples.push(TestExample {
                key: ExampleKey { id: id.clone(), side: example.side },
                label,
                cluster,
                language: reader.language(row),
                cwes: reader.cwes(row),
            });
            if !reader.has_pairs() {
                self.origins.push((file, reader.commit(row)));
                if let Some(pair) = reader.pair(row) {
                    let number = self.set.examples.len() as u32 - 1;
                    let sides = self.named_pairs.entry(pair).or_default();
                    sides[usize::from(!label)].get_or_insert(number);
                }
            }
        }
        if self.set.examples.len() as u32 == first + 2 {
            self.set.pairs.push([first, first + 1]);
        }
    }

    fn cluster(&mut self, reader: &ExampleReader, row: &Row, number: usize, component: Option<u32>) -> u32 {
        let name = match (component, self.set.cluster_rule) {
            (Some(component), _) => {
                self.set.cluster_rule = ClusterRule::Component;
                Some(component.to_string())
            }
            (None, ClusterRule::Component) => reader.component(row),
            (None, ClusterRule::Commit) => reader.commit(row),
            (None, ClusterRule::Row) => None,
        };
        // The space keeps numbers of rows apart from names.
        let name = name.unwrap_or_else(|| format!("row {number}"));
        let next = self.cluster_numbers.len() as u32;
        *self.cluster_numbers.entry(name).or_insert(next)
    }

    /// Returns the test set.
    ///
    /// # Errors
    /// [`EvaluateError`] if there is no labelled example, or two have the same id.
    pub fn finish(mut self) -> Result<TestSet, EvaluateError> {
        self.set.clusters = self.cluster_numbers.len() as u32;
        if self.set.examples.is_empty() {
            return Err(EvaluateError::NoRows(self.set.choice.name()));
        }
        let mut keys: Vec<&ExampleKey> = self.set.examples.iter().map(|example| &example.key).collect();
        keys.sort_unstable();
        if let Some(twice) = keys.windows(2).find(|keys| keys[0] == keys[1]) {
            return Err(EvaluateError::DuplicateId(twice[0].to_string(), "the test set"));
        }
        if self.named_pairs.is_empty() {
            self.pair_twins();
        } else {
            // A side may have been left out, as a copy of another function.
            self.set
                .pairs
                .extend(self.named_pairs.values().filter_map(|[one, two]| Some([(*one)?, (*two)?])));
        }
        Ok(self.set)
    }

    /// Pairs the rows of files in which all rows come in twos: one vulnerable and one not, of the same commit. So
    /// PrimeVul writes its paired files.
    fn pair_twins(&mut self) {
        let mut first = 0;
        for file in self.origins.chunk_by(|left, right| left.0 == right.0) {
            let labels = &self.set.examples[first..first + file.len()];
            let is_pair = |(origins, examples): (&[(usize, Option<String>)], &[TestExample])| {
                origins.len() == 2
                    && origins[0].1.is_some()
                    && origins[0].1 == origins[1].1
                    && examples[0].label != examples[1].label
            };
            if file.chunks(2).zip(labels.chunks(2)).all(is_pair) {
                for at in (first..first + file.len()).step_by(2) {
                    let vulnerable = if self.set.examples[at].label { at } else { at + 1 };
                    self.set.pairs.push([vulnerable as u32, (2 * at + 1 - vulnerable) as u32]);
                }
            }
            first += file.len();
        }
    }
}
