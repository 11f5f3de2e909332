//! Rows of files of other programs.

use std::path::Path;
use std::sync::Arc;

use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::json;
use streamguard_table::{
    CodeColumns, ColumnKind, ParquetTableWriter, Row, SplitName, TableDataset, TableError, TableFile,
    TableFormat, TableSchema,
};

use crate::fixtures::write_lines;

#[test]
fn columns_with_code_are_found_by_the_names_that_datasets_give_them() {
    for (columns, code) in [
        (&["idx", "func", "target"][..], CodeColumns::Single("func".into())),
        (
            &["CVE ID", "func_before", "func_after"],
            CodeColumns::Pair("func_before".into(), "func_after".into()),
        ),
        (&["code", "label"], CodeColumns::Single("code".into())),
        (
            &["func_src_before", "func_src_after"],
            CodeColumns::Pair("func_src_before".into(), "func_src_after".into()),
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let row = columns.iter().map(|name| ((*name).to_owned(), json!("x"))).collect();
        let path = write_lines(&folder.path().join("a.jsonl"), &[serde_json::Value::Object(row)]);
        let dataset = TableDataset::open(&[path], &[]).unwrap();
        assert_eq!(dataset.roles.code, code);
    }
}

#[test]
fn a_dataset_without_code_says_which_columns_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let path = write_lines(&folder.path().join("a.jsonl"), &[json!({"a": 1, "b": 2})]);
    let error = TableDataset::open(std::slice::from_ref(&path), &[]).unwrap_err();
    assert!(matches!(&error, TableError::NoCode { columns } if columns == "a, b"), "{error}");
    assert!(matches!(TableDataset::open(&[path], &["c".into()]), Err(TableError::NoColumn { .. })));
}

#[test]
fn a_file_without_the_columns_of_the_others_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    write_lines(&folder.path().join("train.jsonl"), &[json!({"func": "x"})]);
    write_lines(&folder.path().join("test.jsonl"), &[json!({"code": "x"})]);
    let error = TableDataset::open(&[folder.path().to_owned()], &[]).unwrap_err();
    assert!(matches!(&error, TableError::OtherColumns { names, .. } if names == "func"), "{error}");
    write_lines(&folder.path().join("test.jsonl"), &[]);
    TableDataset::open(&[folder.path().to_owned()], &[]).unwrap();
}

#[test]
fn files_of_primevul_are_in_their_splits() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["primevul_train", "primevul_train_paired", "primevul_test", "ids"] {
        write_lines(&folder.path().join(format!("{name}.jsonl")), &[json!({"func": "x"})]);
    }
    let dataset = TableDataset::open(&[folder.path().to_owned()], &[]).unwrap();
    let splits: Vec<_> = dataset.files.iter().map(|file| file.split).collect();
    assert_eq!(splits, [Some(SplitName::Test), Some(SplitName::Train)]);
}

#[test]
fn a_line_that_is_no_object_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = write_lines(&folder.path().join("a.jsonl"), &[json!({"code": "x"}), json!([1])]);
    assert!(matches!(TableDataset::open(&[path], &[]), Err(TableError::Line { line: 2, .. })));
}

#[test]
fn a_byte_order_mark_before_the_first_line_is_skipped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    std::fs::write(&path, "\u{feff}{\"code\": \"x\"}\n{\"code\": \"y\"}\n").unwrap();
    let dataset = TableDataset::open(&[path], &[]).unwrap();
    let mut rows = Vec::new();
    let read = dataset.for_each_row(&dataset.schema, |_, _, row| {
        rows.push(row);
        Ok(())
    });
    assert_eq!((read.unwrap(), rows), (2, vec![vec![json!("x")], vec![json!("y")]]));
}

#[test]
fn a_table_has_at_most_a_thousand_columns() {
    let folder = tempfile::tempdir().unwrap();
    let keys = |range: std::ops::Range<usize>| {
        let row = range.map(|number| (number.to_string(), json!("x"))).chain([("code".into(), json!("x"))]);
        serde_json::Value::Object(row.collect())
    };
    let lines = |name: &str, range| write_lines(&folder.path().join(name), &[keys(range)]);
    let (a, b) = (lines("a.jsonl", 0..999), lines("b.jsonl", 999..1000));
    assert!(TableDataset::open(std::slice::from_ref(&a), &[]).is_ok());
    assert!(matches!(TableDataset::open(&[a, b], &[]), Err(TableError::TooManyColumns(_))));
    let c = lines("c.jsonl", 0..1000);
    assert!(matches!(TableDataset::open(&[c], &[]), Err(TableError::Line { line: 1, .. })));

    let path = folder.path().join("d.parquet");
    let mut schema = TableSchema::default();
    for number in 0..1001 {
        schema.add(&number.to_string(), ColumnKind::Int);
    }
    let writer = ParquetTableWriter::new(std::fs::File::create(&path).unwrap(), &schema).unwrap();
    writer.finish().unwrap();
    assert!(matches!(TableDataset::open(&[path], &[]), Err(TableError::TooManyColumns(_))));
}

#[test]
fn the_keys_of_a_line_are_not_read_beyond_the_bound() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let keys: String = (0..=1000).map(|number| format!("\"{number}\":0,")).collect();
    // What follows is not JSON, and would be told if it were read.
    std::fs::write(&path, format!("{{{keys}!")).unwrap();
    let error = TableDataset::open(&[path], &[]).unwrap_err();
    assert!(error.to_string().contains("more than 1000 different keys"), "{error}");
}

#[test]
fn a_device_in_the_place_of_a_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.jsonl", "a.parquet"] {
        let path = folder.path().join(name);
        std::os::unix::fs::symlink("/dev/null", &path).unwrap();
        let file = TableFile { path, format: TableFormat::of(name.as_ref()).unwrap(), split: None };
        for error in [file.schema().map(drop), file.pieces().map(drop)] {
            let error = error.unwrap_err().to_string();
            assert!(error.contains("not a regular file"), "{name}: {error}");
        }
    }
}

#[test]
fn a_parquet_file_gives_the_values_that_were_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut schema = TableSchema::default();
    for (name, kind) in [
        ("code", ColumnKind::Text),
        ("list", ColumnKind::TextList),
        ("lines", ColumnKind::IntList),
        ("number", ColumnKind::Int),
        ("share", ColumnKind::Float),
        ("flag", ColumnKind::Bool),
        ("date", ColumnKind::Timestamp),
    ] {
        schema.add(name, kind);
    }
    let rows: Vec<Row> = vec![
        vec![
            json!("int f();"),
            json!(["a", "b"]),
            json!([3, 1_i64 << 40]),
            json!(-3),
            json!(0.5),
            json!(true),
            json!("2024-05-06T07:08:09Z"),
        ],
        vec![json!(null); 7],
        vec![
            json!(""),
            json!([]),
            json!([]),
            json!(1_u64 << 40),
            json!(1.0),
            json!(false),
            json!("1969-12-31T23:59:59Z"),
        ],
    ];
    let path = folder.path().join("a.parquet");
    let mut writer = ParquetTableWriter::new(std::fs::File::create(&path).unwrap(), &schema).unwrap();
    rows.iter().for_each(|row| writer.write(row).unwrap());
    writer.finish().unwrap();
    let dataset = TableDataset::open(&[path], &[]).unwrap();
    assert_eq!(dataset.schema, schema);
    let mut read = Vec::new();
    dataset
        .for_each_row(&schema, |_, _, row| {
            read.push(row);
            Ok(())
        })
        .unwrap();
    assert_eq!(read, rows);
}

#[test]
fn values_of_other_programs_types_are_written_as_they_were_read() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("a.parquet"), folder.path().join("b.parquet"));
    let message = "message rows {
        required binary code (UTF8);
        required int64 hash (INTEGER(64, false));
        required int96 at;
        required fixed_len_byte_array(4) tag;
        required group hashes (LIST) { repeated group list { required int64 element (INTEGER(64, false)); } }
    }";
    let schema = Arc::new(parse_message_type(message).unwrap());
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let hash = u64::MAX - 1;
    while let Some(mut column) = group.next_column().unwrap() {
        match column.untyped() {
            ColumnWriter::ByteArrayColumnWriter(column) => column.write_batch(&["f()".into()], None, None),
            ColumnWriter::Int64ColumnWriter(column) => {
                column.write_batch(&[hash as i64], Some(&[1]), Some(&[0]))
            }
            ColumnWriter::Int96ColumnWriter(column) => {
                // No time of the day, and the number of the day 1970-01-02.
                column.write_batch(&[vec![0, 0, 2_440_589].into()], None, None)
            }
            ColumnWriter::FixedLenByteArrayColumnWriter(column) => {
                column.write_batch(&[ByteArray::from("abcd").into()], None, None)
            }
            _ => unreachable!("the message has no other types"),
        }
        .unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();

    let rows = |path: &Path| {
        let dataset = TableDataset::open(&[path.to_owned()], &[]).unwrap();
        let mut rows = Vec::new();
        let read = dataset.for_each_row(&dataset.schema, |_, _, row| {
            rows.push(row);
            Ok(())
        });
        read.unwrap();
        (dataset.schema, rows)
    };
    let (schema, read) = rows(&path);
    let text = hash.to_string();
    assert_eq!(
        read,
        [vec![json!("f()"), json!(text), json!("1970-01-02T00:00:00Z"), json!("abcd"), json!([text])]]
    );
    let mut writer = ParquetTableWriter::new(std::fs::File::create(&copy).unwrap(), &schema).unwrap();
    read.iter().for_each(|row| writer.write(row).unwrap());
    writer.finish().unwrap();
    assert_eq!(rows(&copy), (schema, read));
}

#[test]
fn a_damaged_parquet_file_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    std::fs::write(&path, b"PAR1 nothing PAR1").unwrap();
    assert!(matches!(TableDataset::open(&[path], &[]), Err(TableError::Parquet { .. })));
}
