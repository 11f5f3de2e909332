//! Objects of [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os.html), the
//! format of code scanning, and text from outside that is safe in them.
//!
//! ```
//! use streamguard_sarif::{SarifNotification, escaped_json, relative_uri};
//!
//! let json = escaped_json(&SarifNotification::new("note", "a {b} \u{202e}"));
//! assert_eq!(String::from_utf8(json)?, r#"{"level":"note","message":{"text":"a {{b}} \\u{{202e}}"}}"#);
//! assert_eq!(relative_uri("src/a b.c").as_deref(), Some("src/a%20b.c"));
//! assert_eq!(relative_uri("../etc/passwd"), None);
//! # Ok::<(), std::string::FromUtf8Error>(())
//! ```

pub mod escape;
mod escaped_json;
mod objects;
mod text;

pub use escaped_json::escaped_json;
pub use objects::{
    ArtifactChange, ArtifactContent, ArtifactLocation, LogicalLocation, PhysicalLocation,
    ReportingDescriptor, RuleProperties, SarifFix, SarifInvocation, SarifLocation, SarifMessage,
    SarifNotification, SarifRegion, SarifReplacement, SarifResult, SarifTool, ToolComponent,
    VersionControlDetails,
};
pub use text::{message, path_uri, relative_uri, web_address};

/// Schema of a log, as OASIS publishes it.
pub const SCHEMA_URL: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Largest number of results of a run (GitHub, "SARIF results exceed one or more limits"; the same limit holds for
/// rules). Of these, code scanning shows the 5,000 most severe.
pub const MAX_RESULTS: usize = 25_000;
