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

#[test]
fn a_text_is_no_variant_whose_words_it_lacks() {
    let read = |name: &str| fs::read_to_string(Path::new(COMMON_LICENSES).join(name));
    let (Ok(general), Ok(bsd)) = (read("GPL-2"), read("BSD")) else {
        eprintln!("SKIPPED: there are no texts in {COMMON_LICENSES}");
        return;
    };
    // More like the AGPL-1.0 than like the text of SPDX, which ends before the appendix.
    let general = general.replace("51 Franklin Street, Fifth Floor", "59 Temple Place, Suite 330");
    let general = general.replace("Foundation's software", "Foundation's own software");
    // The words of the author, as those of a variant for Hewlett-Packard are.
    let bsd = bsd.replace("REGENTS AND CONTRIBUTORS", "AUTHOR").replace("REGENTS OR CONTRIBUTORS", "AUTHOR");
    for (text, expected) in [(general, "GPL-2.0-only"), (bsd, "BSD-3-Clause")] {
        let found = repository_licence(&[StatedFile { path: "COPYING", text: &text }]);
        assert_eq!(found.map(|found| found.expression).as_deref(), Some(expected));
    }
}

#[test]
fn a_choice_between_two_licences_is_not_the_longer_one() {
    let Ok(mozilla) = fs::read_to_string(Path::new(COMMON_LICENSES).join("MPL-2.0")) else {
        eprintln!("SKIPPED: there are no texts in {COMMON_LICENSES}");
        return;
    };
    for choice in [
        "terms of either:\na) the Apache License, or\nb) the Mozilla Public License",
        "rules below; it is dual-licensed",
    ] {
        let text = format!("You may use this under the {choice}.\n\n{mozilla}");
        assert_eq!(repository_licence(&[StatedFile { path: "LICENSE", text: &text }]), None, "{choice}");
    }
}

#[test]
fn two_licences_in_one_file_are_told_apart() {
    let read = |name: &str| fs::read_to_string(Path::new(COMMON_LICENSES).join(name));
    let (Ok(general), Ok(bsd)) = (read("GPL-2"), read("BSD")) else {
        eprintln!("SKIPPED: there are no texts in {COMMON_LICENSES}");
        return;
    };
    // Without the appendix, as files of two licences have it.
    let general = general.split("How to Apply These Terms").next().unwrap();
    for (head, expected) in [
        (
            "You may use this under the terms of either the first or the second.",
            "BSD-3-Clause OR GPL-2.0-only",
        ),
        ("Some files come from elsewhere.", "BSD-3-Clause AND GPL-2.0-only"),
    ] {
        let text = format!("{head}\n\n{bsd}\n\n{general}");
        let found = repository_licence(&[StatedFile { path: "LICENSE", text: &text }]);
        assert_eq!(found.map(|found| found.expression).as_deref(), Some(expected), "{head}");
    }
}
