//! Requests, errors and latencies for each path.

use std::cmp::Reverse;

use hashbrown::HashTable;
use serde::{Deserialize, Serialize};

use super::path_template::write_template;
use super::timeline::BucketCounts;
use crate::ddsketch::DdSketch;
use crate::heavy_hitters::hash_key;
use crate::parse::LoggedRequest;

/// Longest template, in bytes; longer ones are cut.
const MAX_TEMPLATE_BYTES: usize = 512;

/// Most templates that are counted at once. When they are too many, the rarer half is counted together.
const MAX_TEMPLATES: usize = 2048;

/// Templates that a run keeps for each key of its share of memory: a template has a sketch, which is larger than a
/// count.
const KEYS_PER_TEMPLATE: usize = 50;

/// Least number of templates that a shard keeps.
const MIN_KEPT: usize = 50;

/// Slots of the cache of recent paths.
const CACHE_SLOTS: usize = 1024;

/// Longest path that is cached, in bytes.
const MAX_CACHED_BYTES: usize = 120;

/// Bits of the mantissa that distinguish the buckets of the sketches: 32 for each power of two.
const SKETCH_BITS: u32 = 5;

/// Quantiles of the latencies of a path, within 1.6 %.
pub(crate) type PathSketch = DdSketch<SKETCH_BITS>;

/// Counts of one path or template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PathTotals {
    pub(crate) path: String,
    pub(crate) counts: BucketCounts,
    /// Least and greatest latency in nanoseconds.
    pub(crate) range: Option<(u64, u64)>,
    pub(crate) sketch: PathSketch,
}

impl PathTotals {
    /// Counts a request.
    #[inline]
    fn add(&mut self, request: &LoggedRequest<'_>) {
        self.counts.add(request);
        if let Some(latency) = request.latency {
            self.sketch.add(latency, 1);
            let (min, max) = self.range.unwrap_or((latency, latency));
            self.range = Some((min.min(latency), max.max(latency)));
        }
    }

    fn merge(&mut self, other: &Self) {
        self.counts.merge(&other.counts);
        self.sketch.merge(&other.sketch);
        self.range = match (self.range, other.range) {
            (Some((min, max)), Some((other_min, other_max))) => {
                Some((min.min(other_min), max.max(other_max)))
            }
            (one, other) => one.or(other),
        };
    }

    /// Returns a quantile of the latencies in milliseconds, of the nearest rank.
    pub(crate) fn quantile_ms(&self, quantile: f64) -> Option<f64> {
        let (min, max) = self.range?;
        let rank = ((self.counts.timed - 1) as f64 * quantile).round() as u64;
        Some(self.sketch.value_at_rank(rank).clamp(min, max) as f64 / 1e6)
    }
}

/// A path whose template is known.
#[derive(Clone, Copy, Debug)]
struct CachedPath {
    hash: u64,
    length: usize,
    index: usize,
    path: [u8; MAX_CACHED_BYTES],
}

/// Counts for each path or template, in bounded memory.
#[derive(Debug)]
pub(crate) struct PathStats {
    totals: Vec<PathTotals>,
    /// Indices into `totals`, by hash of the template.
    table: HashTable<usize>,
    cache: Vec<Option<CachedPath>>,
    uses_templates: bool,
    limit: usize,
    template: Vec<u8>,
    /// Counts of the templates that were dropped.
    others: PathTotals,
    /// Upper bound of the requests that a template may have had when it was dropped.
    absent_bound: u64,
}

impl PathStats {
    /// Creates an empty table for a share of so many keys.
    pub(crate) fn new(uses_templates: bool, keys: usize) -> Self {
        Self {
            totals: Vec::new(),
            table: HashTable::new(),
            cache: Vec::new(),
            uses_templates,
            limit: (keys / KEYS_PER_TEMPLATE).clamp(MIN_KEPT, MAX_TEMPLATES),
            template: Vec::new(),
            others: PathTotals::default(),
            absent_bound: 0,
        }
    }

    /// Counts a request.
    #[inline]
    pub(super) fn add(&mut self, request: &LoggedRequest<'_>) {
        let hash = hash_key(request.path);
        let cached = self.cache.get(hash as usize % CACHE_SLOTS);
        let index = match cached {
            Some(Some(cached)) if cached.hash == hash && cached.path[..cached.length] == *request.path => {
                cached.index
            }
            _ => self.look_up(hash, request.path),
        };
        self.totals[index].add(request);
    }

    /// Returns the index of a path that is not in the cache.
    #[inline(never)]
    fn look_up(&mut self, hash: u64, path: &[u8]) -> usize {
        let mut template = std::mem::take(&mut self.template);
        if self.uses_templates {
            write_template(path, &mut template);
        } else {
            template.clear();
            template.extend_from_slice(path);
        }
        template.truncate(MAX_TEMPLATE_BYTES);
        let index = self.index_of(&String::from_utf8_lossy(&template));
        self.template = template;
        if path.len() <= MAX_CACHED_BYTES {
            let mut cached = CachedPath { hash, length: path.len(), index, path: [0; MAX_CACHED_BYTES] };
            cached.path[..path.len()].copy_from_slice(path);
            // Made with the first path: runs without answers have none.
            self.cache.resize(CACHE_SLOTS, None);
            self.cache[hash as usize % CACHE_SLOTS] = Some(cached);
        }
        index
    }

    /// Returns the index of a template, which is added if there is none.
    fn index_of(&mut self, template: &str) -> usize {
        let hash = hash_key(template.as_bytes());
        if let Some(index) = self.table.find(hash, |index| self.totals[*index].path == template) {
            return *index;
        }
        if self.totals.len() >= MAX_TEMPLATES {
            self.prune(MAX_TEMPLATES / 2);
        }
        let index = self.totals.len();
        self.totals.push(PathTotals { path: template.to_owned(), ..PathTotals::default() });
        let totals = &self.totals;
        self.table.insert_unique(hash, index, |index| hash_key(totals[*index].path.as_bytes()));
        index
    }

    /// Keeps the most frequent templates, and counts the others together.
    fn prune(&mut self, kept: usize) {
        sort(&mut self.totals);
        for dropped in self.totals.drain(kept.min(self.totals.len())..) {
            self.absent_bound = self.absent_bound.max(dropped.counts.requests);
            self.others.merge(&dropped);
        }
        self.table.clear();
        self.cache.clear();
        for (index, totals) in self.totals.iter().enumerate() {
            let hash = hash_key(totals.path.as_bytes());
            self.table.insert_unique(hash, index, |index| hash_key(self.totals[*index].path.as_bytes()));
        }
    }

    /// Adds counts from elsewhere.
    pub(crate) fn merge(&mut self, totals: &[PathTotals]) {
        for other in totals {
            let index = self.index_of(&other.path);
            self.totals[index].merge(other);
        }
    }

    /// Adds counts of templates that were dropped elsewhere.
    pub(crate) fn merge_others(&mut self, others: &PathTotals, absent_bound: u64) {
        self.others.merge(others);
        self.absent_bound += absent_bound;
    }

    /// Returns the counts of each template so far, in any order.
    pub(crate) fn templates(&self) -> &[PathTotals] {
        &self.totals
    }

    /// Returns the counts of the templates that were dropped so far, all together.
    pub(crate) fn others(&self) -> &PathTotals {
        &self.others
    }

    /// Returns the templates, most frequent first, the counts of those that were dropped, and the number of requests
    /// that one of these may have.
    pub(crate) fn into_totals(mut self) -> (Vec<PathTotals>, PathTotals, u64) {
        match self.totals.len() > self.limit {
            true => self.prune(self.limit),
            false => sort(&mut self.totals),
        }
        (self.totals, self.others, self.absent_bound)
    }
}

/// Sorts templates by their requests, and equally frequent ones by name.
fn sort(totals: &mut [PathTotals]) {
    totals.sort_unstable_by(|one, other| {
        let order = |totals: &PathTotals| Reverse(totals.counts.requests);
        order(one).cmp(&order(other)).then_with(|| one.path.cmp(&other.path))
    });
}
