//! Roles of columns, found by the names that datasets of vulnerable code give them.

use serde::{Deserialize, Serialize};

use crate::column::TableSchema;
use crate::error::TableError;

/// Columns with code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeColumns {
    /// One function a row.
    Single(String),
    /// A function before and after its fix.
    Pair(String, String),
    /// None: a dataset of ids and labels.
    None,
}

/// Names of the columns that have a role; none for roles that no column has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnRoles {
    /// Code.
    pub code: CodeColumns,
    /// Programming language.
    pub language: Option<String>,
    /// Paths of the file, which tell the language if no other column does.
    pub paths: Vec<String>,
    /// Repository or project.
    pub repository: Option<String>,
    /// Commits.
    pub commit: Option<String>,
    /// Ids of advisories: lists or text.
    pub advisories: Vec<String>,
    /// Date of the commit, or else of the advisory, in this order.
    pub dates: Vec<String>,
    /// Split that a row is already in.
    pub split: Option<String>,
    /// Kind of the sample, of StreamGuard's own datasets.
    pub kind: Option<String>,
    /// Label: whether the code is vulnerable.
    pub label: Option<String>,
    /// Name of the function.
    pub function: Option<String>,
    /// Type of the weakness.
    pub weakness: Option<String>,
    /// Text that describes the flaw.
    pub description: Option<String>,
    /// Rules that support a label.
    pub evidence: Option<String>,
    /// Weaknesses as `CWE-<number>`: lists or text.
    pub cwes: Vec<String>,
}

/// Pairs of columns with the code before and after a fix: StreamGuard's own, BigVul's and CVEfixes', SVEN's, and others'.
const PAIRS: [(&str, &str); 5] = [
    ("vulnerable_code", "fixed_code"),
    ("func_before", "func_after"),
    ("func_src_before", "func_src_after"),
    ("code_before", "code_after"),
    ("before", "after"),
];

/// Columns with one function: those of PrimeVul, Devign, DiverseVul, ReVeal, MegaVul, and others.
const SINGLES: [&str; 9] = [
    "func",
    "code",
    "function_code",
    "processed_func",
    "source_code",
    "vulnerable_code",
    "func_before",
    "function",
    "text",
];

impl ColumnRoles {
    /// Finds the roles in a dataset that needs no code.
    pub fn find_without_code(schema: &TableSchema) -> Self {
        let code = code_columns(schema).unwrap_or(CodeColumns::None);
        Self::with_code(schema, code)
    }

    /// Finds the roles. `code` names the columns with code: one, or one before and one after a fix; if it is empty, they
    /// are found by their names.
    ///
    /// # Errors
    /// [`TableError::NoCode`], or [`TableError::NoColumn`] for a name in `code`.
    pub fn find(schema: &TableSchema, code: &[String]) -> Result<Self, TableError> {
        for name in code {
            if schema.position(name).is_none() {
                return Err(TableError::NoColumn { name: name.clone(), columns: schema.names() });
            }
        }
        let code = match code {
            [before, after] => CodeColumns::Pair(before.clone(), after.clone()),
            [single, ..] => CodeColumns::Single(single.clone()),
            [] => code_columns(schema).ok_or_else(|| TableError::NoCode { columns: schema.names() })?,
        };
        Ok(Self::with_code(schema, code))
    }

    fn with_code(schema: &TableSchema, code: CodeColumns) -> Self {
        let first = |names: &[&str]| schema.first_named(names).map(str::to_owned);
        let all =
            |names: &[&str]| -> Vec<String> { names.iter().filter_map(|name| first(&[name])).collect() };
        Self {
            code,
            language: first(&["language", "programming_language", "lang"]),
            paths: all(&["path_before", "path_after", "file_name", "filename", "file_path", "path"]),
            repository: first(&[
                "repository",
                "repo_url",
                "repo_name",
                "repo",
                "project_url",
                "project",
                "project_name",
            ]),
            commit: first(&[
                "commit",
                "commit_id",
                "commit_hash",
                "commit_sha",
                "commit_link",
                "commit_url",
                "commitid",
                "fix_commit",
                "sha",
                "hash",
            ]),
            advisories: all(&[
                "advisory_ids",
                "cve",
                "cve_id",
                "cves",
                "cve_list",
                "cveid",
                "cve_ids",
                "ghsa",
                "ghsa_id",
                "vuln_id",
            ]),
            dates: all(&[
                "commit_date",
                "committer_date",
                "committed_date",
                "author_date",
                "date",
                "published_date",
                "publish_date",
                "cve_published_date",
            ]),
            split: first(&["split"]),
            // Only in our own rows: elsewhere the name may mean anything.
            kind: first(&["kind"])
                .filter(|_| ["vulnerable_code", "fixed_code"].iter().all(|name| first(&[name]).is_some())),
            label: first(&["target", "label", "is_vulnerable", "vulnerable", "is_vul", "vul"]),
            function: first(&["function", "func_name", "function_name", "method_name"]),
            weakness: first(&["vulnerability_type", "cwe", "cwe_id", "cwes"]),
            description: first(&["description"]),
            evidence: first(&["label_evidence"]),
            cwes: all(&["cwes", "cwe", "cwe_id", "cwe_ids"]),
        }
    }

    /// Returns the names of the columns with code.
    pub fn code_columns(&self) -> Vec<&str> {
        match &self.code {
            CodeColumns::Single(code) => vec![code],
            CodeColumns::Pair(before, after) => vec![before, after],
            CodeColumns::None => Vec::new(),
        }
    }

    /// Returns whether a file with these columns may have code in one of the columns for it.
    pub(crate) fn is_code_in(&self, schema: &TableSchema) -> bool {
        self.code_columns().iter().any(|name| schema.position(name).is_some())
    }

    /// Returns the names of the columns with code, and of those that tell its language.
    pub(crate) fn code_names(&self) -> Vec<&str> {
        let others = self.language.iter().chain(&self.paths).map(String::as_str);
        self.code_columns().into_iter().chain(others).collect()
    }

    /// Returns the names of all columns that have a role.
    pub fn names(&self) -> Vec<&str> {
        let single = [
            &self.repository,
            &self.commit,
            &self.split,
            &self.kind,
            &self.label,
            &self.function,
            &self.weakness,
            &self.description,
            &self.evidence,
        ];
        let lists = [&self.advisories, &self.dates, &self.cwes];
        let others = single.into_iter().flatten().chain(lists.into_iter().flatten());
        self.code_names().into_iter().chain(others.map(String::as_str)).collect()
    }
}

/// Finds the columns with code by their names.
fn code_columns(schema: &TableSchema) -> Option<CodeColumns> {
    let first = |name: &str| schema.first_named(&[name]).map(str::to_owned);
    let pair = |(before, after): &(&str, &str)| Some(CodeColumns::Pair(first(before)?, first(after)?));
    let single = || schema.first_named(&SINGLES).map(str::to_owned).map(CodeColumns::Single);
    PAIRS.iter().find_map(pair).or_else(single)
}
