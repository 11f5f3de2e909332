//! `streamguard init`: a guided first run.

mod answers;
mod config_text;
mod env_text;
mod private_file;
mod token_check;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use anyhow::{Context, Result};
use clap::Args;
use secrecy::ExposeSecret;
use streamguard::env::{self, Environment};
use streamguard::exit::{Exit, UsageError};
use streamguard::settings::{CONFIG_FILE_NAME, ConfigSchema};
use streamguard::shell::quote_path;
use streamguard::ui::{self, questions};
use streamguard_durable::write_atomic;

use crate::signals;
use answers::{Answers, is_yes};

/// File of the tokens.
const ENV_FILE: &str = ".env";

/// Writes streamguard.toml and .env for a first run, after some questions
///
/// Asks which collectors to run, where the dataset is to go, how many samples are wanted, and
/// for tokens, which are not shown while they are typed. Writes streamguard.toml and .env
/// (readable by you alone) in the current folder, and tests the tokens.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Exit codes: 0 complete, 1 error or not to be replaced, 2 usage")]
pub(crate) struct InitArgs {
    /// Ask nothing and take the default of everything; works without a terminal
    #[arg(long, conflicts_with = "answers_from_stdin")]
    yes: bool,
    /// Do not test the tokens
    #[arg(long)]
    offline: bool,
    /// Take the answers from standard input, one a line, even if that is not a terminal
    #[arg(long)]
    answers_from_stdin: bool,
}

pub(super) fn run(arguments: &InitArgs, schema: &ConfigSchema) -> Result<Exit> {
    if !arguments.yes && !arguments.answers_from_stdin && !questions::can_ask() {
        return Err(UsageError(
            "init asks questions, and there is no terminal: run it on one, take all defaults by --yes, or \
             pipe the answers in with --answers-from-stdin"
                .to_owned(),
        )
        .into());
    }
    let (config, env_file) = (Path::new(CONFIG_FILE_NAME), Path::new(ENV_FILE));
    // Before any question, so that nobody types a token for nothing.
    private_file::check(env_file)?;
    let environment = Environment::read(Path::new("."))?;
    let writing = signals::end_between_writes()?;
    if config.symlink_metadata().is_ok() {
        if arguments.yes {
            return Err(UsageError(format!(
                "{CONFIG_FILE_NAME} exists, and --yes does not replace it: remove it first, or run init on a \
                 terminal"
            ))
            .into());
        }
        if !is_yes(&ask(&format!("{CONFIG_FILE_NAME} exists. Replace it? [y/N]"))?) {
            ui::print("Nothing was written.\n");
            return Ok(Exit::Error);
        }
    }
    let answers = match arguments.yes {
        true => Answers::default(),
        false => Answers::ask(&environment)?,
    };
    let text = config_text::config_text(&answers)?;
    schema.parse(CONFIG_FILE_NAME.to_owned(), &text).context("init wrote wrong settings")?;
    let tokens = [(env::GITHUB_TOKEN, &answers.github), (env::NVD_API_KEY, &answers.nvd)];
    let given: Vec<_> =
        tokens.iter().filter_map(|(name, token)| Some((*name, token.as_ref()?.expose_secret()))).collect();
    {
        let _held = writing.lock().unwrap_or_else(PoisonError::into_inner);
        private_file::update(env_file, |old| env_text::env_text(old, &given))?;
        write_config(config, &text)?;
    }
    ui::print(&format!("\nWritten: {CONFIG_FILE_NAME}, {ENV_FILE} (only you can read it)\n"));
    if !arguments.offline {
        token_check::check(&environment, &answers)?;
    }
    ui::print(&next_steps(&answers.output_dir));
    Ok(Exit::Complete)
}

fn write_config(path: &Path, text: &str) -> Result<()> {
    // In the current folder a path has an empty parent, which cannot be synced.
    let path = std::path::absolute(path).with_context(|| format!("cannot resolve {}", path.display()))?;
    write_atomic(&path, text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))
}

/// Returns the commands that come next.
fn next_steps(output_dir: &Path) -> String {
    let examples = quote_path(output_dir);
    format!(
        "\nTry it without network:  streamguard collect --offline --quick-test\n\
         Collect the dataset:     streamguard collect\n\
         Look at its samples:     streamguard examples {examples} --interactive\n"
    )
}

/// Asks, with an error that says what the end of the answers means.
fn ask(question: &str) -> Result<String> {
    questions::ask(question).map_err(no_answer)
}

fn no_answer(error: io::Error) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            UsageError("the answers ended before the last question: nothing was written".to_owned()).into()
        }
        _ => anyhow::Error::new(error).context("cannot read the answers"),
    }
}

/// Folder of the dataset, unless another is wanted.
fn default_output_dir() -> PathBuf {
    PathBuf::from("data/raw")
}
