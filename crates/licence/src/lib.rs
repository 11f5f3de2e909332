//! The licence of source code as an [SPDX expression](https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/),
//! from the files that state it: texts of licences, the `LICENSES/` folder of [REUSE](https://reuse.software/spec-3.3/),
//! manifests of packages, and the notice at the head of a source file.
//!
//! ```
//! use streamguard_licence::{FileNotice, StatedFile, is_stating_path, repository_licence};
//!
//! assert!(is_stating_path("COPYING") && is_stating_path("LICENSES/MIT.txt") && !is_stating_path("src/main.c"));
//! let files = [StatedFile { path: "package.json", text: r#"{"license": "(MIT OR Apache-2.0)"}"# }];
//! let of_repository = repository_licence(&files).ok_or("none")?;
//! assert_eq!(of_repository.expression, "MIT OR Apache-2.0");
//!
//! let of_file = FileNotice::read("// SPDX-License-Identifier: ISC\nint a;\n").licence(Some(&of_repository), "a.c");
//! assert_eq!(of_file.map(|found| found.expression).as_deref(), Some("ISC"));
//! # Ok::<(), &str>(())
//! ```

mod exact_text;
mod expression;
mod file_notice;
mod head_notice;
mod manifest;
mod repository;
mod spdx_texts;
mod stating_path;
mod text_match;

pub use file_notice::FileNotice;
pub use repository::{FoundLicence, StatedFile, repository_licence};
pub use stating_path::is_stating_path;

/// Score below which a licence is uncertain: the text differs from the one that SPDX has in more than its layout.
pub const CERTAIN_SCORE: f64 = 0.9;
