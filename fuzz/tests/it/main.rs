//! Reads the corpus of each target, and damaged versions of it.

use std::fs;
use std::panic::{catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

use streamguard_fuzz::{FuzzTarget, TARGETS, for_each_mutation, target};

fn corpus_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

fn names_in(folder: &Path) -> Vec<String> {
    let names = folder.read_dir().expect("a folder").map(|entry| entry.expect("a file").file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().expect("plain text")).collect();
    names.sort();
    names
}

/// Checks one input; a failure comes with its bytes, which then become a file of the corpus.
#[expect(clippy::print_stderr, reason = "a failure that says its input is one that can be mended")]
fn check_input(target: FuzzTarget, input: &[u8]) {
    if let Err(panic) = catch_unwind(|| (target.check)(input)) {
        eprintln!("{} fails with b\"{}\"", target.name, input.escape_ascii());
        resume_unwind(panic);
    }
}

fn check_corpus(name: &str) {
    let target = target(name).expect("a target");
    let folder = corpus_folder().join(name);
    let files = names_in(&folder).into_iter().map(|name| fs::read(folder.join(name)).expect("readable"));
    let inputs: Vec<Vec<u8>> = files.collect();
    assert!(!inputs.is_empty(), "{} has no input", folder.display());
    inputs.iter().for_each(|input| check_input(target, input));
    for_each_mutation(&inputs, target.mutations, &mut |input| check_input(target, input));
}

/// Makes a test of each target.
macro_rules! tests {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                check_corpus(stringify!($name));
            }
        )*

        #[test]
        fn each_target_has_a_test_and_a_corpus() {
            let targets: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(targets, [$(stringify!($name)),*]);
            assert_eq!(targets, names_in(&corpus_folder()));
        }
    };
}

tests! {
    common_line exploit_index extract_c extract_cpp extract_csharp extract_dart extract_go extract_java
    extract_javascript extract_kotlin extract_lua extract_php extract_python extract_ruby extract_rust extract_scala
    extract_solidity extract_swift extract_tsx extract_typescript extract_vue extract_yacc fix_urls github_page
    html_text journal json_line nvd_page osv_record prime_ranges request_ledger run_info sarif_text simple_line
    snapshot_archive worker_lines
}
