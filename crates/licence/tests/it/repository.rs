//! What several files together say.

use streamguard_licence::{CERTAIN_SCORE, FileNotice, FoundLicence, StatedFile, repository_licence};

/// Permission and disclaimer of the ISC licence.
const ISC: &str = "Permission to use, copy, modify, and/or distribute this software for any\n\
purpose with or without fee is hereby granted, provided that the above\n\
copyright notice and this permission notice appear in all copies.\n\n\
THE SOFTWARE IS PROVIDED \"AS IS\" AND THE AUTHOR DISCLAIMS ALL WARRANTIES\n\
WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF\n\
MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR\n\
ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES\n\
WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN\n\
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF\n\
OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.\n";

/// The licence of this program, which is the MIT licence.
const MIT: &str = include_str!("../../../../LICENSE");

fn licence(files: &[(&str, &str)]) -> Option<FoundLicence> {
    let files: Vec<StatedFile<'_>> = files.iter().map(|&(path, text)| StatedFile { path, text }).collect();
    repository_licence(&files)
}

fn expression(files: &[(&str, &str)]) -> Option<String> {
    licence(files).map(|found| found.expression)
}

#[test]
fn texts_in_two_files_both_hold_unless_their_names_are_a_choice() {
    let both = expression(&[("COPYING", ISC), ("LICENSE", MIT)]);
    assert_eq!(both.as_deref(), Some("ISC AND MIT"));
    let choice = expression(&[("LICENSE-ISC", ISC), ("LICENSE-MIT", MIT)]);
    assert_eq!(choice.as_deref(), Some("ISC OR MIT"));
}

#[test]
fn a_manifest_decides_between_texts_that_it_agrees_with() {
    let cargo = "[package]\nlicense = \"ISC OR MIT\"\n";
    let found = expression(&[("COPYING", ISC), ("LICENSE", MIT), ("Cargo.toml", cargo)]);
    assert_eq!(found.as_deref(), Some("ISC OR MIT"));
    let other = expression(&[("LICENSE", MIT), ("package.json", r#"{"license": "Apache-2.0"}"#)]);
    assert_eq!(other.as_deref(), Some("MIT"), "the text is what the code is given under");
    let alone = licence(&[("pyproject.toml", "[project]\nlicense = \"BSD-3-Clause\"\n")]);
    assert_eq!(
        alone.map(|found| (found.expression, found.path)),
        Some(("BSD-3-Clause".into(), "pyproject.toml".into()))
    );
}

#[test]
fn two_licences_in_one_file_are_both_found() {
    let found =
        licence(&[("LICENSE", &format!("Copyright (c) 2001 A\n\n{ISC}\nCopyright (c) 2002 B\n\n{MIT}"))]);
    let found = found.map(|found| (found.expression, found.score >= CERTAIN_SCORE));
    assert_eq!(found, Some(("ISC AND MIT".to_owned(), true)));
}

#[test]
fn text_beside_a_licence_leaves_the_whole_unknown() {
    let more =
        "You must also send a postcard to the author from every country in which you use it. ".repeat(12);
    assert_eq!(licence(&[("LICENSE", &format!("{ISC}\n{more}"))]), None);
    assert_eq!(licence(&[("LICENSE", "Ask me first.")]), None);
    assert_eq!(licence(&[("LICENSE", "")]), None);
    assert_eq!(licence(&[]), None);
}

#[test]
fn a_file_that_nobody_knows_makes_the_others_uncertain() {
    for unknown in ["Ask me first.", "", &"a b c\n".repeat(100_000)] {
        let found = licence(&[("COPYING", unknown), ("LICENSE", MIT)]);
        let found = found.map(|found| (found.expression, found.score < CERTAIN_SCORE));
        assert_eq!(found, Some(("MIT".to_owned(), true)));
    }
}

#[test]
fn a_manifest_is_uncertain_beside_a_text_that_nobody_knows() {
    let manifest = ("package.json", r#"{"license": "MIT"}"#);
    let of =
        |files: &[(&str, &str)]| licence(files).map(|found| (found.expression, found.score < CERTAIN_SCORE));
    assert_eq!(of(&[manifest]), Some(("MIT".to_owned(), false)));
    assert_eq!(of(&[manifest, ("LICENSE", MIT)]), Some(("MIT".to_owned(), false)));
    assert_eq!(of(&[manifest, ("LICENSE", "All rights reserved.")]), Some(("MIT".to_owned(), true)));
}

#[test]
fn notices_allow_later_versions_in_several_words() {
    for (words, expected) in [
        ("version 2 or later", "GPL-2.0-or-later"),
        ("version 3 (or newer)", "GPL-3.0-or-later"),
        ("version 2 or (at your option) any later version", "GPL-2.0-or-later"),
        ("version 2", "GPL-2.0-only"),
    ] {
        let text = format!("/* Under the terms of the GNU General Public License {words}. */");
        let found = FileNotice::read(&text).licence(None, "a.c").map(|found| found.expression);
        assert_eq!(found.as_deref(), Some(expected), "{words}");
    }
}

#[test]
fn the_folder_of_reuse_counts_where_there_is_no_text_at_the_root() {
    let folder = [("LICENSES/MIT.txt", "x"), ("LICENSES/GPL-2.0-or-later.txt", "y")];
    assert_eq!(expression(&folder).as_deref(), Some("GPL-2.0-or-later AND MIT"));
    assert_eq!(expression(&[("LICENSE", MIT), folder[1]]).as_deref(), Some("MIT"));
}

#[test]
fn the_notice_of_a_file_comes_before_the_licence_of_its_repository() -> Result<(), &'static str> {
    let gpl = licence(&[("LICENSES/GPL-2.0-only.txt", "")]).ok_or("none")?;
    let of = |text: &str| FileNotice::read(text).licence(Some(&gpl), "a.c").map(|found| found.expression);
    let alone = FileNotice::read("int a;").licence(Some(&gpl), "a.c").ok_or("none")?;
    assert_eq!(
        (&*alone.expression, alone.score < CERTAIN_SCORE),
        ("GPL-2.0-only", true),
        "the version is open"
    );
    let later = "/* either version 2 of the License, or\n * (at your option) any later\n * version. */";
    assert_eq!(of(later).as_deref(), Some("GPL-2.0-or-later"));
    assert_eq!(of("/* SPDX-License-Identifier: GPL-2.0+ */").as_deref(), Some("GPL-2.0-or-later"));
    assert_eq!(of("# SPDX-License-Identifier: nothing known").as_deref(), Some("GPL-2.0-only"));
    assert_eq!(FileNotice::read("int a;").licence(None, "a.c"), None);
    Ok(())
}

#[test]
fn a_notice_in_words_at_the_head_of_a_file_counts() -> Result<(), &'static str> {
    let mit =
        repository_licence(&[StatedFile { path: "LICENSE", text: include_str!("../../../../LICENSE") }]);
    let mit = mit.ok_or("none")?;
    let of = |head: &str| FileNotice::read(head).licence(Some(&mit), "a.c").map(|found| found.expression);
    let gnu = |name: &str, version: &str| {
        format!(
            "/* This library is free software; you can redistribute it and/or\n * modify it under the terms of the GNU \
             {name}General Public\n * License as published by the Free Software Foundation; {version} */\nint a;\n"
        )
    };
    let later = "either\n * version 2.1 of the License, or (at your option) any later version.";
    for (head, expected) in [
        (gnu("Lesser ", later), "LGPL-2.1-or-later"),
        (gnu("", "version 2 of the License."), "GPL-2.0-only"),
        (gnu("", "version 2 of the License, with the exception that"), "MIT"),
        (
            "#!/bin/sh\n# Licensed under the Apache License, Version 2.0 (the\n# \"License\")\n".into(),
            "Apache-2.0",
        ),
        ("int a; /* Licensed under the Apache License, Version 2.0 */".into(), "MIT"),
        ("// This is code.\n".into(), "MIT"),
    ] {
        assert_eq!(of(&head).as_deref(), Some(expected), "{head}");
    }
    // The whole text of a short licence, within a comment.
    let text: String =
        include_str!("../../../../LICENSE").lines().map(|line| format!(" * {line}\n")).collect();
    let alone = FileNotice::read(&format!("/*\n{text} */\nint a;\n")).licence(None, "a.c").ok_or("none")?;
    assert_eq!((&*alone.expression, &*alone.path, alone.score), ("MIT", "a.c", 1.0));
    Ok(())
}
