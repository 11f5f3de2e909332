//! The built-in model.

use streamguard_dataset::CommentSyntax;
use streamguard_evaluate::EvaluateError;
use streamguard_evaluate::baseline::{BaselineModel, FeatureReader, TrainingSet};

fn code(number: u32, vulnerable: bool) -> String {
    let call = if vulnerable { "strcpy(to, from)" } else { "strlcpy(to, from, size)" };
    format!("void f{number}(void) {{\n    int a{number} = {};\n    {call}; // {vulnerable}\n}}", number % 17)
}

fn train() -> BaselineModel {
    let mut features = FeatureReader::default();
    let mut set = TrainingSet::new(42, 200);
    for number in 0..200_u32 {
        let vulnerable = number.is_multiple_of(2);
        assert!(set.wants_next());
        set.add(features.read(&code(number, vulnerable), CommentSyntax::of(None)), vulnerable);
    }
    set.train(&|| false).unwrap()
}

#[test]
fn it_learns_words() {
    let model = train();
    let mut features = FeatureReader::default();
    for number in 1000..1100 {
        for vulnerable in [true, false] {
            let read = features.read(&code(number, vulnerable), CommentSyntax::of(None));
            assert_eq!(model.probability(read) > 0.5, vulnerable);
        }
    }
}

#[test]
fn the_same_examples_give_the_same_file() {
    let (one, two) = (train().to_json(), train().to_json());
    assert!(one == two);
    // Pinned: a model means the same on every machine and in every version.
    let digest = twox_hash::XxHash64::oneshot(0, one.as_bytes());
    assert_eq!(format!("{digest:016x}"), "a7b3116b7fac29e0");
}

#[test]
fn a_file_gives_the_model_that_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.json");
    let model = train();
    std::fs::write(&path, model.to_json()).unwrap();
    assert!(BaselineModel::read(&path).unwrap() == model);
    for bad in [model.to_json().replace("\"format\":1", "\"format\":2"), "{}".to_owned(), String::new()] {
        std::fs::write(&path, bad).unwrap();
        assert!(matches!(BaselineModel::read(&path), Err(EvaluateError::BadModel { .. })));
    }
}

#[test]
fn examples_of_one_label_teach_nothing() {
    let mut set = TrainingSet::new(1, 1);
    set.add(&[1, 2], true);
    assert!(set.train(&|| false).is_none());
}
