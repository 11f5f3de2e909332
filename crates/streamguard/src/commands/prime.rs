//! `streamguard prime`: the primes of ranges.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::{ArgMatches, FromArgMatches};
use serde_json::json;
use streamguard::env::Environment;
use streamguard::exit::{Exit, UsageError};
use streamguard::settings::{ConfigFile, Layers};
use streamguard_prime::{List, NamedRange, Prime, file};

use super::figures;
use super::plan::Purpose;
use crate::cli::Primes;

pub(crate) fn run(matches: &ArgMatches, purpose: Purpose) -> Result<Exit> {
    let folder = Path::new(".");
    let flags = Primes::from_arg_matches(matches)?;
    let file = ConfigFile::read(folder, flags.figures.config.as_deref())?;
    let environment = Environment::read(folder)?;
    let layers = Layers { file: &file, environment: &environment, matches };
    let settings: Primes = layers.settle("prime", json!(flags))?.read()?;
    let list = settings.list.as_deref().map(destination).transpose()?;
    let list = list.map(|file| List { file, format: settings.list_format });
    let job = Prime::new(ranges(&settings)?, settings.figures.running.workers)
        .counting_only(settings.count_only)
        .listing(list);
    figures::run(Arc::new(job), &settings.figures, purpose)
}

fn ranges(settings: &Primes) -> Result<Vec<NamedRange>> {
    match &settings.path {
        // A range on the command line wins over a path that a file of settings names.
        Some(path) if settings.range.is_empty() => read(path),
        None if settings.range.is_empty() => {
            Err(UsageError("say which ranges: --path ranges.json, or --range 1..1000".to_owned()).into())
        }
        _ => settings
            .range
            .iter()
            .map(|text| text.parse().map_err(|error| UsageError(format!("--range {text}: {error}")).into()))
            .collect(),
    }
}

fn read(path: &Path) -> Result<Vec<NamedRange>> {
    let mut text = Vec::new();
    File::open(path)
        .and_then(|opened| opened.take(file::LONGEST + 1).read_to_end(&mut text))
        .with_context(|| format!("cannot read {}", path.display()))?;
    let wrong = |reason: String| UsageError(format!("{}: {reason}", path.display()));
    if text.len() as u64 > file::LONGEST {
        return Err(wrong(format!("it is longer than {} bytes", file::LONGEST)).into());
    }
    Ok(file::parse(&text).map_err(|error| wrong(error.to_string()))?)
}

/// The path of a file to be written, wherever the run's own folder is. A folder that is not there is
/// said before the work, not after it.
fn destination(path: &Path) -> Result<PathBuf> {
    let path = std::path::absolute(path).with_context(|| format!("no file: {}", path.display()))?;
    let folder = path.parent().filter(|folder| folder.is_dir() && !path.is_dir());
    folder.ok_or_else(|| UsageError(format!("--list {}: it cannot be a file there", path.display())))?;
    match path.canonicalize() {
        // It would take the place of a device or a pipe.
        Ok(file) if !file.is_file() => {
            Err(UsageError(format!("--list {}: it is no regular file", path.display())).into())
        }
        // What a link leads to is written, and the link stays.
        Ok(file) => Ok(file),
        Err(_) => Ok(path),
    }
}
