//! Settings of the job.

use std::ffi::OsStr;

use clap::Args;
use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use serde::{Deserialize, Serialize};
use streamguard_dataset::quality::MAX_CODE_CHARS;
use streamguard_git::MirrorRule;
use streamguard_http::UpstreamSettings;
use streamguard_mining::scoring::DEFAULT_MIN_CONFIDENCE;

/// Settings of the job `fixes`, without the targets of the sources.
#[derive(Args, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct FixesSettings {
    /// Repositories that take more room than this are left out, in MiB
    #[arg(long, value_name = "MIB", default_value_t = Self::default().max_repo_size, value_parser = clap::value_parser!(u64).range(1..))]
    pub max_repo_size: u64,
    /// Hosts that advisories may lead to, besides the well-known ones
    #[arg(long, value_name = "HOST", num_args = 1..)]
    pub git_hosts: Vec<String>,
    /// Fetch repositories below the URL FROM from below TO instead
    #[arg(long, value_name = "FROM=TO", num_args = 1.., value_parser = MirrorParser)]
    pub git_mirrors: Vec<MirrorRule>,
    /// Least confidence, from 0 to 1, that a changed function belongs to the fix.
    #[arg(skip)]
    pub min_confidence: f64,
    /// Longest function that is kept, in characters.
    #[arg(skip)]
    pub max_code_chars: usize,
    /// Functions to take for each sample that its fix did not change.
    #[arg(skip)]
    pub benign: u32,
    /// Settings of the upstreams.
    #[arg(skip)]
    #[serde(rename = "access")]
    pub upstream: UpstreamSettings,
}

impl Default for FixesSettings {
    fn default() -> Self {
        Self {
            max_repo_size: 2048,
            git_hosts: Vec::new(),
            git_mirrors: Vec::new(),
            min_confidence: DEFAULT_MIN_CONFIDENCE,
            max_code_chars: MAX_CODE_CHARS,
            benign: 0,
            upstream: UpstreamSettings::default(),
        }
    }
}

/// Parser of mirrors. Unlike those of clap, it does not quote what it refuses, which may hold a password.
#[derive(Clone)]
struct MirrorParser;

impl TypedValueParser for MirrorParser {
    type Value = MirrorRule;

    fn parse_ref(
        &self,
        command: &clap::Command,
        _: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<MirrorRule, clap::Error> {
        let text = value.to_str().ok_or_else(|| "it is not UTF-8".to_owned());
        text.and_then(str::parse).map_err(|reason| {
            clap::Error::raw(
                ErrorKind::ValueValidation,
                format!("invalid value for '--git-mirrors <FROM=TO>...': {reason}\n"),
            )
            .with_cmd(command)
        })
    }
}

/// Number of samples that are enough of the advisories of one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceTarget {
    /// Name of the source.
    pub source: &'static str,
    /// Number of samples that are enough.
    pub samples: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_mirror_is_not_quoted() {
        let parse = |mirror: &str| {
            let command = FixesSettings::augment_args(clap::Command::new("collect"));
            command.try_get_matches_from(["collect", "--git-mirrors", mirror])
        };
        assert!(parse("https://github.com=https://git.example.org").is_ok());
        let refusal = parse("https://github.com=https://user:sgcanary@a.b").unwrap_err().to_string();
        assert!(refusal.contains("--git-mirrors") && refusal.contains("holds credentials"), "{refusal}");
        assert!(!refusal.contains("sgcanary"), "{refusal}");
    }
}
