//! Settings of commands that look at what is there: `examples`, `resolve`, `report`, `cache`.

use std::path::PathBuf;

use clap::{ArgAction, Args, Subcommand, ValueEnum};

/// Settings of `examples`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Exit codes: 0 complete, 1 error, 2 usage, 4 no sample to show")]
pub(crate) struct Examples {
    /// A dataset: the output directory of a collection, or a .jsonl or .parquet file
    #[arg(default_value = "data/raw")]
    pub(crate) dataset: PathBuf,
    /// Only weaknesses of this type, such as sql_injection or CWE-89
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) weakness: Option<String>,
    /// Only this language
    #[arg(long, value_name = "NAME")]
    pub(crate) language: Option<String>,
    /// Only this collector
    #[arg(long, value_name = "NAME")]
    pub(crate) collector: Option<String>,
    /// How many samples to show
    #[arg(long, short = 'n', value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) count: u64,
    /// Skip this many samples first
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) skip: u64,
    /// Width of the screen, in columns; below 80 both sides share one column [default: that of
    /// the terminal, or 100]
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(40..))]
    pub(crate) width: Option<u16>,
    /// Colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto, action = ArgAction::Set)]
    pub(crate) color: Color,
}

/// Settings of `resolve`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Exit codes: 0 complete, 1 error, 2 usage")]
pub(crate) struct Resolve {
    /// Files with URLs or advisories, one a line [default: standard input]
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Print JSON lines
    #[arg(long)]
    pub(crate) json: bool,
    /// A local clone, whose history tells the commits of pull requests and short ids: known by
    /// its origin, or by a folder called owner+name or owner__name. May be given several times
    #[arg(long, value_name = "PATH")]
    pub(crate) repo: Vec<PathBuf>,
}

/// Settings of `report`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Exit codes: 0 complete, 1 error, 2 usage, 6 the destination cannot be written, 7 damaged \
state"
)]
pub(crate) struct Report {
    /// The output directory of the run
    #[arg(default_value = "data/raw")]
    pub(crate) run: PathBuf,
    /// Which reports to write: json, csv, pdf, sarif, html, or `all`
    #[arg(long = "format", visible_alias = "report-formats", value_name = "FORMAT", num_args = 1.., default_value = "all")]
    pub(crate) formats: Vec<String>,
    /// Where the reports go [default: the run's directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) output_dir: Option<PathBuf>,
    /// How many samples the HTML report holds, at most
    #[arg(long, value_name = "N", default_value_t = streamguard_report::Options::default().html_samples)]
    pub(crate) html_samples: usize,
}

/// Settings of `cache`.
#[derive(Args, Clone, Debug)]
pub(crate) struct Cache {
    /// Where it is [default: the user's cache folder]
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) cache_dir: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) action: Option<CacheAction>,
}

/// What to do with the cache.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum CacheAction {
    /// Shows how large its parts are [default]
    Show,
    /// Removes what was not used for some days
    Prune {
        /// How many
        #[arg(long, value_name = "N", default_value_t = 30)]
        days: u64,
    },
    /// Removes all of it
    Clear,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal that has them
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
