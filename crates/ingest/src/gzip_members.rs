//! The members of a gzip file.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use flate2::bufread::GzDecoder;

/// Reads all members of a gzip file one after the other (RFC 1952, section 2.2).
///
/// Bytes behind the last whole member that are not a member are ignored, as `gzip -dc` ignores them: tapes and
/// some programs fill the last block.
pub(crate) struct GzipMembers<R> {
    /// Decoder of the current member; `None` at the end.
    member: Option<GzDecoder<R>>,
    /// Whether a member before the current one was whole.
    has_whole_member: bool,
    /// Whether the current member has yielded any byte.
    is_begun: bool,
    /// Set when bytes behind the last member are ignored.
    trailing: Rc<Cell<bool>>,
}

impl<R: BufRead> GzipMembers<R> {
    /// Creates a reader, which sets `trailing` if it ignores bytes at the end.
    pub(crate) fn new(input: R, trailing: Rc<Cell<bool>>) -> Self {
        Self { member: Some(GzDecoder::new(input)), has_whole_member: false, is_begun: false, trailing }
    }

    /// Ends the input at bytes that are not a member.
    fn ignore_rest(&mut self) -> usize {
        self.trailing.set(true);
        self.member = None;
        0
    }
}

impl<R: BufRead> Read for GzipMembers<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            match member.read(buffer) {
                Ok(0) if !buffer.is_empty() => {}
                // Only a wrong header is such an error; one that is cut is an unexpected end.
                Err(error)
                    if error.kind() == io::ErrorKind::InvalidInput
                        && self.has_whole_member
                        && !self.is_begun
                        && member.header().is_none() =>
                {
                    return Ok(self.ignore_rest());
                }
                result => {
                    self.is_begun = true;
                    return result;
                }
            }
            let Some(member) = self.member.take() else { break };
            let mut input = member.into_inner();
            (self.has_whole_member, self.is_begun) = (true, false);
            match input.fill_buf()?.first() {
                None => {}
                Some(0x1f) => self.member = Some(GzDecoder::new(input)),
                Some(_) => return Ok(self.ignore_rest()),
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Write};

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn member(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    /// Returns the text, whether bytes at the end were ignored, and the kind of the error if there was one.
    fn read(bytes: &[u8]) -> (String, bool, Option<io::ErrorKind>) {
        let trailing = Rc::new(Cell::new(false));
        let mut text = Vec::new();
        let mut members = GzipMembers::new(BufReader::with_capacity(3, bytes), Rc::clone(&trailing));
        let error = members.read_to_end(&mut text).err().map(|error| error.kind());
        (String::from_utf8(text).unwrap(), trailing.get(), error)
    }

    #[test]
    fn bytes_behind_the_members_are_ignored_and_a_cut_is_an_error() {
        let two = [member("a\n"), member(""), member("b\n")].concat();
        assert_eq!(read(&two), ("a\nb\n".into(), false, None));
        for rest in [&[0; 1][..], &[0; 700], b"rubbish", b"\x1frubbish beyond a header"] {
            assert_eq!(read(&[&two[..], rest].concat()), ("a\nb\n".into(), true, None), "{rest:?}");
        }
        let first = member("a\n").len();
        for cut in 1..first {
            let (text, trailing, error) = read(&two[..cut]);
            assert!(text.len() <= 2 && !trailing && error.is_some(), "cut at {cut}");
        }
        let (text, _, error) = read(&two[..two.len() - 1]);
        assert_eq!((&*text, error), ("a\nb\n", Some(io::ErrorKind::UnexpectedEof)));
    }
}
