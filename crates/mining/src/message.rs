//! Which commits are security fixes, judged by their messages alone.
//!
//! A message is read in four steps, each in linear time over at most [`MAX_MESSAGE_BYTES`] bytes:
//! 1. One pass of an automaton over the letters that every word of the vocabulary contains. Nearly
//!    all messages hold none of them, or only few, and cost well under a microsecond.
//! 2. Ids of advisories and marks are read from the text as written; then the look-alikes are
//!    blanked out ("dependency injection", "escape sequence", file names).
//! 3. The words that the first step promised are looked for. Each adds its points once: more in
//!    the first paragraph than below, and a little more where the paragraph says that it mends.
//! 4. A commit is selected when its points reach [`SELECTION_THRESHOLD`] and its class can be a fix.
//!
//! Many fixes are silent, by mistake or on purpose: no message tells them, and no word list
//! should try to.

mod advisory;
mod class;
mod lookalike;
mod mark;
mod term;
mod vocabulary;

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use streamguard_dataset::Weakness;

pub use advisory::{AdvisoryIdFinder, canonical_advisory_id};
use class::Classes;
pub use class::CommitClass;
use lookalike::Lookalikes;
use mark::{ADDS, MARKS, MENDS};
use term::{Weight, words};

use super::pattern::{Lazy, lazy, pattern};
use vocabulary::{PRIVATE_FORK, VOCABULARY};

/// Bytes of a message that are read: no person writes more, and the rest is a pasted log.
pub const MAX_MESSAGE_BYTES: usize = 16 << 10;

/// The points from which a commit counts as a security fix: the name of a class of
/// vulnerabilities in the first paragraph (7) and a word that says it was mended (3), or one
/// certain sign, such as the id of an advisory (10).
pub const SELECTION_THRESHOLD: u32 = 10;

/// Points for a word that says that something was mended, in the first paragraph.
const MENDED: u32 = 3;
/// The same in a later paragraph that holds a term.
const MENDED_IN_BODY: u32 = 2;
/// Bytes of a message up to which both kinds of words count: longer ones mention more than they do.
const SHORT: usize = 1000;
/// Points that a first line loses when it announces something new and mends nothing.
const ADDED: u32 = 3;
/// So many places of one term are tried before it counts as part of other terms.
const PLACES: usize = 16;

/// What a message says about its commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageScore {
    /// The kind of commit.
    pub class: CommitClass,
    /// Points, see [`SELECTION_THRESHOLD`]; 0 when nothing was found.
    pub score: u32,
    /// SelectionReason, in the order of the vocabulary: `message:CVE-2021-12345`, `message:sql injection`.
    pub evidence: Vec<String>,
    /// Ids of advisories in the order of mention, in the form of the database that gives them
    /// (`CVE-2021-12345`, `GHSA-jjpw-65fv-8g48`).
    pub advisory_ids: Vec<String>,
    /// Weaknesses that the words name, the most specific first.
    pub weaknesses: Vec<&'static Weakness>,
    /// Whether the commit counts as a security fix.
    pub selected: bool,
}

/// Whose letters they are.
#[derive(Clone, Copy)]
enum Stem {
    Term(usize),
    Mark(usize),
    Advisory,
    Revert,
}

/// Judges messages. Built once and shared: compiling the vocabulary costs some milliseconds.
pub struct MessageScorer {
    stems: AhoCorasick,
    /// What each pattern of `stems` promises.
    promises: Vec<Stem>,
    terms: Vec<Lazy>,
    marks: Vec<Lazy>,
    advisories: AdvisoryIdFinder,
    lookalikes: Lookalikes,
    classes: Classes,
    mends: Lazy,
    adds: Lazy,
}

/// What the first pass found to look at.
#[derive(Default)]
struct Promised {
    terms: u128,
    marks: u8,
    advisories: bool,
    takes_back: bool,
}

/// Points and reasons as they come together.
#[derive(Default)]
struct Findings {
    score: u32,
    evidence: Vec<String>,
    /// With the key that orders them: general ones last, then those of the body, then by place.
    weaknesses: Vec<((bool, bool, usize), &'static Weakness)>,
    /// The first paragraph says that the commit comes from the private fork of an advisory.
    from_fork: bool,
}

impl Default for MessageScorer {
    fn default() -> Self {
        Self::new()
    }
}

impl MessageScorer {
    /// Compiles the vocabulary.
    pub fn new() -> Self {
        const { assert!(VOCABULARY.len() <= u128::BITS as usize && MARKS.len() <= u8::BITS as usize) };
        let terms = VOCABULARY.iter().enumerate();
        let marks = MARKS.iter().enumerate();
        let (patterns, promises): (Vec<&str>, Vec<Stem>) = terms
            .flat_map(|(index, term)| term.stems.iter().map(move |stem| (*stem, Stem::Term(index))))
            .chain(
                marks.flat_map(|(index, mark)| mark.stems.iter().map(move |stem| (*stem, Stem::Mark(index)))),
            )
            .chain(AdvisoryIdFinder::STEMS.iter().map(|stem| (*stem, Stem::Advisory)))
            .chain([("this reverts commit", Stem::Revert)])
            .unzip();
        Self {
            stems: AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .kind(Some(AhoCorasickKind::DFA))
                .build(patterns)
                .expect("a few hundred short words fit an automaton"),
            promises,
            terms: VOCABULARY.iter().map(|term| lazy(|| words(term.pattern))).collect(),
            marks: MARKS.iter().map(|mark| lazy(|| pattern(mark.pattern))).collect(),
            advisories: AdvisoryIdFinder::new(),
            lookalikes: Lookalikes::new(),
            classes: Classes::new(),
            mends: lazy(|| words(MENDS)),
            adds: lazy(|| pattern(ADDS)),
        }
    }

    /// Judges the message of a commit with so many parents.
    ///
    /// Commits of every class get points, but only [`CommitClass::Ordinary`] ones are selected, and
    /// merges that a project made from the private fork of an advisory: those bring the fix whole,
    /// and the commits inside them rarely say what they do.
    ///
    /// What a merge brings stands below its first paragraph, which git or a host has written
    /// ("Merge branch 'x'"): the one that says more counts.
    pub fn judge(&self, message: &str, parents: usize) -> MessageScore {
        let whole = self.judge_text(message, parents);
        let told = message.split_once("\n\n").filter(|_| parents > 1 && !whole.selected);
        let below = told.map(|(_, below)| self.judge_text(below, parents));
        below.into_iter().find(|below| below.score > whole.score).unwrap_or(whole)
    }

    fn judge_text(&self, message: &str, parents: usize) -> MessageScore {
        let message = message[..message.floor_char_boundary(MAX_MESSAGE_BYTES)].trim_start().as_bytes();
        let promised = self.promised(message);
        let subject = &message[..memchr::memchr(b'\n', message).unwrap_or(message.len())];
        let class = self.classes.tell(subject.trim_ascii_end(), parents, promised.takes_back);
        let mut judgement = MessageScore {
            class,
            score: 0,
            evidence: Vec::new(),
            advisory_ids: Vec::new(),
            weaknesses: Vec::new(),
            selected: false,
        };
        if promised.terms == 0 && promised.marks == 0 && !promised.advisories {
            return judgement;
        }
        let mut findings = Findings::default();
        if promised.advisories {
            judgement.advisory_ids = self.advisories.find(message);
            findings.advisories(&judgement.advisory_ids, &self.advisories.weaknesses(message));
        }
        findings.marks(MARKS.iter().zip(&self.marks).enumerate().filter_map(|(index, (mark, lazy))| {
            (promised.marks & 1 << index != 0 && lazy.is_match(message)).then_some(mark.label)
        }));
        self.weigh_terms(message, promised.terms, &mut findings);
        findings.weaknesses.sort_by_key(|(key, _)| *key);
        for (_, weakness) in findings.weaknesses {
            if !judgement.weaknesses.contains(&weakness) {
                judgement.weaknesses.push(weakness);
            }
        }
        let can_be_fix = match class {
            CommitClass::Ordinary => true,
            CommitClass::Merge => findings.from_fork,
            _ => false,
        };
        judgement.selected = can_be_fix && findings.score >= SELECTION_THRESHOLD;
        judgement.score = findings.score;
        judgement.evidence = findings.evidence;
        judgement
    }

    /// The first pass.
    fn promised(&self, message: &[u8]) -> Promised {
        let mut promised = Promised::default();
        for found in self.stems.find_overlapping_iter(message) {
            match self.promises[found.pattern().as_usize()] {
                Stem::Term(index) => promised.terms |= 1 << index,
                Stem::Mark(index) => promised.marks |= 1 << index,
                Stem::Advisory => promised.advisories = true,
                Stem::Revert => promised.takes_back = true,
            }
        }
        promised
    }

    /// Looks for the promised terms and adds what they weigh.
    fn weigh_terms(&self, message: &[u8], promised: u128, findings: &mut Findings) {
        // Most promises are not kept, and weak words alone say nothing: then the look-alikes, the
        // dearest step, need no search.
        let kept = (0..VOCABULARY.len())
            .filter(|index| promised & 1 << index != 0 && self.terms[*index].is_match(message))
            .collect::<Vec<_>>();
        if findings.weaknesses.is_empty()
            && kept.iter().all(|index| VOCABULARY[*index].weight == Weight::Weak)
        {
            return;
        }
        let prose = self.lookalikes.blank(message);
        let first = 0..paragraph_end(&prose, 0);
        let mut taken: Vec<Range<usize>> = Vec::new();
        let mut weak = 0;
        let mut mended_below = false;
        for index in kept {
            let term = &VOCABULARY[index];
            let free =
                self.terms[index].find_iter(&*prose).take(PLACES).map(|found| found.range()).find(|range| {
                    !taken.iter().any(|other| range.start < other.end && other.start < range.end)
                });
            let Some(range) = free else { continue };
            let in_body = range.start >= first.end;
            let points = if in_body { term.weight.points_in_body() } else { term.weight.points() };
            match term.weight {
                Weight::Weak => weak = weak.max(points),
                _ => findings.score += points,
            }
            findings.from_fork |= term.label == PRIVATE_FORK && !in_body;
            if in_body && term.weight > Weight::Weak {
                mended_below =
                    mended_below || self.mends.is_match(&prose[paragraph_around(&prose, range.start)]);
                if term.weight > Weight::Medium && is_item(&prose, range.start, &self.mends) {
                    findings.score += MENDED;
                }
            }
            if let Some(weakness) = term.weakness() {
                let general = term.weight < Weight::Strong || GENERAL.contains(&weakness.name);
                findings.weaknesses.push(((general, in_body, range.start), weakness));
            }
            findings.evidence.push(format!("message:{}", term.label));
            taken.push(range);
        }
        if taken.is_empty() && findings.weaknesses.is_empty() {
            return;
        }
        findings.score += weak;
        let mended = self.mends.is_match(&prose[first.clone()]);
        if mended {
            findings.score += MENDED;
        } else if self.adds.is_match(&prose[first]) {
            findings.score = findings.score.saturating_sub(ADDED);
        }
        if mended_below && (message.len() <= SHORT || !mended) {
            findings.score += MENDED_IN_BODY;
        }
    }
}

/// Weaknesses that stand behind any other that a message names.
const GENERAL: &[&str] = &[
    "improper_input_validation",
    "memory_corruption",
    "information_disclosure",
    "access_control",
    "denial_of_service",
];

impl Findings {
    fn advisories(&mut self, ids: &[String], cwes: &[u16]) {
        if !ids.is_empty() {
            self.score += Weight::Certain.points();
        }
        if !cwes.is_empty() {
            self.score += Weight::Strong.points();
        }
        self.evidence.extend(ids.iter().map(|id| format!("message:{id}")));
        self.evidence.extend(cwes.iter().map(|cwe| format!("message:CWE-{cwe}")));
        // Numbers come before words: whoever gives one has classified the weakness.
        self.weaknesses
            .extend(cwes.iter().filter_map(|cwe| Some(((false, false, 0), Weakness::by_cwe(*cwe)?))));
    }

    fn marks(&mut self, labels: impl Iterator<Item = &'static str>) {
        for label in labels {
            self.score += Weight::Certain.points();
            self.evidence.push(format!("message:{label}"));
        }
    }
}

/// Whether `place` stands in a list item that mends, as squashed commits have them: `* fix XSS`.
fn is_item(text: &[u8], place: usize, mends: &Lazy) -> bool {
    let start = memchr::memrchr(b'\n', &text[..place]).map_or(0, |end| end + 1);
    let line = text[start..place].trim_ascii_start();
    line.starts_with(b"* ") && mends.find(line).is_some_and(|found| found.start() == 2)
}

/// Where the paragraph that holds `from` ends: at the next empty line, or at the end.
fn paragraph_end(text: &[u8], from: usize) -> usize {
    memchr::memmem::find(&text[from..], b"\n\n").map_or(text.len(), |end| from + end)
}

/// The paragraph around `place`.
fn paragraph_around(text: &[u8], place: usize) -> Range<usize> {
    let start = memchr::memmem::rfind(&text[..place], b"\n\n").map_or(0, |start| start + 2);
    start..paragraph_end(text, place)
}
