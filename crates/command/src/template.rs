//! Templates of commands: words, or a line for the shell, in which placeholders stand for inputs.

use serde::{Deserialize, Serialize};

use crate::input_list::InputRow;
use crate::path_part::PathPart;
use crate::placeholder::{InputChoice, WordPiece, split_word};
use crate::shell_quote::quote_word;

/// The shell that runs command lines.
const SHELL: &str = "/bin/sh";

/// A command in which placeholders stand for inputs. One without any gets the inputs at its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CommandTemplate {
    /// A line for the shell, in which inputs are quoted.
    Line(String),
    /// A program and its arguments, which no shell sees.
    Words(Vec<String>),
}

impl CommandTemplate {
    /// Tells whether there is no command.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Line(line) => line.trim().is_empty(),
            Self::Words(words) => words.is_empty(),
        }
    }

    /// Returns the command as a line, for people.
    pub fn text(&self) -> String {
        match self {
            Self::Line(line) => line.clone(),
            Self::Words(words) => words.join(" "),
        }
    }

    /// Returns the program and its arguments for a row of inputs, the `number`th, from 1.
    pub fn fill(&self, row: &InputRow, number: usize) -> Vec<String> {
        let split = |word: &String| split_word(word, &row.columns);
        let mut words: Vec<Vec<WordPiece>> = match self {
            Self::Line(line) => vec![split(line)],
            Self::Words(words) => words.iter().map(split).collect(),
        };
        let is_text = |piece: &WordPiece| matches!(piece, WordPiece::Text(_));
        if words.iter().flatten().all(is_text) {
            let all = WordPiece::Input(InputChoice::All, PathPart::Whole);
            match self {
                Self::Line(_) => words[0].extend([WordPiece::Text(" ".to_owned()), all]),
                Self::Words(_) => words.push(vec![all]),
            }
        }
        match self {
            Self::Line(_) => vec![SHELL.to_owned(), "-c".to_owned(), fill_line(&words[0], row, number)],
            Self::Words(_) => words.iter().flat_map(|word| fill_word(word, row, number)).collect(),
        }
    }
}

/// Returns a text with its placeholders filled.
pub(crate) fn fill_name(name: &str, row: &InputRow, number: usize) -> String {
    split_word(name, &row.columns).iter().map(|piece| piece.texts(row, number).join(" ")).collect()
}

/// Fills one word. A placeholder that is a word of its own may stand for several words.
fn fill_word(word: &[WordPiece], row: &InputRow, number: usize) -> Vec<String> {
    match word {
        [only] => only.texts(row, number),
        pieces => vec![pieces.iter().map(|piece| piece.texts(row, number).join(" ")).collect()],
    }
}

/// Fills a line for the shell.
fn fill_line(line: &[WordPiece], row: &InputRow, number: usize) -> String {
    let fill = |piece: &WordPiece| match piece {
        WordPiece::Text(text) => text.clone(),
        // Quoted: an input is data, whatever signs it has.
        _ => piece.texts(row, number).iter().map(|text| quote_word(text)).collect::<Vec<_>>().join(" "),
    };
    line.iter().map(fill).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: &[&str]) -> InputRow {
        InputRow {
            columns: Vec::new().into(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        }
    }

    fn words(words: &[&str]) -> CommandTemplate {
        CommandTemplate::Words(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn inputs_are_appended_where_no_placeholder_stands() {
        assert_eq!(words(&["gzip", "-k"]).fill(&row(&["a b"]), 1), ["gzip", "-k", "a b"]);
        assert_eq!(words(&["cp"]).fill(&row(&["a", "b"]), 1), ["cp", "a", "b"]);
        assert_eq!(words(&["echo", "{#}"]).fill(&row(&["a"]), 3), ["echo", "3"]);
        assert_eq!(words(&["echo", "x{}"]).fill(&row(&["a", "b"]), 1), ["echo", "xa b"]);
    }

    #[test]
    fn the_shell_sees_inputs_as_data() {
        let line = CommandTemplate::Line("wc < {} > {.}.n".to_owned());
        let filled = line.fill(&row(&["it's; rm *.x"]), 1);
        assert_eq!(filled[2], r"wc < 'it'\''s; rm *.x' > 'it'\''s; rm *'.n");
        let line = CommandTemplate::Line("cat".to_owned());
        assert_eq!(line.fill(&row(&["a", "$x"]), 1)[2], "cat a '$x'");
    }
}
