//! The scorer of messages.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::advisory_ids::AdvisoryIdFinder;
use super::classifier::CommitClassifier;
use super::commit_class::CommitClass;
use super::decoration::{decorated_class, with_link_below, without_decoration};
use super::doubt::DoubtRules;
use super::fix_words::{FEATURE_WORDS, FIX_WORDS};
use super::fuzzing::FuzzingRules;
use super::heading::HeadingRules;
use super::lookalike::LookalikeFilter;
use super::markers::{FUZZING_REPORT, SECURITY_MARKERS};
use super::message_basis::MessageBasis;
use super::message_score::{MAX_MESSAGE_BYTES, MessageScore};
use super::score_builder::ScoreBuilder;
use super::term::{TermWeight, compile_words};
use super::vocabulary::{PRIVATE_FORK, REDOS, VOCABULARY};
use crate::pattern::{LazyPattern, compile, lazy};

/// Points for a word in the first paragraph that says that something was fixed.
const FIX_WORD_POINTS: u32 = 3;
/// Points for such a word in a later paragraph that contains a term.
const FIX_WORD_BODY_POINTS: u32 = 2;
/// Length up to which fix words of both kinds count together; longer messages mention more than their
/// commits do.
const SHORT_MESSAGE_BYTES: usize = 1000;
/// Points that a first line loses if it announces something new and fixes nothing.
const FEATURE_PENALTY: u32 = 3;
/// Fewest items of a list of changes that belong to several purposes.
const MIN_ITEMS: usize = 3;
/// Most places of one term that are tried. If all of them are parts of other terms, it counts as one.
const MAX_TERM_MATCHES: usize = 16;

/// The scorer that this crate shares: compiling the vocabulary takes longer than scoring a thousand
/// messages.
pub(crate) static MESSAGE_SCORER: LazyLock<MessageScorer> = LazyLock::new(MessageScorer::new);

/// Scores messages. Build one and share it: compiling the vocabulary takes some milliseconds.
pub struct MessageScorer {
    stems: AhoCorasick,
    /// Owner of each pattern of `stems`.
    stem_owners: Vec<StemOwner>,
    terms: Vec<LazyPattern>,
    markers: Vec<LazyPattern>,
    advisory_ids: AdvisoryIdFinder,
    lookalikes: LookalikeFilter,
    classifier: CommitClassifier,
    doubt: DoubtRules,
    fuzzing: FuzzingRules,
    fix_words: LazyPattern,
    feature_words: LazyPattern,
    /// A first line about a fuzzer that was too slow or used too much memory.
    slowness: LazyPattern,
    headings: HeadingRules,
}

/// Pattern to search for where a stem is found.
#[derive(Clone, Copy)]
enum StemOwner {
    Term(usize),
    Marker(usize),
    AdvisoryId,
    Revert,
}

/// Owners of the stems that a message contains; terms and markers as bit sets of their indices.
#[derive(Default)]
struct StemHits {
    terms: u128,
    markers: u8,
    advisory_ids: bool,
    revert: bool,
}

impl Default for MessageScorer {
    fn default() -> Self {
        Self::new()
    }
}

impl MessageScorer {
    /// Compiles the vocabulary.
    pub fn new() -> Self {
        const {
            assert!(
                VOCABULARY.len() <= u128::BITS as usize && SECURITY_MARKERS.len() <= u8::BITS as usize,
                "the bit sets of StemHits are large enough"
            );
        };
        let terms = VOCABULARY.iter().enumerate();
        let markers = SECURITY_MARKERS.iter().enumerate();
        let (stems, stem_owners): (Vec<&str>, Vec<StemOwner>) = terms
            .flat_map(|(index, term)| term.stems.iter().map(move |stem| (*stem, StemOwner::Term(index))))
            .chain(markers.flat_map(|(index, marker)| {
                marker.stems.iter().map(move |stem| (*stem, StemOwner::Marker(index)))
            }))
            .chain(AdvisoryIdFinder::STEMS.iter().map(|stem| (*stem, StemOwner::AdvisoryId)))
            .chain([("this reverts commit", StemOwner::Revert)])
            .unzip();
        Self {
            stems: AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .kind(Some(AhoCorasickKind::DFA))
                .build(stems)
                .expect("a few hundred short words fit an automaton"),
            stem_owners,
            terms: VOCABULARY.iter().map(|term| lazy(|| compile_words(term.pattern))).collect(),
            markers: SECURITY_MARKERS.iter().map(|marker| lazy(|| compile(marker.pattern))).collect(),
            advisory_ids: AdvisoryIdFinder::new(),
            lookalikes: LookalikeFilter::new(),
            classifier: CommitClassifier::new(),
            doubt: DoubtRules::new(),
            fuzzing: FuzzingRules::new(),
            fix_words: lazy(|| compile_words(FIX_WORDS)),
            feature_words: lazy(|| compile(FEATURE_WORDS)),
            slowness: lazy(|| compile(r"\btime-?\s?outs?\b|\bslow\b|\bout[ -]of[ -]memory\b|\boom\b")),
            headings: HeadingRules::new(),
        }
    }

    /// Scores the message of a commit with `parents` parents.
    ///
    /// Commits of every class get points, but only [`CommitClass::Ordinary`](super::CommitClass::Ordinary) ones are selected, and merges
    /// from the private fork of an advisory: those bring the whole fix, and the commits inside them
    /// rarely say what they do.
    pub fn score(&self, message: &str, parents: usize) -> MessageScore {
        // Editors of hosts write the line ends of HTTP, and paragraphs end at an empty line.
        let message = if message.contains('\r') {
            Cow::Owned(message.replace("\r\n", "\n"))
        } else {
            Cow::Borrowed(message)
        };
        let message = message.as_ref();
        let whole = self.score_text(message, parents);
        // Git or the host wrote the first paragraph of a merge ("Merge branch 'x'"); the text below it
        // says what the merge brings. The text with more points counts.
        let body = message.split_once("\n\n").filter(|_| parents > 1 && !whole.selected);
        let below = body.map(|(_, below)| self.score_text(below, parents));
        below.into_iter().find(|below| below.points > whole.points).unwrap_or(whole)
    }

    /// Whether the first line of a message says that the commit makes code faster or simpler, and nothing about a fix. The
    /// score tells it only where the message has words about security.
    pub(crate) fn is_rework(&self, message: &str) -> bool {
        self.doubt.is_rework(without_decoration(message).lines().next().unwrap_or_default().as_bytes())
    }

    fn score_text(&self, message: &str, parents: usize) -> MessageScore {
        let message = &message[..message.floor_char_boundary(MAX_MESSAGE_BYTES)];
        let decorated_class = decorated_class(message);
        let message = with_link_below(without_decoration(message));
        let message = message.as_bytes();
        let hits = self.find_stems(message);
        let subject = &message[..memchr::memchr(b'\n', message).unwrap_or(message.len())];
        let subject = subject.trim_ascii_end();
        let mut class = self.classifier.classify(subject, parents, hits.revert);
        if class == CommitClass::Ordinary {
            class = decorated_class.unwrap_or(class);
        }
        if hits.terms == 0 && hits.markers == 0 && !hits.advisory_ids {
            return ScoreBuilder::default().build(class, Vec::new());
        }
        let mut builder = ScoreBuilder::default();
        let mut advisory_ids = Vec::new();
        if hits.advisory_ids {
            advisory_ids = self.advisory_ids.find(message);
            builder.add_advisories(&advisory_ids, &self.advisory_ids.find_cwes(message));
        }
        for (index, (marker, pattern)) in SECURITY_MARKERS.iter().zip(&self.markers).enumerate() {
            if hits.markers & 1 << index != 0
                && pattern.is_match(message)
                && !(marker.label == FUZZING_REPORT && self.slowness.is_match(subject))
            {
                builder.add_marker(marker.label);
            }
        }
        self.add_terms(message, hits.terms, &mut builder);
        if builder.is_prominent && self.classifier.is_typo_in_code(subject) {
            builder.add_points(FIX_WORD_POINTS);
        }
        if self.fuzzing.is_memory_error(message, &builder) {
            builder.add_basis(MessageBasis::MemoryError);
        }
        builder.is_rework = self.doubt.is_rework(subject);
        // A list of what a squashed commit does says little of each part of its change.
        let is_item_of_many = || !builder.is_prominent && item_count(message) >= MIN_ITEMS;
        builder.is_of_others = self.doubt.is_of_others(subject);
        if builder.is_of_others || self.doubt.is_about_another(message, subject) {
            builder.is_about_another = true;
        } else if self.doubt.is_doubtful(message, subject) || is_item_of_many() {
            builder.doubt(|_| false);
        } else if self.doubt.is_analysis(message) {
            builder.doubt(|basis| basis == MessageBasis::MemoryError);
        }
        builder.build(class, advisory_ids)
    }

    fn find_stems(&self, message: &[u8]) -> StemHits {
        let mut hits = StemHits::default();
        for found in self.stems.find_overlapping_iter(message) {
            match self.stem_owners[found.pattern().as_usize()] {
                StemOwner::Term(index) => hits.terms |= 1 << index,
                StemOwner::Marker(index) => hits.markers |= 1 << index,
                StemOwner::AdvisoryId => hits.advisory_ids = true,
                StemOwner::Revert => hits.revert = true,
            }
        }
        hits
    }

    /// Searches for the terms in the bit set `candidates` and adds their points.
    fn add_terms(&self, message: &[u8], candidates: u128, builder: &mut ScoreBuilder) {
        // Most stems are parts of other words, and weak terms alone say nothing. Stopping here saves the
        // search for look-alikes, which is the most expensive step.
        let matching = (0..VOCABULARY.len())
            .filter(|index| candidates & 1 << index != 0 && self.terms[*index].is_match(message))
            .collect::<Vec<_>>();
        if !builder.has_weaknesses()
            && matching.iter().all(|index| VOCABULARY[*index].weight == TermWeight::Weak)
        {
            return;
        }
        let prose = self.lookalikes.blank(message);
        let first = 0..paragraph_end(&prose, 0);
        let mut taken: Vec<Range<usize>> = Vec::new();
        let mut weak_points = 0;
        let mut fix_word_below = false;
        let mut is_fixed_below = false;
        let (mut is_heading, mut is_certain) = (false, false);
        for index in matching {
            let term = &VOCABULARY[index];
            let Some(range) = self.find_free_match(index, &prose, &taken) else { continue };
            let in_body = range.start >= first.end;
            // A short message with that word is about it, wherever it stands.
            let is_mention = in_body && (term.label != REDOS || message.len() > SHORT_MESSAGE_BYTES);
            let points = if is_mention { term.weight.points_in_body() } else { term.weight.points() };
            match term.weight {
                TermWeight::Weak => weak_points = weak_points.max(points),
                _ => builder.add_points(points),
            }
            builder.from_private_fork |= term.label == PRIVATE_FORK && !in_body;
            if in_body && term.weight > TermWeight::Weak {
                let is_fixed = self.fix_words.is_match(&prose[paragraph_around(&prose, range.start)]);
                fix_word_below |= is_fixed;
                is_fixed_below |= is_fixed && !is_mention;
                if term.weight > TermWeight::Medium && is_fix_item(&prose, range.start, &self.fix_words) {
                    builder.add_points(FIX_WORD_POINTS);
                }
            }
            // What is added is then the remedy itself: `Add secure_compare`.
            is_certain |= term.weight == TermWeight::Certain && term.label != REDOS && !in_body;
            is_heading |= term.weight >= TermWeight::Strong && self.headings.is_heading(&prose, &range);
            builder.add_term(term, in_body, range.start);
            taken.push(range);
        }
        if taken.is_empty() && !builder.has_weaknesses() {
            return;
        }
        builder.add_points(weak_points);
        let fix_word = self.fix_words.is_match(&prose[first.clone()]) || is_heading;
        if fix_word {
            builder.add_points(FIX_WORD_POINTS);
        } else if !is_certain && !is_fixed_below && self.feature_words.is_match(&prose[first]) {
            builder.subtract_points(FEATURE_PENALTY);
        }
        if fix_word_below && (message.len() <= SHORT_MESSAGE_BYTES || !fix_word) {
            builder.add_points(FIX_WORD_BODY_POINTS);
        }
    }

    /// Returns the first place of a term that is not part of another term.
    fn find_free_match(&self, term: usize, prose: &[u8], taken: &[Range<usize>]) -> Option<Range<usize>> {
        let matches = self.terms[term].find_iter(prose).take(MAX_TERM_MATCHES);
        matches
            .map(|found| found.range())
            .find(|range| !taken.iter().any(|other| range.start < other.end && other.start < range.end))
    }
}

/// Counts the lines that are items of a list, as hosts write those of squashed commits.
fn item_count(message: &[u8]) -> usize {
    message.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"* ")).count()
}

/// Whether `place` is in a list item that begins with a fix word, as in squashed commits: `* fix XSS`.
fn is_fix_item(text: &[u8], place: usize, fix_words: &LazyPattern) -> bool {
    let start = memchr::memrchr(b'\n', &text[..place]).map_or(0, |end| end + 1);
    let line = text[start..place].trim_ascii_start();
    line.starts_with(b"* ") && fix_words.find(line).is_some_and(|found| found.start() == 2)
}

/// Returns the end of the paragraph that contains `from`: the next empty line, or the end of the text.
fn paragraph_end(text: &[u8], from: usize) -> usize {
    memchr::memmem::find(&text[from..], b"\n\n").map_or(text.len(), |end| from + end)
}

/// Returns the paragraph around `place`.
fn paragraph_around(text: &[u8], place: usize) -> Range<usize> {
    let start = memchr::memmem::rfind(&text[..place], b"\n\n").map_or(0, |start| start + 2);
    start..paragraph_end(text, place)
}
