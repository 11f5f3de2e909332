//! Whole lines out of the pieces in which a log grows.

use memchr::{memchr, memrchr};

use crate::line_reader::{LineBatch, MAX_LINE_BYTES};

/// Cuts pieces of text into whole lines. A line that a piece ends within waits for its rest.
#[derive(Debug, Default)]
pub(super) struct LineSplitter {
    /// Beginning of a line whose end has not come yet.
    unfinished: Vec<u8>,
    /// Whether the rest of a line that is too long is to be skipped.
    skips_line: bool,
}

impl LineSplitter {
    /// Passes the lines that end in this piece to `take`, each once.
    pub(super) fn push(&mut self, mut piece: &[u8], mut take: impl FnMut(LineBatch<'_>)) {
        if self.skips_line {
            let Some(end) = memchr(b'\n', piece) else { return };
            piece = &piece[end + 1..];
            self.skips_line = false;
        }
        if let Some(last) = memrchr(b'\n', piece) {
            let (mut lines, rest) = piece.split_at(last + 1);
            if !self.unfinished.is_empty() {
                // Only the first line is copied.
                let (first, others) = lines.split_at(memchr(b'\n', lines).unwrap_or(last) + 1);
                self.unfinished.extend_from_slice(first);
                take(LineBatch::Lines(&self.unfinished));
                self.unfinished.clear();
                lines = others;
            }
            if !lines.is_empty() {
                take(LineBatch::Lines(lines));
            }
            piece = rest;
        }
        self.unfinished.extend_from_slice(piece);
        if self.unfinished.len() > MAX_LINE_BYTES {
            self.unfinished = Vec::new();
            self.skips_line = true;
            take(LineBatch::TooLong);
        }
    }

    /// Passes on the line at the end of an input, which lacks a line end.
    pub(super) fn finish(&mut self, mut take: impl FnMut(LineBatch<'_>)) {
        if !self.unfinished.is_empty() {
            take(LineBatch::Lines(&self.unfinished));
        }
        *self = Self::default();
    }

    /// Returns whether the beginning of a line waits for its rest.
    pub(super) fn has_unfinished(&self) -> bool {
        !self.unfinished.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns the lines, `None` for one that is too long.
    fn split<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Option<Vec<u8>>> {
        let (mut splitter, mut all) = (LineSplitter::default(), Vec::new());
        let mut take = |batch: LineBatch<'_>| match batch {
            LineBatch::Lines(lines) => {
                let lines = lines.split_inclusive(|byte| *byte == b'\n');
                all.extend(lines.map(|line| Some(line.strip_suffix(b"\n").unwrap_or(line).to_vec())));
            }
            LineBatch::TooLong => all.push(None),
        };
        pieces.into_iter().for_each(|piece| splitter.push(piece, &mut take));
        splitter.finish(&mut take);
        all
    }

    proptest! {
        #[test]
        fn lines_do_not_depend_on_the_pieces(text in "[ab\n]{0,60}", step in 1usize..9) {
            let expected: Vec<_> = text.split_terminator('\n').map(|line| Some(line.as_bytes().to_vec())).collect();
            prop_assert_eq!(split(text.as_bytes().chunks(step)), expected);
        }
    }

    #[test]
    fn an_endless_line_counts_once_and_affects_no_other() {
        let text = [&vec![b'x'; 3 * MAX_LINE_BYTES][..], b"\nshort\n"].concat();
        assert_eq!(split(text.chunks(100_000)), [None, Some(b"short".to_vec())]);
    }
}
