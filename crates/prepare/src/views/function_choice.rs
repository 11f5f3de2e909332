//! Choice of functions: of those with the same tokens one is enough, and it must not have two labels.

use crate::row_table::TextNumber;

/// Reason for which a labelled text is or is not a function of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextChoice {
    /// It has no label.
    Unlabelled,
    /// It has no tokens.
    Empty,
    /// It is taken.
    Taken,
    /// Another one with the same tokens and the same label is taken.
    Copy,
    /// It is said not to be vulnerable, but another one with the same tokens is.
    Contradicted,
}

/// Choice among all texts of a dataset.
#[derive(Debug)]
pub(crate) struct FunctionChoice(Vec<TextChoice>);

impl FunctionChoice {
    /// Chooses among the labelled texts. Of equal ones the first vulnerable one is taken, or else the first: a function
    /// that was fixed twice is the fixed side of the first fix, and still vulnerable.
    pub(crate) fn new(labels: &[Option<bool>], digests: &[(u128, TextNumber)]) -> Self {
        let label = |text: TextNumber| labels.get(text as usize).copied().flatten();
        let mut choices: Vec<TextChoice> = labels
            .iter()
            .map(|label| if label.is_some() { TextChoice::Empty } else { TextChoice::Unlabelled })
            .collect();
        let mut labelled: Vec<(u128, TextNumber)> =
            digests.iter().copied().filter(|(_, text)| label(*text).is_some()).collect();
        labelled.sort_unstable();
        for copies in labelled.chunk_by(|left, right| left.0 == right.0) {
            let vulnerable = copies.iter().find(|(_, text)| label(*text) == Some(true));
            let taken = vulnerable.unwrap_or(&copies[0]).1;
            for (_, text) in copies {
                choices[*text as usize] = match *text {
                    text if text == taken => TextChoice::Taken,
                    text if label(text) == label(taken) => TextChoice::Copy,
                    _ => TextChoice::Contradicted,
                };
            }
        }
        Self(choices)
    }

    /// Returns the choice about a text.
    pub(super) fn of(&self, text: TextNumber) -> TextChoice {
        self.0.get(text as usize).copied().unwrap_or(TextChoice::Unlabelled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equal_functions_the_vulnerable_one_is_taken() {
        let labels = [Some(true), Some(false), Some(true), Some(false), None, Some(false)];
        // The second text was fixed once more: it is the third.
        let digests = [(7, 0), (8, 1), (8, 2), (9, 3), (9, 4)];
        let choice = FunctionChoice::new(&labels, &digests);
        let all: Vec<TextChoice> = (0..6).map(|text| choice.of(text)).collect();
        use TextChoice::{Contradicted, Empty, Taken, Unlabelled};
        assert_eq!(all, [Taken, Contradicted, Taken, Taken, Unlabelled, Empty]);
    }
}
