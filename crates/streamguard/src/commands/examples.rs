//! `streamguard examples`: samples side by side.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{ArgAction, Args, ValueEnum};
use streamguard::exit::{Exit, UsageError};
use streamguard::shell::quote;
use streamguard::ui::browser::{self, BrowserOptions};
use streamguard::ui::escape::escape;
use streamguard::ui::side_by_side::SideBySide;
use streamguard::ui::{self, group_digits};
use streamguard_dataset::{JsonlReader, Language, ParquetReader, Sample, SampleFileError, Weakness};
use streamguard_engine::CancelToken;

use crate::signals;

/// Shows samples of a dataset side by side, vulnerable and fixed
#[derive(Args, Clone, Debug)]
#[command(after_help = "Exit codes: 0 complete, 1 error, 2 usage, 4 no sample to show")]
pub(crate) struct ExamplesArgs {
    /// A dataset: the output directory of a collection, or a .jsonl or .parquet file
    #[arg(default_value = "data/raw")]
    dataset: PathBuf,
    /// Only weaknesses of this type, such as sql_injection or CWE-89
    #[arg(long = "type", value_name = "TYPE")]
    weakness: Option<String>,
    /// Only this language
    #[arg(long, value_name = "NAME")]
    language: Option<String>,
    /// Only this collector
    #[arg(long, value_name = "NAME")]
    collector: Option<String>,
    /// Browse the samples on the whole terminal: keys go from one to the next, filter, search and mark
    #[arg(long, short, conflicts_with_all = ["count", "width"])]
    interactive: bool,
    /// Print JSON lines, with all fields of each sample
    #[arg(long, conflicts_with_all = ["interactive", "width", "color"])]
    json: bool,
    /// Number of samples to show
    #[arg(long, short = 'n', value_name = "N", default_value_t = 3, value_parser = parse_count)]
    count: u64,
    /// Skip this many samples first
    #[arg(long, value_name = "N", default_value_t = 0)]
    skip: u64,
    /// Width of the screen, in columns; below 80 both sides share one column [default: that of
    /// the terminal, or 100]
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(40..))]
    width: Option<u16>,
    /// Colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorMode::Auto, action = ArgAction::Set)]
    color: ColorMode,
}

/// Reads a number of samples.
fn parse_count(text: &str) -> Result<u64, String> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| "expected a number from 1 on".to_owned())
}

/// Use of colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorMode {
    /// On a terminal that has them
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Columns of the screen where there is no terminal to ask.
const DEFAULT_WIDTH: u16 = 100;

/// Values of a field that are counted: a hostile dataset may have millions.
const MAX_VALUES: usize = 1_000;
const MAX_NAME_CHARS: usize = 60;

/// Values that are listed if nothing matches.
const MAX_LISTED_VALUES: usize = 20;

pub(super) fn run(arguments: &ExamplesArgs) -> Result<Exit> {
    let colors = match arguments.color {
        ColorMode::Auto => ui::has_colors(),
        ColorMode::Always => true,
        ColorMode::Never => false,
    };
    if arguments.interactive {
        return browse(arguments, colors);
    }
    let width = arguments.width.or_else(ui::width).unwrap_or(DEFAULT_WIDTH);
    // A file or a pipe takes any bytes; a terminal only those of its locale.
    let is_ascii = ui::width().is_some() && !ui::has_utf8();
    let mut view = SideBySide::new(width, colors).with_ascii_frames(is_ascii);
    let mut filters = SampleFilter::all(arguments);
    let mut found = SearchStats::default();
    let end = arguments.skip.saturating_add(arguments.count);
    for sample in open(&arguments.dataset)? {
        let sample = sample?;
        found.looked_at += 1;
        if !filters.iter().all(|filter| filter.accepts(&sample)) {
            // The values are only listed if nothing matches, so counting ends with the first match.
            if found.matched == 0 {
                count_values(&mut filters, &sample);
            }
            continue;
        }
        found.matched += 1;
        if found.matched > end {
            found.more = true;
            break;
        }
        if found.matched > arguments.skip {
            match arguments.json {
                true => drop(ui::print_json_line(&sample)?),
                false => ui::print(&view.draw(found.matched, &sample)),
            }
        }
    }
    if found.matched == 0 {
        let text = no_match_text(&filters, &found);
        match arguments.json {
            true => ui::print_notice(text.trim_end()),
            false => ui::print(&text),
        }
        return Ok(Exit::NoResults);
    }
    if !arguments.json {
        ui::print(&footer_text(arguments, &found));
    }
    Ok(if found.matched > arguments.skip { Exit::Complete } else { Exit::NoResults })
}

/// Shows the samples on the whole terminal.
fn browse(arguments: &ExamplesArgs, colors: bool) -> Result<Exit> {
    if !ui::is_terminal() {
        return Err(UsageError(
            "--interactive needs a terminal, for its keys and for the screen: run it on one, or leave \
             --interactive out to print samples"
                .to_owned(),
        )
        .into());
    }
    let path = file(&arguments.dataset)?;
    if has_extension(&path, "parquet") {
        return Err(UsageError(format!(
            "--interactive reads samples.jsonl, and {} is a Parquet file: leave --interactive out",
            path.display()
        ))
        .into());
    }
    let filters = SampleFilter::all(arguments);
    let texts: Vec<String> = filters.iter().map(SampleFilter::describe).collect();
    let has_filters = !filters.is_empty();
    let accept = move |sample: &Sample| filters.iter().all(|filter| filter.accepts(sample));
    let options = BrowserOptions {
        path: path.clone(),
        filter: has_filters.then(|| Box::new(accept) as Box<dyn Fn(&Sample) -> bool>),
        filter_text: texts.join(", "),
        first: usize::try_from(arguments.skip).unwrap_or(usize::MAX),
        colors,
    };
    let cancel = CancelToken::new();
    let caught = signals::listen(cancel.clone())?;
    let has_samples = browser::browse(options, &cancel)
        .with_context(|| format!("cannot show {} on the whole terminal", path.display()))?;
    Ok(match caught.signal() {
        Some(signal) => Exit::Signal(signal),
        None if has_samples => Exit::Complete,
        None => Exit::NoResults,
    })
}

/// Counts of a search through the dataset.
#[derive(Debug, Default)]
struct SearchStats {
    /// Samples that were read.
    looked_at: u64,
    /// Samples that the filters let pass.
    matched: u64,
    /// Whether the search stopped at one match more than was asked for.
    more: bool,
}

/// Opens a dataset, to read it sample by sample.
pub(super) fn open(dataset: &Path) -> Result<Box<dyn Iterator<Item = Result<Sample, SampleFileError>>>> {
    let file = file(dataset)?;
    if has_extension(&file, "parquet") {
        Ok(Box::new(ParquetReader::open(&file)?))
    } else {
        Ok(Box::new(JsonlReader::open(&file)?))
    }
}

/// Returns the file that holds the samples.
pub(super) fn file(dataset: &Path) -> Result<PathBuf, UsageError> {
    let shown = dataset.display();
    if dataset.is_dir() {
        let files = ["samples.jsonl", "samples.parquet"].map(|name| dataset.join(name));
        return files.into_iter().find(|file| file.exists()).ok_or_else(|| {
            UsageError(format!(
                "there is no dataset in {shown} (no samples.jsonl and no samples.parquet); this makes one: \
                 streamguard collect --output-dir {}",
                quote(&shown.to_string())
            ))
        });
    }
    if !has_extension(dataset, "jsonl") && !has_extension(dataset, "parquet") {
        let what = if dataset.exists() {
            "a dataset is a folder, a .jsonl or a .parquet file"
        } else {
            "there is no such folder"
        };
        return Err(UsageError(format!(
            "cannot read {shown}: {what}; this makes a dataset: streamguard collect --output-dir data/raw"
        )));
    }
    if !dataset.exists() {
        return Err(UsageError(format!(
            "cannot read {shown}: there is no such file; this makes a dataset, data/raw/samples.jsonl: \
             streamguard collect --output-dir data/raw"
        )));
    }
    Ok(dataset.to_owned())
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

/// FilterField that can be filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FilterField {
    Type,
    Cwe,
    Language,
    Collector,
}

impl FilterField {
    fn values(self, sample: &Sample) -> Vec<&str> {
        match self {
            Self::Type => sample.vulnerability_type.as_deref().into_iter().collect(),
            Self::Cwe => sample.cwes.iter().map(String::as_str).collect(),
            Self::Language => sample.language.map(Language::name).into_iter().collect(),
            Self::Collector => vec![&sample.collector],
        }
    }

    /// Returns the name of the values for people, and the flag.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Type => ("types", "--type"),
            Self::Cwe => ("weaknesses", "--type"),
            Self::Language => ("languages", "--language"),
            Self::Collector => ("collectors", "--collector"),
        }
    }
}

/// Value that a field must have, and the values that it has in the dataset.
#[derive(Debug)]
struct SampleFilter {
    field: FilterField,
    wanted: String,
    /// Number of samples with each value: of all samples, and of those that only this filter refuses.
    values: BTreeMap<String, (u64, u64)>,
}

impl SampleFilter {
    /// Returns the filters of the command line.
    fn all(arguments: &ExamplesArgs) -> Vec<Self> {
        let weakness = arguments.weakness.as_ref().map(|wanted| {
            // `get`, since four bytes may end inside a character.
            let is_cwe = wanted.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("cwe-"));
            match Weakness::find(wanted) {
                _ if is_cwe => (FilterField::Cwe, wanted.clone()),
                Some(weakness) => (FilterField::Type, weakness.name.to_owned()),
                // A number without a name of ours may still stand in the samples.
                None if wanted.parse::<u32>().is_ok() => (FilterField::Cwe, format!("CWE-{wanted}")),
                None => (FilterField::Type, wanted.clone()),
            }
        });
        let language = arguments.language.as_ref().map(|wanted| (FilterField::Language, language(wanted)));
        let collector = arguments.collector.as_ref().map(|wanted| (FilterField::Collector, wanted.clone()));
        let given = [weakness, language, collector].into_iter().flatten();
        given.map(|(field, wanted)| Self { field, wanted, values: BTreeMap::new() }).collect()
    }

    fn accepts(&self, sample: &Sample) -> bool {
        self.field.values(sample).iter().any(|value| value.eq_ignore_ascii_case(&self.wanted))
    }

    /// Describes the filter in a few words, not escaped.
    fn describe(&self) -> String {
        let name = match self.field {
            FilterField::Type | FilterField::Cwe => "type",
            FilterField::Language => "language",
            FilterField::Collector => "collector",
        };
        format!("{name} {}", self.wanted)
    }

    /// Lists the values of the dataset, the most frequent first.
    fn listed(&self) -> String {
        let beside = self.values.values().any(|(_, beside)| *beside > 0);
        let count = |(all, passed): (u64, u64)| if beside { passed } else { all };
        let mut values: Vec<_> = self.values.iter().map(|(name, counts)| (name, count(*counts))).collect();
        values.retain(|(_, count)| *count > 0);
        values.sort_by_key(|&(name, count)| (std::cmp::Reverse(count), name));
        let listed = values.iter().take(MAX_LISTED_VALUES);
        let mut listed: Vec<String> =
            listed.map(|(name, count)| format!("{} {}", escape(name), group_digits(*count))).collect();
        if values.len() > MAX_LISTED_VALUES {
            listed.push(format!("{} more", group_digits((values.len() - MAX_LISTED_VALUES) as u64)));
        }
        if listed.is_empty() { "none".to_owned() } else { listed.join(", ") }
    }
}

/// Returns the name of a language that people may call by its title or by an extension too.
fn language(wanted: &str) -> String {
    let by_title = || Language::all().find(|language| language.title().eq_ignore_ascii_case(wanted));
    let by_extension = || Language::from_path(&format!("file.{wanted}"));
    let known = Language::from_name(wanted).or_else(by_title).or_else(by_extension);
    known.map_or_else(|| wanted.to_owned(), |language| language.name().to_owned())
}

/// Counts the values of a refused sample, for people who have to choose others.
fn count_values(filters: &mut [SampleFilter], sample: &Sample) {
    let refused: Vec<usize> = (0..filters.len()).filter(|&at| !filters[at].accepts(sample)).collect();
    for (at, filter) in filters.iter_mut().enumerate() {
        let beside = refused == [at];
        for value in filter.field.values(sample) {
            let name: String = value.chars().take(MAX_NAME_CHARS).collect();
            if filter.values.len() < MAX_VALUES || filter.values.contains_key(&name) {
                let (all, passed) = filter.values.entry(name).or_default();
                *all += 1;
                *passed += u64::from(beside);
            }
        }
    }
}

/// Returns the text about a search without a match, with the values that exist.
fn no_match_text(filters: &[SampleFilter], found: &SearchStats) -> String {
    if filters.is_empty() {
        return "The dataset has no samples.\n".to_owned();
    }
    let mut text = format!("None of {} samples matches.\n", group_digits(found.looked_at));
    for filter in filters {
        let (names, flag) = filter.field.names();
        let others = filters.len() > 1 && filter.values.values().any(|(_, beside)| *beside > 0);
        let which = if others { " that the other filters leave" } else { " in the dataset" };
        let head = format!("  {flag} {}: {names}{which}:", escape(&quote(&filter.wanted)));
        let listed = filter.listed();
        match head.chars().count() + 1 + listed.chars().count() <= 80 {
            true => text += &format!("{head} {listed}\n"),
            false => text += &format!("{head}\n{}", ui::indented(&listed)),
        }
    }
    text
}

/// Returns the text below the samples: how many there were, and the command that shows more.
fn footer_text(arguments: &ExamplesArgs, found: &SearchStats) -> String {
    let (matched, looked_at) = (group_digits(found.matched), group_digits(found.looked_at));
    if found.matched <= arguments.skip {
        return format!("Of {looked_at} samples {matched} match; --skip {} leaves none.\n", arguments.skip);
    }
    let last = found.matched.min(arguments.skip.saturating_add(arguments.count));
    let shown = match arguments.skip + 1 {
        first if first == last => format!("Sample {}", group_digits(first)),
        first => format!("Samples {} to {}", group_digits(first), group_digits(last)),
    };
    let matches = if found.matched == 1 { "matches" } else { "match" };
    let seen = format!("{shown}; of {looked_at} looked at, {matched} {matches}.");
    if !found.more {
        return format!("{seen} There are no more.\n");
    }
    let mut next = format!("streamguard examples {}", quote(&arguments.dataset.display().to_string()));
    let flags = [
        ("--type", &arguments.weakness),
        ("--language", &arguments.language),
        ("--collector", &arguments.collector),
    ];
    for (flag, value) in flags {
        if let Some(value) = value {
            next += &format!(" {flag} {}", quote(value));
        }
    }
    next += &format!(" -n {} --skip {last}", arguments.count);
    format!("{seen}\nMore: {}\n", escape(&next))
}
