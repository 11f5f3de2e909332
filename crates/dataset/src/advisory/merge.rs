//! Merging of the records that several sources have of the same vulnerability.

use std::collections::HashMap;

use super::alias_groups::{AliasGroups, is_cve};
use super::{Advisory, FieldConflict, MergedAdvisory, SourcedReference};

/// Merges the records that share an id or an alias. `advisories` are in the order of trust: the first
/// record that has a field counts, and a different value of a later one is a conflict. The result is
/// in the order in which the vulnerabilities first appear.
///
/// Two CVE ids are never merged by a third record that has both as aliases: they stay two
/// vulnerabilities, and the record joins the first.
pub fn merge_by_alias(advisories: Vec<Advisory>) -> Vec<MergedAdvisory> {
    let mut groups = AliasGroups::default();
    let own: Vec<usize> =
        advisories.iter().map(|advisory| groups.add(&advisory.id, &advisory.aliases)).collect();
    let mut merged: Vec<Vec<Advisory>> = Vec::new();
    // Only for looking up: to walk through a HashMap would give another order in every run.
    let mut positions: HashMap<usize, usize> = HashMap::new();
    for (advisory, own) in advisories.into_iter().zip(own) {
        let position = *positions.entry(groups.root(own)).or_insert(merged.len());
        if position == merged.len() {
            merged.push(Vec::new());
        }
        merged[position].push(advisory);
    }
    merged.into_iter().map(MergedAdvisory::of_records).collect()
}

impl MergedAdvisory {
    /// Merges the records of one vulnerability, the most trusted first.
    pub fn of_records(records: impl IntoIterator<Item = Advisory>) -> Self {
        let mut merged = Self::default();
        records.into_iter().for_each(|record| merged.take(record));
        merged.finish();
        merged
    }

    /// Merges one more record.
    fn take(&mut self, advisory: Advisory) {
        let record = format!("{}:{}", advisory.collector, advisory.id);
        let is_first = self.id.is_empty();
        if !self.collectors.contains(&advisory.collector) {
            self.collectors.push(advisory.collector.clone());
        }
        self.aliases.push(advisory.id.clone());
        self.aliases.extend(advisory.aliases);
        // A vulnerability counts as withdrawn only if all sources have withdrawn it.
        if is_first {
            self.withdrawn = advisory.withdrawn;
        } else if self.withdrawn.is_some() != advisory.withdrawn.is_some() {
            let value = if advisory.withdrawn.is_some() { "withdrawn" } else { "not withdrawn" };
            self.add_conflict("withdrawn", &record, value.to_owned());
            self.withdrawn = None;
        }
        let is_cve_record = is_cve(&advisory.id);
        let mut fields = FieldMerger { merged: self, record: &record };
        // Sources date and describe in their own ways, and do not contradict each other by that: the first
        // three always agree.
        fields.merge("published", |merged| &mut merged.published, advisory.published, |_, _| true);
        fields.merge("summary", |merged| &mut merged.summary, advisory.summary, |_, _| true);
        fields.merge("description", |merged| &mut merged.description, advisory.description, |_, _| true);
        fields.merge("severity", |merged| &mut merged.severity, advisory.severity, |a, b| a == b);
        fields.merge(
            "cvss",
            |merged| &mut merged.cvss,
            advisory.cvss,
            |a, b| {
                // Ratings by different versions of CVSS do not contradict each other.
                a.version != b.version || a.vector == b.vector
            },
        );
        fields.merge(
            "exploited_since",
            |merged| &mut merged.exploited_since,
            advisory.exploited_since,
            |a, b| a == b,
        );
        fields.merge_cwes(advisory.cwes);
        if let Some(modified) = advisory.modified
            // Both are RFC 3339 in UTC, where the order of the text is that of the times.
            && self.modified.as_ref().is_none_or(|known| *known < modified)
        {
            self.modified = Some(modified);
        }
        for reference in advisory.references {
            self.add_reference(reference.url, &advisory.collector, reference.tags);
        }
        for affected in advisory.affected {
            if !self.affected.contains(&affected) {
                self.affected.push(affected);
            }
        }
        if is_first || is_cve_record && !is_cve(&self.id) {
            self.id = advisory.id;
        }
    }

    /// Adds the tags that a source gives to a URL.
    fn add_reference(&mut self, url: String, collector: &str, tags: Vec<String>) {
        let tags = if tags.is_empty() {
            vec![format!("{collector}:reference")]
        } else {
            tags.into_iter().map(|tag| format!("{collector}:{tag}")).collect()
        };
        match self.references.iter_mut().find(|known| known.url == url) {
            Some(known) => {
                let new = tags.into_iter().filter(|tag| !known.tags.contains(tag)).collect::<Vec<_>>();
                known.tags.extend(new);
            }
            None => self.references.push(SourcedReference { url, tags }),
        }
    }

    fn add_conflict(&mut self, field: &str, source: &str, value: String) {
        self.conflicts.push(FieldConflict { field: field.to_owned(), source: source.to_owned(), value });
    }

    /// Chooses the id among the ids of all records, and sorts the others.
    fn finish(&mut self) {
        if !is_cve(&self.id)
            // The least, so that the choice does not depend on the order of the records.
            && let Some(cve) = self.aliases.iter().filter(|alias| is_cve(alias)).min()
        {
            self.id.clone_from(cve);
        }
        self.aliases.sort();
        self.aliases.dedup();
        self.aliases.retain(|alias| *alias != self.id);
    }
}

/// Merger of the fields of one record.
struct FieldMerger<'a> {
    merged: &'a mut MergedAdvisory,
    /// Record as `<source>:<id>`.
    record: &'a str,
}

impl FieldMerger<'_> {
    /// Sets a field that is not set yet, or else notes a conflict if the values do not agree.
    fn merge<T: serde::Serialize>(
        &mut self,
        field: &str,
        slot: fn(&mut MergedAdvisory) -> &mut Option<T>,
        value: Option<T>,
        agrees: fn(&T, &T) -> bool,
    ) {
        let Some(value) = value else { return };
        match slot(self.merged) {
            none @ None => {
                *none = Some(value);
                self.merged.field_sources.insert(field.to_owned(), self.record.to_owned());
            }
            Some(known) if agrees(known, &value) => {}
            Some(_) => {
                let text = match serde_json::to_value(&value) {
                    Ok(serde_json::Value::String(text)) => text,
                    Ok(value) => value.to_string(),
                    Err(_) => String::new(),
                };
                self.merged.add_conflict(field, self.record, text);
            }
        }
    }

    /// Merges weaknesses. Fewer of them are not a contradiction.
    fn merge_cwes(&mut self, cwes: Vec<String>) {
        if cwes.is_empty() {
            return;
        }
        if self.merged.cwes.is_empty() {
            self.merged.cwes = cwes;
            self.merged.field_sources.insert("cwes".to_owned(), self.record.to_owned());
        } else if !cwes.iter().all(|cwe| self.merged.cwes.contains(cwe)) {
            self.merged.add_conflict("cwes", self.record, cwes.join(" "));
        }
    }
}
