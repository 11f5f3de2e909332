//! Fields that databases add to the OSV format.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use streamguard_dataset::AffectedFunction;

use crate::fields::or_empty;

/// Fields that databases add to the format. Each database has its own, so a field of another type
/// than expected is ignored.
#[derive(Default, Deserialize)]
pub(super) struct OsvExtras {
    /// Severity: GitHub's in `database_specific`, that of OSS-Fuzz in `ecosystem_specific`.
    #[serde(default, deserialize_with = "or_none")]
    pub(super) severity: Option<String>,
    /// Weaknesses that GitHub names.
    #[serde(default, deserialize_with = "or_none")]
    pub(super) cwe_ids: Option<Vec<String>>,
    /// CVSS vector of RustSec.
    #[serde(default, deserialize_with = "or_none")]
    pub(super) cvss: Option<String>,
    /// Go: packages with the functions that have the flaw.
    #[serde(default, deserialize_with = "or_none")]
    imports: Option<Vec<GoImport>>,
    /// RustSec: what is affected, in its records of OSV.
    #[serde(default, deserialize_with = "or_none")]
    affects: Option<RustAffects>,
    /// RustSec: the same, by the name that it has in its own advisories.
    #[serde(default, deserialize_with = "or_none")]
    affected: Option<RustAffects>,
    /// RustSec: an older place of the functions.
    #[serde(default, deserialize_with = "or_none")]
    affected_functions: Option<FunctionNames>,
}

/// Package of Go with a flaw.
#[derive(Deserialize)]
struct GoImport {
    #[serde(default, deserialize_with = "or_none")]
    path: Option<String>,
    #[serde(default, deserialize_with = "or_empty")]
    symbols: Vec<String>,
}

/// Functions of a crate with a flaw.
#[derive(Default, Deserialize)]
struct RustAffects {
    #[serde(default, deserialize_with = "or_none")]
    functions: Option<FunctionNames>,
}

/// Names of functions: a list, or the keys of a map to the versions with the flaw.
#[derive(Deserialize)]
#[serde(untagged)]
enum FunctionNames {
    List(Vec<String>),
    ByName(BTreeMap<String, IgnoredAny>),
}

impl OsvExtras {
    /// Returns the functions that have the flaw.
    pub(super) fn functions(&self) -> Vec<AffectedFunction> {
        let of_go = self.imports.iter().flatten().flat_map(|import| {
            import
                .symbols
                .iter()
                .map(|name| AffectedFunction { package: import.path.clone(), name: name.clone() })
        });
        let crates = [&self.affects, &self.affected].into_iter().flatten();
        let of_rust = crates.filter_map(|one| one.functions.as_ref()).chain(&self.affected_functions);
        let of_rust = of_rust.flat_map(FunctionNames::names);
        of_go.chain(of_rust.map(|name| AffectedFunction { package: None, name })).collect()
    }
}

impl FunctionNames {
    fn names(&self) -> Vec<String> {
        match self {
            Self::List(names) => names.clone(),
            Self::ByName(names) => names.keys().cloned().collect(),
        }
    }
}

/// Deserializes a value of another type as absent.
fn or_none<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Lenient<T> {
        Value(T),
        Other(IgnoredAny),
    }
    Ok(match Lenient::deserialize(from)? {
        Lenient::Value(value) => Some(value),
        Lenient::Other(_) => None,
    })
}
