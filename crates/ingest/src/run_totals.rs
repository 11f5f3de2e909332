//! The totals of the whole input.

use std::collections::BTreeMap;

use crate::answers::{AnswerOptions, PathStats, SlowestRequests, Timeline};
use crate::file_list::ListNote;
use crate::file_split::{LogShard, MemoryShare};
use crate::heavy_hitters::HeavyHitters;
use crate::latency_quantiles::MergedLatencies;
use crate::latency_sums::LatencySums;
use crate::line_counter::{MAX_EXAMPLES, RequestCounts, add_hour};
use crate::shard_record::{KeyField, ShardRecord};

/// The sum of the counts of all shards, added in the order of the plan.
#[derive(Debug)]
pub(crate) struct RunTotals {
    pub(crate) counts: RequestCounts,
    /// The files in the order of the plan.
    pub(crate) files: Vec<FileTotals>,
    /// Remarks about files that were left out.
    pub(crate) notes: Vec<ListNote>,
    /// The first malformed lines: file, line number (unknown if a shard before it is missing), reason.
    pub(crate) examples: Vec<(String, Option<u64>, String)>,
    pub(crate) sums: LatencySums,
    pub(crate) latencies: MergedLatencies,
    pub(crate) methods: HeavyHitters,
    pub(crate) paths: HeavyHitters,
    pub(crate) agents: HeavyHitters,
    pub(crate) timeline: Timeline,
    pub(crate) path_stats: PathStats,
    pub(crate) slowest: SlowestRequests,
    pub(crate) clients: HeavyHitters,
    pub(crate) referrers: HeavyHitters,
    /// Totals of the inputs that these are compared with.
    pub(crate) compared: Option<Box<RunTotals>>,
    options: Option<AnswerOptions>,
    /// Whether the last shard belongs to the compared inputs.
    is_compared: bool,
    /// The last shard, and the lines of its file up to its end if they are known.
    last: Option<(LogShard, Option<u64>)>,
}

/// What was read of one file.
#[derive(Debug)]
pub(crate) struct FileTotals {
    pub(crate) file: String,
    pub(crate) format: String,
    /// Unit of the latencies, if there are any.
    pub(crate) unit: Option<String>,
    pub(crate) lines: u64,
    /// Lines that are neither empty nor comments.
    pub(crate) lines_with_text: u64,
    pub(crate) requests: u64,
}

impl RunTotals {
    /// Creates empty totals.
    pub(crate) fn new(options: Option<AnswerOptions>) -> Self {
        let table = || HeavyHitters::new(MemoryShare::WHOLE.keys);
        Self {
            counts: RequestCounts::default(),
            files: Vec::new(),
            notes: Vec::new(),
            examples: Vec::new(),
            sums: LatencySums::default(),
            latencies: MergedLatencies::default(),
            methods: table(),
            paths: table(),
            agents: table(),
            timeline: Timeline::new(options.and_then(|options| options.bucket)),
            path_stats: PathStats::new(false, MemoryShare::WHOLE.keys),
            slowest: SlowestRequests::default(),
            clients: table(),
            referrers: table(),
            compared: None,
            options,
            is_compared: false,
            last: None,
        }
    }

    /// Returns whether the questions of operators are answered.
    pub(crate) fn has_answers(&self) -> bool {
        self.options.is_some()
    }

    /// Adds the next record.
    ///
    /// # Errors
    /// A description if the record is damaged.
    pub(crate) fn add(&mut self, record: ShardRecord) -> Result<(), String> {
        // The counts are the first record of each shard.
        if let ShardRecord::Counts { shard, .. } = &record {
            self.is_compared = shard.is_compared;
        }
        if self.is_compared {
            let compared = self.compared.get_or_insert_with(|| Box::new(Self::new(self.options)));
            return compared.add_own(record);
        }
        self.add_own(record)
    }

    /// Adds a record of the inputs to which these totals belong.
    fn add_own(&mut self, record: ShardRecord) -> Result<(), String> {
        match record {
            ShardRecord::Counts { shard, counts, sums, format, unit } => {
                self.add_file(&shard, &counts, format, unit);
                self.add_counts(*shard, *counts);
                self.sums.merge(&sums);
            }
            ShardRecord::Timeline { size, buckets } => self.timeline.merge(size, &buckets),
            ShardRecord::PathTotals(totals) => self.path_stats.merge(&totals),
            ShardRecord::OtherPaths { totals, absent_bound } => {
                self.path_stats.merge_others(&totals, absent_bound);
            }
            ShardRecord::Slowest(requests) => self.slowest.merge(requests),
            ShardRecord::Latencies(part) => self.latencies.add(part)?,
            ShardRecord::AbsentBound { field, absent_bound } => {
                self.table(field).add_absent_bound(absent_bound);
            }
            ShardRecord::Keys { field, keys, absent_bound } => self.table(field).add(&keys, absent_bound),
        }
        Ok(())
    }

    fn table(&mut self, field: KeyField) -> &mut HeavyHitters {
        match field {
            KeyField::Methods => &mut self.methods,
            KeyField::Paths => &mut self.paths,
            KeyField::Agents => &mut self.agents,
            KeyField::Clients => &mut self.clients,
            KeyField::Referrers => &mut self.referrers,
        }
    }

    fn add_file(&mut self, shard: &LogShard, counts: &RequestCounts, format: String, unit: Option<String>) {
        self.notes.extend_from_slice(&shard.notes);
        let file = shard.file.display();
        // The shards of a file follow each other.
        match self.files.last_mut() {
            Some(last) if last.file == file => {
                last.lines += counts.lines;
                last.requests += counts.requests + counts.filtered;
                last.lines_with_text += counts.lines_with_text();
            }
            _ => {
                // A request that a filter leaves out is one.
                let (lines, requests) = (counts.lines, counts.requests + counts.filtered);
                let lines_with_text = counts.lines_with_text();
                self.files.push(FileTotals { file, format, unit, lines, lines_with_text, requests });
            }
        }
    }

    fn add_counts(&mut self, shard: LogShard, counts: RequestCounts) {
        // A shard counts its lines from 1. Line numbers of the file are known as long as no shard of the file
        // is missing before it.
        let lines_before = match &self.last {
            _ if shard.start == 0 => Some(0),
            Some((last, lines)) if last.file == shard.file && last.end == shard.start => *lines,
            _ => None,
        };
        let file = shard.file.display();
        for (line, reason) in counts.examples {
            if self.examples.len() < MAX_EXAMPLES {
                self.examples.push((file.clone(), lines_before.map(|before| before + line), reason));
            }
        }
        self.last = Some((shard, lines_before.map(|before| before + counts.lines)));
        let sum = &mut self.counts;
        sum.lines += counts.lines;
        sum.requests += counts.requests;
        sum.filtered += counts.filtered;
        sum.bytes += counts.bytes;
        sum.with_bytes += counts.with_bytes;
        sum.with_nul += counts.with_nul;
        sum.not_utf8 += counts.not_utf8;
        add_all(&mut sum.methods, counts.methods);
        add_all(&mut sum.statuses, counts.statuses);
        for (status, methods) in counts.status_methods {
            add_all(sum.status_methods.entry(status).or_default(), methods);
        }
        add_all(&mut sum.malformed, counts.malformed);
        counts.hours.into_iter().for_each(|(hour, count)| add_hour(&mut sum.hours, hour, count));
    }
}

fn add_all<K: Ord>(sums: &mut BTreeMap<K, u64>, counts: BTreeMap<K, u64>) {
    for (key, count) in counts {
        *sums.entry(key).or_default() += count;
    }
}
