//! What happens when in a repository.

use std::sync::Arc;

use crate::event::fix::Style;
use crate::event::ordinary;
use crate::history::History;
use crate::oracle::Findable;
use crate::random::Random;
use crate::source::Pair;
use crate::{WINDOW, WorldError};

/// When the newest histories end: 1 September 2025, 00:00 UTC.
const END: i64 = 1_756_684_800;

const DAY: i64 = 86_400;

/// The parts of a history's time are a millionth each.
const PARTS: i64 = 1_000_000;

/// How fixes come, by turns; every style comes up, the frequent ones more often.
const STYLES: &[(Style, usize)] = &[
    (Style::Plain, 1),
    (Style::Tangled, 1),
    (Style::ThroughMerge, 1),
    (Style::Plain, 2),
    (Style::Branch, 1),
    (Style::Plain, 1),
    (Style::Tangled, 1),
    (Style::Squashed, 1),
    (Style::Plain, 1),
    (Style::Renamed, 1),
    (Style::Tangled, 2),
    (Style::Plain, 1),
    (Style::ThroughMerge, 2),
    (Style::Plain, 3),
    (Style::Reverted, 1),
    (Style::Tangled, 1),
    (Style::Silent, 1),
    (Style::Plain, 1),
    (Style::TangledThroughMerge, 1),
    (Style::Branch, 2),
    (Style::Tangled, 1),
    (Style::Plain, 1),
    (Style::Renamed, 1),
    (Style::Squashed, 2),
    (Style::Plain, 1),
    (Style::Plain, 1),
];

/// What can happen.
enum What {
    Introduce(Vec<Arc<Pair>>),
    Fix(Vec<Arc<Pair>>, Style),
    Day,
    DayOf(usize),
    Decoy(usize),
}

impl History {
    /// Writes the whole history, with so many planted functions: over 3.1 to 5.9 years.
    pub(crate) fn run(&mut self, fixes: usize) -> Result<(), WorldError> {
        let end = END - self.random.between(0, 120) * DAY;
        let span = self.random.between(1150, 2150) * DAY;
        let (first, mut schedule) = self.schedule(fixes, span);
        self.pause = (span / (schedule.len() as i64 * 8 + 1)).clamp(61, DAY);
        self.now = end - span;
        self.start(5 + fixes / 3, &first)?;
        schedule.sort_by_key(|(at, _)| *at);
        for (at, what) in schedule {
            self.wait();
            self.now = self.now.max(end - span + span / PARTS * at);
            match what {
                What::Introduce(pairs) => self.announce(&pairs)?,
                What::Fix(pairs, style) => self.fix(&pairs, style)?,
                What::Day => self.day()?,
                What::DayOf(kind) => self.day_of(kind)?,
                What::Decoy(kind) => self.decoy(kind)?,
            }
        }
        self.wait();
        self.now = self.now.max(end);
        self.day_of(0)?;
        let oldest = self.now - WINDOW;
        for (planted, date) in self.truth.planted.iter_mut().zip(&self.dates) {
            if *date < oldest {
                planted.findable = Findable::OutsideWindow;
            }
        }
        Ok(())
    }

    /// The functions that are there from the start, and all that happens later, with its time.
    fn schedule(&mut self, fixes: usize, span: i64) -> (Vec<Arc<Pair>>, Vec<(i64, What)>) {
        let mut first = Vec::new();
        let mut schedule = Vec::new();
        // Nothing is planted near the edge of the window, where a day decides.
        let edge = PARTS - WINDOW * PARTS / span;
        let margin = 45 * DAY * PARTS / span;
        let mut left = fixes;
        let mut turn = self.number * 5;
        let mut kind = self.number * 3;
        let mut failed = 0;
        while left > 0 {
            let (style, wanted) = STYLES[turn % STYLES.len()];
            turn += 1;
            let pairs: Vec<_> = (0..wanted.min(left)).filter_map(|_| self.pair(kind)).collect();
            kind += 1;
            if pairs.is_empty() {
                // No name is left for this weakness; when none is for any, it is enough.
                failed += 1;
                if failed > streamguard_dataset::weakness::ALL.len() {
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
                schedule.push((self.random.between(2000, at - 1), What::Introduce(pairs.clone())));
            }
            schedule.push((at, What::Fix(pairs, style)));
        }
        let time = |random: &mut Random| random.between(2000, PARTS - 2000);
        for number in 0..fixes * self.settings.ordinary / 2 + 12 {
            schedule.push((time(&mut self.random), What::Day));
            if number < 4 {
                let kind = (self.number * 4 + number) % ordinary::KINDS;
                schedule.push((time(&mut self.random), What::DayOf(kind)));
            }
        }
        for number in 0..fixes / 2 + 4 {
            schedule.push((time(&mut self.random), What::Decoy(self.number * 5 + number)));
        }
        (first, schedule)
    }

    /// Commits functions that have flaws nobody knows of yet, all into one file.
    fn announce(&mut self, pairs: &[Arc<Pair>]) -> Result<(), WorldError> {
        self.cast();
        let Some(first) = pairs.first() else { return Ok(()) };
        let path = self.introduce(first);
        for pair in &pairs[1..] {
            if pair.in_class == first.in_class {
                self.introduce_at(&path, pair);
            } else {
                self.introduce(pair);
            }
        }
        let message = self.feature_message(&path, &first.name);
        self.commit(&message)?;
        self.note("feature_with_flaw");
        Ok(())
    }
}

/// When a fix happens: four in five within the window, none near its edge.
fn fix_time(edge: i64, margin: i64, random: &mut Random) -> i64 {
    let recent = edge.max(0) + margin;
    let old = edge - margin;
    if old > 20_000 && random.chance(19) {
        random.between(10_000, old)
    } else {
        random.between(recent.max(10_000), PARTS - 5000)
    }
}
