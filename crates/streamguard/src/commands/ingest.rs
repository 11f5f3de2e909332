//! `streamguard ingest`: metrics of web logs.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use clap::{ArgMatches, FromArgMatches};
use serde_json::json;
use streamguard::env::Environment;
use streamguard::exit::{Exit, UsageError};
use streamguard::settings::{ConfigFile, Layers};
use streamguard::ui;

use super::figures;
use super::plan::Purpose;
use crate::cli::{Ingest, Mode};

pub(crate) fn run(matches: &ArgMatches, purpose: Purpose) -> Result<Exit> {
    let folder = Path::new(".");
    let flags = Ingest::from_arg_matches(matches)?;
    let file = ConfigFile::read(folder, flags.figures.config.as_deref())?;
    let environment = Environment::read(folder)?;
    let layers = Layers { file: &file, environment: &environment, matches };
    let mut settings: Ingest = layers.settle("ingest", json!(flags))?.read()?;
    let is_elsewhere = purpose == Purpose::Plan || settings.figures.running.mode.is_elsewhere();
    if settings.job.reads_stream() && is_elsewhere {
        let what = "standard input and pipes can be read by this process only: name files";
        return Err(UsageError(what.to_owned()).into());
    }
    if settings.job.reads_stream() && settings.figures.running.mode == Mode::Process {
        // The standard input of a worker process is its connection to this one.
        ui::say("standard input and pipes can be read by this process only: using threads");
        settings.figures.running.mode = Mode::Threading;
    }
    figures::run(Arc::new(settings.job), &settings.figures, purpose)
}
