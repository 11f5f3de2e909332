//! Placeholders in the words of a command: `{}`, `{2/.}`, `{name}`, `{#}`.

use crate::input_list::InputRow;
use crate::path_part::PathPart;

/// A piece of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WordPiece {
    /// Text that stays as it is.
    Text(String),
    /// A part of an input.
    Input(InputChoice, PathPart),
    /// Number of the input, from 1: `{#}`.
    Number,
}

/// The inputs of a row that a placeholder stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InputChoice {
    /// All of them.
    All,
    /// The one at this position, from 0.
    Position(usize),
    /// The one of this column.
    Column(String),
}

impl InputChoice {
    /// Returns the chosen inputs; none if the row does not have them.
    fn of(&self, row: &InputRow) -> Vec<String> {
        match self {
            Self::All => row.values.clone(),
            Self::Position(position) => row.values.get(*position).cloned().into_iter().collect(),
            Self::Column(name) => {
                let position = row.columns.iter().position(|column| column == name);
                position.and_then(|position| row.values.get(position)).cloned().into_iter().collect()
            }
        }
    }
}

impl WordPiece {
    /// Returns the texts that the piece stands for: several only for all inputs of a row.
    pub(crate) fn texts(&self, row: &InputRow, number: usize) -> Vec<String> {
        match self {
            Self::Text(text) => vec![text.clone()],
            Self::Number => vec![number.to_string()],
            Self::Input(choice, part) => {
                choice.of(row).iter().map(|input| part.of(input).to_owned()).collect()
            }
        }
    }
}

/// Splits a word at its placeholders. Braces that are none, such as those of awk, stay as they are.
pub(crate) fn split_word(word: &str, columns: &[String]) -> Vec<WordPiece> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = word;
    while let Some(start) = rest.find('{') {
        let behind = &rest[start + 1..];
        let placeholder = behind.find('}').and_then(|end| Some((end, placeholder(&behind[..end], columns)?)));
        match placeholder {
            Some((end, piece)) => {
                text.push_str(&rest[..start]);
                if !text.is_empty() {
                    pieces.push(WordPiece::Text(std::mem::take(&mut text)));
                }
                pieces.push(piece);
                rest = &behind[end + 1..];
            }
            None => {
                text.push_str(&rest[..=start]);
                rest = behind;
            }
        }
    }
    text.push_str(rest);
    if !text.is_empty() {
        pieces.push(WordPiece::Text(text));
    }
    pieces
}

/// Understands what stands between braces.
fn placeholder(inside: &str, columns: &[String]) -> Option<WordPiece> {
    if inside == "#" {
        return Some(WordPiece::Number);
    }
    // The sign of a part stands at the end, behind a position or the name of a column.
    let sign = inside.len() - inside.trim_end_matches(['.', '/']).len();
    let (choice, sign) = inside.split_at(inside.len() - sign);
    let part = PathPart::of_sign(sign)?;
    let choice = if choice.is_empty() {
        InputChoice::All
    } else if columns.iter().any(|column| column == choice) {
        InputChoice::Column(choice.to_owned())
    } else {
        InputChoice::Position(choice.parse::<usize>().ok()?.checked_sub(1)?)
    };
    Some(WordPiece::Input(choice, part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_that_are_no_placeholder_stay() {
        for word in ["{print $1}", "{", "}{", "{0}", "{%}", "{x}", "a{b", "{-1}", "{1.5}"] {
            assert_eq!(split_word(word, &[]), [WordPiece::Text(word.to_owned())], "{word}");
        }
    }

    #[test]
    fn columns_win_over_positions() {
        let columns = ["2".to_owned(), "lr".to_owned()];
        let row = InputRow { columns: columns.to_vec().into(), values: vec!["first".into(), "a/b.c".into()] };
        let fill = |word: &str| -> String {
            split_word(word, &columns).iter().flat_map(|piece| piece.texts(&row, 7)).collect()
        };
        assert_eq!(fill("{2}-{lr/.}-{1}-{#}-{3}"), "first-b-first-7-");
        assert_eq!(fill("{{}}{"), "{firsta/b.c}{");
    }
}
