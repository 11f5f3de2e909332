//! `streamguard cache`: the folder that is kept between runs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use serde::Serialize;
use streamguard::env::Environment;
use streamguard::exit::Exit;
use streamguard::ui;
use streamguard_cache as cache;

/// Shows, prunes or clears what is kept between runs
///
/// The cache holds the answers of upstreams, mirrors of repositories, lists of the sources of advisories,
/// unpacked snapshots, and the budgets of requests. All of it can be had again.
#[derive(Args, Clone, Debug)]
pub(crate) struct CacheArgs {
    /// Folder of the cache [default: the user's cache folder]
    #[arg(long, value_name = "DIR", global = true)]
    cache_dir: Option<PathBuf>,
    /// Print JSON lines: of each part its entries and bytes, or what was removed
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Option<CacheAction>,
}

/// Action on the cache.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum CacheAction {
    /// Shows how large its parts are [default]
    Show,
    /// Removes entries that have not changed for some days
    Prune {
        /// Number of days
        #[arg(long, value_name = "N", default_value_t = 30)]
        days: u64,
    },
    /// Removes all entries
    Clear,
}

/// Line of JSON about a part of the cache.
#[derive(Debug, Serialize)]
struct CachePart {
    part: &'static str,
    entries: u64,
    bytes: u64,
}

/// Line of JSON about what was removed.
#[derive(Debug, Serialize)]
struct RemovedPart {
    removed: u64,
    bytes: u64,
    in_use: u64,
}

pub(super) fn run(arguments: &CacheArgs) -> Result<Exit> {
    let environment = Environment::read(Path::new("."))?;
    let folder = arguments.cache_dir.clone().unwrap_or_else(|| environment.cache_folder());
    let at = || format!("the cache at {}", folder.display());
    match arguments.action.unwrap_or(CacheAction::Show) {
        CacheAction::Show => {
            let usage = cache::usage(&folder).with_context(|| format!("cannot read {}", at()))?;
            if arguments.json {
                for usage in &usage {
                    ui::print_json_line(&CachePart {
                        part: usage.bucket.name(),
                        entries: usage.entries,
                        bytes: usage.bytes,
                    })?;
                }
                return Ok(Exit::Complete);
            }
            let mut rows = vec![["PART".to_owned(), "ENTRIES".to_owned(), "SIZE".to_owned()]];
            for usage in &usage {
                rows.push([
                    usage.bucket.name().to_owned(),
                    ui::group_digits(usage.entries),
                    ui::format_bytes(usage.bytes),
                ]);
            }
            let bytes = usage.iter().map(|usage| usage.bytes).sum();
            rows.push([folder.display().to_string(), String::new(), ui::format_bytes(bytes)]);
            ui::print_table(&rows);
        }
        CacheAction::Prune { days } => {
            let removed = cache::prune(&folder, Duration::from_secs(days.saturating_mul(24 * 3600)));
            let removed = removed.with_context(|| format!("cannot prune {}", at()))?;
            print_removed(&removed, arguments.json)?;
        }
        CacheAction::Clear => {
            let removed = cache::clear(&folder).with_context(|| format!("cannot clear {}", at()))?;
            print_removed(&removed, arguments.json)?;
        }
    }
    Ok(Exit::Complete)
}

fn print_removed(removed: &cache::RemovedEntries, json: bool) -> Result<()> {
    let cache::RemovedEntries { entries, bytes, in_use } = removed;
    if json {
        ui::print_json_line(&RemovedPart { removed: *entries, bytes: *bytes, in_use: *in_use })?;
        return Ok(());
    }
    ui::print_line(&format!(
        "{} {} removed, {}",
        ui::group_digits(*entries),
        if *entries == 1 { "entry" } else { "entries" },
        ui::format_bytes(*bytes)
    ))?;
    if *in_use > 0 {
        ui::print_line(&format!("{} in use by a run, and kept", ui::group_digits(*in_use)))?;
    }
    Ok(())
}
