//! Points and reasons as they are collected from a message.

use streamguard_dataset::Weakness;

use super::commit_class::CommitClass;
use super::message_basis::MessageBasis;
use super::message_score::{MessageScore, SELECTION_THRESHOLD};
use super::term::{SecurityTerm, TermWeight};

/// Weaknesses that come after any other one that a message names: they are the consequence of
/// a flaw more often than the flaw itself.
const GENERAL_WEAKNESSES: &[&str] = &[
    "improper_input_validation",
    "memory_corruption",
    "information_disclosure",
    "access_control",
    "denial_of_service",
];

/// Sort key of a weakness: general ones last, then those of the body, then by place.
type WeaknessKey = (bool, bool, usize);

/// Points and reasons found so far.
#[derive(Default)]
pub(super) struct ScoreBuilder {
    points: u32,
    evidence: Vec<String>,
    weaknesses: Vec<(WeaknessKey, &'static Weakness)>,
    basis: Option<MessageBasis>,
    /// Whether the first paragraph says that the commit comes from the private fork of an advisory.
    pub(super) from_private_fork: bool,
    /// Whether a marker, a certain term, or a term in the first paragraph was found.
    pub(super) is_prominent: bool,
    /// Whether the commit makes code faster or simpler.
    pub(super) is_rework: bool,
    /// Whether the words are about something else than a fix in this commit.
    pub(super) is_about_another: bool,
    /// Whether the first line is about the flaws of other programs, or about work around a fix.
    pub(super) is_of_others: bool,
}

impl ScoreBuilder {
    pub(super) fn has_weaknesses(&self) -> bool {
        !self.weaknesses.is_empty()
    }

    /// Whether a term or a marker was found.
    pub(super) fn has_evidence(&self, label: &str) -> bool {
        self.evidence.iter().any(|reason| reason.strip_prefix("message:") == Some(label))
    }

    pub(super) fn add_points(&mut self, points: u32) {
        self.points += points;
    }

    pub(super) fn subtract_points(&mut self, points: u32) {
        self.points = self.points.saturating_sub(points);
    }

    /// Adds ids of advisories and CWE numbers.
    pub(super) fn add_advisories(&mut self, ids: &[String], cwes: &[u16]) {
        if !ids.is_empty() {
            self.points += TermWeight::Certain.points();
            self.add_basis(MessageBasis::Advisory);
        }
        if !cwes.is_empty() {
            self.points += TermWeight::Strong.points();
        }
        self.evidence.extend(ids.iter().map(|id| format!("message:{id}")));
        self.evidence.extend(cwes.iter().map(|cwe| format!("message:CWE-{cwe}")));
        // Numbers come before words: the author of a number has classified the weakness.
        self.weaknesses
            .extend(cwes.iter().filter_map(|cwe| Some(((false, false, 0), Weakness::by_cwe(*cwe)?))));
    }

    pub(super) fn add_marker(&mut self, label: &str) {
        self.points += TermWeight::Certain.points();
        self.evidence.push(format!("message:{label}"));
        self.is_prominent = true;
        self.add_basis(MessageBasis::of_term(label));
    }

    /// Adds what a part of the message rests on. The surest part counts.
    pub(super) fn add_basis(&mut self, basis: MessageBasis) {
        self.basis = self.basis.max(Some(basis));
    }

    /// Takes back what the message rests on, unless `is_kept` allows it: its words mean something else.
    pub(super) fn doubt(&mut self, is_kept: impl Fn(MessageBasis) -> bool) {
        self.basis = self.basis.filter(|basis| *basis == MessageBasis::Advisory || is_kept(*basis));
    }

    /// Adds the evidence and the weakness of a term at `place`. The caller adds the points.
    pub(super) fn add_term(&mut self, term: &SecurityTerm, in_body: bool, place: usize) {
        if let Some(weakness) = term.weakness() {
            let general = term.weight < TermWeight::Strong || GENERAL_WEAKNESSES.contains(&weakness.name);
            self.weaknesses.push(((general, in_body, place), weakness));
        }
        self.is_prominent |= !in_body || term.weight == TermWeight::Certain;
        self.evidence.push(format!("message:{}", term.label));
        self.add_basis(MessageBasis::of_term(term.label));
    }

    pub(super) fn build(mut self, class: CommitClass, advisory_ids: Vec<String>) -> MessageScore {
        self.weaknesses.sort_by_key(|(key, _)| *key);
        let mut weaknesses = Vec::new();
        for (_, weakness) in self.weaknesses {
            if !weaknesses.contains(&weakness) {
                weaknesses.push(weakness);
            }
        }
        let can_be_fix = match class {
            CommitClass::Ordinary => true,
            CommitClass::Merge => self.from_private_fork,
            _ => false,
        };
        MessageScore {
            class,
            points: self.points,
            evidence: self.evidence,
            advisory_ids,
            weaknesses,
            basis: self.basis.filter(|_| !self.is_about_another).unwrap_or(MessageBasis::Doubtful),
            is_rework: self.is_rework,
            selected: can_be_fix && self.points >= SELECTION_THRESHOLD && !self.is_of_others,
        }
    }
}
