//! Fuzz targets: functions that read any bytes, and panic if what must hold for all of them does not.
//!
//! A target is defined once and run in two ways. The tests of this crate read the inputs in `corpus/NAME/`, and damaged
//! versions of them, which are the same each time. `cargo xtask fuzz NAME` looks for further inputs for as long as
//! asked, guided by the coverage that they reach. An input that was found becomes a file of the corpus.
//!
//! Targets of formats that are private to a crate stand in its module `fuzz_targets`, behind its feature `fuzz`.

mod exploit_index;
mod extraction;
mod fix_urls;
mod log_lines;
mod mutations;
mod prime_ranges;
mod sarif_text;
mod snapshot_archive;

use streamguard_advisories::fuzz_targets as advisories;
use streamguard_engine::fuzz_targets as engine;
use streamguard_http::fuzz_targets as http;
use streamguard_report::fuzz_targets as report;

pub use mutations::for_each_mutation;

/// Function that panics if what must hold does not.
pub type Check = fn(&[u8]);

/// A fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct FuzzTarget {
    /// Name, also of its folder in `corpus`.
    pub name: &'static str,
    /// What must hold.
    pub check: Check,
    /// Number of damaged inputs that a test reads, which take a second or two.
    pub mutations: u32,
}

/// All targets, by name.
pub const TARGETS: &[FuzzTarget] = &[
    quick("common_line", log_lines::common),
    quick("exploit_index", exploit_index::check),
    code("extract_c", |bytes| extraction::check("a.c", bytes)),
    code("extract_cpp", |bytes| extraction::check("a.cpp", bytes)),
    code("extract_csharp", |bytes| extraction::check("a.cs", bytes)),
    code("extract_dart", |bytes| extraction::check("a.dart", bytes)),
    code("extract_go", |bytes| extraction::check("a.go", bytes)),
    code("extract_java", |bytes| extraction::check("A.java", bytes)),
    code("extract_javascript", |bytes| extraction::check("a.js", bytes)),
    code("extract_kotlin", |bytes| extraction::check("a.kt", bytes)),
    code("extract_lua", |bytes| extraction::check("a.lua", bytes)),
    code("extract_php", |bytes| extraction::check("a.php", bytes)),
    code("extract_python", |bytes| extraction::check("a.py", bytes)),
    code("extract_ruby", |bytes| extraction::check("a.rb", bytes)),
    code("extract_rust", |bytes| extraction::check("a.rs", bytes)),
    code("extract_scala", |bytes| extraction::check("a.scala", bytes)),
    code("extract_solidity", |bytes| extraction::check("a.sol", bytes)),
    code("extract_swift", |bytes| extraction::check("a.swift", bytes)),
    code("extract_tsx", |bytes| extraction::check("a.tsx", bytes)),
    code("extract_typescript", |bytes| extraction::check("a.ts", bytes)),
    code("extract_vue", |bytes| extraction::check("a.vue", bytes)),
    code("extract_yacc", |bytes| extraction::check("a.y", bytes)),
    quick("fix_urls", fix_urls::check),
    quick("github_page", advisories::github_page),
    quick("html_text", report::html_text),
    quick("journal", engine::journal),
    quick("json_line", log_lines::json),
    quick("nvd_page", advisories::nvd_page),
    quick("osv_record", advisories::osv_record),
    quick("prime_ranges", prime_ranges::check),
    quick("request_ledger", http::request_ledger),
    quick("run_info", engine::run_info),
    quick("sarif_text", sarif_text::check),
    quick("simple_line", log_lines::simple),
    FuzzTarget { name: "snapshot_archive", check: snapshot_archive::check, mutations: 200 },
    quick("worker_lines", engine::worker_lines),
];

const fn quick(name: &'static str, check: Check) -> FuzzTarget {
    FuzzTarget { name, check, mutations: 5_000 }
}

/// Reads source code, which takes a hundred times as long.
const fn code(name: &'static str, check: Check) -> FuzzTarget {
    FuzzTarget { name, check, mutations: 100 }
}

/// Returns the target of a name.
pub fn target(name: &str) -> Option<FuzzTarget> {
    TARGETS.iter().find(|target| target.name == name).copied()
}
