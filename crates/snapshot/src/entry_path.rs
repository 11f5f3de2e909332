//! Paths of the entries of a snapshot. Snapshots come from strangers: what is not listed here is refused.

/// Longest path of an entry, in bytes.
pub(crate) const MAX_PATH_BYTES: usize = 1024;

/// Longest name of a file or folder, in bytes, as most file systems have it.
const MAX_NAME_BYTES: usize = 255;

/// Name of the entry that contains the manifest.
pub(crate) const MANIFEST_NAME: &str = "manifest.json";

/// Endings of the names of mirrors: with all history, and with some commits.
const MIRROR_SUFFIXES: [&str; 2] = [".git", ".shallow"];

/// Use of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryUse<'p> {
    /// The manifest.
    Manifest,
    /// A file that is unpacked: an answer, or the failure of a repository.
    File,
    /// A file that is unpacked into this repository.
    RepositoryFile(&'p str),
    /// A file that git puts into repositories and that is not needed. It is not unpacked: it may name programs, or other
    /// folders of this machine.
    LeftOut,
}

/// Returns the use of an entry; `None` if no snapshot contains such a path.
pub(crate) fn entry_use(path: &str) -> Option<EntryUse<'_>> {
    if path.len() > MAX_PATH_BYTES { None } else { use_at_any_length(path) }
}

/// Returns the use of an entry as if paths could be of any length.
pub(crate) fn use_at_any_length(path: &str) -> Option<EntryUse<'_>> {
    let names: Vec<&str> = path.split('/').collect();
    if !names.iter().all(|name| is_plain(name)) {
        return None;
    }
    match names.as_slice() {
        [MANIFEST_NAME] => Some(EntryUse::Manifest),
        ["answers", _, _] => Some(EntryUse::File),
        ["git", name] if name.ends_with(".problem") => Some(EntryUse::File),
        ["git", name, inner @ ..] if MIRROR_SUFFIXES.iter().any(|suffix| name.ends_with(suffix)) => {
            match is_read(inner) {
                true => Some(EntryUse::RepositoryFile(&path[.."git/".len() + name.len()])),
                false => is_harmless(inner).then_some(EntryUse::LeftOut),
            }
        }
        _ => None,
    }
}

/// Returns the largest size of the file at a path, in bytes: git reads small files as a whole.
pub(crate) fn max_bytes(path: &str) -> u64 {
    match path.split('/').collect::<Vec<_>>().as_slice() {
        ["git", _, "HEAD"] | ["git", _, "refs", ..] | ["git", _] => 64 << 10,
        ["git", _, "shallow" | "packed-refs"] => 256 << 20,
        _ => u64::MAX,
    }
}

/// Returns whether a name neither leads elsewhere nor is hidden.
fn is_plain(name: &str) -> bool {
    let is_odd = |character: char| character.is_control() || character == '\\';
    !name.is_empty() && name.len() <= MAX_NAME_BYTES && !name.starts_with('.') && !name.contains(is_odd)
}

/// Returns whether a file of a bare repository is one of those from which commits are read (gitrepository-layout).
fn is_read(names: &[&str]) -> bool {
    match names {
        ["HEAD" | "packed-refs" | "shallow"] => true,
        ["refs", .., name] => !name.ends_with(".lock"),
        ["objects", "pack", name] => is_pack(name),
        ["objects", folder, name] => is_hex(folder, 2) && is_hex(name, 38),
        _ => false,
    }
}

/// Returns whether a file is a pack of objects or its index. The other files of packs only repeat what is in these.
fn is_pack(name: &str) -> bool {
    let stem = name.strip_suffix(".pack").or_else(|| name.strip_suffix(".idx"));
    stem.and_then(|stem| stem.strip_prefix("pack-")).is_some_and(|digest| is_hex(digest, 40))
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Returns whether a file of a bare repository is one that git itself puts there, and that changes nothing if it is
/// absent.
fn is_harmless(names: &[&str]) -> bool {
    match names {
        ["objects", "info", name] => !name.ends_with("alternates"),
        ["objects", "pack", _] => true,
        ["config" | "description" | "FETCH_HEAD" | streamguard_cache::SEAL_NAME] => true,
        ["hooks" | "info" | "logs" | "branches", ..] => names.len() > 1,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACK: &str = "pack-0123456789012345678901234567890123456789";

    #[test]
    fn only_objects_and_references_are_unpacked() {
        for inner in [
            "HEAD",
            "packed-refs",
            "shallow",
            "refs/heads/main",
            "refs/tags/v1/é",
            &format!("objects/pack/{PACK}.pack"),
            &format!("objects/pack/{PACK}.idx"),
            "objects/ab/cdef0123456789012345678901234567890123",
        ] {
            for repository in ["git/host+a+b.git", "git/host+a+b.shallow"] {
                let path = format!("{repository}/{inner}");
                assert_eq!(entry_use(&path), Some(EntryUse::RepositoryFile(repository)), "{path}");
            }
        }
        for inner in [
            "config",
            "hooks/post-checkout",
            "info/grafts",
            "description",
            "objects/info/packs",
            "objects/info/commit-graph",
            &format!("objects/pack/{PACK}.promisor"),
            "objects/pack/multi-pack-index",
        ] {
            assert_eq!(entry_use(&format!("git/a.git/{inner}")), Some(EntryUse::LeftOut), "{inner}");
        }
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        for path in [
            "",
            "/",
            "/etc/passwd",
            "../manifest.json",
            "answers/../../x",
            "answers/a//b",
            "answers/a\\b/c",
            "answers/a\n/c",
            "answers/.hidden/c",
            "answers/a/b/c",
            "git/a.git/commondir",
            "git/a.git/gitdir",
            "git/a.git/config.worktree",
            "git/a.git/worktrees/x/gitdir",
            "git/a.git/modules/x/HEAD",
            "git/a.git/objects/info/alternates",
            "git/a.git/objects/info/http-alternates",
            "git/a.git/refs/heads/a.lock",
            "git/a.git/.git",
            "git/a.git",
            "git/a/.git",
            "git/a/HEAD",
            "git/.git/HEAD",
            "git/a.git/objects/pack/../../config",
            "streamguard-seal.json",
            "manifest.json/x",
            "budgets/x",
        ] {
            assert_eq!(entry_use(path), None, "{path:?}");
        }
        let long = format!("answers/a/{}", "b".repeat(300));
        assert_eq!(entry_use(&long), None);
    }
}
