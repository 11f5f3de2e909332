//! Samples of a file, read at byte offsets, so that a dataset of any size takes little memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use streamguard_dataset::Sample;
use streamguard_dataset::jsonl::MAX_LINE_BYTES;

/// Size of the buffer of a scan.
const SCAN_BUFFER_BYTES: usize = 256 << 10;

/// Lines between two looks at the clock.
const LINES_PER_LOOK: usize = 64;

/// File with one sample a line.
#[derive(Clone, Debug)]
pub(super) struct SampleFile {
    file: Arc<File>,
    pub(super) path: PathBuf,
    /// Length when it was opened. The file of a new run replaces this one, which stays readable.
    pub(super) length: u64,
}

impl SampleFile {
    /// Opens the file.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self { file: Arc::new(file), path: path.to_owned(), length })
    }

    /// Reads the line at an offset, without its end.
    pub(super) fn line(&self, offset: u64) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        let reader = BufReader::new(OffsetReader { file: Arc::clone(&self.file), offset });
        reader.take(MAX_LINE_BYTES as u64 + 1).read_until(b'\n', &mut line)?;
        line.pop_if(|last| *last == b'\n');
        Ok(line)
    }

    /// Starts a scan at the first line.
    pub(super) fn scan(&self) -> FileScan {
        let reader = OffsetReader { file: Arc::clone(&self.file), offset: 0 };
        FileScan {
            input: BufReader::with_capacity(SCAN_BUFFER_BYTES, reader),
            offset: 0,
            length: self.length,
            line: Vec::new(),
        }
    }
}

/// Parses a line. The error is a reason in words.
pub(super) fn parse(line: &[u8]) -> Result<Sample, String> {
    if line.len() > MAX_LINE_BYTES {
        return Err(format!("this line is longer than {MAX_LINE_BYTES} bytes"));
    }
    serde_json::from_slice(line).map_err(|error| format!("this line is not a sample: {error}"))
}

/// Reader with an offset of its own, so that several can share a file.
#[derive(Debug)]
struct OffsetReader {
    file: Arc<File>,
    offset: u64,
}

impl Read for OffsetReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}

/// Pass over all lines of a file, in slices of time: the keys are read between two slices.
#[derive(Debug)]
pub(super) struct FileScan {
    input: BufReader<OffsetReader>,
    offset: u64,
    length: u64,
    line: Vec<u8>,
}

impl FileScan {
    /// Visits further lines with their offsets, for about so long. Returns whether there are more.
    pub(super) fn advance(&mut self, time: Duration, visit: &mut dyn FnMut(u64, &[u8])) -> io::Result<bool> {
        let since = Instant::now();
        loop {
            for _ in 0..LINES_PER_LOOK {
                let start = self.offset;
                if start >= self.length || !self.next_line()? {
                    return Ok(false);
                }
                visit(start, &self.line);
            }
            if since.elapsed() >= time {
                return Ok(true);
            }
        }
    }

    /// Reads the next line, without its end. Of one that is too long only the beginning is kept.
    fn next_line(&mut self) -> io::Result<bool> {
        let max_bytes = MAX_LINE_BYTES as u64 + 1;
        self.line.clear();
        let mut read = (&mut self.input).take(max_bytes).read_until(b'\n', &mut self.line)?;
        self.offset += read as u64;
        let any = read > 0;
        let mut rest = Vec::new();
        let mut is_ended = self.line.last() == Some(&b'\n');
        while !is_ended && read as u64 == max_bytes {
            rest.clear();
            read = (&mut self.input).take(max_bytes).read_until(b'\n', &mut rest)?;
            self.offset += read as u64;
            is_ended = rest.last() == Some(&b'\n');
        }
        self.line.pop_if(|last| *last == b'\n');
        Ok(any)
    }

    /// Returns the part of the file that was read, in percent.
    pub(super) fn percent(&self) -> u64 {
        (self.offset.saturating_mul(100)).checked_div(self.length).unwrap_or(100).min(100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_again_at_their_offsets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("samples.jsonl");
        let long = "x".repeat(2 * MAX_LINE_BYTES + 5);
        std::fs::write(&path, format!("one\n\n{long}\nlast")).unwrap();
        let file = SampleFile::open(&path).unwrap();
        let (mut scan, mut found) = (file.scan(), Vec::new());
        while scan.advance(Duration::ZERO, &mut |offset, line| found.push((offset, line.len()))).unwrap() {}
        let end = 5 + long.len() as u64 + 1;
        assert_eq!(found, [(0, 3), (4, 0), (5, MAX_LINE_BYTES + 1), (end, 4)]);
        assert_eq!(scan.percent(), 100);
        assert_eq!(file.line(end).unwrap(), b"last");
        assert!(parse(&file.line(5).unwrap()).unwrap_err().contains("longer than"));
        assert!(parse(b"").unwrap_err().contains("not a sample"));
    }
}
