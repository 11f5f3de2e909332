//! Points of one function by itself, before it is compared with the others.

use streamguard_dataset::Weakness;

use super::changed_function::ChangedFunction;
use super::cosmetic::{CosmeticChange, CosmeticFilter};
use super::indicator::{IndicatorHits, IndicatorTable};
use super::mention::{MentionKind, MessageMentions};
use crate::pattern::{CompiledPattern, compile};

/// Longest part of a line that is read; longer lines are generated or packed code.
const MAX_LINE_BYTES: usize = 1 << 10;
/// Most lines of one side of a function that are read.
const MAX_LINES: usize = 2000;

// The points are ordinal. They are chosen so that a mention by name (35), a strong indicator (40), or a
// hint together with removed danger (35) is strong by itself (30).

/// Points of a function that surely shows what the commit is about.
pub(super) const STRONG_POINTS: u32 = 30;
/// Least points of a function that anything speaks for, beside the name of its file.
pub(super) const ANY_POINTS: u32 = 10;

/// Points for a function that the message names.
const NAMED_POINTS: u32 = 35;
/// Points for a function whose class or module the message names.
const CLASS_NAMED_POINTS: u32 = 15;
/// Points for a function whose file the message names.
const FILE_NAMED_POINTS: u32 = 5;
/// Points for a new condition together with a new exit.
const GUARD_POINTS: u32 = 10;
/// Points for a new word such as `limit` or `sanitize`.
const CHECK_POINTS: u32 = 10;
/// Most points for indicators.
const MAX_INDICATOR_POINTS: u32 = 50;

/// Points and reasons of one function.
pub(super) struct FunctionPoints {
    pub(super) points: u32,
    pub(super) mention: Option<MentionKind>,
    /// Whether the lines show a weakness that the message names.
    pub(super) shows_named_weakness: bool,
    /// Whether a remedy of the weakness was added.
    pub(super) adds_remedy: bool,
    /// Whether a condition was added, and with it a way out.
    pub(super) adds_guard: bool,
    pub(super) cosmetic: Option<CosmeticChange>,
    pub(super) evidence: Vec<String>,
    pub(super) weakness: Option<&'static Weakness>,
}

/// Patterns that give points.
pub(super) struct PointRules {
    indicators: IndicatorTable,
    cosmetics: CosmeticFilter,
    conditions: CompiledPattern,
    exits: CompiledPattern,
    checks: CompiledPattern,
}

impl PointRules {
    pub(super) fn new() -> Self {
        Self {
            indicators: IndicatorTable::new(),
            cosmetics: CosmeticFilter::new(),
            conditions: compile(
                r"^\W*(?:else\s+)?(?:if|unless|guard|elif|when|match|assert\w*|require\w*!?|ensure!?)\b|\s(?:if|unless)\s",
            ),
            exits: compile(
                r"\b(?:return|raise|throw|throws|panic|abort|goto|continue|break|bail!?|exit|die|error\w*|err|reject|fail\w*|halt)\b|assert|ensure!",
            ),
            checks: compile(
                r"limit|max_?\w|valid|check|allow|deny|reject|sanit|escape|safe|verif|secur|trust|forbid|whitelist|blacklist|too\s+(?:long|large|many)",
            ),
        }
    }

    /// Gives points to a function, and returns its removed and added lines without comments. `named` are
    /// the weaknesses that the message names.
    pub(super) fn points<'f>(
        &self,
        named: &[&'static Weakness],
        mentions: &MessageMentions<'_>,
        function: &ChangedFunction<'f>,
    ) -> (FunctionPoints, [Vec<&'f str>; 2]) {
        let [removed, added] =
            [function.removed, function.added].map(|lines| self.cosmetics.without_comments(bounded(lines)));
        let mut points = FunctionPoints::new(mentions.find(function.name, function.path));
        let hits = self.indicators.find(&removed, &added, named);
        points.add_indicators(&hits, named);
        if self.adds_guard(&removed, &added) {
            points.adds_guard = true;
            points.add(GUARD_POINTS, "guard added");
        }
        if added_more(&self.checks, &removed, &added) {
            points.add(CHECK_POINTS, "check added");
        }
        points.cosmetic = self.cosmetics.classify(function, &removed, &added);
        // A remedy may be in a log line (redaction) or in a signature (a new limit), but not in another name for the same thing.
        let shows_remedy = points.shows_named_weakness || hits.iter().any(|hits| hits.strong);
        if points.cosmetic != Some(CosmeticChange::Renamed) && shows_remedy {
            points.cosmetic = None;
        }
        (points, [removed, added])
    }

    /// Whether a condition was added, and with it a way out of the function or loop.
    fn adds_guard(&self, removed: &[&str], added: &[&str]) -> bool {
        added_more(&self.conditions, removed, added)
            && added.iter().any(|line| self.exits.is_match(line.as_bytes()))
    }
}

impl FunctionPoints {
    fn new(mention: Option<MentionKind>) -> Self {
        let mut points = Self {
            points: 0,
            mention,
            shows_named_weakness: false,
            adds_remedy: false,
            adds_guard: false,
            cosmetic: None,
            evidence: Vec::new(),
            weakness: None,
        };
        match mention {
            Some(MentionKind::Function) => points.add(NAMED_POINTS, "named in message"),
            Some(MentionKind::Class) => points.add(CLASS_NAMED_POINTS, "class named in message"),
            Some(MentionKind::File) => points.add(FILE_NAMED_POINTS, "file named in message"),
            None => {}
        }
        points
    }

    fn add(&mut self, points: u32, reason: &str) {
        self.points += points;
        self.evidence.push(format!("function:{reason}"));
    }

    /// Adds the points of the row with the best indicators, and chooses the weakness.
    fn add_indicators(&mut self, hits: &[IndicatorHits], named: &[&'static Weakness]) {
        let mut best: Option<(u32, &'static Weakness, IndicatorHits)> = None;
        for (row, hits) in hits.iter().enumerate() {
            let mut of_row = IndicatorTable::weaknesses(row);
            let named_here = named.iter().find(|weakness| of_row.any(|other| other == **weakness)).copied();
            let points = indicator_points(hits, named_here.is_some(), named.is_empty());
            let Some(weakness) = named_here.or_else(|| IndicatorTable::weaknesses(row).next()) else {
                continue;
            };
            // The first of equal rows stays: rows go from specific to general weaknesses.
            if points > 0 && best.is_none_or(|(most, ..)| points > most) {
                best = Some((points.min(MAX_INDICATOR_POINTS), weakness, *hits));
            }
        }
        self.weakness = named.first().copied();
        let Some((points, weakness, hits)) = best else { return };
        self.points += points;
        self.shows_named_weakness = named.contains(&weakness);
        self.adds_remedy = hits.strong;
        for (shown, reason) in
            [(hits.strong, "remedy added"), (hits.hint, "hint added"), (hits.danger, "danger removed")]
        {
            if shown {
                self.evidence.push(format!("function:{} {reason}", weakness.name));
            }
        }
        let shows_unnamed = named.is_empty() && hits.strong && (hits.hint || hits.danger);
        if self.shows_named_weakness || shows_unnamed {
            self.weakness = Some(weakness);
        }
    }
}

/// Returns the points of one row. Of a weakness that the message names, any indicator counts; of others,
/// only a strong one does, and little if the message names another weakness.
fn indicator_points(hits: &IndicatorHits, is_named: bool, none_named: bool) -> u32 {
    if is_named {
        40 * u32::from(hits.strong) + 15 * u32::from(hits.hint) + 20 * u32::from(hits.danger)
    } else if !hits.strong {
        0
    } else if none_named {
        20 + 10 * u32::from(hits.danger)
    } else {
        10
    }
}

/// Whether more added than removed lines match.
fn added_more(pattern: &CompiledPattern, removed: &[&str], added: &[&str]) -> bool {
    let count = |lines: &[&str]| lines.iter().filter(|line| pattern.is_match(line.as_bytes())).count();
    count(added) > count(removed)
}

/// Returns the lines that are read, each cut to its limit.
fn bounded<'l>(lines: &[&'l str]) -> Vec<&'l str> {
    lines.iter().take(MAX_LINES).map(|line| &line[..line.floor_char_boundary(MAX_LINE_BYTES)]).collect()
}
