//! Hints that follow error messages: flags of this program that help.

use std::io::{self, ErrorKind};

use anyhow::Error;
use serde_json::Value;
use streamguard_engine::{PlanError, RunDirError, RunError, SettingsDifference};
use streamguard_report::{ReadError, check_data};

use crate::finished_run;
use crate::shell::quote_path;
use crate::ui::escape::escape;

/// Returns advice on an error, for those that the options of this program can mend.
pub fn hint(error: &Error) -> Option<String> {
    if is_disk_full(error) {
        return Some("free some space; a run that was interrupted so goes on with --resume".to_owned());
    }
    let text = match run_dir_error(error)? {
        RunDirError::Locked { .. } => "wait for that run, or choose another --output-dir",
        RunDirError::Interrupted { difference: None, .. } => {
            "resume it by --resume, or discard it by --fresh"
        }
        RunDirError::Interrupted { difference: Some(difference), .. } => {
            return Some(format!(
                "it has other settings: {}; choose another --output-dir, restore these settings to resume it by \
                 --resume, or discard it by --fresh",
                as_flags(difference)
            ));
        }
        RunDirError::OtherBuild { .. } => {
            "resume it with the program that began it, choose another --output-dir, or begin anew by --fresh"
        }
        RunDirError::OtherSettings { difference, .. } => {
            return Some(format!(
                "{}; restore these settings to resume it, or discard it by --fresh",
                as_flags(difference)
            ));
        }
        RunDirError::FinishedWithOtherSettings { path, earlier, difference } => {
            return Some(format!(
                "the run there: {}\n      {}; choose another --output-dir, or replace all of it by --fresh",
                finished_run::describe(path, earlier),
                as_flags(difference)
            ));
        }
        RunDirError::UnknownOutput { .. } => {
            "choose another --output-dir, or begin anew by --fresh, which replaces the outputs in this one"
        }
        RunDirError::NothingToResume { .. } => "leave --resume out to begin a run there",
        RunDirError::Damaged { .. } => "begin anew by --fresh, which replaces all that the run left",
        RunDirError::NothingToReplace { path } => {
            return Some(format!(
                "an update needs a finished dataset: leave --update out, or finish an interrupted run by\n        \
                 streamguard collect --resume --output-dir {}",
                escape(&quote_path(path))
            ));
        }
        RunDirError::HalfReplaced { path } => {
            return Some(format!(
                "put the rest in place by\n        streamguard collect --update --output-dir {}",
                escape(&quote_path(path))
            ));
        }
        RunDirError::NotAFolder { .. } if is_of_reading(error) => "name the output directory of a run",
        RunDirError::NotAFolder { .. } => "choose another --output-dir",
        RunDirError::AlreadyFinished { path, .. } => {
            let fault = check_data(path).err()?;
            return Some(format!("{}; begin anew by --fresh", escape(&fault.to_string())));
        }
        RunDirError::FileFault { .. } => "take a copy that is whole, or begin anew by --fresh",
        RunDirError::Write(_) | RunDirError::Unreadable { .. } => return None,
    };
    Some(text.to_owned())
}

fn is_disk_full(error: &Error) -> bool {
    let kinds = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
    kinds.into_iter().any(|kind| matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded))
}

/// Whether a command failed that only reads a run, and so has no `--output-dir`.
fn is_of_reading(error: &Error) -> bool {
    error.chain().any(|cause| matches!(cause.downcast_ref::<ReadError>(), Some(ReadError::RunDir(_))))
}

/// Finds the error of the folder of a run in an error.
pub(crate) fn run_dir_error(error: &Error) -> Option<&RunDirError> {
    error.chain().find_map(|cause| {
        // Transparent errors keep the one inside out of the chain, so it is taken out here.
        let of_run = cause.downcast_ref::<RunError>().and_then(|error| match error {
            RunError::RunDir(error) => Some(error),
            _ => None,
        });
        let of_report = cause.downcast_ref::<ReadError>().and_then(|error| match error {
            ReadError::RunDir(error) => Some(error),
            _ => None,
        });
        let of_plan = cause.downcast_ref::<PlanError>().and_then(|error| match error {
            PlanError::RunDir(error) => Some(error),
            _ => None,
        });
        cause.downcast_ref::<RunDirError>().or(of_run).or(of_report).or(of_plan)
    })
}

/// Describes a difference in the words of the command line.
fn as_flags(difference: &SettingsDifference) -> String {
    let SettingsDifference { path, was, is } = difference;
    match (path.as_slice(), was, is) {
        ([job], Some(_), None) => format!("{job} was one of its jobs, and is none now"),
        ([job], None, _) => format!("{job} is one of the jobs now, and was none"),
        (path, ..) if path.iter().any(|part| part == "access") => {
            "--offline, --snapshot or the folder of the cache was another".to_owned()
        }
        (path, was, is) => {
            // Settings stand below the name of their job; what is below them is a part of a value.
            let flag = match path.get(1).map(String::as_str).unwrap_or_default() {
                "ranges" => "range",
                flag => flag,
            };
            escape(&format!("--{flag} was {}, and is {} now", shown(was.as_ref()), shown(is.as_ref())))
        }
    }
}

/// Formats a setting as it is written on the command line; not escaped.
fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => "nothing".to_owned(),
        Some(Value::Bool(true)) => "given".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(all)) if all.is_empty() => "nothing".to_owned(),
        Some(Value::Array(all)) => all.iter().map(|one| shown(Some(one))).collect::<Vec<_>>().join(" "),
        Some(Value::Object(range)) if range.contains_key("start") && range.contains_key("end") => {
            format!("{}..{}", range["start"], range["end"])
        }
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_name_flags_as_they_are_written() {
        let text = |was: Value, is: Value| as_flags(&SettingsDifference::first(&was, &is).unwrap());
        let range = |end: u64| json!({"prime": {"ranges": [{"start": 1, "end": end}]}});
        assert_eq!(text(range(100), range(200)), "--range was 1..100, and is 1..200 now");
        let list = |file: &str| json!({"prime": {"list": {"file": file, "format": "text"}}});
        assert_eq!(text(list("a"), list("b")), "--list was a, and is b now");
        assert_eq!(
            text(json!({"a": {}}), json!({"a": {"fast": true}})),
            "--fast was nothing, and is given now"
        );
        assert_eq!(text(json!({"a": {}}), json!({})), "a was one of its jobs, and is none now");
    }
}
