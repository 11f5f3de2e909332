//! The short form of a job: `streamguard run -- COMMAND {} ::: A B C`, in the words of GNU parallel.

use std::io::{self, BufRead};
use std::path::PathBuf;

use streamguard::exit::UsageError;
use streamguard_command::{CommandTemplate, InputList};

/// Path that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// Kind of the inputs that follow a separator.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SourceKind {
    /// Values: `:::`, or `:::+` if they are paired with the source before.
    Values,
    /// Files whose lines are inputs: `::::` and `::::+`.
    Files,
}

/// Reads a separator: the kind of its source, and whether that is linked to the one before.
fn separator(word: &str) -> Option<(SourceKind, bool)> {
    Some(match word {
        ":::" => (SourceKind::Values, false),
        ":::+" => (SourceKind::Values, true),
        "::::" => (SourceKind::Files, false),
        "::::+" => (SourceKind::Files, true),
        _ => return None,
    })
}

/// Understands the words behind `--`. Without a separator the lines of standard input are the inputs.
pub(super) fn parse(words: &[String]) -> Result<(CommandTemplate, InputList), UsageError> {
    let end = words.iter().position(|word| separator(word).is_some()).unwrap_or(words.len());
    let (command, mut rest) = words.split_at(end);
    let template = match command {
        [] => return Err(UsageError("there is no command between -- and :::".to_owned())),
        // One word that holds several is a line for the shell, as GNU parallel takes it.
        [line] if line.contains(char::is_whitespace) => CommandTemplate::Line(line.clone()),
        words => CommandTemplate::Words(words.to_vec()),
    };
    let mut inputs = InputList::default();
    if rest.is_empty() {
        return Ok((template, inputs.with_values(standard_input()?, false)));
    }
    while let Some((kind, is_linked)) = rest.first().and_then(|word| separator(word)) {
        let end =
            rest[1..].iter().position(|word| separator(word).is_some()).map_or(rest.len(), |end| end + 1);
        let (source, behind) = rest.split_at(end);
        rest = behind;
        match kind {
            SourceKind::Values => inputs = inputs.with_values(&source[1..], is_linked),
            SourceKind::Files => {
                if source.len() == 1 {
                    return Err(UsageError(format!("{} names no file", source[0])));
                }
                for file in &source[1..] {
                    inputs = match file.as_str() {
                        STANDARD_INPUT => inputs.with_values(standard_input()?, is_linked),
                        file => inputs.with_lines_of(PathBuf::from(file), is_linked),
                    };
                }
            }
        }
    }
    Ok((template, inputs))
}

/// Reads the lines of standard input.
fn standard_input() -> Result<Vec<String>, UsageError> {
    let lines = io::stdin().lock().lines().collect::<io::Result<Vec<String>>>();
    lines.map_err(|error| UsageError(format!("cannot read standard input as lines of UTF-8: {error}")))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn commands(line: &str) -> Vec<String> {
        let words: Vec<String> = line.split(' ').map(|word| word.replace('_', " ")).collect();
        let (template, inputs) = parse(&words).unwrap();
        let rows = inputs.rows(Path::new(".")).unwrap();
        rows.iter().zip(1..).map(|(row, number)| template.fill(row, number).join(" ")).collect()
    }

    #[test]
    fn the_words_of_gnu_parallel_are_understood() {
        assert_eq!(commands("echo {} ::: a b"), ["echo a", "echo b"]);
        assert_eq!(commands("echo ::: a b ::: 1 2"), ["echo a 1", "echo a 2", "echo b 1", "echo b 2"]);
        assert_eq!(commands("echo {2}-{1} ::: a b :::+ 1 2"), ["echo 1-a", "echo 2-b"]);
        assert_eq!(commands("wc_<_{}_|_cat ::: a"), ["/bin/sh -c wc < a | cat"]);
        assert!(commands("echo :::").is_empty());
    }

    #[test]
    fn a_form_without_a_command_or_a_file_is_refused() {
        for words in [&[":::", "a"][..], &["echo", "::::"]] {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            assert!(parse(&words).is_err(), "{words:?}");
        }
    }
}
