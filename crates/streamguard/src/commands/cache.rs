//! `streamguard cache`: what is kept between runs.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use streamguard::env::Environment;
use streamguard::exit::Exit;
use streamguard::ui;
use streamguard_cache as cache;

use crate::cli::{Cache, CacheAction};

pub(crate) fn run(arguments: &Cache) -> Result<Exit> {
    let environment = Environment::read(Path::new("."))?;
    let folder = arguments.cache_dir.clone().unwrap_or_else(|| environment.cache_folder());
    let at = || format!("the cache at {}", folder.display());
    match arguments.action.unwrap_or(CacheAction::Show) {
        CacheAction::Show => {
            let mut rows = vec![["PART".to_owned(), "ENTRIES".to_owned(), "SIZE".to_owned()]];
            let usage = cache::usage(&folder).with_context(|| format!("cannot look into {}", at()))?;
            for part in &usage {
                rows.push([
                    part.part.name().to_owned(),
                    ui::group_digits(part.entries),
                    ui::size(part.bytes),
                ]);
            }
            let bytes = usage.iter().map(|part| part.bytes).sum();
            rows.push([folder.display().to_string(), String::new(), ui::size(bytes)]);
            ui::table(&rows);
        }
        CacheAction::Prune { days } => {
            let removed = cache::prune(&folder, Duration::from_secs(days * 24 * 3600));
            say(&removed.with_context(|| format!("cannot prune {}", at()))?)?;
        }
        CacheAction::Clear => {
            say(&cache::clear(&folder).with_context(|| format!("cannot clear {}", at()))?)?;
        }
    }
    Ok(Exit::Complete)
}

fn say(removed: &cache::Removed) -> Result<()> {
    let cache::Removed { entries, bytes, in_use } = removed;
    ui::line(&format!("{} entries removed, {}", ui::group_digits(*entries), ui::size(*bytes)))?;
    if *in_use > 0 {
        ui::line(&format!("{} are in use by a run, and stay", ui::group_digits(*in_use)))?;
    }
    Ok(())
}
