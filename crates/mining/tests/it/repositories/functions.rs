//! Which functions of a fix become samples: long ones, and those that were added or deleted.

use streamguard_dataset::{QualityFlag, SampleKind};
use streamguard_mining::RepoCollector;
use streamguard_simulator::{commit_all, write_file};

use super::{MiningResult, TestRepositories};

/// Mines a repository in which a commit replaces one text of a file by another.
fn mine(
    file: &str,
    before: &str,
    after: &str,
    message: &str,
    settings: RepoCollector,
) -> Option<MiningResult> {
    let repositories = TestRepositories::new()?;
    let path = repositories.repository("changed");
    write_file(&path, file, before);
    commit_all(&path, "Add the file");
    write_file(&path, file, after);
    commit_all(&path, message);
    let since = Some("all".parse().unwrap());
    Some(repositories.mine_with([&path], RepoCollector { since, ..settings }))
}

/// Returns a function with a flaw in it that is about as long as `chars`.
fn long_function(chars: usize, bound: &str) -> String {
    let line = "    total += values[1] * 2;\n";
    format!(
        "int sum(int i)\n{{\n    if (i {bound} 10)\n        return values[i];\n{}}}\n",
        line.repeat(chars / line.len())
    )
}

#[test]
fn long_functions_are_kept_with_a_flag_up_to_the_limit() {
    let message = "Fix out-of-bounds read CVE-2024-1000";
    let mine = |chars, max_code_chars| {
        let (before, after) = (long_function(chars, "<="), long_function(chars, "<"));
        mine("a.c", &before, &after, message, RepoCollector { max_code_chars, ..RepoCollector::default() })
    };
    let default = RepoCollector::default().max_code_chars;
    for (chars, max_chars, flagged) in [
        (5_000, default, Some(false)),
        (50_000, default, Some(true)),
        (70_000, default, None),
        (70_000, 80_000, Some(true)),
        (11_000, 10_000, None),
    ] {
        let Some(mined) = mine(chars, max_chars) else { return };
        let flags =
            mined.samples.first().map(|sample| sample.quality_flags.contains(&QualityFlag::LongFunction));
        assert_eq!(flags, flagged, "{chars} {max_chars}");
        assert_eq!(mined.rejected("too_long"), u64::from(flagged.is_none()), "{chars} {max_chars}");
    }
}

#[test]
fn an_added_or_deleted_function_is_a_sample_where_the_evidence_is_strong() {
    let rest = "\ndef other(a):\n    return a + 1\n";
    let flaw = "def run_command(name):\n    return os.system('ping ' + name + ' -c 1 ')\n";
    let with_flaw = format!("{flaw}{rest}");
    let settings = RepoCollector::default;
    let Some(deleted) = mine("app.py", &with_flaw, rest, "Fix CVE-2024-1000", settings()) else { return };
    assert_eq!(deleted.samples.len(), 1);
    let sample = &deleted.samples[0];
    assert_eq!((sample.kind, sample.function.as_deref()), (SampleKind::Vulnerable, Some("run_command")));
    assert_eq!((sample.vulnerable_code.as_deref(), &sample.fixed_code), (Some(flaw.trim_end()), &None));

    let guard = "def is_safe_path(root, path):\n    return os.path.realpath(path).startswith(os.path.realpath(root))\n";
    let with_guard = format!("{guard}{rest}");
    let message = "Fix path traversal CVE-2024-1000";
    let Some(added) = mine("app.py", rest, &with_guard, message, settings()) else { return };
    assert_eq!(added.samples.len(), 1);
    let sample = &added.samples[0];
    assert_eq!((sample.kind, sample.function.as_deref()), (SampleKind::Fixed, Some("is_safe_path")));
    assert_eq!(
        (&sample.vulnerable_code, sample.start_line_before, sample.start_line_after),
        (&None, None, Some(1))
    );
}

#[test]
fn a_helper_beside_the_fix_is_no_sample() {
    let before =
        "def find(db, name):\n    return db.execute(\"SELECT * FROM users WHERE name = '%s'\" % name)\n";
    let after = "def columns_of_table(table):\n    return [column.strip() for column in table]\n\n\ndef find(db, name):\n    return db.execute(\"SELECT * FROM users WHERE name = ?\", (name,))\n";
    let Some(mined) = mine("app.py", before, after, "Fix SQL injection in find", RepoCollector::default())
    else {
        return;
    };
    assert_eq!(mined.samples.iter().map(|sample| sample.kind).collect::<Vec<_>>(), [SampleKind::Pair]);
    assert_eq!(mined.rejected("one_sided"), 1);
}

#[test]
fn functions_of_commits_that_change_more_than_twenty_are_flagged() {
    for (count, is_bulk) in [(20, false), (21, true)] {
        let file = |text: &str| -> String {
            let function =
                |number| format!("def find{number}(db, name):\n    return db.execute({text})\n\n\n");
            (0..count).map(function).collect()
        };
        let before = file("\"SELECT * FROM users WHERE name = '%s'\" % name");
        let after = file("\"SELECT * FROM users WHERE name = ?\", (name,)");
        let settings = RepoCollector { min_confidence: 0.0, ..RepoCollector::default() };
        let Some(mined) = mine("app.py", &before, &after, "Fix SQL injection CVE-2024-1000", settings) else {
            return;
        };
        assert_eq!(mined.samples.len(), count);
        let is_flagged = |flag| mined.samples.iter().all(|sample| sample.quality_flags.contains(&flag));
        assert!(is_flagged(QualityFlag::TangledCommit));
        assert_eq!(is_flagged(QualityFlag::BulkCommit), is_bulk, "{count}");
    }
}

#[test]
fn functions_beside_a_fix_are_benign_samples_if_they_are_wanted() {
    let other = |number: u32| {
        format!(
            "\n\ndef other{number}(values):\n    total = sum(value * {number} for value in values)\n    return total\n"
        )
    };
    let others: String = (0..5).map(other).collect();
    let before = format!(
        "def find(db, name):\n    return db.execute(\"SELECT * FROM users WHERE name = '%s'\" % name)\n{others}"
    );
    let after = before.replace("'%s'\" % name", "?\", (name,)");
    let message = "Fix SQL injection CVE-2024-1000";
    let mine = |benign| {
        mine("app.py", &before, &after, message, RepoCollector { benign, ..RepoCollector::default() })
    };
    for (wanted, expected) in [(0, 0), (2, 2), (9, 5)] {
        let Some(mined) = mine(wanted) else { return };
        let [pair, benign @ ..] = &mined.samples[..] else { panic!("nothing is mined") };
        assert_eq!((pair.kind, benign.len()), (SampleKind::Pair, expected), "{wanted}");
        for sample in benign {
            let code = sample.fixed_code.as_deref().unwrap();
            assert!(sample.kind == SampleKind::Benign && code.starts_with("def other"), "{sample:?}");
            assert_eq!((&sample.vulnerable_code, sample.label_confidence), (&None, None));
            assert_eq!((&sample.commit, &sample.path_after), (&pair.commit, &pair.path_after));
            assert_eq!(sample.start_line_before, sample.start_line_after);
            assert!(sample.cwes.is_empty() && sample.advisory_ids.is_empty());
        }
    }
}
