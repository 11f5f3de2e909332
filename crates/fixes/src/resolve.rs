//! From how a fix is named to the commits that it may be.

use gix::ObjectId;

use super::wants::{Named, Want};
use crate::reference::{Found, History, Target};
use streamguard_mining::is_security_fix;

/// Most commits that one want may lead to; more name a list of changes, or a bot's doings.
const MOST: usize = 5;

/// A commit that a want leads to, and how sure that is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Led {
    /// The commit.
    pub(super) commit: ObjectId,
    /// How sure it is that this is what was meant, from 0.0 to 1.0.
    pub(super) trust: f64,
    /// How it was found, unless it was named itself.
    pub(super) evidence: Option<&'static str>,
}

impl Led {
    fn found(found: Found, trust: f64) -> Self {
        Self { commit: found.commit, trust, evidence: Some(found.evidence) }
    }
}

/// The commits that a want leads to, or why there are none. `has` tells which commits are at
/// hand; `history` is there for everything but whole ids.
pub(super) fn resolve(
    want: &Want,
    has: &dyn Fn(&str) -> bool,
    history: Option<&History>,
) -> Result<Vec<Led>, String> {
    if let Some(id) = want.named.whole_commit() {
        return match ObjectId::from_hex(id.as_bytes()) {
            Ok(commit) if has(id) => Ok(vec![Led { commit, trust: 1.0, evidence: None }]),
            _ => Err("the repository does not have this commit".to_owned()),
        };
    }
    let Some(history) = history else { return Err("its history could not be read".to_owned()) };
    let one = |found: Option<Found>, trust, what: &str| match found {
        Some(found) => Ok(vec![Led::found(found, trust)]),
        None => Err(format!("no commit in the history {what}")),
    };
    match &want.named {
        Named::Target(Target::Commit(short)) => {
            one(history.abbreviated(short), 1.0, "has an id that begins so, or several have")
        }
        Named::Target(Target::Pull(number)) => {
            let found = history.pull(*number);
            // That a commit closes a pull request is only somebody's word.
            let is_word = found.is_some_and(|found| found.evidence == "pull:closes");
            let trust = if is_word { 0.6 } else { 0.95 };
            one(found, trust, &format!("says that it brought #{number} in"))
        }
        Named::Target(Target::Compare(from, to)) => match history.range(from, to).as_slice() {
            [found] => Ok(vec![Led::found(*found, 0.9)]),
            _ => mentioned(want, history),
        },
        Named::Target(Target::Tag(tag)) => searched(want, std::slice::from_ref(tag), history),
        Named::Target(Target::State(_)) => Err("it names a state, not a change".to_owned()),
        Named::Search(fixed) => searched(want, fixed, history),
    }
}

/// Commits whose messages name one of the advisories.
fn mentioned(want: &Want, history: &History) -> Result<Vec<Led>, String> {
    let ids = want.clues.iter().flat_map(|clue| &clue.ids);
    let mut found: Vec<Found> = ids.flat_map(|id| history.mention(id)).collect();
    found.sort_unstable_by_key(|found| found.commit);
    found.dedup_by_key(|found| found.commit);
    match found.len() {
        0 => Err("no commit in the history names the advisory".to_owned()),
        1..=MOST => Ok(found.into_iter().map(|found| Led::found(found, 0.8)).collect()),
        n => Err(format!("{n} commits name the advisory")),
    }
}

/// Commits that name an advisory; or else those that sound like a security fix among what came
/// with the fixed versions.
fn searched(want: &Want, fixed: &[String], history: &History) -> Result<Vec<Led>, String> {
    let nothing = match mentioned(want, history) {
        Err(nothing) => nothing,
        led => return led,
    };
    let mut led: Vec<Led> = Vec::new();
    for version in fixed {
        let Some(before) = version_before(version) else { continue };
        let range = history.range(&before, version).into_iter();
        let fixes = range.filter(|found| is_security_fix(history.repository(), found.commit));
        led.extend(fixes.map(|found| Led::found(found, 0.5)));
    }
    match led.len() {
        0 => Err(format!("{nothing}, and none between the versions sounds like the fix")),
        1..=MOST => Ok(led),
        n => Err(format!("{nothing}, and {n} between the versions sound like the fix")),
    }
}

/// The version before a patch release: 1.2.2 before 1.2.3.
fn version_before(version: &str) -> Option<String> {
    let at = version.rfind('.')?;
    let last: u64 = version[at + 1..].parse().ok()?;
    Some(format!("{}.{}", &version[..at], last.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::version_before;

    #[test]
    fn the_version_before_is_known_for_patch_releases_only() {
        assert_eq!(version_before("1.2.3").as_deref(), Some("1.2.2"));
        assert_eq!(version_before("v4.17.21").as_deref(), Some("v4.17.20"));
        for unknown in ["2.0.0", "5", "1.2.3-rc1", "", "1.2."] {
            assert_eq!(version_before(unknown), None, "{unknown}");
        }
    }
}
