//! What is counted in the lines of a shard.

use std::collections::BTreeMap;

use fearless_simd::{Level, Simd, dispatch};
use serde::{Deserialize, Serialize};

use super::blocks::LONGEST_LINE;
use super::format::Format;
use super::lines::{self, Clock, Malformed, Method, Request};
use super::scan::LineEnds;
use super::split::Share;
use super::times::Times;
use super::top::Top;

/// How many malformed lines are told of, one by one.
pub(super) const TOLD: usize = 10;

/// Most different hours that are told apart, in a shard and in a run: eleven years. Dates beyond that
/// are counted as undated.
pub(super) const HOURS: usize = 100_000;

/// Counts of some lines.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) counts: Counts,
    methods: [u64; Method::NAMES.len()],
    statuses: Box<[u64; 1000]>,
    ends: LineEnds,
    hour: Option<(i64, u64)>,
    clock: Clock,
    pub(super) other_methods: Top,
    pub(super) paths: Top,
    pub(super) agents: Top,
    pub(super) times: Times,
}

/// The counts that are single figures or few.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counts {
    /// Lines, of whatever kind.
    pub(super) lines: u64,
    /// Those that are requests.
    pub(super) requests: u64,
    pub(super) methods: BTreeMap<String, u64>,
    pub(super) statuses: BTreeMap<u16, u64>,
    /// Requests by the hour, counted from 1970-01-01T00:00 UTC.
    pub(super) hours: BTreeMap<i64, u64>,
    /// Bytes sent, and how many lines say so.
    pub(super) bytes: u128,
    pub(super) with_bytes: u64,
    pub(super) malformed: BTreeMap<String, u64>,
    /// The first malformed lines: number within the shard, from 1, and reason.
    pub(super) told: Vec<(u64, String)>,
    /// Lines with a NUL, and lines that are no UTF-8, requests or not.
    pub(super) with_nul: u64,
    pub(super) not_utf8: u64,
}

impl Tally {
    pub(super) fn new(share: Share) -> Self {
        Self {
            counts: Counts::default(),
            methods: [0; Method::NAMES.len()],
            statuses: Box::new([0; 1000]),
            ends: LineEnds::default(),
            hour: None,
            clock: Clock::default(),
            other_methods: Top::new(share.words),
            paths: Top::new(share.words),
            agents: Top::new(share.words),
            times: Times::new(share.times),
        }
    }

    /// Counts whole lines.
    pub(super) fn lines(&mut self, format: Format, block: &[u8]) {
        let mut ends = std::mem::take(&mut self.ends);
        ends.find(block);
        if !ends.is_plain {
            for (lines, length) in ends.lines(block) {
                // How much of one that is too long is seen depends on how it comes.
                if length > LONGEST_LINE {
                    continue;
                }
                let line = &lines[..length];
                self.counts.with_nul += u64::from(memchr::memchr(0, line).is_some());
                self.counts.not_utf8 += u64::from(std::str::from_utf8(line).is_err());
            }
        }
        match format {
            Format::Auto | Format::Simple => {
                dispatch!(Level::new(), simd => self.simple_lines(simd, &ends, block));
            }
            Format::Common => self.each(&ends, block, |tally, lines, length| {
                let request = lines::common(&lines[..length], &mut tally.clock)?;
                tally.request(&request);
                Ok(())
            }),
            Format::Combined => self.each(&ends, block, |tally, lines, length| {
                let request = lines::combined(&lines[..length], &mut tally.clock)?;
                tally.request(&request);
                Ok(())
            }),
            Format::Json => self.each(&ends, block, |tally, lines, length| {
                lines::json(&lines[..length], |request| tally.request(request))
            }),
        }
        self.ends = ends;
    }

    /// Counts simple lines.
    #[inline(always)]
    fn simple_lines<S: Simd>(&mut self, simd: S, ends: &LineEnds, block: &[u8]) {
        // A closure that were called would be compiled for any processor.
        self.each(
            ends,
            block,
            #[inline(always)]
            |tally, lines, length| {
                if let Some(request) = lines::quick(simd, lines, length) {
                    tally.counts.requests += 1;
                    tally.methods[request.method] += 1;
                    tally.statuses[usize::from(request.status)] += 1;
                    tally.paths.count_short(simd, request.path);
                    tally.agents.count_short(simd, request.agent);
                    tally.times.add(request.time);
                } else {
                    tally.any_simple_line(&lines[..length])?;
                }
                Ok(())
            },
        );
    }

    /// Reads lines with `read`, which is given what begins with a line, and the line's length.
    #[inline(always)]
    fn each<'a>(
        &mut self,
        ends: &LineEnds,
        block: &'a [u8],
        read: impl Fn(&mut Self, &'a [u8], usize) -> Result<(), Malformed>,
    ) {
        for (lines, length) in ends.lines(block) {
            self.counts.lines += 1;
            let is_read = if length > LONGEST_LINE {
                Err(Malformed::TooLong)
            } else {
                let is_padded = length > 0 && lines[length - 1] == b'\r';
                read(self, lines, length - usize::from(is_padded))
            };
            if let Err(error) = is_read {
                self.malformed(error);
            }
        }
    }

    #[inline(never)]
    fn any_simple_line(&mut self, line: &[u8]) -> Result<(), Malformed> {
        self.request(&lines::simple(line)?);
        Ok(())
    }

    /// Counts a line that was passed over.
    pub(super) fn too_long(&mut self) {
        self.counts.lines += 1;
        self.malformed(Malformed::TooLong);
    }

    #[cold]
    fn malformed(&mut self, error: Malformed) {
        if self.counts.told.len() < TOLD {
            self.counts.told.push((self.counts.lines, error.reason()));
        }
        *self.counts.malformed.entry(error.reason()).or_default() += 1;
    }

    #[inline(always)]
    fn request(&mut self, request: &Request<'_>) {
        self.counts.requests += 1;
        match request.method {
            Method::Named(name) => self.methods[name] += 1,
            Method::Other(word) => self.other_methods.count(word),
        }
        self.statuses[usize::from(request.status)] += 1;
        self.paths.count(request.path);
        if let Some(agent) = request.agent {
            self.agents.count(agent);
        }
        if let Some(time) = request.time {
            self.times.add(time);
        }
        if let Some(bytes) = request.bytes {
            self.counts.bytes += u128::from(bytes);
            self.counts.with_bytes += 1;
        }
        if let Some(hour) = request.hour {
            match &mut self.hour {
                Some((last, count)) if *last == hour => *count += 1,
                _ => {
                    self.put_hour();
                    self.hour = Some((hour, 1));
                }
            }
        }
    }

    fn put_hour(&mut self) {
        if let Some((hour, count)) = self.hour.take() {
            add_hour(&mut self.counts.hours, hour, count);
        }
    }

    /// Brings what was counted in tables to the other counts.
    pub(super) fn settle(&mut self) {
        self.put_hour();
        let named = Method::NAMES.iter().zip(&self.methods).filter(|(_, count)| **count > 0);
        self.counts.methods = named.map(|(method, count)| ((*method).to_owned(), *count)).collect();
        let seen = (0..).zip(self.statuses.iter()).filter(|(_, count)| **count > 0);
        self.counts.statuses = seen.map(|(status, count)| (status, *count)).collect();
    }
}

pub(super) fn add_hour(hours: &mut BTreeMap<i64, u64>, hour: i64, count: u64) {
    if let Some(sum) = hours.get_mut(&hour) {
        *sum += count;
    } else if hours.len() < HOURS {
        hours.insert(hour, count);
    }
}
