//! Rows in the terms that all layouts share.

use serde_json::Value;
use streamguard_dataset::Language;
use streamguard_table::{CodeColumns, CodeReader, Row, SplitName, TableDataset, TableFile, TableSchema};

/// Row of a dataset, as far as other layouts have a place for it. What the dataset does not say is `None`.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExportRow {
    pub(crate) id: String,
    /// Vulnerable code, or the code of a row with a label that says so.
    pub(crate) vulnerable: Option<String>,
    /// Fixed or other code.
    pub(crate) benign: Option<String>,
    /// Whether the two are the same function before and after a fix.
    pub(crate) is_pair: bool,
    /// Whether the dataset has code before and after fixes.
    pub(crate) has_sides: bool,
    pub(crate) language: Option<Language>,
    pub(crate) cwes: Vec<String>,
    pub(crate) cves: Vec<String>,
    pub(crate) description: Option<String>,
    pub(crate) cvss_vector: Option<String>,
    pub(crate) cvss_version: Option<String>,
    pub(crate) cvss_score: Option<f64>,
    pub(crate) severity: Option<String>,
    pub(crate) published_date: Option<String>,
    pub(crate) repository: Option<String>,
    pub(crate) commit: Option<String>,
    pub(crate) parent_commit: Option<String>,
    pub(crate) commit_date: Option<String>,
    pub(crate) message: Option<String>,
    /// Path before and after the fix; a dataset with one path has it twice.
    pub(crate) paths: [Option<String>; 2],
    pub(crate) function: Option<String>,
    /// Lines of the code before and after the fix.
    pub(crate) lines: [RowSide; 2],
}

/// First and last line of code in its file.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RowSide {
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
}

/// Reads rows of one dataset.
#[derive(Clone, Debug)]
pub(crate) struct RowReader {
    reader: CodeReader,
    has_pairs: bool,
    id: Option<usize>,
    kind: Option<usize>,
    description: Option<usize>,
    cvss: [Option<usize>; 3],
    severity: Option<usize>,
    published_date: Option<usize>,
    parent_commit: Option<usize>,
    commit_date: Option<usize>,
    message: Option<usize>,
    paths: [Option<usize>; 2],
    lines: [[Option<usize>; 2]; 2],
    function: Option<usize>,
    /// Whether rows are in splits; otherwise all are in train.
    has_splits: bool,
}

impl RowReader {
    pub(crate) fn new(dataset: &TableDataset, schema: &TableSchema) -> Self {
        let place = |names: &[&str]| schema.first_named(names).and_then(|name| schema.position(name));
        let roles = &dataset.roles;
        Self {
            reader: CodeReader::new(roles, schema, None),
            has_pairs: matches!(roles.code, CodeColumns::Pair(..)),
            id: place(&["id", "idx", "sample_id"]),
            kind: place(&["kind"]),
            description: place(&["description", "cve_desc", "summary"]),
            cvss: [&["cvss_vector"], &["cvss_version"], &["cvss_score"]].map(|name: &[&str; 1]| place(name)),
            severity: place(&["severity"]),
            published_date: place(&["published_date", "publish_date", "cve_published_date"]),
            parent_commit: place(&["parent_commit", "parent_commit_hash"]),
            commit_date: place(&["commit_date", "committer_date"]),
            message: place(&["commit_message", "commit_msg", "message", "msg"]),
            paths: match (place(&["path_before"]), place(&["path_after"])) {
                (None, None) => [roles.paths.first().and_then(|name| schema.position(name)); 2],
                (before, after) => [before, after],
            },
            lines: ["before", "after"]
                .map(|side| ["start", "end"].map(|end| place(&[&format!("{end}_line_{side}")]))),
            function: roles.function.as_ref().and_then(|name| schema.position(name)),
            has_splits: roles.split.is_some() || dataset.files.iter().any(|file| file.split.is_some()),
        }
    }

    /// Returns the split of a row. Without splits, all rows are in train.
    pub(crate) fn split(&self, row: &Row, file: &TableFile) -> Option<SplitName> {
        if self.has_splits { self.reader.split(row, file) } else { Some(SplitName::Train) }
    }

    /// Returns the date of a row in milliseconds since 1970-01-01 UTC.
    pub(crate) fn date(&self, row: &Row) -> Option<i64> {
        self.reader.date(row)
    }

    /// Reads a row. Programs that attack other code are neither vulnerable nor fixed code.
    pub(crate) fn read(&self, number: usize, row: &Row) -> ExportRow {
        let text = |place: Option<usize>| row[place?].as_str().map(str::to_owned);
        let is_exploit = self.kind.is_some_and(|place| row[place] == "exploit");
        let [before, after] = self.reader.texts(row).sides.map(|side| side.map(str::to_owned));
        let (vulnerable, benign) = match () {
            () if is_exploit => (None, None),
            () if self.has_pairs => (before, after),
            () => match self.reader.label(row) {
                Some(true) => (before, None),
                Some(false) => (None, before),
                None => (None, None),
            },
        };
        let id = self.id.map(|place| &row[place]).filter(|id| !id.is_null()).map(|id| match id {
            Value::String(id) => id.clone(),
            id => id.to_string(),
        });
        ExportRow {
            id: id.unwrap_or_else(|| number.to_string()),
            has_sides: self.has_pairs,
            is_pair: self.has_pairs && vulnerable.is_some() && benign.is_some(),
            vulnerable,
            benign,
            language: self.reader.language(row),
            cwes: self.reader.cwes(row).into_iter().map(|number| format!("CWE-{number}")).collect(),
            cves: self.reader.advisories(row).into_iter().filter(|id| id.starts_with("CVE-")).collect(),
            description: text(self.description),
            cvss_vector: text(self.cvss[0]),
            cvss_version: text(self.cvss[1]),
            cvss_score: self.cvss[2].and_then(|place| row[place].as_f64()),
            severity: text(self.severity),
            published_date: text(self.published_date),
            repository: self.reader.repository(row).map(str::to_owned),
            commit: self.reader.commits(row).into_iter().next(),
            parent_commit: text(self.parent_commit),
            commit_date: text(self.commit_date),
            message: text(self.message),
            paths: self.paths.map(text),
            function: text(self.function),
            lines: self.lines.map(|places| {
                let [start, end] = places.map(|place| row[place?].as_i64());
                RowSide { start, end }
            }),
        }
    }
}

impl ExportRow {
    /// Returns the URL of the repository without a slash or `.git` at its end, if it is one.
    pub(crate) fn project_url(&self) -> Option<&str> {
        let url = self.repository.as_deref()?;
        let is_web = url.starts_with("https://") || url.starts_with("http://");
        is_web.then(|| url.trim_end_matches('/').trim_end_matches(".git"))
    }

    /// Returns the page of the commit, as GitHub and most others have it.
    pub(crate) fn commit_url(&self) -> Option<String> {
        Some(format!("{}/commit/{}", self.project_url()?, self.commit.as_deref()?))
    }

    /// Returns the last two parts of the repository's address: `owner/name`.
    pub(crate) fn owner_and_name(&self) -> Option<String> {
        let address = self.project_url().or(self.repository.as_deref())?;
        let parts: Vec<&str> = address.split('/').filter(|part| !part.is_empty()).collect();
        // Before them stand `https:` and the host.
        let kept = if self.project_url().is_some() { parts.get(2..)? } else { &parts[..] };
        Some(kept[kept.len().saturating_sub(2)..].join("/"))
    }

    /// Returns the last part of the repository's address.
    pub(crate) fn project(&self) -> Option<String> {
        self.owner_and_name()?.rsplit('/').next().map(str::to_owned)
    }

    /// Returns the path before the fix, or after it of a new file.
    pub(crate) fn path(&self) -> Option<&str> {
        self.paths.iter().flatten().next().map(String::as_str)
    }

    /// Returns the last part of the path.
    pub(crate) fn file_name(&self) -> Option<&str> {
        self.path()?.rsplit('/').next()
    }

    /// Returns the first of the CVE ids.
    pub(crate) fn cve(&self) -> Option<&str> {
        self.cves.first().map(String::as_str)
    }
}
