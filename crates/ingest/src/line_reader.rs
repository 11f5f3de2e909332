//! A reader that returns whole lines, many at a time.

use std::io::{self, Read};

use memchr::{memchr, memrchr};

/// Longest line that is read, in bytes.
pub(crate) const MAX_LINE_BYTES: usize = 1 << 20;

/// Bytes that are read at once. They stay in the second-level cache while they are parsed.
const READ_BYTES: usize = 256 << 10;

/// Size of a page of memory, in bytes. Reading into a buffer that is not aligned to pages takes up to three
/// times as long.
pub(crate) const PAGE_BYTES: usize = 4096;

/// Reads lines from a stream, some hundred kilobytes at a time.
pub(crate) struct LineReader<R> {
    input: R,
    buffer: Vec<u8>,
    /// Index to which the input is read: the beginning of a page, with room for a line before it.
    base: usize,
    /// Beginning of the bytes that are read and not yet returned.
    start: usize,
    /// End of these bytes.
    end: usize,
    /// Bytes at the beginning of the stream that are still to be dropped.
    lead_bytes: u64,
    /// Position of `start` in the stream.
    offset: u64,
    /// Lines that begin at this position or later belong to the next shard.
    end_offset: u64,
    /// Whether the rest of a line is to be skipped.
    skips_line: bool,
    /// Whether all lines were returned.
    is_finished: bool,
}

/// The next lines of a stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LineBatch<'a> {
    /// Whole lines; the last line of the stream may lack its line end.
    Lines(&'a [u8]),
    /// A line of more than [`MAX_LINE_BYTES`] bytes, which was skipped.
    TooLong,
}

impl<R: Read> LineReader<R> {
    /// Reads the lines of `input` that begin after its first `lead` bytes and before the byte `end_offset`.
    ///
    /// If `lead` is not 0, a line that begins right behind the lead counts only if the lead ends with a line
    /// end.
    pub(crate) fn new(input: R, lead: u64, end_offset: u64) -> Self {
        let buffer = vec![0; PAGE_BYTES + MAX_LINE_BYTES + READ_BYTES];
        // align_offset may refuse by returning usize::MAX. It never does so for a vector; if it did, only speed
        // would be lost.
        let base =
            MAX_LINE_BYTES + buffer[MAX_LINE_BYTES..].as_ptr().align_offset(PAGE_BYTES).min(PAGE_BYTES);
        let mut reader = Self {
            input,
            buffer,
            base,
            start: base,
            end: base,
            lead_bytes: 0,
            offset: 0,
            end_offset,
            skips_line: false,
            is_finished: end_offset <= lead,
        };
        if lead > 0 {
            // The shard before reads the line to which the last byte of the lead belongs. If that byte is a line
            // end, only it is skipped here.
            reader.lead_bytes = lead - 1;
            reader.offset = lead - 1;
            reader.skips_line = true;
        }
        reader
    }

    /// Returns the next lines, or `None` at the end.
    ///
    /// # Errors
    /// Errors of the input.
    pub(crate) fn next(&mut self) -> io::Result<Option<LineBatch<'_>>> {
        while !self.is_finished {
            let tail = self.end - self.start;
            if tail > MAX_LINE_BYTES {
                let is_own = self.offset < self.end_offset;
                self.pass_over(tail);
                self.skips_line = true;
                return Ok(is_own.then_some(LineBatch::TooLong));
            }
            // The rest of the last line goes before the base, so that the next read is aligned to a page again.
            self.buffer.copy_within(self.start..self.end, self.base - tail);
            (self.start, self.end) = (self.base - tail, self.base);
            let read = self.fill()?;
            let lead_bytes = usize::try_from(self.lead_bytes).map_or(read, |lead_bytes| lead_bytes.min(read));
            self.start += lead_bytes;
            self.lead_bytes -= lead_bytes as u64;
            if read == 0 {
                self.is_finished = true;
                let last = std::mem::replace(&mut self.start, self.end)..self.end;
                let is_own = !self.skips_line && !last.is_empty() && self.offset < self.end_offset;
                return Ok(is_own.then(|| LineBatch::Lines(&self.buffer[last])));
            }
            if self.skips_line {
                match memchr(b'\n', &self.buffer[self.start..self.end]) {
                    None => {
                        self.pass_over(self.end - self.start);
                        continue;
                    }
                    Some(end) => {
                        self.pass_over(end + 1);
                        self.skips_line = false;
                    }
                }
            }
            if let Some(lines) = self.whole_lines() {
                return Ok((!lines.is_empty()).then(|| LineBatch::Lines(&self.buffer[lines])));
            }
        }
        Ok(None)
    }

    /// Returns the whole lines that were read, as far as they belong to this shard, or `None` if no line is
    /// whole.
    fn whole_lines(&mut self) -> Option<std::ops::Range<usize>> {
        let from = self.start;
        let mut length = memrchr(b'\n', &self.buffer[from..self.end])? + 1;
        let own_bytes = self.end_offset.saturating_sub(self.offset);
        if own_bytes < length as u64 {
            // The line that holds the last byte of this shard is read to its end.
            let own_bytes = own_bytes as usize;
            length = match own_bytes.checked_sub(1) {
                None => 0,
                Some(last) => own_bytes + memchr(b'\n', &self.buffer[from + last..self.end])?,
            };
            self.is_finished = true;
        }
        self.pass_over(length);
        Some(from..from + length)
    }

    /// Moves on by some bytes.
    fn pass_over(&mut self, bytes: usize) {
        self.start += bytes;
        self.offset += bytes as u64;
    }

    /// Reads once, behind the bytes that are there. Returns the number of bytes read.
    fn fill(&mut self) -> io::Result<usize> {
        loop {
            match self.input.read(&mut self.buffer[self.end..self.end + READ_BYTES]) {
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

    /// Returns a few bytes at a time, as a pipe may.
    struct SlowReader<'a>(&'a [u8], usize);

    impl Read for SlowReader<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let to_read = self.1.min(to.len());
            self.0.read(&mut to[..to_read])
        }
    }

    fn read(input: &[u8], lead: u64, end_offset: u64, step: usize) -> Vec<Option<Vec<u8>>> {
        let mut reader = LineReader::new(SlowReader(input, step), lead, end_offset);
        let mut all = Vec::new();
        while let Some(batch) = reader.next().unwrap() {
            match batch {
                LineBatch::Lines(lines) => {
                    // Whether an overlong line comes whole depends on its position; the caller has to check.
                    let lines = lines.split_inclusive(|byte| *byte == b'\n');
                    let lines = lines.map(|line| line.strip_suffix(b"\n").unwrap_or(line));
                    all.extend(lines.map(|line| (line.len() <= MAX_LINE_BYTES).then(|| line.to_vec())));
                }
                LineBatch::TooLong => all.push(None),
            }
        }
        all
    }

    proptest! {
        #[test]
        fn every_line_belongs_to_one_shard_wherever_the_text_is_cut(
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
                // The stream of a shard begins some bytes before the shard.
                let before = cut[0].min(3);
                let stream = &text.as_bytes()[(cut[0] - before) as usize..];
                all.extend(read(stream, before, cut[1] - cut[0] + before, step));
            }
            prop_assert_eq!(all, expected);
        }
    }

    #[test]
    fn an_endless_line_does_not_affect_other_lines() {
        let long = vec![b'x'; MAX_LINE_BYTES];
        let text = [&long[..], b"\n", &long, b"y\nshort\r\n", &long, &long, &long].concat();
        let all = read(&text, 0, u64::MAX, 100_000);
        let lengths: Vec<_> = all.iter().map(|line| line.as_ref().map(Vec::len)).collect();
        assert_eq!(lengths, [Some(MAX_LINE_BYTES), None, Some(6), None]);
    }
}
