//! An explanation as text for a terminal of 80 columns.

use std::fmt::{Result, Write};

use streamguard::ui::escape::{escape, escape_lines};
use streamguard_dataset::Sample;
use streamguard_mining::scoring::EVIDENCES;

use super::explanation::{CommitExplanation, FunctionExplanation};
use super::recorded_samples::RecordedSamples;

/// Digits of ids that are shown.
const ID_DIGITS: usize = 12;

/// Lines of a message that are shown.
const MESSAGE_LINES: usize = 6;

/// Returns the text. It holds nothing of the repository that a terminal would obey.
pub(super) fn text(explanation: &CommitExplanation) -> String {
    let mut text = String::new();
    write_commit(&mut text, explanation)
        .and_then(|()| {
            explanation.functions.iter().try_for_each(|function| write_function(&mut text, function))
        })
        .and_then(|()| write_dropped(&mut text, explanation))
        .and_then(|()| write_legend(&mut text, explanation))
        .expect("writing to a string cannot fail");
    text
}

/// Returns what the dataset alone can tell, and how to see more.
pub(super) fn recorded_text(recorded: &RecordedSamples) -> String {
    let mut text = String::new();
    for sample in recorded.samples() {
        write_recorded(&mut text, sample).expect("writing to a string cannot fail");
    }
    if let Some(commit) = recorded.commit() {
        let short = &commit[..commit.len().min(ID_DIGITS)];
        text.push_str(&format!(
            "The repository is not in the cache. The weights, and what else the commit changed, are shown by\n  streamguard \
             explain {short} --repo PATH-OF-A-CLONE\n"
        ));
    }
    text
}

fn write_recorded(text: &mut String, sample: &Sample) -> Result {
    let place = sample.path_after.as_deref().or(sample.source.as_deref()).unwrap_or("a sample");
    let name = sample.function.as_deref().unwrap_or_default();
    writeln!(text, "{} {}", escape(place), escape(name))?;
    let confidence =
        sample.label_confidence.map_or("no confidence".to_owned(), |value| format!("confidence {value:.2}"));
    writeln!(text, "    {}, {confidence}, id {}", escape(&sample.collector), short(&sample.id))?;
    for reason in &sample.label_evidence {
        writeln!(text, "    {}", escape(reason))?;
    }
    writeln!(text)
}

fn write_commit(text: &mut String, explanation: &CommitExplanation) -> Result {
    writeln!(text, "Commit {} of {}", short(&explanation.commit), escape(&explanation.repository))?;
    let message = explanation.message.as_deref().unwrap_or("(it cannot be read)");
    for line in message.lines().take(MESSAGE_LINES) {
        writeln!(text, "    {}", escape_lines(line))?;
    }
    let (points, needed) = (explanation.message_points, explanation.points_needed);
    match explanation {
        CommitExplanation { rejection: Some(rejection), .. } => {
            writeln!(text, "\nNothing of it is looked at: {}", words(rejection))?;
        }
        CommitExplanation { is_named: true, .. } => writeln!(text, "\nA fix, since an advisory names it:")?,
        _ if points >= needed => {
            writeln!(text, "\nA fix, since its message says so ({points} points, {needed} are needed):")?;
        }
        _ => writeln!(
            text,
            "\nNot chosen by its message ({points} points, {needed} are needed). An advisory that names it, or the merge that\n\
             brought it in, could still choose it; then this is what its functions would be:"
        )?,
    }
    for reason in &explanation.evidence {
        writeln!(text, "    {}", escape(reason))?;
    }
    writeln!(text)
}

fn write_function(text: &mut String, function: &FunctionExplanation) -> Result {
    let line = function.line.map(|line| format!(":{line}")).unwrap_or_default();
    let name = function.function.as_deref().unwrap_or("code outside of functions");
    writeln!(text, "{}{line} {}", escape(&function.path), escape(name))?;
    let confidence = function.confidence;
    match (function.rejection, &function.sample) {
        (None, Some(id)) => {
            let recorded = function.recorded_confidence.unwrap_or(confidence);
            writeln!(text, "    a sample, confidence {recorded:.2}, id {}", short(id))?;
        }
        (None, None) => writeln!(text, "    would be a sample, confidence {confidence:.2}")?,
        (Some(why), _) => writeln!(text, "    no sample: {} (confidence {confidence:.2})", words(why))?,
    }
    if let Some(rule) = function.exclusion {
        writeln!(text, "    rule: {rule}, which decides whatever the sum is")?;
    }
    writeln!(text, "    {:<18} {:>8} {:>8} {:>8}", "evidence", "value", "weight", "points")?;
    writeln!(text, "    {:<18} {:>8} {:>8} {:>8.2}", "base", "", "", function.base)?;
    for term in function.terms.iter().filter(|term| term.points != 0.0) {
        writeln!(
            text,
            "    {:<18} {:>8.2} {:>8.2} {:>+8.2}",
            term.name, term.value, term.weight, term.points
        )?;
    }
    writeln!(text, "    {:<18} {:>8} {:>8} {:>8.2}", "sum", "", "", function.sum)?;
    if function.fix_share < 1.0 {
        let share = function.fix_share;
        writeln!(
            text,
            "    of commits with such a message, a share of {share:.2} are fixes: the confidence counts it"
        )?;
    }
    for reason in &function.evidence {
        writeln!(text, "    {}", escape(reason))?;
    }
    writeln!(text)
}

fn write_dropped(text: &mut String, explanation: &CommitExplanation) -> Result {
    if explanation.dropped.is_empty() {
        return Ok(());
    }
    writeln!(text, "Left out at once:")?;
    for change in &explanation.dropped {
        let function = change.function.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
        writeln!(text, "    {}{}: {}", escape(&change.path), escape(&function), words(change.reason))?;
    }
    writeln!(text)
}

fn write_legend(text: &mut String, explanation: &CommitExplanation) -> Result {
    if explanation.functions.is_empty() {
        return Ok(());
    }
    writeln!(
        text,
        "The sum is in log-odds; a measured table turns it into the confidence. Evidence looks at:"
    )?;
    for evidence in EVIDENCES {
        writeln!(text, "    {:<18} {}", evidence.name, evidence.looks_at)?;
    }
    Ok(())
}

fn short(id: &str) -> String {
    escape(&id.chars().take(ID_DIGITS).collect::<String>())
}

/// Returns the name of a reason as words.
fn words(name: &str) -> String {
    name.replace('_', " ")
}
