//! Repositories that are cloned from another place than that of their pages.

/// Row of a table of such places: the host of the pages and the beginning of their paths, and the host and the beginning of the
/// paths to clone from.
pub(super) type MovedPlace = (&'static str, &'static str, &'static str, &'static str);

/// Returns the host and the path to clone a repository from whose pages are at a place, by the first row that fits. A page
/// may have the beginning of the path to clone from already.
pub(super) fn find(table: &[MovedPlace], host: &str, path: &str) -> Option<(&'static str, String)> {
    table.iter().find_map(|(shown_at, before, cloned_from, instead)| {
        let name = path.strip_prefix(before).filter(|_| *shown_at == host)?;
        let name = name.strip_prefix(instead).filter(|_| before.is_empty()).unwrap_or(name);
        Some((*cloned_from, format!("{instead}{name}")))
    })
}
