//! Lines that a runtime of containers writes in pieces, since they are longer than its buffer.

use serde_json::json;

use crate::line_reader::MAX_LINE_BYTES;
use crate::line_wrapper::{LinePiece, LineWrapper};

/// Number of streams of a container.
const STREAMS: usize = 2;

/// Joins the pieces of lines. Those of the two streams of a container may alternate.
#[derive(Debug, Default)]
pub(crate) struct LineJoiner {
    waiting: [Option<JoinedLine>; STREAMS],
}

/// The pieces of one line so far.
#[derive(Debug, Default)]
struct JoinedLine {
    /// What stands before the text of the first piece.
    head: Vec<u8>,
    text: Vec<u8>,
    /// Date of the first piece, if it stands in an object.
    date: Option<String>,
    is_too_long: bool,
}

/// What a line is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PieceResult {
    /// A line as it is.
    Whole,
    /// A piece behind which another one is to come.
    Waits,
    /// The last piece of this line, in the form of one that was not cut.
    Joined(Vec<u8>),
    /// The last piece of a line that is too long.
    TooLong,
}

impl LineJoiner {
    /// Adds a line.
    pub(crate) fn push(&mut self, wrapper: LineWrapper, line: &[u8]) -> PieceResult {
        let Some(piece) = wrapper.piece(line) else { return PieceResult::Whole };
        let waiting = &mut self.waiting[piece.stream];
        if waiting.is_none() && piece.is_last {
            return PieceResult::Whole;
        }
        let is_last = piece.is_last;
        waiting.get_or_insert_with(|| JoinedLine::begin(&piece)).add(&piece);
        match waiting.take_if(|_| is_last) {
            None => PieceResult::Waits,
            Some(line) if line.is_too_long => PieceResult::TooLong,
            Some(line) => PieceResult::Joined(line.into_line(wrapper)),
        }
    }

    /// Returns the number of lines whose last piece did not come.
    pub(crate) fn unfinished(&self) -> usize {
        self.waiting.iter().flatten().count()
    }
}

impl JoinedLine {
    fn begin(piece: &LinePiece<'_>) -> Self {
        Self { head: piece.head.to_vec(), date: piece.date.as_deref().map(str::to_owned), ..Self::default() }
    }

    fn add(&mut self, piece: &LinePiece<'_>) {
        if self.text.len() + piece.text.len() > MAX_LINE_BYTES {
            self.is_too_long = true;
            self.text = Vec::new();
        }
        if !self.is_too_long {
            self.text.extend_from_slice(&piece.text);
        }
    }

    fn into_line(mut self, wrapper: LineWrapper) -> Vec<u8> {
        if wrapper == LineWrapper::Json {
            let text = String::from_utf8_lossy(&self.text);
            return json!({ "log": text, "time": self.date }).to_string().into_bytes();
        }
        self.head.append(&mut self.text);
        self.head
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_joined_by_stream() {
        let mut joiner = LineJoiner::default();
        for (line, expected) in [
            ("2023-10-10T13:55:36Z stdout F a", PieceResult::Whole),
            ("2023-10-10T13:55:36Z stdout P b", PieceResult::Waits),
            ("2023-10-10T13:55:36Z stderr F c", PieceResult::Whole),
            ("2023-10-10T13:55:37Z stdout P  d", PieceResult::Waits),
            (
                "2023-10-10T13:55:37Z stdout F e",
                PieceResult::Joined(b"2023-10-10T13:55:36Z stdout P b de".to_vec()),
            ),
            ("other text", PieceResult::Whole),
            ("2023-10-10T13:55:36Z stderr P f", PieceResult::Waits),
        ] {
            assert_eq!(joiner.push(LineWrapper::Prefix, line.as_bytes()), expected, "{line}");
        }
        assert_eq!(joiner.unfinished(), 1);
    }

    #[test]
    fn texts_in_objects_are_joined_up_to_their_line_end() {
        let mut joiner = LineJoiner::default();
        let mut push = |line: &str| joiner.push(LineWrapper::Json, line.as_bytes());
        assert_eq!(push(r#"{"log":"a\n","stream":"stdout","time":"t"}"#), PieceResult::Whole);
        assert_eq!(push(r#"{"log":"b \"","stream":"stdout","time":"t"}"#), PieceResult::Waits);
        let joined = push(r#"{"log":"c\n","stream":"stdout","time":"u"}"#);
        assert_eq!(joined, PieceResult::Joined(br#"{"log":"b \"c\n","time":"t"}"#.to_vec()));
        assert_eq!(push(r#"{"method":"GET"}"#), PieceResult::Whole);
    }

    #[test]
    fn an_endless_line_is_not_kept() {
        let mut joiner = LineJoiner::default();
        let piece = format!("2023-10-10T13:55:36Z stdout P {}", "x".repeat(MAX_LINE_BYTES / 2));
        for _ in 0..5 {
            assert_eq!(joiner.push(LineWrapper::Prefix, piece.as_bytes()), PieceResult::Waits);
        }
        let last = joiner.push(LineWrapper::Prefix, b"2023-10-10T13:55:36Z stdout F y");
        assert_eq!((last, joiner.unfinished()), (PieceResult::TooLong, 0));
    }
}
