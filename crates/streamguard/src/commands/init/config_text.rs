//! The text of `streamguard.toml`, with comments.

use clap::Command;
use serde_json::Value;
use streamguard_registry::JobEntry;

use super::answers::{Answers, choices};

/// Beginning of the file.
const HEADER: &str = "\
# Settings of StreamGuard, written by `streamguard init`.
#
# Flags win over variables such as STREAMGUARD_WORKERS, variables over this file, and this file over the
# defaults. Every flag of `streamguard collect --help` is a key in the section of its heading. A key that
# is commented out has its default. Tokens do not belong here: they are in .env.
";

/// Returns the text of the file.
pub(super) fn config_text(answers: &Answers) -> Result<String, clap::Error> {
    let names: Vec<String> = match answers.collectors.is_empty() {
        true => vec!["all".to_owned()],
        false => answers.collectors.clone(),
    };
    let output_dir = answers.output_dir.to_string_lossy();
    let mut text = format!(
        "{HEADER}\n[collect]\n# Collectors to run: names, or \"all\".\ncollectors = [{}]\n# Directory of the \
         dataset.\noutput-dir = {}\n# Number of shards that run at once.\n# workers = 4\n",
        names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "),
        quoted(&output_dir),
    );
    for entry in choices() {
        text += &section(entry, answers)?;
    }
    Ok(text)
}

/// Returns the section of a collector, with its number of samples.
fn section(entry: &JobEntry, answers: &Answers) -> Result<String, clap::Error> {
    let key = format!("{}-samples", entry.name);
    let command = (entry.flags)(Command::new("section").no_binary_name(true));
    let flag = command.get_arguments().find(|flag| flag.get_long() == Some(&key));
    let help = flag.and_then(|flag| flag.get_help()).map(ToString::to_string).unwrap_or_default();
    let command = command.clone().mut_args(|argument| argument.required(false));
    let defaults = (entry.settings)(&command.try_get_matches_from(std::iter::empty::<String>())?)?;
    let default = defaults.get(&key).and_then(Value::as_u64).unwrap_or_default();
    let is_chosen = answers.collectors.is_empty() || answers.collectors.iter().any(|name| name == entry.name);
    let line = match answers.samples {
        Some(samples) if is_chosen => format!("{key} = {samples}"),
        _ => format!("# {key} = {default}"),
    };
    Ok(format!("\n# {}; needs {}.\n[{}]\n# {help}\n{line}\n", entry.about, entry.needs, entry.name))
}

/// Quotes a text as TOML.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
