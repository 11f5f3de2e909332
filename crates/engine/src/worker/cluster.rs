//! Shards on a cluster: one lease of all that a job has to do is one round there.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cancel::CancelToken;
use crate::cluster::{Cluster, ClusterError, SubmissionStatus};
use crate::event::{ClusterProgress, LogLevel, Outcome};
use crate::rounds::{SubmissionFile, SubmissionStore};
use crate::schedule::{Attempt, AttemptResult};
use crate::store::ShardStore;

/// How often results are looked for.
const LOOK: Duration = Duration::from_millis(250);

/// And how rarely at most, where looking takes long: a stop is noticed in between.
const LONGEST_LOOK: Duration = Duration::from_secs(2);

/// How long the engine is asked to end a round, before it is left to whoever runs the cluster.
const END: Duration = Duration::from_secs(60);

/// How often the engine is asked: at first, and after so long. It serves others too.
const ASK: (Duration, Duration, Duration) =
    (Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(30));

/// When all elements are over, results may still take so long to be seen from here: network file
/// systems keep what they know of a folder for some seconds.
const GRACE: Duration = Duration::from_secs(3);

/// How often a round is handed over before the engine is taken at its word that it will not have it,
/// and the pause between.
const SUBMISSIONS: (u32, Duration) = (3, Duration::from_secs(2));

/// Longest excerpt of what an element printed, in characters.
const EXCERPT: usize = 200;

/// What a round needs of the run.
pub(crate) struct SubmissionRunner<'a> {
    pub(crate) cluster: &'a dyn Cluster,
    pub(crate) rounds: &'a SubmissionStore,
    pub(crate) store: &'a Arc<ShardStore>,
    pub(crate) lane: usize,
    pub(crate) cancel: &'a CancelToken,
    /// Whether the run breaks off: what the cluster does is left to itself, to be found again.
    pub(crate) closing: &'a dyn Fn() -> bool,
    /// Whether the job still has a use for a shard.
    pub(crate) wanted: &'a dyn Fn(u32) -> bool,
    pub(crate) say: &'a dyn Fn(LogLevel, String),
    pub(crate) tell: &'a dyn Fn(ClusterProgress),
    pub(crate) report: &'a mut dyn FnMut(Vec<(Attempt, AttemptResult, Duration)>),
}

/// Why a job cannot go on.
pub(crate) enum ClusterRunError {
    /// The folder of the run cannot be written.
    Destination(io::Error),
    /// The engine does not take it.
    Refused(String),
}

impl SubmissionRunner<'_> {
    /// Has the cluster run the shards of some tickets, and reports the fate of each.
    pub(crate) fn run(&mut self, tickets: &[Attempt]) -> Result<(), ClusterRunError> {
        let mut open: BTreeMap<u32, Attempt> = tickets.iter().map(|ticket| (ticket.shard, *ticket)).collect();
        let mut round = match self.attach(&open)? {
            Some(round) => round,
            None => match self.begin(&open)? {
                Some(round) => round,
                None => {
                    self.give_up(&mut open);
                    return Ok(());
                }
            },
        };
        // A round that was found again may not hold all of them: the rest comes back at once.
        let members: BTreeSet<u32> = round.elements.iter().flatten().copied().collect();
        let others = open.extract_if(.., |shard, _| !members.contains(shard));
        let fates =
            others.map(|(_, ticket)| (ticket, AttemptResult::Returned { alone: false }, Duration::ZERO));
        (self.report)(fates.collect());
        self.watch(&mut round, &mut open);
        Ok(())
    }

    /// The latest round, if the cluster is still at it.
    fn attach(&mut self, open: &BTreeMap<u32, Attempt>) -> Result<Option<SubmissionFile>, ClusterRunError> {
        let Some(mut round) = self.rounds.latest() else { return Ok(None) };
        if !round.elements.iter().flatten().any(|shard| open.contains_key(shard)) {
            return Ok(None);
        }
        if round.cluster != self.cluster.name() {
            if let Some(round) = round.whereabouts() {
                (self.say)(
                    LogLevel::Warning,
                    format!("it was handed to {round}: if that still runs, end it there"),
                );
            }
            return Ok(None);
        }
        // An engine that does not answer now may have it: handing it over again would not harm, but
        // do the work twice.
        let mut found = Err(ClusterError(String::new()));
        for again in (0..SUBMISSIONS.0).rev() {
            found = match round.ids.is_empty() {
                true => self.cluster.find(&round.name),
                false => Ok(round.ids.clone()),
            }
            .and_then(|ids| Ok((self.cluster.poll(&ids)?, ids)));
            if found.is_ok() || again == 0 || self.cancel.requested() {
                break;
            }
            std::thread::sleep(SUBMISSIONS.1);
        }
        let (standing, ids) = found.map_err(|error| ClusterRunError::Refused(error.to_string()))?;
        if standing.is_over() {
            return Ok(None);
        }
        self.rounds.taken(&mut round, ids).map_err(ClusterRunError::Destination)?;
        (self.say)(LogLevel::Info, format!("goes on with {}", self.shown(&round)));
        Ok(Some(round))
    }

    /// Hands out a new round; none if the run is stopped before.
    fn begin(&mut self, open: &BTreeMap<u32, Attempt>) -> Result<Option<SubmissionFile>, ClusterRunError> {
        let shards: Vec<u32> = open.keys().copied().collect();
        // What an earlier round said of them holds no longer.
        shards.iter().for_each(|shard| self.store.forget_failure(*shard));
        let again = open.values().any(|ticket| ticket.attempt > 1);
        let elements = self.cluster.elements(shards.len(), again);
        let mut round =
            self.rounds.begin(&shards, elements, self.lane).map_err(ClusterRunError::Destination)?;
        let mut failed = 0;
        let ids = loop {
            if self.cancel.requested() || (self.closing)() {
                return Ok(None);
            }
            match self.cluster.submit(&self.rounds.told(&round), &|text| (self.say)(LogLevel::Info, text)) {
                Ok(ids) => break ids,
                Err(error) => {
                    failed += 1;
                    if failed == SUBMISSIONS.0 {
                        // It will not be waited for: nothing of it is to run.
                        let _ = self.cluster.find(&round.name).and_then(|ids| self.cluster.cancel(&ids));
                        return Err(ClusterRunError::Refused(error.to_string()));
                    }
                    (self.say)(LogLevel::Warning, format!("{error}; trying again"));
                    std::thread::sleep(SUBMISSIONS.1);
                    // It may have been taken, and only the answer been lost.
                    if let Ok(ids) = self.cluster.find(&round.name)
                        && !ids.is_empty()
                        && (self.cluster.poll(&ids).is_ok_and(|standing| !standing.is_over())
                            || shards.iter().any(|shard| self.store.reuse(*shard).is_some()))
                    {
                        break ids;
                    }
                }
            }
        };
        self.rounds.taken(&mut round, ids).map_err(ClusterRunError::Destination)?;
        let shards = counted(shards.len(), "shard");
        let elements = counted(round.elements.len(), "element");
        (self.say)(LogLevel::Info, format!("{shards} in {elements}: {}", self.shown(&round)));
        Ok(Some(round))
    }

    fn shown(&self, round: &SubmissionFile) -> String {
        round.whereabouts().unwrap_or_else(|| self.cluster.name().to_owned())
    }

    /// Waits until nothing of a round is left to wait for.
    fn watch(&mut self, round: &mut SubmissionFile, open: &mut BTreeMap<u32, Attempt>) {
        let since = Instant::now();
        let (mut asked, mut over, mut trouble) = (None::<Instant>, None::<Instant>, String::new());
        let mut standing = SubmissionStatus::default();
        loop {
            let look = Instant::now();
            self.collect(open);
            let took = look.elapsed();
            if open.is_empty() || (self.closing)() {
                return self.give_up(open);
            }
            if self.cancel.requested() || !open.keys().any(|shard| (self.wanted)(*shard)) {
                self.end(round);
                self.collect(open);
                return self.give_up(open);
            }
            match over {
                Some(over) if over.elapsed() > GRACE || self.explained(open) => break,
                Some(_) => {}
                None => {
                    let pause = if since.elapsed() < ASK.2 { ASK.0 } else { ASK.1 };
                    if asked.is_none_or(|asked| asked.elapsed() >= pause) {
                        asked = Some(Instant::now());
                        match self.cluster.poll(&round.ids) {
                            Ok(now) => {
                                over = now.is_over().then(Instant::now);
                                self.tell_news(&standing, &now);
                                standing = now;
                                trouble.clear();
                            }
                            Err(error) if error.0 != trouble => {
                                (self.say)(LogLevel::Warning, format!("{}: {error}", self.cluster.name()));
                                trouble = error.0;
                            }
                            Err(_) => {}
                        }
                    }
                }
            }
            // A folder of many shards, far away, takes its time.
            std::thread::sleep(LOOK.max(took * 10).min(LONGEST_LOOK));
        }
        self.account(round, &standing, open);
    }

    /// Says what has changed on the cluster.
    fn tell_news(&self, before: &SubmissionStatus, now: &SubmissionStatus) {
        if before.progress == now.progress {
            return;
        }
        let reasons: Vec<&str> = now.progress.wait_reasons.iter().map(String::as_str).collect();
        if before.progress.wait_reasons != now.progress.wait_reasons && !reasons.is_empty() {
            let (name, n) = (self.cluster.name(), now.progress.waiting);
            (self.say)(LogLevel::Info, format!("{name}: {n} waiting: {}", reasons.join(", ")));
        }
        (self.tell)(now.progress.clone());
    }

    /// Whether each open shard said why it has no result: then none is on its way.
    fn explained(&self, open: &BTreeMap<u32, Attempt>) -> bool {
        open.keys().all(|shard| self.store.failure(*shard).is_some())
    }

    /// Reports what has come meanwhile: results, and shards that cannot be done.
    fn collect(&mut self, open: &mut BTreeMap<u32, Attempt>) {
        let there = self.store.there();
        let mut fates = Vec::new();
        for shard in there {
            let Some(&ticket) = open.get(&shard) else { continue };
            let (fate, took) = match self.store.reuse(shard) {
                Some(result) => {
                    let took = result.took;
                    (AttemptResult::Finished(result), took)
                }
                None => match self.store.failure(shard) {
                    Some(failure) if !failure.retry => {
                        (AttemptResult::Bad(failure.outcome, failure.told(), false), Duration::ZERO)
                    }
                    _ => continue,
                },
            };
            open.remove(&shard);
            fates.push((ticket, fate, took));
        }
        if !fates.is_empty() {
            (self.report)(fates);
        }
    }

    /// Ends a round, and waits until the engine has nothing left of it.
    fn end(&mut self, round: &SubmissionFile) {
        let (since, mut said) = (Instant::now(), String::new());
        loop {
            // One whose answer was lost bears the same name.
            let mut ids = round.ids.clone();
            ids.extend(self.cluster.find(&round.name).unwrap_or_default());
            ids.sort();
            ids.dedup();
            // Asked again each time: an engine that was asked while it started something may not
            // have heard it.
            let ended = self.cluster.cancel(&ids).and_then(|()| self.cluster.poll(&ids));
            match ended {
                Ok(standing) if standing.is_over() => return,
                Ok(_) => {}
                Err(error) => {
                    let text = format!("cannot yet end {}: {error}", self.shown(round));
                    if text != said {
                        (self.say)(LogLevel::Warning, text.clone());
                        said = text;
                    }
                }
            }
            if (self.closing)() || self.cancel.at_once() || since.elapsed() > END {
                let text = format!("{} may still run: end it there, or go on by --resume", self.shown(round));
                return (self.say)(LogLevel::Warning, text);
            }
            std::thread::sleep(ASK.0);
        }
    }

    /// Says of the rest why it is not there.
    fn account(
        &mut self,
        round: &SubmissionFile,
        standing: &SubmissionStatus,
        open: &mut BTreeMap<u32, Attempt>,
    ) {
        let told = self.rounds.told(round);
        let element_of = round.by_shard();
        let mut logs: BTreeMap<u32, Option<String>> = BTreeMap::new();
        let mut fates = Vec::new();
        for (shard, ticket) in std::mem::take(open) {
            let fate = match self.store.failure(shard) {
                Some(failure) => AttemptResult::Bad(failure.outcome, failure.told(), failure.retry),
                None => {
                    let mut reason = "it came back without a result".to_owned();
                    if let Some(&element) = element_of.get(&shard) {
                        let how = standing.bad.get(&element).map_or("ended", String::as_str);
                        reason = format!("{reason}: element {element} of {} {how}", round.name);
                        if let Some(failure) = &standing.failure {
                            reason = format!("{reason}; {}: {failure}", self.cluster.name());
                        }
                        let log = logs.entry(element).or_insert_with(|| {
                            let log = self.cluster.log(&told, element)?;
                            let last = log.lines().rev().find(|line| !line.trim().is_empty())?;
                            Some(last.chars().take(EXCERPT).collect())
                        });
                        if let Some(last) = log {
                            reason = format!("{reason}; it last said: {last}");
                        }
                    }
                    AttemptResult::Bad(Outcome::Crashed, reason.into(), true)
                }
            };
            fates.push((ticket, fate, Duration::ZERO));
        }
        (self.report)(fates);
    }

    /// Nobody waits for the rest any more.
    fn give_up(&mut self, open: &mut BTreeMap<u32, Attempt>) {
        let rest = std::mem::take(open);
        if !rest.is_empty() {
            (self.report)(
                rest.into_values().map(|ticket| (ticket, AttemptResult::Cancelled, Duration::ZERO)).collect(),
            );
        }
    }
}

/// So many things of this name.
fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// Says of each ticket what others left: its result, or that there is none.
pub(crate) fn take_results(
    store: &ShardStore,
    root: &Path,
    job: &str,
    tickets: &[Attempt],
) -> Vec<(Attempt, AttemptResult, Duration)> {
    let fate = |shard| match (store.reuse(shard), store.failure(shard)) {
        (Some(result), _) => AttemptResult::Finished(result),
        (None, Some(failure)) => AttemptResult::Bad(failure.outcome, failure.told(), false),
        (None, None) => {
            let command =
                format!("streamguard shard run --plan {} --job {job} --index {shard}", root.display());
            AttemptResult::Bad(Outcome::Failed, format!("it has no result yet: {command}").into(), false)
        }
    };
    tickets.iter().map(|ticket| (*ticket, fate(ticket.shard), Duration::ZERO)).collect()
}
