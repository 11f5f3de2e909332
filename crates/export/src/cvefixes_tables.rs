//! The tables of CVEfixes
//! (<https://github.com/secureIT-project/CVEfixes/blob/main/Doc/DataDictionary.md>), with their columns in order.

use crate::sql_dump::SqlTable;

pub(crate) const CVE: SqlTable = SqlTable {
    name: "cve",
    columns: &[
        ("cve_id", "TEXT"),
        ("published_date", "TEXT"),
        ("last_modified_date", "TEXT"),
        ("description", "TEXT"),
        ("nodes", "TEXT"),
        ("severity", "TEXT"),
        ("obtain_all_privilege", "TEXT"),
        ("obtain_user_privilege", "TEXT"),
        ("obtain_other_privilege", "TEXT"),
        ("user_interaction_required", "TEXT"),
        ("cvss2_vector_string", "TEXT"),
        ("cvss2_access_vector", "TEXT"),
        ("cvss2_access_complexity", "TEXT"),
        ("cvss2_authentication", "TEXT"),
        ("cvss2_confidentiality_impact", "TEXT"),
        ("cvss2_integrity_impact", "TEXT"),
        ("cvss2_availability_impact", "TEXT"),
        ("cvss2_base_score", "REAL"),
        ("cvss3_vector_string", "TEXT"),
        ("cvss3_attack_vector", "TEXT"),
        ("cvss3_attack_complexity", "TEXT"),
        ("cvss3_privileges_required", "TEXT"),
        ("cvss3_user_interaction", "TEXT"),
        ("cvss3_scope", "TEXT"),
        ("cvss3_confidentiality_impact", "TEXT"),
        ("cvss3_integrity_impact", "TEXT"),
        ("cvss3_availability_impact", "TEXT"),
        ("cvss3_base_score", "REAL"),
        ("cvss3_base_severity", "TEXT"),
        ("exploitability_score", "REAL"),
        ("impact_score", "REAL"),
        ("ac_insuf_info", "TEXT"),
        ("reference_json", "TEXT"),
        ("problemtype_json", "TEXT"),
    ],
};

pub(crate) const FIXES: SqlTable =
    SqlTable { name: "fixes", columns: &[("cve_id", "TEXT"), ("hash", "TEXT"), ("repo_url", "TEXT")] };

pub(crate) const COMMITS: SqlTable = SqlTable {
    name: "commits",
    columns: &[
        ("hash", "TEXT"),
        ("repo_url", "TEXT"),
        ("author", "TEXT"),
        ("author_date", "TEXT"),
        ("author_timezone", "TEXT"),
        ("committer", "TEXT"),
        ("committer_date", "TEXT"),
        ("committer_timezone", "TEXT"),
        ("msg", "TEXT"),
        ("merge", "TEXT"),
        ("parents", "TEXT"),
        ("num_lines_added", "INTEGER"),
        ("num_lines_deleted", "INTEGER"),
        ("dmm_unit_complexity", "REAL"),
        ("dmm_unit_interfacing", "REAL"),
        ("dmm_unit_size", "REAL"),
    ],
};

pub(crate) const FILE_CHANGE: SqlTable = SqlTable {
    name: "file_change",
    columns: &[
        ("file_change_id", "TEXT"),
        ("hash", "TEXT"),
        ("filename", "TEXT"),
        ("old_path", "TEXT"),
        ("new_path", "TEXT"),
        ("change_type", "TEXT"),
        ("diff", "TEXT"),
        ("diff_parsed", "TEXT"),
        ("num_lines_added", "INTEGER"),
        ("num_lines_deleted", "INTEGER"),
        ("code_after", "TEXT"),
        ("code_before", "TEXT"),
        ("nloc", "INTEGER"),
        ("complexity", "INTEGER"),
        ("token_count", "INTEGER"),
        ("programming_language", "TEXT"),
    ],
};

pub(crate) const METHOD_CHANGE: SqlTable = SqlTable {
    name: "method_change",
    columns: &[
        ("method_change_id", "TEXT"),
        ("file_change_id", "TEXT"),
        ("name", "TEXT"),
        ("signature", "TEXT"),
        ("parameters", "TEXT"),
        ("start_line", "INTEGER"),
        ("end_line", "INTEGER"),
        ("code", "TEXT"),
        ("nloc", "INTEGER"),
        ("complexity", "INTEGER"),
        ("token_count", "INTEGER"),
        ("top_nesting_level", "INTEGER"),
        ("before_change", "TEXT"),
    ],
};

pub(crate) const REPOSITORY: SqlTable = SqlTable {
    name: "repository",
    columns: &[
        ("repo_url", "TEXT"),
        ("repo_name", "TEXT"),
        ("description", "TEXT"),
        ("date_created", "TEXT"),
        ("date_last_push", "TEXT"),
        ("homepage", "TEXT"),
        ("repo_language", "TEXT"),
        ("owner", "TEXT"),
        ("forks_count", "INTEGER"),
        ("stars_count", "INTEGER"),
    ],
};

pub(crate) const CWE: SqlTable = SqlTable {
    name: "cwe",
    columns: &[
        ("cwe_id", "TEXT"),
        ("cwe_name", "TEXT"),
        ("description", "TEXT"),
        ("extended_description", "TEXT"),
        ("url", "TEXT"),
        ("is_category", "TEXT"),
    ],
};

pub(crate) const CWE_CLASSIFICATION: SqlTable =
    SqlTable { name: "cwe_classification", columns: &[("cve_id", "TEXT"), ("cwe_id", "TEXT")] };

/// A table that CVEfixes does not have: the row and the split of each method.
pub(crate) const STREAMGUARD_ROW: SqlTable = SqlTable {
    name: "streamguard_row",
    columns: &[("method_change_id", "TEXT"), ("id", "TEXT"), ("split", "TEXT")],
};

/// All tables.
pub(crate) const TABLES: [&SqlTable; 9] = [
    &CVE,
    &FIXES,
    &COMMITS,
    &FILE_CHANGE,
    &METHOD_CHANGE,
    &REPOSITORY,
    &CWE,
    &CWE_CLASSIFICATION,
    &STREAMGUARD_ROW,
];
