//! Merging: what several sources say of the same vulnerability becomes one advisory.

use std::collections::HashMap;

use super::{Advisory, Conflict, MergedAdvisory, SourcedReference};

/// Puts the records together that share an id or an alias. `advisories` are in the order in
/// which they are trusted: the first to say something counts, and what others say differently is
/// a conflict. The answer is in the order in which the vulnerabilities were first met.
///
/// No two CVE ids come together by a third record that claims both for its aliases: they stay two
/// vulnerabilities, and the record joins the first.
pub fn merge_by_alias(advisories: Vec<Advisory>) -> Vec<MergedAdvisory> {
    let groups = group(&advisories);
    let mut merged: Vec<MergedAdvisory> = Vec::new();
    let mut position: HashMap<usize, usize> = HashMap::new();
    for (advisory, group) in advisories.into_iter().zip(groups) {
        let at = *position.entry(group).or_insert_with(|| {
            merged.push(MergedAdvisory::default());
            merged.len() - 1
        });
        merged[at].take(advisory);
    }
    for advisory in &mut merged {
        advisory.close();
    }
    merged
}

/// For each record the number of its group.
fn group(advisories: &[Advisory]) -> Vec<usize> {
    let mut groups = Groups::default();
    advisories
        .iter()
        .map(|advisory| {
            let own = groups.of(&advisory.id);
            for alias in &advisory.aliases {
                let other = groups.of(alias);
                groups.join(own, other);
            }
            own
        })
        .collect::<Vec<_>>()
        .into_iter()
        .map(|group| groups.find(group))
        .collect()
}

/// Disjoint sets of ids (union by the smaller number, with path halving: Tarjan 1975).
#[derive(Default)]
struct Groups {
    ids: HashMap<String, usize>,
    parents: Vec<usize>,
    /// The CVE id in a set, at its root.
    cves: Vec<Option<String>>,
}

impl Groups {
    fn of(&mut self, id: &str) -> usize {
        if let Some(&group) = self.ids.get(id) {
            return self.find(group);
        }
        let group = self.parents.len();
        self.ids.insert(id.to_owned(), group);
        self.parents.push(group);
        self.cves.push(is_cve(id).then(|| id.to_owned()));
        group
    }

    fn find(&mut self, mut group: usize) -> usize {
        while self.parents[group] != group {
            self.parents[group] = self.parents[self.parents[group]];
            group = self.parents[group];
        }
        group
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.find(one), self.find(other));
        if one == other || (self.cves[one].is_some() && self.cves[other].is_some()) {
            return;
        }
        let (root, child) = (one.min(other), one.max(other));
        self.parents[child] = root;
        if self.cves[root].is_none() {
            self.cves[root] = self.cves[child].take();
        }
    }
}

fn is_cve(id: &str) -> bool {
    id.starts_with("CVE-")
}

impl MergedAdvisory {
    /// Takes in what one more source says.
    fn take(&mut self, advisory: Advisory) {
        let speaker = format!("{}:{}", advisory.collector, advisory.id);
        let is_first = self.id.is_empty();
        if !self.collectors.contains(&advisory.collector) {
            self.collectors.push(advisory.collector.clone());
        }
        self.aliases.push(advisory.id.clone());
        self.aliases.extend(advisory.aliases);
        // Withdrawn is only what everybody took back.
        if is_first {
            self.withdrawn = advisory.withdrawn;
        } else if self.withdrawn.is_some() != advisory.withdrawn.is_some() {
            let value = if advisory.withdrawn.is_some() { "withdrawn" } else { "not withdrawn" };
            self.conflict("withdrawn", &speaker, value.to_owned());
            self.withdrawn = None;
        }
        let is_cve_record = is_cve(&advisory.id);
        let mut fields = Fields { merged: self, speaker: &speaker };
        fields.settle("published", |merged| &mut merged.published, advisory.published, |_, _| true);
        fields.settle("summary", |merged| &mut merged.summary, advisory.summary, |_, _| true);
        fields.settle("description", |merged| &mut merged.description, advisory.description, |_, _| true);
        fields.settle("severity", |merged| &mut merged.severity, advisory.severity, |a, b| a == b);
        fields.settle(
            "cvss",
            |merged| &mut merged.cvss,
            advisory.cvss,
            |a, b| {
                // Ratings by different versions of CVSS do not contradict each other.
                a.version != b.version || a.vector == b.vector
            },
        );
        fields.settle(
            "exploited_since",
            |merged| &mut merged.exploited_since,
            advisory.exploited_since,
            |a, b| a == b,
        );
        fields.settle_cwes(advisory.cwes);
        if let Some(modified) = advisory.modified
            && self.modified.as_ref().is_none_or(|known| *known < modified)
        {
            self.modified = Some(modified);
        }
        for reference in advisory.references {
            self.refer(reference.url, &advisory.collector, reference.tags);
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

    fn refer(&mut self, url: String, collector: &str, tags: Vec<String>) {
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

    fn conflict(&mut self, field: &str, source: &str, value: String) {
        self.conflicts.push(Conflict { field: field.to_owned(), source: source.to_owned(), value });
    }

    /// Settles what needs all records: the name, and the other names.
    fn close(&mut self) {
        if !is_cve(&self.id)
            && let Some(cve) = self.aliases.iter().filter(|alias| is_cve(alias)).min()
        {
            self.id.clone_from(cve);
        }
        self.aliases.sort();
        self.aliases.dedup();
        self.aliases.retain(|alias| *alias != self.id);
    }
}

/// One source's say on the fields of an advisory.
struct Fields<'a> {
    merged: &'a mut MergedAdvisory,
    speaker: &'a str,
}

impl Fields<'_> {
    /// The first to say something counts; who says something that does not agree is noted.
    fn settle<T: serde::Serialize>(
        &mut self,
        field: &str,
        slot: fn(&mut MergedAdvisory) -> &mut Option<T>,
        said: Option<T>,
        agrees: fn(&T, &T) -> bool,
    ) {
        let Some(said) = said else { return };
        match slot(self.merged) {
            none @ None => {
                *none = Some(said);
                self.merged.field_sources.insert(field.to_owned(), self.speaker.to_owned());
            }
            Some(known) if agrees(known, &said) => {}
            Some(_) => {
                let value = match serde_json::to_value(&said) {
                    Ok(serde_json::Value::String(text)) => text,
                    Ok(value) => value.to_string(),
                    Err(_) => String::new(),
                };
                self.merged.conflict(field, self.speaker, value);
            }
        }
    }

    fn settle_cwes(&mut self, said: Vec<String>) {
        if said.is_empty() {
            return;
        }
        if self.merged.cwes.is_empty() {
            self.merged.cwes = said;
            self.merged.field_sources.insert("cwes".to_owned(), self.speaker.to_owned());
        } else if !said.iter().all(|cwe| self.merged.cwes.contains(cwe)) {
            self.merged.conflict("cwes", self.speaker, said.join(" "));
        }
    }
}
