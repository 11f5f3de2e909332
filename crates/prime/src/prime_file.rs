//! Files that list all primes of some ranges.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use streamguard_durable::{AtomicFile, WriteError, sync_folder};
use streamguard_engine::{JobError, MergeContext};

use crate::arithmetic::{NumberRange, PrimeSieve};

/// Path that stands for standard output.
pub(crate) const STANDARD_OUTPUT: &str = "-";

/// A file for all primes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrimeFile {
    /// Path of the file, which exists complete or not at all; `-` is standard output.
    pub file: PathBuf,
    /// Format of the file.
    pub format: PrimeFileFormat,
}

impl PrimeFile {
    /// Tells whether the primes go to standard output.
    pub fn is_standard_output(&self) -> bool {
        self.file.as_os_str() == STANDARD_OUTPUT
    }
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
    if target.is_standard_output() {
        let mut stdout = io::stdout().lock();
        return match write_primes(&mut stdout, target.format, ranges, merge)
            .and_then(|()| Ok(stdout.flush()?))
        {
            // A reader such as `head` has seen enough.
            Err(ListError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(ListError::Write(error)) => Err(failed(error)),
            Err(ListError::Stopped) => Err(JobError::Stopped),
            Ok(()) => Ok(()),
        };
    }
    let mut file = AtomicFile::create(&target.file).map_err(failed)?;
    match write_primes(&mut file, target.format, ranges, merge).and_then(|()| Ok(file.commit()?)) {
        Err(ListError::Write(error)) => return Err(failed(error)),
        Err(ListError::Stopped) => return Err(JobError::Stopped),
        Ok(()) => {}
    }
    // The folder too, or a power cut could take the name of a finished file back.
    target.file.parent().map_or(Ok(()), sync_folder).map_err(failed)
}

/// Reason why a list is not complete.
enum ListError {
    Write(io::Error),
    Stopped,
}

impl From<io::Error> for ListError {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

/// Writes the primes of disjoint ranges in order.
fn write_primes(
    to: &mut impl Write,
    format: PrimeFileFormat,
    ranges: &[NumberRange],
    merge: &MergeContext<'_>,
) -> Result<(), ListError> {
    let mut sieve = PrimeSieve::new();
    let mut buffer = Vec::with_capacity(BUFFER_BYTES);
    let stop = || merge.check_stopped().is_err();
    for &range in ranges {
        // The closure cannot return the error of a write, so the error is kept here.
        let mut written = Ok(());
        let sieved = sieve.for_each(range, &stop, |prime| {
            push_prime(&mut buffer, prime, format);
            if buffer.len() > BUFFER_BYTES - MAX_PRIME_BYTES {
                written = flush(to, &mut buffer);
            }
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        written?;
        sieved.map_err(|_| ListError::Stopped)?;
    }
    Ok(flush(to, &mut buffer)?)
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
