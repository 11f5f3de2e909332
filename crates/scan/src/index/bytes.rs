//! Numbers and texts of an index file, read within their bounds.

use super::load::IndexError;

/// Appends a number in groups of seven bits, the lowest first (LEB128).
pub(super) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Reads an index file from front to back.
pub(super) struct ByteReader<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> ByteReader<'a> {
    /// Returns the next `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], IndexError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(IndexError::Damaged)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn number(&mut self) -> Result<u64, IndexError> {
        // Nearly all numbers are differences of neighbours and take one byte.
        if let [byte @ ..0x80, rest @ ..] = self.rest {
            self.rest = rest;
            return Ok(u64::from(*byte));
        }
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.rest.split_first().ok_or(IndexError::Damaged)?;
            self.rest = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(IndexError::Damaged)
    }

    pub(super) fn small(&mut self) -> Result<u32, IndexError> {
        u32::try_from(self.number()?).map_err(|_| IndexError::Damaged)
    }

    /// Reads how many things follow that take at least `bytes` each, so that no claim of a file reserves more memory
    /// than a multiple of its size.
    pub(super) fn count(&mut self, bytes: usize) -> Result<usize, IndexError> {
        let count = usize::try_from(self.number()?).map_err(|_| IndexError::Damaged)?;
        let is_there = count.checked_mul(bytes).is_some_and(|total| total <= self.rest.len());
        if is_there { Ok(count) } else { Err(IndexError::Damaged) }
    }

    pub(super) fn hashes(&mut self) -> Result<Vec<u64>, IndexError> {
        let count = self.count(8)?;
        let (hashes, _) = self.take(count * 8)?.as_chunks();
        Ok(hashes.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect())
    }
}
