//! Text whose parse would run away in a single step, found by parsing the beginning of it.
//!
//! A parser can be stopped between its steps only. With thousands of operators that no bracket, comma or semicolon parts,
//! as in `a=>a=>a=>`, the grammar of C holds all of them open, and closes them in one step at the end, which allocates
//! memory by the square of their number. The same shows at the beginning of such text, where it costs little.

use std::ops::Range;

/// Shortest stretch that is probed, in bytes, and length of the first probe. It takes 170 MB with the worst text known.
const MIN_STRETCH_BYTES: usize = 512;

/// Fewest operators in a stretch that is probed. Text between separators has far fewer, unless it is a comment.
const MIN_OPERATORS: usize = 100;

/// Returns the parts of a text to parse first, the shortest one of each stretch before the longer ones. There are none in
/// most files.
pub(super) fn probes(text: &str) -> impl Iterator<Item = Range<usize>> {
    stretches(text.as_bytes()).filter(|stretch| is_dense(&text.as_bytes()[stretch.clone()])).flat_map(
        move |stretch| {
            let lengths = std::iter::successors(Some(MIN_STRETCH_BYTES), |length| length.checked_mul(2));
            // The last one is the stretch itself.
            let shorter = lengths.take_while({
                let whole = stretch.len();
                move |length| *length < whole
            });
            let ends = shorter.map(move |length| text.floor_char_boundary(stretch.start + length));
            ends.chain([stretch.end]).map(move |end| stretch.start..end)
        },
    )
}

/// Returns the stretches of a text between its separators that are long enough to probe.
fn stretches(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    let ends = (0..bytes.len()).filter(|at| is_separator(bytes[*at])).chain([bytes.len()]);
    ends.filter_map(move |end| {
        let stretch = start..end;
        start = end + 1;
        (stretch.len() > MIN_STRETCH_BYTES).then_some(stretch)
    })
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b';' | b',' | b'(' | b')' | b'{' | b'}')
}

fn is_dense(stretch: &[u8]) -> bool {
    // Rulers of comments are long runs of one character: a run counts once.
    let is_operator =
        |byte: u8| byte.is_ascii_punctuation() && !matches!(byte, b'_' | b'.' | b'"' | b'\'' | b'#');
    stretch.chunk_by(|a, b| a == b).filter(|run| is_operator(run[0])).count() >= MIN_OPERATORS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_stretches_of_operators_are_probed_from_their_beginning() {
        let text = format!("int b; {}; int c;", "a=>".repeat(500));
        let found: Vec<_> = probes(&text).collect();
        assert_eq!(found, [6..518, 6..1030, 6..1507]);
        for text in ["a=>,".repeat(5_000), format!("/* {} */", "=".repeat(5_000)), "word ".repeat(5_000)] {
            assert_eq!(probes(&text).count(), 0, "{}", &text[..20]);
        }
    }
}
