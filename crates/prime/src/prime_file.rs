//! Files that list all primes of some ranges.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use streamguard_durable::{AtomicFile, WriteError, sync_folder};
use streamguard_engine::{JobError, MergeContext};

use crate::arithmetic::{NumberRange, PrimeSieve};

/// A file for all primes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrimeFile {
    /// Path of the file, which exists complete or not at all.
    pub file: PathBuf,
    /// Format of the file.
    pub format: PrimeFileFormat,
}

/// Format of a file of primes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PrimeFileFormat {
    /// Decimal digits, one prime per line
    Text,
    /// Eight bytes per prime, least significant first
    Binary,
}

/// Bytes that are written at once.
const BUFFER_BYTES: usize = 64 << 10;

/// Room that is left in the buffer for one prime, in bytes.
const MAX_PRIME_BYTES: usize = 32;

/// Writes the primes of disjoint ranges in order.
///
/// The primes are sieved once more here and never stored: sieving takes less time than writing.
///
/// # Errors
/// Failure to write the file, and a request to stop.
pub(crate) fn write(
    target: &PrimeFile,
    ranges: &[NumberRange],
    merge: &MergeContext<'_>,
) -> Result<(), JobError> {
    let failed = |source| JobError::Write(WriteError { path: target.file.clone(), source });
    let mut file = AtomicFile::create(&target.file).map_err(failed)?;
    let mut sieve = PrimeSieve::new();
    let mut buffer = Vec::with_capacity(BUFFER_BYTES);
    let stop = || merge.check_stopped().is_err();
    for &range in ranges {
        // The closure cannot return the error of a write, so the error is kept here.
        let mut written = Ok(());
        let sieved = sieve.for_each(range, &stop, |prime| {
            push_prime(&mut buffer, prime, target.format);
            if buffer.len() > BUFFER_BYTES - MAX_PRIME_BYTES {
                written = flush(&mut file, &mut buffer);
            }
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        written.map_err(failed)?;
        sieved.map_err(|_| JobError::Stopped)?;
    }
    flush(&mut file, &mut buffer).and_then(|()| file.commit()).map_err(failed)?;
    // The folder too, or a power cut could take the name of a finished file back.
    target.file.parent().map_or(Ok(()), sync_folder).map_err(failed)
}

fn flush(file: &mut impl Write, buffer: &mut Vec<u8>) -> io::Result<()> {
    file.write_all(buffer)?;
    buffer.clear();
    Ok(())
}

fn push_prime(buffer: &mut Vec<u8>, prime: u64, format: PrimeFileFormat) {
    match format {
        PrimeFileFormat::Binary => buffer.extend_from_slice(&prime.to_le_bytes()),
        PrimeFileFormat::Text => {
            // 20 digits hold every 64-bit number. By hand, because this is several times as fast as `write!`.
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
