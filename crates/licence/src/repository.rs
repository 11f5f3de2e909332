//! The licence of a repository from all the files at its root that state one.

use std::collections::BTreeSet;

use crate::expression::{base_id, base_ids, has_versions};
use crate::manifest::manifest_licence;
use crate::stating_path::{MANIFESTS, is_text_path, name_suffix, reuse_id};
use crate::text_match::{TextLicence, text_licence};

/// Longest file that is read; longer ones hold the licences of all dependencies.
const MAX_TEXT_BYTES: usize = 200_000;

/// Highest score where another file may be a further licence: too low to be certain.
const UNKNOWN_FILE_SCORE: f64 = 0.85;

/// A file that may state a licence.
#[derive(Clone, Copy, Debug)]
pub struct StatedFile<'a> {
    /// Path from the root of the repository.
    pub path: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// A licence, and the file that states it.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundLicence {
    /// SPDX expression.
    pub expression: String,
    /// Path of the file that states it, from the root of the repository; the first one if there are several.
    pub path: String,
    /// Likeness of the file to the text that SPDX has, from 0.0 to 1.0; 1.0 for what is stated by its id.
    pub score: f64,
    /// Whether only the text of a GNU licence is known, and not whether later versions are allowed.
    pub(crate) is_version_open: bool,
}

/// Returns the licence of a repository from its files for which [`crate::is_stating_path`] holds. Nothing is returned
/// where no text is known to SPDX.
///
/// Texts in several files all hold, except where the names of the files or a manifest say that one may choose.
pub fn repository_licence(files: &[StatedFile<'_>]) -> Option<FoundLicence> {
    let mut files = files.to_vec();
    files.sort_by_key(|file| file.path);
    let declared = MANIFESTS.iter().find_map(|name| {
        let file = files.iter().find(|file| file.path == *name)?;
        Some((file.path, manifest_licence(file.path, file.text)?))
    });
    let stating: Vec<_> = files.iter().filter(|file| is_text_path(file.path)).collect();
    let read = |file: &StatedFile<'_>| match file.text.len() {
        0..=MAX_TEXT_BYTES => text_licence(file.text),
        _ => None,
    };
    let texts: Vec<(&str, TextLicence)> =
        stating.iter().filter_map(|file| Some((file.path, read(file)?))).collect();
    let has_unknown = texts.len() < stating.len();
    let texts = match texts.is_empty() {
        false => without_included(texts),
        true => reuse_licences(&files),
    };
    let known: BTreeSet<String> =
        texts.iter().flat_map(|(_, text)| text.ids.iter().map(|id| base_id(id).to_owned())).collect();
    // A file that SPDX does not know may be yet another licence.
    let most = if has_unknown { UNKNOWN_FILE_SCORE } else { 1.0 };
    let score = texts.iter().map(|(_, text)| text.score).fold(most, f64::min);
    let first = texts.first().map(|(path, _)| (*path).to_owned());
    // A manifest knows more than the texts that it agrees with: whether one may choose, and about later versions.
    if let Some((path, expression)) = declared
        && (known.is_empty() || known.iter().eq(base_ids(&expression).iter()))
    {
        let path = first.unwrap_or_else(|| path.to_owned());
        return Some(FoundLicence { expression, path, score, is_version_open: false });
    }
    let is_choice = texts.iter().any(|(_, text)| text.is_choice) || are_choices(&texts);
    let between = if is_choice { " OR " } else { " AND " };
    // Texts of the GNU licences are the same for one version and for all later ones; names of files tell.
    let allows_later =
        |id: &String| texts.iter().any(|(_, text)| text.ids.contains(&format!("{id}-or-later")));
    let full_id = |id: &String| match has_versions(id) {
        true if allows_later(id) => format!("{id}-or-later"),
        true => format!("{id}-only"),
        false => id.clone(),
    };
    let ids: Vec<String> = known.iter().map(full_id).collect();
    let is_version_open = known.iter().any(|id| has_versions(id) && !allows_later(id));
    Some(FoundLicence { expression: ids.join(between), path: first?, score, is_version_open })
}

/// Leaves the GPL out where the LGPL stands beside it: version 3 of the LGPL is a list of permissions on top of the GPL
/// and is to be given together with it.
fn without_included(texts: Vec<(&str, TextLicence)>) -> Vec<(&str, TextLicence)> {
    let has_lesser = texts.iter().any(|(_, text)| text.ids == ["LGPL-3.0"]);
    texts.into_iter().filter(|(_, text)| !(has_lesser && text.ids == ["GPL-3.0"])).collect()
}

/// Returns the licences of a `LICENSES/` folder, whose files are named by their ids.
fn reuse_licences<'a>(files: &[StatedFile<'a>]) -> Vec<(&'a str, TextLicence)> {
    let named = files.iter().filter_map(|file| {
        let id = reuse_id(file.path)?;
        let id = if id.ends_with("-or-later") { id } else { base_id(id) };
        let ids = vec![id.to_owned()];
        Some((file.path, TextLicence { ids, score: 1.0, is_choice: false }))
    });
    named.collect()
}

/// Tells whether the names say that one may choose: each of several files is named after its licence, as in
/// `LICENSE-MIT` and `LICENSE-APACHE`.
fn are_choices(texts: &[(&str, TextLicence)]) -> bool {
    let is_named = |(path, text): &(&str, TextLicence)| {
        let suffix = name_suffix(path);
        let family = suffix.split(['-', '.']).next().unwrap_or_default();
        !family.is_empty() && text.ids.iter().all(|id| id.to_ascii_uppercase().starts_with(family))
    };
    texts.len() > 1 && texts.iter().all(is_named)
}
