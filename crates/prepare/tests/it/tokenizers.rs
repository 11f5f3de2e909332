//! Tokenizers of models, and what is counted and cut by them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use streamguard_engine::{CancelToken, EarlierResults, PlanContext, TypedJob};
use streamguard_prepare::tokenizer::{TokenReader, Tokenizer, TokenizerError};
use streamguard_prepare::{DatasetView, PrepareJob};

use crate::fixtures::{rows, write_lines};
use crate::job::prepare;
use crate::views::read_rows;

/// Letters of the bytes that the tests write: of a space and a line feed, letters above Latin-1 stand in the files.
fn letters() -> BTreeMap<String, u32> {
    let seen = (b'!'..=b'~').chain(0xA1..=0xAC).chain(0xAE..=0xFF).map(char::from);
    // 68 bytes cannot be seen.
    let others = (0x100..0x144).filter_map(char::from_u32);
    (0..).zip(seen.chain(others)).map(|(id, letter)| (letter.to_string(), id)).collect()
}

/// Returns a tokenizer with some merges, as the library tokenizers writes it.
fn tokenizer_json(pairs: &[(&str, &str)]) -> Value {
    let mut vocab = letters();
    for (left, right) in pairs {
        let id = vocab.len() as u32;
        vocab.insert(format!("{left}{right}"), id);
    }
    json!({
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        "model": {"type": "BPE", "vocab": vocab, "merges": pairs},
    })
}

/// `Ġ` is a space.
const PAIRS: [(&str, &str); 6] = [("i", "n"), ("in", "t"), ("Ġ", "v"), ("r", "e"), ("Ġ", "Ġ"), ("ĠĠ", "ĠĠ")];

fn written(folder: &Path, json: &Value) -> PathBuf {
    let path = folder.join("tokenizer.json");
    std::fs::write(&path, json.to_string()).unwrap();
    path
}

fn ids(tokenizer: Tokenizer, text: &str) -> Vec<u32> {
    TokenReader::new(Arc::new(tokenizer)).read(text).iter().map(|token| token.id).collect()
}

#[test]
fn merges_are_applied_in_their_order_within_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), &tokenizer_json(&PAIRS));
    let tokenizer = Tokenizer::read(&path).unwrap();
    let letters = letters();
    let (int, space_v) = (257, 258);
    let expected = [int, space_v, letters["1"], letters[";"]];
    assert_eq!(ids(tokenizer, "int v1;"), expected);
}

#[test]
fn both_kinds_of_files_give_the_same_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let json = tokenizer_json(&PAIRS);
    let new = Tokenizer::read(&written(folder.path(), &json)).unwrap();
    let old = folder.path().join("old");
    std::fs::create_dir(&old).unwrap();
    std::fs::write(old.join("vocab.json"), json["model"]["vocab"].to_string()).unwrap();
    let merges: String = PAIRS.iter().map(|(left, right)| format!("{left} {right}\n")).collect();
    std::fs::write(old.join("merges.txt"), format!("#version: 0.2\n{merges}")).unwrap();
    let old = Tokenizer::read(&old).unwrap();
    let code = "int  reinvent(int v) {\n\treturn \"é\u{1F600}\";\n}";
    assert_eq!(ids(new, code), ids(old, code));
}

#[test]
fn files_of_other_models_are_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let mut json = tokenizer_json(&PAIRS);
    json["model"]["type"] = json!("WordPiece");
    let error = Tokenizer::read(&written(folder.path(), &json)).unwrap_err();
    assert!(error.to_string().contains("WordPiece"), "{error}");
    let mut json = tokenizer_json(&PAIRS);
    json["pre_tokenizer"] = json!({"type": "Metaspace"});
    assert!(matches!(Tokenizer::read(&written(folder.path(), &json)), Err(TokenizerError::Unknown { .. })));
    let mut json = tokenizer_json(&PAIRS);
    json["model"]["vocab"].as_object_mut().unwrap().remove("int");
    let error = Tokenizer::read(&written(folder.path(), &json)).unwrap_err();
    assert!(error.to_string().contains("lacks \"int\""), "{error}");
    assert!(matches!(Tokenizer::read(&folder.path().join("none")), Err(TokenizerError::Read { .. })));
}

#[test]
fn a_model_that_takes_words_whole_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut json = tokenizer_json(&PAIRS);
    json["model"]["ignore_merges"] = json!(true);
    let error = Tokenizer::read(&written(folder.path(), &json)).unwrap_err().to_string();
    assert!(error.contains("ignore_merges"), "{error}");
}

#[test]
fn the_settings_of_a_run_name_the_tokenizer_by_its_digest() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), &tokenizer_json(&PAIRS));
    let input = write_lines(&folder.path().join("in/rows.jsonl"), &rows(4));
    let job = || PrepareJob {
        tokenizer: Some(path.clone().into_os_string().into()),
        ..PrepareJob::new(vec![input.clone()])
    };
    let (settings, same) = (TypedJob::settings(&job()), TypedJob::settings(&job()));
    assert_eq!(settings, same);
    let resumed = || serde_json::from_value::<PrepareJob>(settings.clone()).unwrap();
    resumed().check_settings().unwrap();
    written(folder.path(), &tokenizer_json(&PAIRS[..2]));
    assert_ne!(TypedJob::settings(&job()), settings, "a run that is resumed has other settings");
    let error = resumed().check_settings().unwrap_err().to_string();
    assert!(error.contains("has changed since the run began"), "{error}");
}

/// Prepares rows by a tokenizer, and returns the rows of a view.
fn view(folder: &Path, view: DatasetView, input: &[Value]) -> Vec<BTreeMap<String, Value>> {
    let tokenizer = written(folder, &tokenizer_json(&PAIRS));
    let input = write_lines(&folder.join("in/rows.jsonl"), input);
    let job = PrepareJob {
        view: vec![view],
        tokenizer: Some(tokenizer.into_os_string().into()),
        token_ids: true,
        window: 100,
        stride: Some(60),
        ..PrepareJob::new(vec![input])
    };
    prepare(job, &folder.join("out"), 2);
    read_rows(&folder.join("out").join(view.name()))
}

#[test]
fn functions_have_the_numbers_of_their_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let functions = view(folder.path(), DatasetView::Rows, &rows(40));
    let tokenizer = Tokenizer::read(&folder.path().join("tokenizer.json")).unwrap();
    for function in &functions {
        let ids = ids(tokenizer.clone(), function["code"].as_str().unwrap());
        assert_eq!(function["n_tokens"], ids.len());
        assert_eq!(function["token_ids"], json!(ids));
    }
    let info: Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("out/prepared.json")).unwrap()).unwrap();
    assert_eq!(info["settings"]["tokenizer"]["vocabulary"], 262);
    let card = std::fs::read_to_string(folder.path().join("out/README.md")).unwrap();
    assert!(card.contains("by the tokenizer of 262 tokens"), "{card}");
}

#[test]
fn windows_overlap_and_leave_nothing_out() {
    let folder = tempfile::tempdir().unwrap();
    let windows = view(folder.path(), DatasetView::Windows, &rows(40));
    let mut functions: BTreeMap<&str, Vec<&BTreeMap<String, Value>>> = BTreeMap::new();
    for window in &windows {
        assert!(window["n_tokens"].as_u64().unwrap() <= 100);
        functions.entry(window["function_id"].as_str().unwrap()).or_default().push(window);
    }
    let mut long = 0;
    for (id, windows) in &functions {
        let input = rows(40);
        let (row, side) = id.split_once(':').unwrap();
        let side = if side == "before" { "vulnerable_code" } else { "fixed_code" };
        let code = input[row.parse::<usize>().unwrap()][side].as_str().unwrap();
        let mut covered = 0;
        for (number, window) in windows.iter().enumerate() {
            assert_eq!((&window["window"], &window["windows"]), (&json!(number), &json!(windows.len())));
            let text = window["code"].as_str().unwrap();
            let start = (0..=covered).rev().find(|at| code[*at..].starts_with(text)).unwrap();
            covered = covered.max(start + text.len());
        }
        assert_eq!(covered, code.len());
        long += usize::from(windows.len() > 2);
    }
    assert!(functions.len() > 60 && long > 20, "{} {long}", functions.len());
}

#[test]
fn windows_need_a_tokenizer() {
    let folder = tempfile::tempdir().unwrap();
    let input = write_lines(&folder.path().join("in/rows.jsonl"), &rows(4));
    let job = PrepareJob { view: vec![DatasetView::Windows], ..PrepareJob::new(vec![input]) };
    let context = PlanContext { clock_ms: 0, cancel: CancelToken::new(), results: EarlierResults::default() };
    let error = TypedJob::plan(&job, &context);
    assert!(error.err().is_some_and(|error| error.to_string().contains("--tokenizer")));
}
