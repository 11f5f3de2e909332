//! `streamguard collect`: runs collectors, writes the dataset.

mod args;
mod network;
mod selection;
mod settings;
mod update;
mod upstreams;

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;
use streamguard::env::Environment;
use streamguard::exit::Exit;
use streamguard::settings::{ConfigLayers, ConfigSchema};
use streamguard::ui;
use streamguard_cache as cache;
use streamguard_engine::{CancelToken, CompletionStatus, RunInfo, RunOptions};
use streamguard_facade::Collection;
use streamguard_report::run_paths;
use streamguard_snapshot as snapshot;

use crate::args::matched::MatchedArgs;
use crate::command_line::command_line;
use crate::launch::{NodeFiles, Purpose, collection_exit, engine_options, run_collection};
use crate::{plan_summary, signals};
pub(crate) use args::CollectArgs;
use settings::CollectorSettings;

pub(super) fn run(
    arguments: &MatchedArgs<CollectArgs>,
    schema: &ConfigSchema,
    purpose: Purpose,
) -> Result<Exit> {
    let folder = Path::new(".");
    let MatchedArgs { args: flags, matches } = arguments;
    let file = schema.read(folder, flags.config.as_deref())?;
    let environment = Environment::read(folder)?;
    schema.unknown_variables(&environment).iter().for_each(|warning| ui::print_notice(warning));
    let layers = ConfigLayers { file: &file, environment: &environment, matches };
    let settings: CollectArgs = layers.resolve("collect", json!(flags))?.read()?;
    let credentials = upstreams::credentials(flags, &settings, &environment)?;

    let execution = &settings.execution;
    if execution.mode.is_remote() {
        upstreams::warn_of_local_tokens(&settings, &credentials);
    }
    let named = settings.cache_dir.clone().filter(|folder| !folder.as_os_str().is_empty());
    let cache_dir = named.unwrap_or_else(|| environment.cache_folder());
    // The path is part of the settings, which must mean the same folder wherever the run is
    // resumed.
    let cache_dir = std::path::absolute(&cache_dir)
        .with_context(|| format!("cannot resolve the path {}", cache_dir.display()))?;
    if settings.refresh_cache {
        cache::clear(&cache_dir)
            .with_context(|| format!("cannot clear the cache at {}", cache_dir.display()))?;
    }
    // Checked before anything is asked for: the file itself is written after hours.
    if let Some(file) = &settings.record {
        upstreams::check_recording_file(file)?;
    }
    let upstream = upstreams::upstream_settings(&settings, &cache_dir)?;
    let paths = run_paths(&settings.output_dir);
    let update = update::open(&settings, purpose)?;
    let earlier = if execution.resume { RunInfo::read(&paths)? } else { None };
    let is_interrupted = earlier.as_ref().is_some_and(|run| !run.done);
    let recorded = match &update {
        Some(update) => Some(update::recorded_settings(update, &layers)?),
        None => earlier.map(|run| run.settings),
    };
    if is_interrupted {
        upstreams::check_recording_resumed(&settings, recorded.as_ref())?;
        let asks_replay = layers.is_given("offline") || layers.is_given("snapshot");
        upstreams::check_replay_resumed(asks_replay, recorded.as_ref())?;
    }
    let formats = match &update {
        Some(_) => update::formats(&settings, &layers)?,
        None => settings.reports.formats()?,
    };
    let cancel = CancelToken::new();
    let caught = signals::listen(cancel.clone())?;
    // The flag wins over what the file or a variable says of its opposite.
    let parallel = layers.is_given("parallel") || !settings.sequential;
    let files = NodeFiles { token_file: settings.token_file.as_deref(), config: flags.config.as_deref() };
    let options = RunOptions { parallel, ..engine_options(execution, purpose, cancel, &files)? };
    let mut collection = Collection::new(&settings.output_dir)
        .on_existing_run(execution.on_existing_run())
        .record_command(command_line());
    let selected = selection::select(&settings.collectors, layers.is_given("collectors"), recorded.as_ref())?;
    let collectors =
        CollectorSettings::resolve(&layers, settings.quick_test, settings.seed, &upstream, &selected)?;
    let mut settings_of_jobs = Vec::new();
    let addresses = collectors.other_addresses()?;
    if !addresses.is_empty() && !upstream.is_replay() && execution.display.shows_notices() {
        ui::print_notice(&format!("Not the usual addresses: {}", addresses.join(", ")));
    }
    for entry in selected {
        let job = collectors.job(entry, &layers, recorded.as_ref(), &credentials)?;
        settings_of_jobs.push(job.settings());
        collection = match entry.kind.has_samples() {
            true => collection.add_job(job),
            false => collection.add_source_job(job),
        };
    }
    if !is_interrupted && update.is_none() {
        upstreams::check_repositories(&settings_of_jobs)?;
    }
    if purpose == Purpose::Plan {
        return plan_summary::print(&collection.options(options).open()?.prepare()?, &settings.output_dir);
    }
    if let Some(update) = &update {
        collection = update.prepare(collection)?;
    }
    if !settings_of_jobs.iter().any(upstreams::is_replay_of_job) {
        // What is in the folder is the nearer reason not to begin.
        collection.check()?;
        network::check(&settings_of_jobs)?;
    }
    let mut results = run_collection(collection, options, execution.display.view())?;
    // The files come first: the summary names them.
    results.write_reports_while(&formats, &settings.reports.options(), |format| {
        if !execution.display.quiet && ui::is_terminal() {
            ui::print_notice(&format!("writing the {} report", format.name()));
        }
        // A large report takes seconds: after a signal only the results are written, and `streamguard report` can write the rest.
        caught.signal().is_none()
    })?;
    let outcome = update::finish(update, &mut results)?;
    match outcome {
        Some(outcome) => ui::summary::print_update(&results, &settings.output_dir, &outcome),
        None => ui::summary::print(&results),
    }
    // What was asked until a run was stopped is not enough to replay it.
    if let (Some(file), false) = (&settings.record, results.status == CompletionStatus::Cancelled) {
        snapshot::write_snapshot(&upstream.cache, results.state.clock_ms, file)?;
        ui::print_line(&format!("Recorded to {}", file.display()))?;
    }
    if results.status == CompletionStatus::Complete {
        upstreams::remove_own_cache(&paths)?;
    }
    Ok(caught.signal().map_or_else(|| collection_exit(&results, &caught), Exit::Signal))
}
