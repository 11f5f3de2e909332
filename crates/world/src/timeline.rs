//! Timeline of a repository: the schedule of its events.

use std::sync::Arc;

use crate::error::WorldError;
use crate::event::everyday;
use crate::event::fix::FixStyle;
use crate::history::RepositoryHistory;
use crate::random::WorldRandom;
use crate::source_file::PlantedPair;
use crate::timestamp::DAY;
use crate::truth::{FINDABLE_WINDOW, Findability};

/// End of the newest histories: 1 September 2025, 00:00 UTC.
const NEWEST_END: i64 = 1_756_684_800;

/// Parts that the time of a history is divided into, for the schedule.
const TIME_PARTS: i64 = 1_000_000;

/// Styles of fixes, each with its number of functions. They are used in turn, so that every style occurs,
/// and the frequent ones more often.
const FIX_STYLES: &[(FixStyle, usize)] = &[
    (FixStyle::Plain, 1),
    (FixStyle::Tangled, 1),
    (FixStyle::ThroughMerge, 1),
    (FixStyle::Plain, 2),
    (FixStyle::Branch, 1),
    (FixStyle::Plain, 1),
    (FixStyle::Tangled, 1),
    (FixStyle::Squashed, 1),
    (FixStyle::Plain, 1),
    (FixStyle::Renamed, 1),
    (FixStyle::Tangled, 2),
    (FixStyle::Plain, 1),
    (FixStyle::ThroughMerge, 2),
    (FixStyle::Plain, 3),
    (FixStyle::Reverted, 1),
    (FixStyle::Tangled, 1),
    (FixStyle::Silent, 1),
    (FixStyle::Plain, 1),
    (FixStyle::TangledThroughMerge, 1),
    (FixStyle::Branch, 2),
    (FixStyle::Tangled, 1),
    (FixStyle::Plain, 1),
    (FixStyle::Renamed, 1),
    (FixStyle::Squashed, 2),
    (FixStyle::Plain, 1),
    (FixStyle::Plain, 1),
];

/// An event that is planned for some time.
enum ScheduledEvent {
    Introduce(Vec<Arc<PlantedPair>>),
    Fix(Vec<Arc<PlantedPair>>, FixStyle),
    Day,
    DayOf(usize),
    Decoy(usize),
}

impl RepositoryHistory {
    /// Writes the whole history over 3.1 to 5.9 years, with `fixes` planted functions.
    pub(crate) fn run(&mut self, fixes: usize) -> Result<(), WorldError> {
        let end = NEWEST_END - self.random.between(0, 120) * DAY;
        let span = self.random.between(1150, 2150) * DAY;
        let (first, mut schedule) = self.schedule(fixes, span);
        // A branch has fewer than eight commits, so it mostly ends before the next event.
        self.pause = (span / (schedule.len() as i64 * 8 + 1)).clamp(61, DAY);
        self.now = end - span;
        self.start(5 + fixes / 3, &first)?;
        schedule.sort_by_key(|(at, _)| *at);
        for (at, what) in schedule {
            self.advance_time();
            // Never back: no commit may be older than its parent.
            self.now = self.now.max(end - span + span / TIME_PARTS * at);
            match what {
                ScheduledEvent::Introduce(pairs) => self.plant_with_feature(&pairs)?,
                ScheduledEvent::Fix(pairs, style) => self.fix(&pairs, style)?,
                ScheduledEvent::Day => self.everyday_event()?,
                ScheduledEvent::DayOf(kind) => self.everyday_event_of_kind(kind)?,
                ScheduledEvent::Decoy(kind) => self.decoy(kind)?,
            }
        }
        self.advance_time();
        self.now = self.now.max(end);
        self.everyday_event_of_kind(0)?;
        let oldest = self.now - FINDABLE_WINDOW;
        for (planted, date) in self.truth.planted.iter_mut().zip(&self.dates) {
            if *date < oldest {
                planted.findable = Findability::OutsideWindow;
            }
        }
        Ok(())
    }

    /// Returns the functions that are there from the start, and all later events with their times.
    fn schedule(&mut self, fixes: usize, span: i64) -> (Vec<Arc<PlantedPair>>, Vec<(i64, ScheduledEvent)>) {
        let mut first = Vec::new();
        let mut schedule = Vec::new();
        // No fix lies near the edge of the window, where a day would decide whether it is findable.
        let edge = TIME_PARTS - FINDABLE_WINDOW * TIME_PARTS / span;
        let margin = 45 * DAY * TIME_PARTS / span;
        let mut left = fixes;
        let mut turn = self.number * 5;
        let mut kind = self.number * 3;
        let mut failed = 0;
        while left > 0 {
            let (style, wanted) = FIX_STYLES[turn % FIX_STYLES.len()];
            turn += 1;
            let pairs: Vec<_> = (0..wanted.min(left)).filter_map(|_| self.pair(kind)).collect();
            kind += 1;
            if pairs.is_empty() {
                // No function name is left for this weakness. When all weaknesses fail in a row, none is left
                // at all.
                failed += 1;
                if failed > streamguard_dataset::weakness::ALL_WEAKNESSES.len() {
                    break;
                }
                continue;
            }
            failed = 0;
            left -= pairs.len();
            let at = fix_time(edge, margin, &mut self.random);
            if pairs.len() == 1 && self.random.chance(55) {
                first.extend(pairs.clone());
            } else {
                // Before its fix, by at least one part.
                schedule.push((self.random.between(2000, at - 1), ScheduledEvent::Introduce(pairs.clone())));
            }
            schedule.push((at, ScheduledEvent::Fix(pairs, style)));
        }
        let time = |random: &mut WorldRandom| random.between(2000, TIME_PARTS - 2000);
        for number in 0..fixes * self.settings.ordinary / 2 + 12 {
            schedule.push((time(&mut self.random), ScheduledEvent::Day));
            if number < 4 {
                let kind = (self.number * 4 + number) % everyday::EVERYDAY_EVENT_KINDS;
                schedule.push((time(&mut self.random), ScheduledEvent::DayOf(kind)));
            }
        }
        for number in 0..fixes / 2 + 4 {
            schedule.push((time(&mut self.random), ScheduledEvent::Decoy(self.number * 5 + number)));
        }
        (first, schedule)
    }

    /// Commits vulnerable functions as a feature, into one file if possible.
    fn plant_with_feature(&mut self, pairs: &[Arc<PlantedPair>]) -> Result<(), WorldError> {
        self.choose_author();
        let Some(first) = pairs.first() else { return Ok(()) };
        let path = self.plant(first);
        for pair in &pairs[1..] {
            if pair.in_class == first.in_class {
                self.plant_at(&path, pair);
            } else {
                self.plant(pair);
            }
        }
        let message = self.feature_message(&path, &first.name);
        self.commit(&message)?;
        self.count_event("feature_with_flaw");
        Ok(())
    }
}

/// Returns the time of a fix: four in five within the window, none near its edge.
fn fix_time(edge: i64, margin: i64, random: &mut WorldRandom) -> i64 {
    let recent = edge.max(0) + margin;
    let old = edge - margin;
    if old > 20_000 && random.chance(19) {
        random.between(10_000, old)
    } else {
        random.between(recent.max(10_000), TIME_PARTS - 5000)
    }
}
