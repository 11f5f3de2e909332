//! Valid and invalid ranges, in `ranges.json` and on the command line.

use proptest::prelude::*;
use streamguard_prime::NamedRange;
use streamguard_prime::ranges_file::parse_ranges;

fn file_error(text: &str) -> String {
    parse_ranges(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn a_file_of_ranges_is_parsed() {
    let text = r#"{"metadata": {"any": [1, {"thing": null}]}, "ranges": [
        {"start": 1, "end": 1000, "description": "the first"},
        {"end": 18446744073709551615, "start": 9007199254740993, "more": 1}]}"#;
    let ranges = parse_ranges(text.as_bytes()).unwrap();
    assert_eq!((ranges[0].range.start, ranges[0].range.end, &*ranges[0].description), (1, 1000, "the first"));
    // A number that a double cannot hold.
    assert_eq!((ranges[1].range.start, ranges[1].range.end), (9_007_199_254_740_993, u64::MAX));
}

#[test]
fn a_file_of_lines_is_parsed() {
    let ranges = parse_ranges(b"# bounds\n1..10 the first ten\r\n\n  1e3..+5\n").unwrap();
    let shown = |at: usize| format!("{}|{}", ranges[at], ranges[at].description);
    assert_eq!((ranges.len(), shown(0), shown(1)), (2, "1..10|the first ten".into(), "1000..1005|".into()));
    assert!(file_error("1..10\n\n10..1").starts_with("line 3: the start 10 is above the end 1"));
    assert_eq!(file_error("# nothing"), "the file has no ranges");
    assert_eq!(parse_ranges("\u{feff}1..10\n".as_bytes()).unwrap().len(), 1);
}

#[test]
fn the_sample_file_is_valid() {
    assert_eq!(parse_ranges(include_bytes!("../../../../data/ranges.json")).unwrap().len(), 6);
}

#[test]
fn errors_name_the_position_in_the_file() {
    assert_eq!(
        file_error("{\n  \"ranges\": [,]}"),
        "the file is not JSON: expected value at line 2 column 14"
    );
    assert!(file_error("{").starts_with("the file is not JSON: EOF"));
    assert_eq!(file_error(""), "the file has no ranges");
    assert_eq!(
        file_error("[]"),
        r#"the file: expected an object with the key "ranges", found an empty list"#
    );
    assert_eq!(file_error("{}"), "ranges: expected a list of at least one range, found nothing");
    assert_eq!(
        file_error(r#"{"ranges": []}"#),
        "ranges: expected a list of at least one range, found an empty list"
    );
    let second = |entry: &str| file_error(&format!(r#"{{"ranges": [{{"start": 1, "end": 2}}, {entry}]}}"#));
    let bound = "expected a whole number from 0 to 18446744073709551615, found";
    assert_eq!(second(r#"{"end": 2}"#), format!("ranges[1].start: {bound} nothing"));
    assert_eq!(second(r#"{"start": -5, "end": 2}"#), format!("ranges[1].start: {bound} -5"));
    assert_eq!(second(r#"{"start": 1.5, "end": 2}"#), format!("ranges[1].start: {bound} 1.5"));
    assert_eq!(second(r#"{"start": 1, "end": "x"}"#), format!("ranges[1].end: {bound} the text \"x\""));
    assert!(second(r#"{"start": 1, "end": 18446744073709551616}"#).ends_with("which is larger"));
    assert_eq!(
        second(r#"{"start": 9, "end": 2}"#),
        "ranges[1].end: expected an end of at least 9, the start, found 2"
    );
    assert!(second(r#"{"start": 1, "end": 2, "description": 7}"#).starts_with("ranges[1].description: "));
    assert!(second("[1, 2]").starts_with("ranges[1]: expected an object"));
    assert!(file_error(&"[".repeat(100_000)).contains("recursion"));
}

#[test]
fn a_key_that_is_given_twice_is_refused_with_its_position() {
    assert_eq!(
        file_error("{\"ranges\": [\n{\"start\": 1, \"end\": 2,\n \"start\": 5}]}"),
        "the key \"start\" is there twice at line 3 column 8: give each key once"
    );
    assert!(file_error(r#"{"ranges": [{"start": 1, "end": 2}], "ranges": []}"#).contains("\"ranges\""));
}

#[test]
fn ranges_on_the_command_line() {
    let bounds = |text: &str| text.parse::<NamedRange>().map(|named| (named.range.start, named.range.end));
    for (text, start, end) in [
        ("1..1000", 1, 1000),
        ("0..0", 0, 0),
        ("1_000..1e3", 1000, 1000),
        ("1e12..+1e9", 1_000_000_000_000, 1_001_000_000_000),
        (" 7 .. 9 ", 7, 9),
        ("1..=10", 1, 10),
        ("..100", 0, 100),
        ("2^40..10**13", 1 << 40, 10_000_000_000_000),
        ("1.5e3..0x1_0000", 1500, 65_536),
        ("1,000..1.50e+6", 1000, 1_500_000),
        ("1,000,000..12,345,678", 1_000_000, 12_345_678),
        ("0^0..2^63", 1, 1 << 63),
        ("18446744073709551615..18446744073709551615", u64::MAX, u64::MAX),
    ] {
        assert_eq!(bounds(text), Ok((start, end)), "{text}");
    }
    for (text, what) in [
        ("5", "expected two numbers"),
        ("", "expected two numbers"),
        ("-5..7", "\"-5\" is not a whole number"),
        ("1..x", "\"x\" is not a whole number"),
        ("1..1.5", "\"1.5\" is not a whole number"),
        ("1..1.55e1", "\"1.55e1\" is not a whole number"),
        ("1..0x", "\"0x\" is not a whole number"),
        ("1..2^", "\"\" is not a whole number"),
        ("1..2^3^2", "\"3^2\" is not a whole number"),
        ("1,5..20", "\"1,5\" is not a whole number"),
        ("1..1.5e3,000", "is not a whole number"),
        (",5..7", "\",5\" is not a whole number"),
        ("1..2^64", "2^64 is beyond 18446744073709551615"),
        ("1..0x10000000000000000", "beyond 18446744073709551615"),
        ("_..5", "\"_\" is not a whole number"),
        ("1e..5", "\"1e\" is not a whole number"),
        ("9..2", "the start 9 is above the end 2"),
        ("1..18446744073709551616", "beyond 18446744073709551615"),
        ("1..2e19", "beyond 18446744073709551615"),
        ("1e19..+1e19", "10000000000000000000 + 10000000000000000000 is beyond"),
    ] {
        let error = bounds(text).unwrap_err().to_string();
        assert!(error.contains(what), "{text}: {error}");
    }
}

proptest! {
    #[test]
    fn any_input_is_a_range_or_an_error(text in ".*", file in any::<Vec<u8>>()) {
        if let Ok(named) = text.parse::<NamedRange>() {
            prop_assert!(named.range.start <= named.range.end);
        }
        let _ = parse_ranges(&file);
    }

    #[test]
    fn display_and_parse_round_trip(a in any::<u64>(), b in any::<u64>()) {
        let text = format!("{}..{}", a.min(b), a.max(b));
        prop_assert_eq!(text.parse::<NamedRange>().unwrap().to_string(), text);
    }
}
