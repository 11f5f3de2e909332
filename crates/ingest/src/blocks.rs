//! Reading whole lines in large pieces.

use std::io::{self, Read};

use memchr::{memchr, memrchr};

/// The longest line that is read, in bytes.
pub(super) const LONGEST_LINE: usize = 1 << 20;

/// How much is read at once, in bytes: it stays in the second cache while it is parsed.
const BLOCK: usize = 256 << 10;

/// Size of a page of memory, in bytes; reading to where none begins costs up to three times as much.
pub(super) const PAGE: usize = 4096;

/// Lines out of a stream, some hundred kilobytes at a time.
pub(super) struct Blocks<R> {
    input: R,
    buffer: Vec<u8>,
    /// Where the input is read to: the beginning of a page, with room for a line before it.
    base: usize,
    /// What is read and not yet handed out.
    start: usize,
    end: usize,
    /// Bytes at the beginning that nobody looks at.
    ignored: u64,
    /// Where `start` is in the stream.
    offset: u64,
    /// Lines that begin there or later are somebody else's.
    until: u64,
    /// The rest of a line is to be passed over.
    skipping: bool,
    over: bool,
}

/// What comes out of a stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Whole lines; the last of the stream may lack its end.
    Lines(&'a [u8]),
    /// A line of more than [`LONGEST_LINE`] bytes, which is passed over.
    TooLong,
}

impl<R: Read> Blocks<R> {
    /// The lines of `input` that begin after its first `lead` bytes and before its byte `until`. If
    /// there is a lead, a line that begins right behind it counts only if the lead ends with a
    /// line end.
    pub(super) fn new(input: R, lead: u64, until: u64) -> Self {
        let buffer = vec![0; PAGE + LONGEST_LINE + BLOCK];
        // Of a vector this never fails; if it did, only speed would be lost.
        let base = LONGEST_LINE + buffer[LONGEST_LINE..].as_ptr().align_offset(PAGE).min(PAGE);
        let mut blocks = Self {
            input,
            buffer,
            base,
            start: base,
            end: base,
            ignored: 0,
            offset: 0,
            until,
            skipping: false,
            over: until <= lead,
        };
        if lead > 0 {
            // The line that the last byte of the lead belongs to is the one before's.
            blocks.ignored = lead - 1;
            blocks.offset = lead - 1;
            blocks.skipping = true;
        }
        blocks
    }

    /// The next lines; none at the end.
    ///
    /// # Errors
    /// What the input says.
    pub(super) fn next(&mut self) -> io::Result<Option<Piece<'_>>> {
        while !self.over {
            let tail = self.end - self.start;
            if tail > LONGEST_LINE {
                let is_ours = self.offset < self.until;
                self.pass_over(tail);
                self.skipping = true;
                return Ok(is_ours.then_some(Piece::TooLong));
            }
            self.buffer.copy_within(self.start..self.end, self.base - tail);
            (self.start, self.end) = (self.base - tail, self.base);
            let read = self.fill()?;
            let ignored = usize::try_from(self.ignored).map_or(read, |ignored| ignored.min(read));
            self.start += ignored;
            self.ignored -= ignored as u64;
            if read == 0 {
                self.over = true;
                let last = std::mem::replace(&mut self.start, self.end)..self.end;
                let is_ours = !self.skipping && !last.is_empty() && self.offset < self.until;
                return Ok(is_ours.then(|| Piece::Lines(&self.buffer[last])));
            }
            if self.skipping {
                match memchr(b'\n', &self.buffer[self.start..self.end]) {
                    None => {
                        self.pass_over(self.end - self.start);
                        continue;
                    }
                    Some(end) => {
                        self.pass_over(end + 1);
                        self.skipping = false;
                    }
                }
            }
            if let Some(lines) = self.whole_lines() {
                return Ok((!lines.is_empty()).then(|| Piece::Lines(&self.buffer[lines])));
            }
        }
        Ok(None)
    }

    /// The whole lines that were read, as far as they are ours; none if there is no whole one.
    fn whole_lines(&mut self) -> Option<std::ops::Range<usize>> {
        let from = self.start;
        let mut length = memrchr(b'\n', &self.buffer[from..self.end])? + 1;
        let ours = self.until.saturating_sub(self.offset);
        if ours < length as u64 {
            // The last line that is ours is the one that its last byte belongs to.
            let ours = ours as usize;
            length = match ours.checked_sub(1) {
                None => 0,
                Some(last) => ours + memchr(b'\n', &self.buffer[from + last..self.end])?,
            };
            self.over = true;
        }
        self.pass_over(length);
        Some(from..from + length)
    }

    fn pass_over(&mut self, bytes: usize) {
        self.start += bytes;
        self.offset += bytes as u64;
    }

    /// Reads once, behind what there is. Returns how many bytes came.
    fn fill(&mut self) -> io::Result<usize> {
        loop {
            match self.input.read(&mut self.buffer[self.end..self.end + BLOCK]) {
                Ok(read) => {
                    self.end += read;
                    return Ok(read);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gives a few bytes at a time, as a pipe may.
    struct Slowly<'a>(&'a [u8], usize);

    impl Read for Slowly<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let to_read = self.1.min(to.len());
            self.0.read(&mut to[..to_read])
        }
    }

    fn read(input: &[u8], lead: u64, until: u64, step: usize) -> Vec<Option<Vec<u8>>> {
        let mut blocks = Blocks::new(Slowly(input, step), lead, until);
        let mut all = Vec::new();
        while let Some(piece) = blocks.next().unwrap() {
            match piece {
                Piece::Lines(lines) => {
                    // Whether such a line comes whole depends on where it is; it is for the caller to see.
                    let lines = lines.split_inclusive(|byte| *byte == b'\n');
                    let lines = lines.map(|line| line.strip_suffix(b"\n").unwrap_or(line));
                    all.extend(lines.map(|line| (line.len() <= LONGEST_LINE).then(|| line.to_vec())));
                }
                Piece::TooLong => all.push(None),
            }
        }
        all
    }

    proptest! {
        #[test]
        fn every_line_is_somebodys_wherever_it_is_cut(
            text in "[ab\n]{0,60}", cuts in prop::collection::vec(0u64..60, 0..4), step in 1usize..20
        ) {
            let whole = read(text.as_bytes(), 0, u64::MAX, 1000);
            let expected: Vec<_> = text.split_terminator('\n').map(|line| Some(line.as_bytes().to_vec())).collect();
            prop_assert_eq!(&whole, &expected);
            let mut cuts: Vec<u64> = cuts.into_iter().filter(|cut| *cut < text.len() as u64).collect();
            cuts.extend([0, text.len() as u64]);
            cuts.sort_unstable();
            cuts.dedup();
            let mut all = Vec::new();
            for cut in cuts.windows(2) {
                // The stream of a piece begins some bytes before it.
                let before = cut[0].min(3);
                let stream = &text.as_bytes()[(cut[0] - before) as usize..];
                all.extend(read(stream, before, cut[1] - cut[0] + before, step));
            }
            prop_assert_eq!(all, expected);
        }
    }

    #[test]
    fn a_line_without_end_costs_nothing_but_itself() {
        let long = vec![b'x'; LONGEST_LINE];
        let text = [&long[..], b"\n", &long, b"y\nshort\r\n", &long, &long, &long].concat();
        let all = read(&text, 0, u64::MAX, 100_000);
        let lengths: Vec<_> = all.iter().map(|line| line.as_ref().map(Vec::len)).collect();
        assert_eq!(lengths, [Some(LONGEST_LINE), None, Some(6), None]);
    }
}
