//! Files about the findings for other programs.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use jiff::Timestamp;
use streamguard::ui;
use streamguard::ui::escape::escape;
use streamguard_durable::{WriteError, write_named_file};
use streamguard_scan::Finding;
use streamguard_scan::format::{cyclonedx, html, openvex, sarif};

/// Files to write.
#[derive(Args, Clone, Debug)]
pub(super) struct DocumentArgs {
    /// Write the findings that are shown as SARIF 2.1.0, for code scanning
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    sarif: Option<PathBuf>,
    /// Write the findings that are shown as a page for a browser, which runs no script and loads nothing
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    html: Option<PathBuf>,
    /// Write what the scan says about each advisory as OpenVEX: affected, fixed, or to be looked at
    #[arg(long, value_name = "FILE", requires = "product", help_heading = "Files")]
    openvex: Option<PathBuf>,
    /// Write the same as a VEX document of CycloneDX 1.6
    #[arg(long, value_name = "FILE", requires = "product", help_heading = "Files")]
    cyclonedx: Option<PathBuf>,
    /// The product that VEX documents are about, as a package URL such as pkg:github/acme/app@1.2
    #[arg(long, value_name = "PURL", value_parser = identifier, help_heading = "Files")]
    product: Option<String>,
}

impl DocumentArgs {
    /// Whether any file is asked for.
    pub(super) fn are_wanted(&self) -> bool {
        [&self.sarif, &self.html, &self.openvex, &self.cyclonedx].into_iter().any(Option::is_some)
    }

    /// Writes the files that are asked for.
    pub(super) fn write(&self, all: &[Finding], shown: &[&Finding], faults: &[String]) -> Result<()> {
        let version = env!("CARGO_PKG_VERSION");
        if let Some(path) = &self.sarif {
            save(path, &sarif(shown, faults, version))?;
        }
        if let Some(path) = &self.html {
            save(path, &html(shown, faults, version))?;
        }
        let Some(product) = &self.product else { return Ok(()) };
        if let Some(path) = &self.openvex {
            match openvex(all, product, &time_of_issue(), version) {
                Some(document) => save(path, &document)?,
                None => ui::print_notice(&format!(
                    "{} is not written: OpenVEX has no document that says nothing",
                    escape(&path.display().to_string())
                )),
            }
        }
        if let Some(path) = &self.cyclonedx {
            save(path, &cyclonedx(all, product, version))?;
        }
        Ok(())
    }
}

fn save(path: &Path, document: &[u8]) -> Result<()> {
    Ok(write_named_file(path, document).map_err(WriteError::at(path))?)
}

/// Returns the time of issue: that of a reproducible build
/// ([SOURCE_DATE_EPOCH](https://reproducible-builds.org/specs/source-date-epoch/)), or else now.
fn time_of_issue() -> String {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    let time = fixed.and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or_else(Timestamp::now);
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Accepts an identifier with a scheme, such as a package URL.
fn identifier(text: &str) -> Result<String, String> {
    let scheme = text.split_once(':').filter(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty());
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&byte));
    match scheme {
        Some((scheme, _)) if is_plain && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            Ok(text.to_owned())
        }
        _ => Err("is not a package URL such as pkg:github/acme/app@1.2".to_owned()),
    }
}
