//! All primes of some ranges in a file.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use streamguard_durable::{AtomicFile, WriteError, sync_folder};
use streamguard_engine::{JobError, Merge};

use super::arithmetic::{Range, Sieve};

/// A file for all primes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// The file. It is there whole, or not at all.
    pub file: PathBuf,
    /// What it looks like.
    pub format: ListFormat,
}

/// What a file of primes looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListFormat {
    /// Decimal digits, a prime a line
    Text,
    /// Eight bytes a prime, the least significant first
    Binary,
}

/// Bytes that are written at once.
const BUFFER: usize = 64 << 10;

/// Writes the primes of the ranges, which must be disjoint, in their order. To write takes longer than to
/// sieve, so they are sieved here once more, and never kept anywhere.
pub(crate) fn write(list: &List, ranges: &[Range], merge: &Merge<'_>) -> Result<(), JobError> {
    let cannot = |source| JobError::Write(WriteError { path: list.file.clone(), source });
    let mut file = AtomicFile::create(&list.file).map_err(cannot)?;
    let mut sieve = Sieve::new();
    let mut buffer = Vec::with_capacity(BUFFER);
    let stop = || merge.check().is_err();
    for &range in ranges {
        let mut written = Ok(());
        let sieved = sieve.each(range, &stop, |prime| {
            push(&mut buffer, prime, list.format);
            if buffer.len() > BUFFER - 32 {
                written = flush(&mut file, &mut buffer);
            }
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        written.map_err(cannot)?;
        sieved.map_err(|_| JobError::Stopped)?;
    }
    flush(&mut file, &mut buffer).and_then(|()| file.commit()).map_err(cannot)?;
    list.file.parent().map_or(Ok(()), sync_folder).map_err(cannot)
}

fn flush(file: &mut impl Write, buffer: &mut Vec<u8>) -> io::Result<()> {
    file.write_all(buffer)?;
    buffer.clear();
    Ok(())
}

fn push(buffer: &mut Vec<u8>, prime: u64, format: ListFormat) {
    match format {
        ListFormat::Binary => buffer.extend_from_slice(&prime.to_le_bytes()),
        ListFormat::Text => {
            // 20 digits hold every number of 64 bits; several times as fast as `write!`.
            let mut digits = [b'\n'; 21];
            let mut from = 20;
            let mut rest = prime;
            while rest > 0 {
                from -= 1;
                digits[from] = b'0' + (rest % 10) as u8;
                rest /= 10;
            }
            buffer.extend_from_slice(&digits[from..]);
        }
    }
}
