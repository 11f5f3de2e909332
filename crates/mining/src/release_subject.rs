//! First lines of messages that announce a release, in the words of many tools and habits.
//!
//! They are told from other messages where a database may have taken the commit of a release for that of a fix. The
//! classes of messages are narrower: they also keep fixes from being mined.

/// Words of which one tells a release, even without a version.
const RELEASE_WORDS: &str = "bump release version";

/// Words that stand beside them, or beside a version.
const COMMON_WORDS: &str = "a alpha and as auto automated automatic beta branch changelog cut \
    cycle date develop development final finalize for increase increment initial into main maintenance \
    major mark master merge minor new next note number of official package patch post prepare publish rc \
    ready security set snapshot stable start tag the this to update upgrade";

/// Most words of such a line.
const MAX_WORDS: usize = 12;

/// Reports whether a line says nothing but that there is a release, of at most one name.
pub(super) fn announces_release(subject: &str) -> bool {
    let words: Vec<&str> = words(without_tags(subject)).take(MAX_WORDS + 1).collect();
    let has_version = words.iter().any(|word| version_in(word).is_some());
    let is_release = has_version || words.iter().any(|word| is_one_of(word, RELEASE_WORDS));
    let is_name = |word: &&&str| {
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
        let is_known = is_one_of(word, RELEASE_WORDS) || is_one_of(word, COMMON_WORDS);
        !is_number && !is_known && version_in(word).is_none()
    };
    let names = words.iter().filter(is_name).count();
    let is_fix = words.iter().any(|word| is_one_of(word, "fix"));
    is_release && !is_fix && words.len() <= MAX_WORDS && names <= usize::from(has_version)
}

/// Returns the first version in a line.
pub(super) fn version(subject: &str) -> Option<&str> {
    words(subject).find_map(version_in)
}

/// Splits a line into words. What holds a version stays whole, and so do the names of files.
fn words(line: &str) -> impl Iterator<Item = &str> {
    const INNER: [char; 4] = ['.', '-', '_', '+'];
    let words = line.split(|c: char| !c.is_alphanumeric() && !INNER.contains(&c));
    let parts = words.flat_map(|word| {
        let is_whole = version_in(word).is_some();
        word.split(move |c| !is_whole && matches!(c, '-' | '_'))
    });
    parts.map(|word| word.trim_matches(INNER)).filter(|word| !word.is_empty())
}

/// Returns the version that a word is or ends with: that of `v2`, `1.2.3-rc1`, `foo-1.2.3` and `REL_1_2`.
fn version_in(word: &str) -> Option<&str> {
    let starts = word.match_indices(['-', '_']).map(|(at, separator)| at + separator.len());
    std::iter::once(0).chain(starts).take(MAX_WORDS).map(|start| &word[start..]).find(|rest| is_version(rest))
}

/// Reports whether text is a version. An advisory id ends with two numbers, but has no dot.
fn is_version(text: &str) -> bool {
    let numbers = text.strip_prefix(['v', 'V']);
    let digits = numbers.unwrap_or(text);
    let next_to_digit = |separator: char| {
        let digit = |c: char| c.is_ascii_digit();
        digits.split(separator).skip(1).filter(|part| part.starts_with(digit)).count()
    };
    let is_number = numbers.is_some() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.starts_with(|first: char| first.is_ascii_digit())
        && (is_number || next_to_digit('.') > 0 || next_to_digit('-') > 1 || next_to_digit('_') > 1)
}

/// Reports whether a word is one of some, in any of its forms.
fn is_one_of(word: &str, known: &str) -> bool {
    let word = word.to_ascii_lowercase();
    known.split(' ').any(|known| stem(known) == stem(&word))
}

/// Returns a word without its ending.
fn stem(word: &str) -> &str {
    let stem = ["ing", "ed", "s"].iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word);
    stem.strip_suffix('e').unwrap_or(stem)
}

/// Returns a line without the type or scope before it, as `chore(release): ` or `[maven-release-plugin] `, and without
/// notes to programs and the number of a pull request behind it.
fn without_tags(subject: &str) -> &str {
    let mut rest = subject.trim();
    loop {
        let in_brackets = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let behind = in_brackets.or_else(|| rest.split_once(':').filter(|(kind, _)| is_type(kind)));
        match behind {
            Some((_, behind)) => rest = behind.trim_start(),
            None => break,
        }
    }
    loop {
        let note = rest.strip_suffix(']').and_then(|rest| rest.rsplit_once('['));
        let number = rest.strip_suffix(')').and_then(|rest| rest.rsplit_once("(#"));
        match note.or(number) {
            Some((before, _)) => rest = before.trim_end(),
            None => return rest,
        }
    }
}

/// Reports whether text is a type as in Conventional Commits, or the name of a part of the program.
fn is_type(text: &str) -> bool {
    let text = text.strip_suffix('!').unwrap_or(text);
    let word = text.strip_suffix(')').and_then(|text| text.split_once('(')).map_or(text, |(word, _)| word);
    !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::{announces_release, version};

    #[test]
    fn releases_are_told_from_fixes() {
        for release in [
            "chore(release): 1.2.3 [skip ci]",
            "[maven-release-plugin] prepare release foo-1.2.3",
            "Merge branch 'release/1.2.3' into develop",
            "Merge tag 'v1.2.3' into main",
            "Set version to 1.2.3 for release",
            "Start 1.2.3 cycle",
            "PHP 1.2.3",
            "foo 1.2.3 released",
            "Publishing 1.2.3",
            "new release",
            "build: version 1.2.3 (#12)",
            "Version bump",
            "Update for 1.2.3",
            "REL_1_2_3",
            "Post-release version bump",
            ":bookmark: v2",
            "Releasing foo@1.2.3-rc1!",
        ] {
            assert!(announces_release(release), "{release}");
        }
        for other in [
            "",
            "fix:",
            "Correct the check",
            "Fix CVE-2024-10002",
            "GHSA-7rx3-28cr-v5wh",
            "Fixed v2",
            "Merge branch 'CVE-2024-10002'",
            "Merge branch 'main' into stable",
            "Release the lock",
            "Check the version",
            "Fix crash in 1.2.3",
            "Release 1.2.3: reject negative sizes",
            "Update",
            "2024",
            "Release 1.2.3 of the new version to the next branch of the main release cycle",
        ] {
            assert!(!announces_release(other), "{other}");
        }
        assert_eq!(version("Merge branch 'release/foo-1.2.3'"), Some("1.2.3"));
        assert_eq!(version("Version bump"), None);
    }
}
