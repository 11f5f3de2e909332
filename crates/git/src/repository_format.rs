//! Forms of repositories that cannot be read.

use std::path::Path;

use streamguard_durable::read_regular_text;

use crate::repository_files::{MAX_CONFIG_BYTES, git_folders};
use crate::shell_word::shell_word;

/// Returns the reason why a repository cannot be read, and what mends it, if its form is known to be the reason.
pub(crate) fn unsupported_format(path: &Path) -> Option<String> {
    let value = |name: &str| {
        let [_, common] = git_folders(path)?;
        let config = read_regular_text(&common.join("config"), MAX_CONFIG_BYTES).ok()?;
        extension(&config, name)
    };
    let folder = shell_word(&path.display().to_string());
    // Only objects in SHA-1 and SHA-256 exist, and both are read.
    match value("refstorage")?.as_str() {
        "files" => None,
        "reftable" => Some(format!(
            "its references are stored as reftables (extensions.refStorage), which this program cannot read; \
             convert them by: git -C {folder} refs migrate --ref-format=files (since git 2.48), or give a copy that is \
             made by: git clone --ref-format=files {folder} COPY"
        )),
        other => Some(format!(
            "its references are stored as {other:?} (extensions.refStorage), which this program cannot read"
        )),
    }
}

/// Returns the value of an extension in a configuration that could not be loaded, in lower case.
fn extension(config: &str, name: &str) -> Option<String> {
    let mut is_meant = false;
    for line in config.lines().map(|line| line.trim().to_ascii_lowercase()) {
        if line.starts_with('[') {
            is_meant = line.starts_with("[extensions]");
        }
        let (key, value) = line.split_once('=').unwrap_or_default();
        let key = key.trim_start_matches("[extensions]").trim();
        if is_meant && key == name {
            return Some(value.trim().trim_matches('"').to_owned());
        }
    }
    None
}
