//! Datasets for the tests.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// A generator of numbers (SplitMix64): the same on every machine.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ mixed >> 31) % bound
    }
}

/// Returns a function with so many statements.
pub(crate) fn function(chance: &mut Chance, statements: u64) -> String {
    let mut code = "int f(int a) {\n".to_owned();
    for _ in 0..statements {
        let (target, left, right) = (chance.below(500), chance.below(500), chance.below(500));
        writeln!(code, "    v{target} = g{left}(w{right}, {left});").unwrap();
    }
    code + "    return a;\n}\n"
}

/// Returns the function with some lines replaced: a near copy if they are few.
pub(crate) fn changed(chance: &mut Chance, code: &str, lines: u64) -> String {
    let mut text: Vec<String> = code.lines().map(str::to_owned).collect();
    for _ in 0..lines {
        let at = chance.below(text.len() as u64) as usize;
        text[at] = format!("    x{} = {};", chance.below(9999), chance.below(9999));
    }
    text.join("\n")
}

/// Writes rows as lines of JSON.
pub(crate) fn write_lines(path: &Path, rows: &[Value]) -> PathBuf {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    std::fs::write(path, lines).unwrap();
    path.to_owned()
}

/// Returns pairs of several repositories: near copies, commits and advisories with several rows among them.
pub(crate) fn rows(count: u64) -> Vec<Value> {
    let mut chance = Chance(1);
    let mut codes: Vec<String> = Vec::new();
    (0..count)
        .map(|number| {
            let code = match codes.get(chance.below(codes.len() as u64 + 1) as usize).cloned() {
                Some(known) if number % 12 == 0 => changed(&mut chance, &known, 1),
                _ => {
                    let statements = 4 + chance.below(60);
                    function(&mut chance, statements)
                }
            };
            codes.push(code.clone());
            json!({
                "id": number.to_string(),
                "vulnerable_code": code,
                "fixed_code": changed(&mut chance, &code, 2),
                "cwes": ["CWE-79", "CWE-89"],
                "advisory_ids": if number % 40 < 4 { json!([format!("CVE-2020-{}", 1000 + number / 40)]) } else { json!([]) },
                "repository": format!("https://git.example/{}", number / (count / 20 + 1)),
                "commit": format!("{:040x}", 0xabcdef + number / 3),
                "commit_date": format!("20{:02}-03-04T05:06:07Z", 10 + number * 14 / count),
                "cvss_score": if number % 2 == 0 { json!(9.8) } else { Value::Null },
                "start_line_before": number,
            })
        })
        .collect()
}
