//! Code and its origin, read from the values of a row.

use std::path::Path;

use serde_json::{Value, json};
use streamguard_dataset::{CommentSyntax, Language};
use twox_hash::XxHash64;

use crate::column::{Row, TableSchema};
use crate::input::SplitName;
use crate::roles::{CodeColumns, ColumnRoles};
use crate::table_file::TableFile;
use crate::timestamp::milliseconds;

/// Fewest hexadecimal digits of a commit's id: shorter ones are other numbers.
const MIN_COMMIT_DIGITS: usize = 7;

/// Places of the columns with a role in rows of one schema.
#[derive(Clone, Debug)]
pub struct CodeReader {
    code: [Option<usize>; 2],
    language: Option<usize>,
    paths: Vec<usize>,
    repository: Option<usize>,
    commit: Option<usize>,
    advisories: Vec<usize>,
    dates: Vec<usize>,
    split: Option<usize>,
    kind: Option<usize>,
    label: Option<usize>,
    function: Option<usize>,
    family: [Option<usize>; 3],
    evidence: Option<usize>,
    cwes: Vec<usize>,
    default_language: Option<Language>,
}

/// Code of a row: of one function, or of one before and after its fix.
#[derive(Clone, Copy, Debug)]
pub struct CodeTexts<'a> {
    /// The texts that are there.
    pub sides: [Option<&'a str>; 2],
    /// Comments of their language.
    pub syntax: CommentSyntax,
}

impl CodeReader {
    /// Finds the columns in a schema. Rows without a known language are in the default one.
    pub fn new(roles: &ColumnRoles, schema: &TableSchema, default_language: Option<Language>) -> Self {
        let place = |name: &Option<String>| name.as_ref().and_then(|name| schema.position(name));
        let places = |names: &[String]| names.iter().filter_map(|name| schema.position(name)).collect();
        let code = match &roles.code {
            CodeColumns::Single(code) => [schema.position(code), None],
            CodeColumns::Pair(before, after) => [schema.position(before), schema.position(after)],
            CodeColumns::None => [None, None],
        };
        Self {
            code,
            language: place(&roles.language),
            paths: places(&roles.paths),
            repository: place(&roles.repository),
            commit: place(&roles.commit),
            advisories: places(&roles.advisories),
            dates: places(&roles.dates),
            split: place(&roles.split),
            kind: place(&roles.kind),
            label: place(&roles.label),
            function: place(&roles.function),
            family: [place(&roles.language), place(&roles.weakness), place(&roles.description)],
            evidence: place(&roles.evidence),
            cwes: places(&roles.cwes),
            default_language,
        }
    }

    /// Returns the code of a row.
    pub fn texts<'a>(&self, row: &'a Row) -> CodeTexts<'a> {
        let sides = self.code.map(|place| row[place?].as_str());
        CodeTexts { sides, syntax: CommentSyntax::of(self.language(row)) }
    }

    /// Returns the language, by its name or by the path of the file.
    pub fn language(&self, row: &Row) -> Option<Language> {
        let named = self.language.and_then(|place| language_named(row[place].as_str()?));
        let by_path = || self.paths.iter().find_map(|place| Language::from_path(row[*place].as_str()?));
        named.or_else(by_path).or(self.default_language)
    }

    /// Returns the repository or project.
    pub fn repository<'a>(&self, row: &'a Row) -> Option<&'a str> {
        row[self.repository?].as_str().filter(|name| !name.is_empty())
    }

    /// Returns the ids of the commits that a value names, in lower case.
    pub fn commits(&self, row: &Row) -> Vec<String> {
        let mut commits = Vec::new();
        if let Some(place) = self.commit {
            for_each_text(&row[place], &mut |text| {
                let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
                let is_id = |word: &&str| {
                    word.len() >= MIN_COMMIT_DIGITS && word.bytes().all(|byte| byte.is_ascii_hexdigit())
                };
                // The last one: a URL may have other hexadecimal words before it.
                commits.extend(words.rfind(is_id).map(str::to_ascii_lowercase));
            });
        }
        commits
    }

    /// Returns the ids of the advisories, in upper case.
    pub fn advisories(&self, row: &Row) -> Vec<String> {
        let mut ids = Vec::new();
        for place in &self.advisories {
            for_each_text(&row[*place], &mut |text| {
                let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
                // An id has a hyphen and a digit; "None" and "nan" have not.
                let is_id =
                    |word: &&str| word.contains('-') && word.bytes().any(|byte| byte.is_ascii_digit());
                ids.extend(words.filter(is_id).map(str::to_ascii_uppercase));
            });
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// Returns the date in milliseconds since 1970-01-01 UTC.
    pub fn date(&self, row: &Row) -> Option<i64> {
        self.dates.iter().find_map(|place| milliseconds(&row[*place]))
    }

    /// Returns the split that a row of a file is in.
    pub fn split(&self, row: &Row, file: &TableFile) -> Option<SplitName> {
        self.split.and_then(|place| SplitName::from_word(row[place].as_str()?)).or(file.split)
    }

    /// Tells whether a row is code beside a sample that its fix did not change.
    pub fn is_benign(&self, row: &Row) -> bool {
        self.kind.is_some_and(|place| row[place] == "benign")
    }

    /// Returns a hash of the commit and of the paths of the file, if both are known.
    pub fn file_at_commit(&self, row: &Row) -> Option<u64> {
        let commit = self.commits(row).into_iter().next()?;
        let paths: Vec<&str> = self.paths.iter().filter_map(|place| row[*place].as_str()).collect();
        let named = (!paths.is_empty()).then(|| json!([commit, paths]).to_string())?;
        Some(XxHash64::oneshot(0, named.as_bytes()))
    }

    /// Returns whether the code of a row with one function is vulnerable.
    pub fn label(&self, row: &Row) -> Option<bool> {
        label_of(&row[self.label?])
    }

    /// Returns the path of the file: before the fix, if there are two.
    pub fn path<'a>(&self, row: &'a Row) -> Option<&'a str> {
        self.paths.iter().find_map(|place| row[*place].as_str())
    }

    /// Returns the names that may give a label away: the function's and the file's.
    pub fn names<'a>(&self, row: &'a Row) -> [Option<&'a str>; 2] {
        let file = self.paths.first().and_then(|place| row[*place].as_str());
        let file = file.and_then(|path| Path::new(path).file_name()?.to_str());
        [self.function.and_then(|place| row[place].as_str()), file]
    }

    /// Returns the numbers of the weaknesses (CWE), ascending.
    pub fn cwes(&self, row: &Row) -> Vec<u32> {
        let mut numbers = Vec::new();
        for place in &self.cwes {
            // `CWE-79`, `["CWE-79", "CWE-89"]`, `['CWE-79']` and `CWE-79, CWE-89` are all in use.
            for_each_text(&row[*place], &mut |text| {
                let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
                let number = |word: &str| {
                    let (prefix, number) = word.split_once('-')?;
                    prefix.eq_ignore_ascii_case("cwe").then(|| number.parse::<u32>().ok())?
                };
                numbers.extend(words.filter_map(number));
            });
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// Returns a hash of the template that generated code was made from: of its language, its weakness and the
    /// description of its flaw.
    pub fn template_family(&self, row: &Row) -> Option<u64> {
        let evidence = row[self.evidence?].as_array()?;
        if !evidence.iter().any(|rule| rule == "generated") {
            return None;
        }
        let parts = self.family.map(|place| place.map_or(Value::Null, |place| row[place].clone()));
        Some(XxHash64::oneshot(0, Value::from(parts.to_vec()).to_string().as_bytes()))
    }
}

/// Returns whether a label says that code is vulnerable. It is a truth value, a number or a word; `None` for any other.
pub fn label_of(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(label) => Some(*label),
        Value::Number(number) => match number.as_f64()? {
            0.0 => Some(false),
            1.0 => Some(true),
            _ => None,
        },
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "1" | "true" | "vulnerable" | "bad" => Some(true),
            "0" | "false" | "benign" | "safe" | "fixed" | "good" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn for_each_text(value: &Value, take: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => take(text),
        Value::Array(elements) => elements.iter().for_each(|element| for_each_text(element, take)),
        _ => {}
    }
}

/// Returns the language of a name in a dataset: our own names, and others' `C++`, `c#`, `JavaScript`, `py`.
fn language_named(name: &str) -> Option<Language> {
    let shown = |language: &Language| language.title().eq_ignore_ascii_case(name);
    Language::from_name(name)
        .or_else(|| Language::all().find(shown))
        .or_else(|| Language::from_path(&format!("x.{name}")))
}
