//! Writes pairs as JSONL to standard output, for `measure_pairs.py` beside this file: `write_pairs [COUNT] [SEED]`.

use std::io::{self, Write};

use streamguard_synthetic::{PairBuffer, PairGenerator};

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>().map_err(io::Error::other));
    let count = arguments.next().transpose()?.unwrap_or(8000);
    let seed = arguments.next().transpose()?.unwrap_or(42);
    write_pairs(count, seed, &mut io::BufWriter::new(io::stdout().lock()))
}

/// Writes the first pairs of a seed, one a line.
pub(crate) fn write_pairs(count: u64, seed: u64, out: &mut impl Write) -> io::Result<()> {
    let generator = PairGenerator::new();
    let mut buffer = PairBuffer::default();
    for index in 0..count {
        let pair = generator.write_pair(seed, index, &mut buffer);
        let line = serde_json::json!({
            "language": pair.language.name(),
            "weakness": pair.weakness.name,
            "vulnerable": pair.vulnerable,
            "fixed": pair.fixed,
            "prelude": pair.prelude.join("\n"),
        });
        writeln!(out, "{line}")?;
    }
    out.flush()
}
