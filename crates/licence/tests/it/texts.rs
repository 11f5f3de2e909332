//! Texts of licences that Debian has on each machine.

use std::fs;
use std::path::Path;

use streamguard_licence::{CERTAIN_SCORE, StatedFile, repository_licence};

/// Folder of the texts (Debian Policy, section 12.5).
const COMMON_LICENSES: &str = "/usr/share/common-licenses";

#[test]
fn the_common_licences_of_debian_are_known() {
    let mut read = 0;
    for (file, expected) in [
        ("Apache-2.0", "Apache-2.0"),
        ("Artistic", "Artistic-1.0-Perl"),
        ("BSD", "BSD-3-Clause"),
        ("CC0-1.0", "CC0-1.0"),
        ("GPL-2", "GPL-2.0-only"),
        ("GPL-3", "GPL-3.0-only"),
        ("LGPL-2.1", "LGPL-2.1-only"),
        ("LGPL-3", "LGPL-3.0-only"),
        ("MPL-2.0", "MPL-2.0"),
    ] {
        let Ok(text) = fs::read_to_string(Path::new(COMMON_LICENSES).join(file)) else { continue };
        read += 1;
        let found = repository_licence(&[StatedFile { path: "COPYING", text: &text }]);
        let found = found.map(|found| (found.expression, found.score >= CERTAIN_SCORE));
        assert_eq!(found, Some((expected.to_owned(), true)), "{file}");
    }
    if read == 0 {
        eprintln!("SKIPPED: there are no texts in {COMMON_LICENSES}");
    }
}

#[test]
fn the_lesser_licence_stands_beside_the_one_that_it_adds_to() {
    let read = |name: &str| fs::read_to_string(Path::new(COMMON_LICENSES).join(name));
    let (Ok(general), Ok(lesser)) = (read("GPL-3"), read("LGPL-3")) else {
        eprintln!("SKIPPED: there are no texts in {COMMON_LICENSES}");
        return;
    };
    let files = [
        StatedFile { path: "COPYING", text: &general },
        StatedFile { path: "COPYING.LESSER", text: &lesser },
    ];
    let found = repository_licence(&files).map(|found| (found.expression, found.path));
    assert_eq!(found, Some(("LGPL-3.0-only".to_owned(), "COPYING.LESSER".to_owned())));
}

#[test]
fn a_text_in_a_comment_with_many_holders_is_known() {
    let Ok(text) = fs::read_to_string(Path::new(COMMON_LICENSES).join("BSD")) else {
        eprintln!("SKIPPED: there are no texts in {COMMON_LICENSES}");
        return;
    };
    let holders = (1..9).map(|year| format!("Copyright (C) 200{year} Holder of {year} <{year}@example.org>"));
    let text = text.replace("specific prior", "explicit prior");
    let lines: String =
        holders.chain(text.lines().map(str::to_owned)).map(|line| format!(" * {line}\n")).collect();
    let text = format!("/*\n{lines} */\n");
    let found = repository_licence(&[StatedFile { path: "COPYING", text: &text }]);
    assert_eq!(found.map(|found| found.expression).as_deref(), Some("BSD-3-Clause"));
}
