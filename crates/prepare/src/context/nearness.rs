//! How near a file lies to another one.

/// Rank of a file beside another: the smallest is the nearest. Files of the same folder are near, the header of the same
/// stem above all, then one of the same stem elsewhere, and then those that have more folders in common. Ties are decided
/// by path.
pub(super) fn nearness(own: &str, path: &str) -> (u8, std::cmp::Reverse<usize>) {
    let (own_folder, own_file) = split(own);
    let (folder, file) = split(path);
    let has_same_stem = stem(own_file) == stem(file);
    let class = match (folder == own_folder, has_same_stem) {
        _ if own == path => 0,
        (true, true) => 1,
        (true, false) => 2,
        (false, true) => 3,
        (false, false) => 4,
    };
    let common = own_folder.split('/').zip(folder.split('/')).take_while(|(own, other)| own == other);
    (class, std::cmp::Reverse(common.count()))
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn stem(file: &str) -> &str {
    file.split_once('.').map_or(file, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_of_a_file_is_nearer_than_other_files() {
        let mut paths =
            ["z/q.c", "lib/a/z.h", "include/x.h", "lib/a/x.h", "lib/b/c.c", "lib/a/x.c", "lib/q.c"];
        paths.sort_by_key(|path| (nearness("lib/a/x.c", path), *path));
        let expected =
            ["lib/a/x.c", "lib/a/x.h", "lib/a/z.h", "include/x.h", "lib/b/c.c", "lib/q.c", "z/q.c"];
        assert_eq!(paths, expected);
    }
}
