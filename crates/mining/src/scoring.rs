//! Which functions of a security fix are the fix, and which were only changed along with it.
//!
//! A commit that fixes a weakness often does more: it renames, logs, moves, adds a parameter. Each
//! changed function is weighed by what the message names and by what its lines say, and then all
//! of them are compared, because a weak reason is enough where no other function has a better one.

mod cosmetic;
mod indicator;
mod mention;

use streamguard_dataset::Weakness;

use super::message::MessageScore;
use super::pattern::{Pattern, pattern};
use cosmetic::{Cosmetic, Cosmetics};
use indicator::{IndicatorHits, IndicatorTable};
use mention::{Mention, Mentions};

/// Bytes of one line that are read; longer lines are generated or packed code.
const LONGEST_LINE: usize = 1 << 10;
/// Lines of one side of one function that are read.
const MOST_LINES: usize = 2000;
/// So many functions without any better one among them are all kept.
const FEW: usize = 3;
/// Points from which a function is better supported than one that has none.
const STRONG: u32 = 30;
/// Points from which a function stays beside a strongly supported one.
const SOME: u32 = 15;
/// Points that are a reason to stay while only a few functions have any.
const ANY: u32 = 10;

/// A function that a commit changed, in source files that count (no tests, no generated code).
#[derive(Clone, Copy, Debug)]
pub struct ChangedFunction<'a> {
    /// Its qualified name, such as `Parser.read_chunk`; `None` for code outside functions.
    pub name: Option<&'a str>,
    /// The path of its file after the commit.
    pub path: &'a str,
    /// Its lines that the commit removed, without line ends.
    pub removed: &'a [&'a str],
    /// Its lines that the commit added, without line ends.
    pub added: &'a [&'a str],
}

/// How well it is supported that a function is part of the fix.
#[derive(Clone, Debug, PartialEq)]
pub struct FixScore {
    /// From 0 to 1, given that the commit is a fix. It orders functions and is no probability:
    ///
    /// | confidence | meaning |
    /// |---|---|
    /// | 0.5 and more | emit as a fix |
    /// | 0.6 and more | the only function with an effect, or named, or its lines show the remedy |
    /// | below 0.5 | a bystander: others are better supported, or too many are equally little |
    /// | 0.1 | changes nothing but comments, imports, logging or layout |
    pub confidence: f64,
    /// SelectionReason, in a fixed order: `function:named in message`, `function:sql_injection remedy added`.
    pub evidence: Vec<String>,
    /// What the function is a fix of: of the weaknesses that the message names the one that the
    /// lines show, or else the first; without any, the one whose unmistakable remedy was
    /// added together with another sign.
    pub weakness: Option<&'static Weakness>,
}

impl FixScore {
    /// Whether the function should be emitted as a fix.
    pub fn is_fix(&self) -> bool {
        self.confidence >= 0.5
    }
}

/// Weighs functions. Built once and shared: compiling its table costs some milliseconds.
pub struct FixScorer {
    signs: IndicatorTable,
    cosmetics: Cosmetics,
    conditions: Pattern,
    exits: Pattern,
    checks: Pattern,
}

/// What one function has by itself, before the others are looked at.
struct Own {
    points: u32,
    mention: Option<Mention>,
    /// Its lines show the weakness that the message names.
    fits: bool,
    cosmetic: Option<Cosmetic>,
    evidence: Vec<String>,
    weakness: Option<&'static Weakness>,
}

impl Default for FixScorer {
    fn default() -> Self {
        Self::new()
    }
}

impl FixScorer {
    /// Compiles the table.
    pub fn new() -> Self {
        Self {
            signs: IndicatorTable::new(),
            cosmetics: Cosmetics::new(),
            conditions: pattern(
                r"^\W*(?:else\s+)?(?:if|unless|guard|elif|when|match|assert\w*|require\w*!?|ensure!?)\b|\s(?:if|unless)\s",
            ),
            exits: pattern(
                r"\b(?:return|raise|throw|throws|panic|abort|goto|continue|break|bail!?|exit|die|error\w*|err|reject|fail\w*|halt)\b|assert|ensure!",
            ),
            checks: pattern(
                r"limit|max_?\w|valid|check|allow|deny|reject|sanit|escape|safe|verif|secur|trust|forbid|whitelist|blacklist|too\s+(?:long|large|many)",
            ),
        }
    }

    /// Weighs the changed functions of one commit; the answer has the same order.
    ///
    /// - The only function with an effect is the fix.
    /// - Where some function has strong support (30 points), functions with none are dropped.
    /// - Where the message names functions, others stay only if their lines show the weakness.
    /// - Where none has, all are kept if they are at most three; of more, only the at most three
    ///   that have some support.
    pub fn weigh(
        &self,
        judgement: &MessageScore,
        message: &str,
        functions: &[ChangedFunction<'_>],
    ) -> Vec<FixScore> {
        let mentions = Mentions::new(message);
        let own: Vec<Own> =
            functions.iter().map(|function| self.weigh_one(judgement, &mentions, function)).collect();
        let live = own.iter().filter(|one| one.cosmetic.is_none()).count();
        let best = own.iter().filter(|one| one.cosmetic.is_none()).map(|one| one.points).max().unwrap_or(0);
        let count = |points| own.iter().filter(|one| one.cosmetic.is_none() && one.points >= points).count();
        let (with_some, with_any) = (count(SOME), count(ANY));
        let live_mention = |wanted: fn(Option<Mention>) -> bool| {
            own.iter().any(|one| one.cosmetic.is_none() && wanted(one.mention))
        };
        let named = live_mention(|mention| mention == Some(Mention::Function));
        let mentioned = live_mention(|mention| mention.is_some());
        own.into_iter()
            .map(|mut one| {
                let bonus = f64::from(one.points) / 200.0;
                let confidence = match one.cosmetic {
                    Some(Cosmetic::Same) => 0.1,
                    // Alone, a new name or parameter may be how the fix looks from here.
                    Some(_) if live == 0 => 0.4,
                    Some(_) => 0.2,
                    None if live == 1 => {
                        one.evidence.insert(0, "function:only change".to_owned());
                        0.6 + bonus
                    }
                    None if one.points >= STRONG => 0.55 + bonus,
                    // The message says which it is, and nothing shows that this is one too.
                    None if named && one.mention != Some(Mention::Function) && !one.fits => 0.2 + bonus,
                    None if mentioned && one.mention.is_none() && one.points < ANY => 0.2 + bonus,
                    None if best >= STRONG && one.points >= SOME => 0.5,
                    None if best >= STRONG && one.points >= ANY && with_any <= FEW => 0.5,
                    None if best >= STRONG => 0.2 + bonus,
                    None if live <= FEW => {
                        one.evidence.insert(0, "function:few changed".to_owned());
                        0.5 + bonus
                    }
                    None if one.points >= SOME && with_some <= FEW => 0.5,
                    None => 0.3 + bonus,
                };
                // Two digits: a sum of fractions should not show in the data.
                let confidence = (confidence.min(0.95) * 100.0).round() / 100.0;
                FixScore { confidence, evidence: one.evidence, weakness: one.weakness }
            })
            .collect()
    }

    fn weigh_one(
        &self,
        judgement: &MessageScore,
        mentions: &Mentions<'_>,
        function: &ChangedFunction<'_>,
    ) -> Own {
        let [removed, added] =
            [function.removed, function.added].map(|lines| self.cosmetics.code(bounded(lines)));
        let mention = mentions.of(function.name, function.path);
        let mut own =
            Own { points: 0, mention, fits: false, cosmetic: None, evidence: Vec::new(), weakness: None };
        match mention {
            Some(Mention::Function) => own.add(35, "named in message"),
            Some(Mention::Class) => own.add(15, "class named in message"),
            Some(Mention::File) => own.add(5, "file named in message"),
            None => {}
        }
        let signs = self.signs.read(&removed, &added, &judgement.weaknesses);
        own.read_signs(&signs, &judgement.weaknesses);
        if self.guards(&removed, &added) {
            own.add(10, "guard added");
        }
        if more(&self.checks, &removed, &added) {
            own.add(10, "check added");
        }
        own.cosmetic = self.cosmetics.tell(&removed, &added);
        // A remedy may stand in a log line or a signature; under another name it is none.
        if own.cosmetic != Some(Cosmetic::Renamed) && (own.fits || signs.iter().any(|signs| signs.strong)) {
            own.cosmetic = None;
        }
        if let Some(cosmetic) = own.cosmetic {
            own.evidence.push(
                match cosmetic {
                    Cosmetic::Same => "function:no effect",
                    Cosmetic::Renamed => "function:only renamed",
                    Cosmetic::Signature => "function:only its signature",
                }
                .to_owned(),
            );
        }
        own
    }

    /// Whether a condition was added together with a way out.
    fn guards(&self, removed: &[&str], added: &[&str]) -> bool {
        more(&self.conditions, removed, added)
            && added.iter().any(|line| self.exits.is_match(line.as_bytes()))
    }
}

impl Own {
    fn add(&mut self, points: u32, reason: &str) {
        self.points += points;
        self.evidence.push(format!("function:{reason}"));
    }

    /// Adds what the lines show: of a weakness that the message names, any sign counts; of others,
    /// only an unmistakable remedy does, and little if the message says something else.
    fn read_signs(&mut self, signs: &[IndicatorHits], named: &[&'static Weakness]) {
        let mut best: Option<(u32, &'static Weakness, IndicatorHits)> = None;
        for (row, signs) in signs.iter().enumerate() {
            let mut shared = IndicatorTable::weaknesses(row);
            let own = named.iter().find(|weakness| shared.any(|other| other == **weakness)).copied();
            let points = match own {
                Some(_) => {
                    40 * u32::from(signs.strong) + 15 * u32::from(signs.hint) + 20 * u32::from(signs.danger)
                }
                None if !signs.strong => 0,
                None if named.is_empty() => 20 + 10 * u32::from(signs.danger),
                None => 10,
            };
            let Some(weakness) = own.or_else(|| IndicatorTable::weaknesses(row).next()) else { continue };
            // The first of equals stays: rows stand from the specific to the general.
            if points > 0 && best.is_none_or(|(most, ..)| points > most) {
                best = Some((points.min(50), weakness, *signs));
            }
        }
        self.weakness = named.first().copied();
        let Some((points, weakness, signs)) = best else { return };
        self.points += points;
        self.fits = named.contains(&weakness);
        for (shown, what) in
            [(signs.strong, "remedy added"), (signs.hint, "hint added"), (signs.danger, "danger removed")]
        {
            if shown {
                self.evidence.push(format!("function:{} {what}", weakness.name));
            }
        }
        if named.contains(&weakness) || named.is_empty() && signs.strong && (signs.hint || signs.danger) {
            self.weakness = Some(weakness);
        }
    }
}

/// Whether more added than removed lines match.
fn more(pattern: &Pattern, removed: &[&str], added: &[&str]) -> bool {
    let count = |lines: &[&str]| lines.iter().filter(|line| pattern.is_match(line.as_bytes())).count();
    count(added) > count(removed)
}

/// The lines that are read, each cut to its limit.
fn bounded<'l>(lines: &[&'l str]) -> Vec<&'l str> {
    lines.iter().take(MOST_LINES).map(|line| &line[..line.floor_char_boundary(LONGEST_LINE)]).collect()
}
