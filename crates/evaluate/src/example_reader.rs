//! Examples: code with a label, read from the rows of any dataset.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use streamguard_dataset::{CommentSyntax, Language};
use streamguard_table::{CodeColumns, CodeReader, Row, SplitName, TableDataset, TableFile, TableSchema};

/// Names that datasets give the column with the id of a row.
pub(crate) const ID_NAMES: [&str; 3] = ["id", "idx", "sample_id"];

/// Bound of the whole numbers that floats tell apart: 2 to the power of 53.
const MAX_EXACT_FLOAT: f64 = (1_u64 << 53) as f64;

/// Side of a fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CodeSide {
    /// Code before the fix, which is vulnerable.
    Before,
    /// Code after the fix.
    After,
}

/// Name of an example: the id of its row, and the side in a dataset of pairs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExampleKey {
    /// Id of the row.
    pub id: String,
    /// Side of the pair.
    pub side: Option<CodeSide>,
}

impl fmt::Display for ExampleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.side {
            None => write!(f, "{}", self.id),
            Some(CodeSide::Before) => write!(f, "{} (side before)", self.id),
            Some(CodeSide::After) => write!(f, "{} (side after)", self.id),
        }
    }
}

/// One function of a row.
#[derive(Clone, Copy, Debug)]
pub struct CodeExample<'a> {
    /// Side of the pair, in a dataset of pairs.
    pub side: Option<CodeSide>,
    /// Whether the code is vulnerable.
    pub label: Option<bool>,
    /// The code; none in a dataset of labels.
    pub code: Option<&'a str>,
}

/// Reads examples from the rows of one dataset.
#[derive(Clone, Debug)]
pub struct ExampleReader {
    columns: TableSchema,
    reader: CodeReader,
    has_pairs: bool,
    id: Option<usize>,
    kind: Option<usize>,
    component: Option<usize>,
    pair: Option<usize>,
}

impl ExampleReader {
    /// Finds the columns of a dataset. Rows without a known language are in the default one.
    pub fn new(dataset: &TableDataset, default_language: Option<Language>) -> Self {
        let schema = &dataset.schema;
        let id = schema.first_named(&ID_NAMES);
        let named = |name| schema.first_named(&[name]);
        let others = [id, named("kind"), named("component"), named("pair")];
        let roles = dataset.roles.names();
        let columns = schema.only(|name| roles.contains(&name) || others.contains(&Some(name)));
        Self::of_columns(dataset, &columns, default_language)
    }

    /// Finds the columns in rows of another schema than [`ExampleReader::columns`], such as all columns of a dataset.
    pub fn of_columns(
        dataset: &TableDataset,
        columns: &TableSchema,
        default_language: Option<Language>,
    ) -> Self {
        let place = |names: &[&str]| columns.position(dataset.schema.first_named(names)?);
        Self {
            reader: CodeReader::new(&dataset.roles, columns, default_language),
            has_pairs: matches!(dataset.roles.code, CodeColumns::Pair(..)),
            id: place(&ID_NAMES),
            kind: place(&["kind"]),
            component: place(&["component"]),
            pair: place(&["pair"]),
            columns: columns.clone(),
        }
    }

    /// Returns the columns that rows must have.
    pub fn columns(&self) -> &TableSchema {
        &self.columns
    }

    /// Tells whether rows hold code before and after a fix.
    pub fn has_pairs(&self) -> bool {
        self.has_pairs
    }

    /// Tells whether a column numbers the components.
    pub(crate) fn has_components(&self) -> bool {
        self.component.is_some()
    }

    /// Returns the examples of a row. Programs that attack other code are none.
    pub fn examples<'a>(&self, row: &'a Row) -> impl Iterator<Item = CodeExample<'a>> + use<'a> {
        let is_exploit = self.kind.is_some_and(|place| row[place] == "exploit");
        let [before, after] = self.reader.texts(row).sides;
        let examples = if self.has_pairs {
            let side = |side, code: Option<&'a str>| {
                code.map(|code| CodeExample {
                    side: Some(side),
                    label: Some(side == CodeSide::Before),
                    code: Some(code),
                })
            };
            [side(CodeSide::Before, before), side(CodeSide::After, after)]
        } else {
            [Some(CodeExample { side: None, label: self.reader.label(row), code: before }), None]
        };
        examples.into_iter().flatten().filter(move |_| !is_exploit)
    }

    /// Returns the id of a row, or its number in the dataset if there is no column with ids.
    pub fn id(&self, row: &Row, number: usize) -> String {
        self.id.and_then(|place| text_of(&row[place])).unwrap_or_else(|| number.to_string())
    }

    /// Returns the split of a row.
    pub fn split(&self, row: &Row, file: &TableFile) -> Option<SplitName> {
        self.reader.split(row, file)
    }

    /// Returns the programming language.
    pub fn language(&self, row: &Row) -> Option<Language> {
        self.reader.language(row)
    }

    /// Returns how comments look in the language.
    pub fn syntax(&self, row: &Row) -> CommentSyntax {
        self.reader.texts(row).syntax
    }

    /// Returns the names of the function, the file and the repository.
    pub fn names<'a>(&self, row: &'a Row) -> [Option<&'a str>; 3] {
        let [function, file] = self.reader.names(row);
        [function, file, self.reader.repository(row)]
    }

    /// Returns the first commit of a row.
    pub(crate) fn commit(&self, row: &Row) -> Option<String> {
        self.reader.commits(row).into_iter().next()
    }

    /// Returns the component of a row, as the dataset numbers it.
    pub(crate) fn component(&self, row: &Row) -> Option<String> {
        text_of(&row[self.component?])
    }

    /// Returns the name of the pair that a single function belongs to.
    pub(crate) fn pair(&self, row: &Row) -> Option<String> {
        text_of(&row[self.pair?])
    }

    /// Returns the numbers of the weaknesses (CWE), ascending.
    pub fn cwes(&self, row: &Row) -> Vec<u32> {
        self.reader.cwes(row)
    }
}

/// Returns an id as text, whether it is a number or text.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        // A column of whole numbers with gaps is one of floats to some programs.
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(float) if float.fract() == 0.0 && float.abs() < MAX_EXACT_FLOAT => {
                Some(format!("{float:.0}"))
            }
            _ => Some(number.to_string()),
        },
        _ => None,
    }
}
