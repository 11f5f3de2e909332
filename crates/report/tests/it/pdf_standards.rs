//! Checks a PDF against the rules of PDF/A-2a and PDF/UA-1 that depend on what the report draws.
//! qpdf decodes the file, so that the checks do not share code with the writer.

use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// The objects of a PDF, by reference, as qpdf's JSON has them.
struct PdfObjects(Map<String, Value>);

impl PdfObjects {
    /// Reads a PDF; `None`, loudly, if qpdf is not installed.
    fn read(pdf: &Path) -> Option<Self> {
        let output = Command::new("qpdf")
            .args(["--json=2", "--json-stream-data=inline", "--decode-level=generalized"])
            .arg(pdf)
            .output();
        let Ok(output) = output else {
            eprintln!("SKIPPED: qpdf is not here to read {}", pdf.display());
            return None;
        };
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "qpdf: {errors}");
        let mut json: Value = serde_json::from_slice(&output.stdout).unwrap();
        let Value::Object(objects) = json["qpdf"][1].take() else { panic!("qpdf lists no objects") };
        Some(Self(objects))
    }

    /// Follows a reference, if it is one. Streams stand for their dictionary.
    fn follow<'a>(&'a self, value: &'a Value) -> &'a Value {
        let Some(reference) = value.as_str().filter(|text| text.ends_with(" R")) else { return value };
        let object = &self.0[&format!("obj:{reference}")];
        object.get("value").unwrap_or(&object["stream"]["dict"])
    }

    fn get<'a>(&'a self, dictionary: &'a Value, key: &str) -> &'a Value {
        self.follow(&self.follow(dictionary)[key])
    }

    fn stream(&self, reference: &Value) -> String {
        let object = &self.0[&format!("obj:{}", reference.as_str().unwrap())];
        let data = STANDARD.decode(object["stream"]["data"].as_str().unwrap()).unwrap();
        // Only ASCII is searched, and one byte per character keeps places simple.
        data.into_iter().map(|byte| if byte.is_ascii() { char::from(byte) } else { '?' }).collect()
    }

    fn items<'a>(&'a self, value: &'a Value) -> impl Iterator<Item = &'a Value> {
        let value = self.follow(value);
        value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter()
    }
}

/// Asserts that a report keeps to the standards that it claims.
pub(crate) fn check(pdf: &Path) {
    let Some(objects) = PdfObjects::read(pdf) else { return };
    let catalog = objects.get(&objects.0["trailer"]["value"], "/Root");
    assert_eq!(objects.get(catalog, "/MarkInfo")["/Marked"], true);
    assert_eq!(objects.get(catalog, "/ViewerPreferences")["/DisplayDocTitle"], true);
    assert_eq!(catalog["/Lang"], "u:en");
    let intent = objects.items(&catalog["/OutputIntents"]).next().unwrap();
    assert_eq!(objects.get(objects.follow(intent), "/DestOutputProfile")["/N"], 3);
    let metadata = objects.stream(&catalog["/Metadata"]);
    let info = objects.get(&objects.0["trailer"]["value"], "/Info");
    let title = info["/Title"].as_str().unwrap().trim_start_matches("u:");
    assert!(metadata.contains(title), "{title:?} is not in {metadata}");

    let root = objects.get(catalog, "/StructTreeRoot");
    let numbers = objects.get(root, "/ParentTree")["/Nums"].as_array().unwrap();
    let pages: Vec<&Value> = objects.items(&objects.get(catalog, "/Pages")["/Kids"]).collect();
    for (index, reference) in pages.iter().enumerate() {
        let page = objects.follow(reference);
        assert_eq!(page["/StructParents"], index);
        let marks = marks(&objects.stream(&page["/Contents"]));
        let parents: Vec<&Value> = objects.items(&numbers[2 * index + 1]).collect();
        assert_eq!(marks, parents.len(), "page {index}: every mark has a parent");
        for (mark, parent) in parents.into_iter().enumerate() {
            assert!(has_mark(&objects, parent, reference, mark), "page {index}: {parent} lacks mark {mark}");
        }
    }
    check_element(&objects, &root["/K"]);
    let fonts = objects.0.values().filter_map(|object| object.get("value"));
    for font in fonts.filter(|value| value["/Subtype"] == "/Type0") {
        let descendant = objects.follow(objects.items(&font["/DescendantFonts"]).next().unwrap());
        let descriptor = objects.get(descendant, "/FontDescriptor");
        assert!(descriptor.get("/FontFile2").is_some() && descendant.get("/CIDToGIDMap").is_some());
        assert!(objects.stream(&font["/ToUnicode"]).contains("beginbf"), "{font}");
    }
}

/// Counts the marks of a page. Everything that is drawn must be marked, as content or as decoration.
fn marks(content: &str) -> usize {
    let (mut marks, mut depth) = (0, 0);
    for (operator, operands) in operations(content) {
        match operator {
            "BDC" => {
                depth += 1;
                if operands.contains("/MCID") {
                    assert!(operands.contains(&format!("/MCID {marks}")), "{operands}: marks are numbered");
                    marks += 1;
                } else {
                    assert!(operands.starts_with("/Artifact"), "{operands}");
                }
            }
            "EMC" => depth -= 1,
            "f" | "S" | "Tj" | "TJ" => assert_eq!(depth, 1, "{operands} {operator} is not marked"),
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    marks
}

/// Splits a content stream into operators, each with the text of its operands (ISO 32000-1, 7.8.2).
fn operations(content: &str) -> Vec<(&str, &str)> {
    let bytes = content.as_bytes();
    let (mut operations, mut start, mut at) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        let begin = at;
        match bytes[at] {
            // Strings may hold anything, parentheses included.
            b'(' => at += string_length(&bytes[at..]),
            b'/' => {
                at += 1;
                at += bytes[at..].iter().take_while(|byte| !b" \n/<>[]()".contains(byte)).count();
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'*' => {
                at += bytes[at..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'*')
                    .count();
                operations.push((&content[begin..at], content[start..begin].trim()));
                start = at;
            }
            // Hexadecimal digits are not operators.
            b'<' if bytes.get(at + 1) != Some(&b'<') => {
                at += bytes[at..].iter().take_while(|byte| **byte != b'>').count() + 1;
            }
            b'<' => at += 2,
            _ => at += 1,
        }
    }
    operations
}

/// Returns the length of a literal string, whose parentheses are balanced or escaped.
fn string_length(bytes: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    loop {
        match bytes[at] {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return at;
        }
    }
}

/// Whether an element has a mark of a page among its content.
fn has_mark(objects: &PdfObjects, element: &Value, page: &Value, mark: usize) -> bool {
    let element = objects.follow(element);
    objects.items(&element["/K"]).any(|kid| match kid {
        Value::Number(number) => number.as_u64() == Some(mark as u64) && element["/Pg"] == *page,
        kid => kid["/MCID"] == mark && kid["/Pg"] == *page,
    })
}

/// Checks an element of the structure tree and everything below.
fn check_element(objects: &PdfObjects, reference: &Value) {
    let element = objects.follow(reference);
    let attribute = |key: &str| objects.items(&element["/A"]).any(|attributes| attributes.get(key).is_some());
    match element["/S"].as_str().unwrap() {
        "/Figure" => assert!(element.get("/Alt").is_some() && attribute("/BBox"), "{element}"),
        "/TH" => assert!(attribute("/Scope"), "{element}"),
        _ => {}
    }
    for kid in element.get("/K").into_iter().flat_map(|kids| objects.items(kids)) {
        if kid.as_str().is_some() {
            assert_eq!(&objects.follow(kid)["/P"], reference);
            check_element(objects, kid);
        }
    }
}
