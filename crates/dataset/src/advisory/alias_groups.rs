//! Ids of vulnerabilities, grouped by the records that call them aliases of each other.

use std::collections::HashMap;

/// Disjoint sets of ids (union by the smaller number, with path halving: Tarjan 1975). Each set is one vulnerability, as
/// [`super::merge_by_alias`] describes it.
#[derive(Debug, Default)]
pub struct AliasGroups {
    ids: HashMap<String, usize>,
    parents: Vec<usize>,
    /// Whether a set has a CVE id, stored at its root.
    has_cve: Vec<bool>,
}

impl AliasGroups {
    /// Adds the ids of a record. Returns the number of the record's own id.
    pub fn add(&mut self, id: &str, aliases: &[String]) -> usize {
        let own = self.number_of(id);
        for alias in aliases {
            let other = self.number_of(alias);
            self.join(own, other);
        }
        own
    }

    /// Makes all sets flat, so that [`Self::root`] is fast.
    pub fn flatten(&mut self) {
        // A parent has a smaller number than its children, so it leads to the root by the time they are reached.
        for number in 0..self.parents.len() {
            self.parents[number] = self.parents[self.parents[number]];
        }
    }

    /// Returns the root of the set of the id with this number: the same for all ids of the set.
    pub fn root(&self, mut number: usize) -> usize {
        while self.parents[number] != number {
            number = self.parents[number];
        }
        number
    }

    /// Returns the root of the set of an id, if a record has it.
    pub fn root_of(&self, id: &str) -> Option<usize> {
        self.ids.get(id).map(|number| self.root(*number))
    }

    /// Returns the number of an id, which is added if it is new.
    fn number_of(&mut self, id: &str) -> usize {
        if let Some(&number) = self.ids.get(id) {
            return number;
        }
        let number = self.parents.len();
        self.ids.insert(id.to_owned(), number);
        self.parents.push(number);
        self.has_cve.push(is_cve(id));
        number
    }

    /// Returns the root of a set, and shortens the way to it.
    fn find(&mut self, mut number: usize) -> usize {
        while self.parents[number] != number {
            self.parents[number] = self.parents[self.parents[number]];
            number = self.parents[number];
        }
        number
    }

    /// Joins two sets, unless each has a CVE id: these are two vulnerabilities.
    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.find(one), self.find(other));
        if one == other || (self.has_cve[one] && self.has_cve[other]) {
            return;
        }
        // The smaller number is the record that was met first, so groups keep the order of trust.
        let (root, child) = (one.min(other), one.max(other));
        self.parents[child] = root;
        self.has_cve[root] |= self.has_cve[child];
    }
}

pub(super) fn is_cve(id: &str) -> bool {
    id.starts_with("CVE-")
}
