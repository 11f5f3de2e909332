//! Columns that follow from other columns of the same sample.

use crate::duplicate_filter::fold_white_space;
use crate::line_labels::LineLabels;
use crate::sample::Sample;
use crate::weakness::ancestors;

impl Sample {
    /// Sets what follows from code and weaknesses: hashes, differing lines, and ancestors of the weaknesses.
    pub(crate) fn derive_columns(&mut self) {
        self.code_hash_before = self.vulnerable_code.as_deref().map(code_hash);
        self.code_hash_after = self.fixed_code.as_deref().map(code_hash);
        let labels = match (&self.vulnerable_code, &self.fixed_code) {
            (Some(before), Some(after)) => Some(LineLabels::of(self.language, before, after)),
            _ => None,
        };
        self.diff_lines = labels.as_ref().map(|labels| labels.differing);
        (self.vulnerable_lines, self.fixed_lines) =
            labels.map(|labels| (labels.vulnerable, labels.fixed)).unzip();
        self.cwe_parents = ancestors(&self.cwes);
    }

    /// Replaces the weaknesses, and with them their ancestors.
    pub fn set_cwes(&mut self, cwes: Vec<String>) {
        self.cwe_parents = ancestors(&cwes);
        self.cwes = cwes;
    }
}

/// Returns the hash of code: the first 128 bits of BLAKE3 over the code with every run of white space as one space,
/// as 32 hexadecimal digits. [`crate::DuplicateFilter`] compares code in the same form.
pub fn code_hash(code: &str) -> String {
    let mut folded = Vec::with_capacity(code.len());
    fold_white_space(code, &mut folded);
    let mut hash = blake3::hash(&folded).to_hex().to_string();
    hash.truncate(32);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{SampleKind, SampleLevel};

    #[test]
    fn layout_does_not_change_the_hash() {
        assert_eq!(code_hash("int f() {\n\treturn 1;\n}\n"), code_hash("int f() { return 1; }"));
        assert_ne!(code_hash("intf()"), code_hash("int f()"));
        assert_eq!(code_hash("").len(), 32);
    }

    #[test]
    fn one_side_alone_has_no_lines() {
        let mut sample = Sample::new("repo", SampleKind::Vulnerable, SampleLevel::Function);
        sample.vulnerable_code = Some("f();".to_owned());
        let sample = sample.with_id();
        assert!(sample.code_hash_before.is_some() && sample.code_hash_after.is_none());
        assert_eq!((sample.vulnerable_lines, sample.fixed_lines, sample.diff_lines), (None, None, None));
    }
}
