//! Bounds of what an archive unpacks to.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};
use std::rc::Rc;

/// Size up to which an archive is never taken for a bomb, in bytes.
const MIN_BOMB_BYTES: u64 = 64 << 20;

/// Largest size of an unpacked archive, in bytes.
const MAX_UNPACKED_BYTES: u64 = 16 << 30;

/// Ratio of unpacked to packed bytes beyond which a large archive is a bomb. Source code reaches 20; gzip reaches 1,032
/// with zeros, and files in a ZIP may overlap.
const MAX_EXPANSION: u64 = 100;

/// Bytes that may still be unpacked, shared by all readers of an archive.
#[derive(Clone, Debug)]
pub(super) struct UnpackBudget {
    left: Rc<Cell<u64>>,
    limit: u64,
}

/// Error of a reader that has no bytes left.
#[derive(Debug)]
struct BudgetExhausted(u64);

impl fmt::Display for BudgetExhausted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "more than {} bytes", self.0)
    }
}

impl std::error::Error for BudgetExhausted {}

impl UnpackBudget {
    pub(super) fn new(packed_bytes: u64) -> Self {
        Self::at_most(packed_bytes.saturating_mul(MAX_EXPANSION).clamp(MIN_BOMB_BYTES, MAX_UNPACKED_BYTES))
    }

    /// Creates a budget of so many bytes.
    pub(super) fn at_most(limit: u64) -> Self {
        Self { left: Rc::new(Cell::new(limit)), limit }
    }

    /// Bounds a reader.
    pub(super) fn bound<R: Read>(&self, inner: R) -> BoundedReader<R> {
        BoundedReader { inner, budget: self.clone() }
    }

    /// Returns the limit, if the error says that it was reached.
    pub(super) fn limit_of(error: &io::Error) -> Option<u64> {
        let source = error.get_ref()?;
        // The library for tar wraps errors in texts of its own.
        let mut source: Option<&(dyn std::error::Error + 'static)> = Some(source);
        while let Some(error) = source {
            if let Some(exhausted) = error.downcast_ref::<BudgetExhausted>() {
                return Some(exhausted.0);
            }
            if let Some(limit) = error.downcast_ref::<io::Error>().and_then(Self::limit_of) {
                return Some(limit);
            }
            source = error.source();
        }
        None
    }
}

/// Reader that fails where the budget ends.
#[derive(Debug)]
pub(super) struct BoundedReader<R> {
    inner: R,
    budget: UnpackBudget,
}

impl<R: Read> Read for BoundedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.budget.left.get().checked_sub(read as u64) {
            Some(left) => self.budget.left.set(left),
            None => return Err(io::Error::other(BudgetExhausted(self.budget.limit))),
        }
        Ok(read)
    }
}
