//! `streamguard collect`: runs collectors, writes the dataset.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::{ArgMatches, FromArgMatches};
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use streamguard::env::{self, Environment};
use streamguard::exit::{Exit, UsageError};
use streamguard::settings::{ConfigFile, Layers, Settled};
use streamguard::ui::LogFormat;
use streamguard::{Collection, View, ui};
use streamguard_engine::{Begin, Cancel, CommandLine, Job, Options, RunDir, Status};
use streamguard_git as git;
use streamguard_http::{Access, Credentials};
use streamguard_registry::{self as list, Entry, Makes};
use streamguard_report::Format;
use streamguard_snapshot::{self as snapshot, Snapshot};

use super::plan::{self, Purpose};
use crate::cli::{self, Collect, Mode, Running, Showing};
use crate::cluster::ShardCommand;
use crate::cluster::ray::Ray;
use crate::cluster::slurm::Slurm;
use crate::command_line::command_line;
use crate::signals;

/// Where a run that is recorded has its cache, below the output directory.
const RECORDING: &str = ".streamguard/recording";

/// What workers of our own get of the environment, besides what git needs to find its way.
const ENVIRONMENT: [&str; 6] = ["HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "RUST_BACKTRACE"];

pub(crate) fn run(matches: &ArgMatches, purpose: Purpose) -> Result<Exit> {
    let folder = Path::new(".");
    let flags = Collect::from_arg_matches(matches)?;
    let file = ConfigFile::read(folder, flags.config.as_deref())?;
    let environment = Environment::read(folder)?;
    let names: Vec<&str> = ["collect", "run", "ingest", "prime"]
        .into_iter()
        .chain(list::COLLECTORS.iter().map(|entry| entry.name))
        .collect();
    file.check_sections(&names)?;
    let layers = Layers { file: &file, environment: &environment, matches };
    let settings: Collect = layers.settle("collect", json!(flags))?.read()?;
    let credentials = credentials(&flags, &settings, &environment)?;

    if settings.running.mode.is_elsewhere() {
        warn_of_nodes(&settings, &credentials);
    }
    let cache = settings.cache_dir.clone().unwrap_or_else(|| environment.cache_folder());
    let cache = std::path::absolute(&cache).with_context(|| format!("no folder: {}", cache.display()))?;
    if settings.no_cache {
        streamguard_cache::clear(&cache)
            .with_context(|| format!("cannot clear the cache at {}", cache.display()))?;
    }
    if let Some(file) = &settings.record {
        check_writable(file)?;
    }
    let access = access(&settings, &cache)?;
    let recorded = match settings.running.resume {
        true => RunDir::recorded(&settings.output_dir)?.filter(|run| !run.done).map(|run| run.settings),
        false => None,
    };
    check_recording(&settings, recorded.as_ref())?;
    let formats = formats(&settings.reports.report_formats)?;
    let cancel = Cancel::new();
    let caught = signals::listen(cancel.clone())?;
    let running = &settings.running;
    // The flag wins over what the file or a variable says of its opposite.
    let parallel = layers.is_given("parallel") || !settings.sequential;
    let nodes = Nodes { token_file: settings.token_file.as_deref(), config: flags.config.as_deref() };
    let options = Options { parallel, ..options(running, purpose, cancel.clone(), &nodes)? };
    let mut collection = Collection::new(&settings.output_dir)
        .parallel(options.parallel)
        .workers(options.workers)
        .mode(options.mode)
        .worker_memory(options.worker_memory)
        .begin(begin(running))
        .begun_by(command_line())
        .view(view(&running.showing))
        .cancel(cancel);
    let chosen = chosen(&settings.collectors, &layers, recorded.as_ref())?;
    let shared = shared(&settings, &chosen, &access, &layers)?;
    for entry in &chosen {
        let job = job(entry, &settings, &shared, &layers, recorded.as_ref(), &credentials)?;
        collection = match entry.makes {
            Makes::Advisories => collection.add_source_job(job),
            Makes::Samples | Makes::SamplesOfAdvisories => collection.add_job(job),
        };
    }
    if purpose == Purpose::Plan {
        return plan::show(&collection.prepare()?, &settings.output_dir);
    }
    let mut results = collection.run()?;
    // The reports come first: the summary names them.
    for format in formats {
        // They come one by one: who has stopped the run, or stops it now, has no use for all of them.
        if caught.signal().is_some() && format != Format::Json {
            continue;
        }
        if !running.showing.quiet && ui::is_terminal() {
            ui::say(&format!("writing the {} report", format.name()));
        }
        results.save(&[format], &settings.reports.options())?;
    }
    results.print_summary();
    if let (Some(file), false) = (&settings.record, results.status == Status::Cancelled) {
        snapshot::write(&access.cache, results.state.clock_ms, file)?;
        ui::line(&format!("Recorded to {}", file.display()))?;
    }
    Ok(match (results.exit(), caught.signal()) {
        (_, Some(signal)) => Exit::Signal(signal),
        (exit, None) => exit,
    })
}

/// Says no to a file that cannot be written before hours of work go by.
fn check_writable(file: &Path) -> Result<()> {
    if file.is_dir() {
        return Err(UsageError(format!("--record {}: it is a folder; name a file", file.display())).into());
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::metadata(folder).ok().filter(std::fs::Metadata::is_dir).map(drop).ok_or_else(|| {
        UsageError(format!("--record {}: there is no folder {}", file.display(), folder.display())).into()
    })
}

/// A run that was begun with --record is resumed with it, and no other is: half a recording is none.
fn check_recording(settings: &Collect, recorded: Option<&Value>) -> Result<(), UsageError> {
    let Some(recorded) = recorded else { return Ok(()) };
    let was_recorded = recorded.to_string().contains(RECORDING);
    match (was_recorded, settings.record.is_some()) {
        (true, false) => Err(UsageError("this run is recorded: resume it with its --record FILE".to_owned())),
        (false, true) => {
            Err(UsageError("this run was begun without --record, and cannot be recorded now".to_owned()))
        }
        _ => Ok(()),
    }
}

/// The way to the upstreams: to the network, or to a snapshot of them. A run that is recorded has
/// a cache of its own, so that all it asks is in there, and nothing else.
fn access(settings: &Collect, cache: &Path) -> Result<Access> {
    let snapshot = match &settings.snapshot {
        Some(file) => Snapshot::open(file, cache)?,
        None if settings.offline => Snapshot::embedded(cache)?,
        None if settings.record.is_some() => {
            let recording = std::path::absolute(settings.output_dir.join(RECORDING))?;
            let mut access = Access::new(recording, settings.rate_scale);
            access.budgets = Some(cache.to_owned());
            return Ok(access);
        }
        None => return Ok(Access::new(cache.to_owned(), settings.rate_scale)),
    };
    Ok(Access::replaying(cache.to_owned(), snapshot.folder, snapshot.clock_ms))
}

/// Who asks the upstreams: flags before the environment before the file of tokens.
fn credentials(
    flags: &Collect,
    settings: &Collect,
    environment: &Environment,
) -> Result<Credentials, UsageError> {
    let mut environment = environment.clone();
    let env_file = Path::new(".env");
    let holds_secrets = env::SECRETS.iter().any(|name| environment.secret(name).is_some());
    let files = [holds_secrets.then_some(env_file), settings.token_file.as_deref()];
    for path in files.into_iter().flatten().filter(|path| env::is_readable_by_others(path)) {
        let path = path.display();
        ui::say(&format!("warning: others on this machine can read {path}: chmod 600 {path}"));
    }
    if let Some(path) = &settings.token_file {
        environment.read_secrets(path)?;
    }
    let or_variable =
        |flag: &Option<SecretString>, name| flag.clone().or_else(|| environment.secret(name).cloned());
    Ok(Credentials {
        github: or_variable(&flags.github_token, env::GITHUB_TOKEN),
        nvd: or_variable(&flags.nvd_api_key, env::NVD_API_KEY),
    })
}

/// Says so if tokens are known here that other machines will not have.
fn warn_of_nodes(settings: &Collect, credentials: &Credentials) {
    let has_any = credentials.github.is_some() || credentials.nvd.is_some();
    if has_any && settings.token_file.is_none() && !Path::new(".env").exists() {
        ui::say(
            "warning: tokens in flags and variables stay on this machine: put them into a file, and name it by \
             --token-file",
        );
    }
}

/// The collectors that were asked for, in the order of the list: it decides which of two
/// equal samples is kept. A run that is resumed has those that it had.
fn chosen(
    names: &[String],
    layers: &Layers<'_>,
    recorded: Option<&Value>,
) -> Result<Vec<&'static Entry>, UsageError> {
    let known = || list::COLLECTORS.iter().map(|entry| entry.name).collect::<Vec<_>>().join(", ");
    if let Some(unknown) = names.iter().find(|name| *name != "all" && list::find(name).is_none()) {
        return Err(UsageError(format!("there is no collector {unknown:?}, but: all, {}", known())));
    }
    if names
        .iter()
        .any(|name| list::find(name).is_some_and(|entry| entry.makes == Makes::SamplesOfAdvisories))
        && !names.iter().any(|name| list::find(name).is_none_or(|entry| entry.makes == Makes::Advisories))
    {
        return Err(UsageError("fixes come of advisories: choose cve, github or osv as well".to_owned()));
    }
    let is_chosen = |entry: &&Entry| match recorded {
        Some(recorded) if !layers.is_given("collectors") => recorded.get(entry.name).is_some(),
        _ => names.iter().any(|name| name == "all" || name == entry.name),
    };
    let has_source =
        list::COLLECTORS.iter().any(|entry| entry.makes == Makes::Advisories && is_chosen(&entry));
    let is_needed = |entry: &&Entry| match entry.makes {
        Makes::SamplesOfAdvisories => has_source,
        Makes::Samples | Makes::Advisories => is_chosen(entry),
    };
    Ok(list::COLLECTORS.iter().filter(is_needed).collect())
}

/// What collectors have in common: settings of the command, and flags of one that others heed too.
/// Of collectors that do not run, no sample is expected.
fn shared(
    settings: &Collect,
    chosen: &[&Entry],
    access: &Access,
    layers: &Layers<'_>,
) -> Result<Map<String, Value>> {
    let mut shared = Map::new();
    for entry in list::COLLECTORS {
        let runs = chosen.iter().any(|chosen| chosen.name == entry.name);
        for (key, value) in flags_of(entry, settings, layers)?.values {
            if is_flag_of(entry, &key) {
                let is_target = key.ends_with("-samples");
                shared.insert(key, if is_target && !runs { json!(0) } else { value });
            }
        }
    }
    shared.insert("seed".to_owned(), json!(settings.seed));
    shared.insert("access".to_owned(), json!(access));
    Ok(shared)
}

/// Whether a setting is a flag of this collector, rather than one that it shares.
fn is_flag_of(entry: &Entry, key: &str) -> bool {
    let flags = (entry.flags)(clap::Command::new(entry.name));
    flags.get_arguments().any(|flag| flag.get_long() == Some(key))
}

/// The settings of a collector, as far as flags make them.
fn flags_of(entry: &Entry, settings: &Collect, layers: &Layers<'_>) -> Result<Settled> {
    let mut base = (entry.settings)(layers.matches)?;
    if settings.quick_test {
        for (key, value) in entry.quick {
            if !layers.is_given(key) {
                base[key] = json!(value);
            }
        }
    }
    Ok(layers.settle(entry.name, base)?)
}

/// Makes a collector from its settings.
fn job(
    entry: &Entry,
    settings: &Collect,
    shared: &Map<String, Value>,
    layers: &Layers<'_>,
    recorded: Option<&Value>,
    credentials: &Credentials,
) -> Result<Arc<dyn Job>> {
    let mut settled = flags_of(entry, settings, layers)?;
    for (key, slot) in &mut settled.values {
        if let Some(value) = shared.get(key)
            && !is_flag_of(entry, key)
        {
            *slot = value.clone();
        }
    }
    // A resumed run keeps its settings, except for flags that are given: if these differ, it
    // is said which.
    if let Some(Value::Object(recorded)) = recorded.and_then(|recorded| recorded.get(entry.name)) {
        for (key, value) in recorded {
            if !layers.is_given(key) {
                settled.values.insert(key.clone(), value.clone());
            }
        }
    }
    (entry.make)(Value::Object(settled.values.clone()), credentials.clone())
        .map_err(|error| settled.wrong(&error).into())
}

/// The report formats of these names.
pub(crate) fn formats(names: &[String]) -> Result<Vec<Format>, UsageError> {
    if names.iter().any(|name| name == "all") {
        return Ok(Format::ALL.into());
    }
    names.iter().map(|name| name.parse().map_err(UsageError)).collect()
}

/// What other machines need to make a job, besides its plan.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Nodes<'a> {
    pub(crate) token_file: Option<&'a Path>,
    pub(crate) config: Option<&'a Path>,
}

/// How the engine is to run. For a plan nobody is asked whether it is there.
pub(crate) fn options(
    running: &Running,
    purpose: Purpose,
    cancel: Cancel,
    nodes: &Nodes<'_>,
) -> Result<Options> {
    let (mode, workers) = match running.mode {
        _ if purpose == Purpose::Plan => (streamguard_engine::Mode::Merge, usize::from(running.workers)),
        Mode::Threading => (streamguard_engine::Mode::Threading, usize::from(running.workers)),
        Mode::Process => (streamguard_engine::Mode::Process(worker()?), usize::from(running.workers)),
        Mode::Slurm => {
            let command = ShardCommand::new(running.worker_memory, nodes.token_file, nodes.config)?;
            let slurm = Slurm::connect(&running.cluster, command)?;
            let slots = slurm.slots();
            (streamguard_engine::Mode::Cluster(Arc::new(slurm)), slots)
        }
        Mode::Ray => {
            let command = ShardCommand::new(running.worker_memory, nodes.token_file, nodes.config)?;
            let ray = Ray::connect(&running.cluster, command)?;
            let slots = ray.slots();
            (streamguard_engine::Mode::Cluster(Arc::new(ray)), slots)
        }
    };
    Ok(Options {
        mode,
        workers,
        worker_memory: (running.worker_memory > 0).then_some(running.worker_memory << 20),
        cancel,
        ..Options::default()
    })
}

/// The command that starts this program as a worker.
pub(crate) fn worker() -> Result<CommandLine> {
    let program = std::env::current_exe().context("cannot find this program, to start it as a worker")?;
    let environment = ENVIRONMENT.into_iter().chain(git::ENVIRONMENT);
    Ok(CommandLine::new(program, ["worker"]).keeping(environment))
}

/// What to do about an interrupted run.
pub(crate) fn begin(running: &Running) -> Begin {
    match (running.resume, running.fresh) {
        (true, _) => Begin::Resume,
        (_, true) => Begin::Fresh,
        _ => Begin::New,
    }
}

/// How to show the run.
pub(crate) fn view(showing: &Showing) -> View {
    let Showing { verbose, refresh, .. } = *showing;
    let format = match showing.log_format {
        cli::LogFormat::Text => LogFormat::Text,
        cli::LogFormat::Json => LogFormat::Json,
    };
    if showing.quiet {
        View::Quiet
    } else if showing.no_dashboard || format == LogFormat::Json || !ui::is_terminal() {
        View::Plain { verbose, format }
    } else {
        View::Dashboard { verbose, refresh }
    }
}
