//! Reading of an index file. It may come from anywhere: nothing in it is believed before it is checked.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use streamguard_durable::read_regular;
use thiserror::Error;

use super::build::OriginText;
use super::bytes::ByteReader;
use super::lookup::StatementTable;
use super::{
    INDEX_VERSION, IndexedSignature, MAGIC, MAX_COMMON_SIDES, OriginFields, RENAMED_VERSION, SignatureIndex,
    StringPool, least_shared,
};

/// Largest index file that is read.
pub const MAX_INDEX_BYTES: u64 = 2 << 30;

/// Reasons why bytes are not an index that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IndexError {
    /// The first bytes are others.
    #[error("it is not an index of signatures: make one by `streamguard known build`")]
    NotAnIndex,
    /// Another version of the format.
    #[error("it is an index of version {0}, and this program reads version {INDEX_VERSION}: build it anew")]
    Version(u32),
    /// The content does not have the digest that the file states, or makes no sense.
    #[error("it is damaged: build it anew")]
    Damaged,
    /// It has no signatures whose names do not count.
    #[error("it was built without --renamed: build it anew with that")]
    NotRenamed,
}

/// Reason why a file is not an index that can be read.
#[derive(Debug, Error)]
pub enum IndexFileError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// File.
        path: PathBuf,
        /// Cause.
        source: io::Error,
    },
    /// Its content is not an index.
    #[error("cannot use {path}: {source}")]
    Unusable {
        /// File.
        path: PathBuf,
        /// Cause.
        source: IndexError,
    },
}

impl SignatureIndex {
    /// Reads an index file; with the signatures whose names do not count, if they are wanted.
    ///
    /// # Errors
    /// [`IndexFileError`].
    pub fn read(path: &Path, with_renamed: bool) -> Result<Self, IndexFileError> {
        let bytes = read_regular(path, MAX_INDEX_BYTES)
            .map_err(|source| IndexFileError::Unreadable { path: path.to_owned(), source })?;
        let read =
            if with_renamed { Self::from_bytes_with_renamed(&bytes) } else { Self::from_bytes(&bytes) };
        read.map_err(|source| IndexFileError::Unusable { path: path.to_owned(), source })
    }

    /// Reads an index.
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, IndexError> {
        let IndexBodies { digest, exact, .. } = IndexBodies::split(bytes)?;
        read_body(&mut ByteReader { rest: exact }, digest)
    }

    /// Reads an index with the signatures whose names do not count.
    ///
    /// # Errors
    /// [`IndexError`], also for an index without them.
    pub fn from_bytes_with_renamed(bytes: &[u8]) -> Result<Self, IndexError> {
        let IndexBodies { digest, exact, renamed } = IndexBodies::split(bytes)?;
        let renamed = renamed.ok_or(IndexError::NotRenamed)?;
        let mut index = read_body(&mut ByteReader { rest: exact }, digest)?;
        index.renamed = Some(Box::new(read_body(&mut ByteReader { rest: renamed }, digest)?));
        Ok(index)
    }
}

/// The parts of an index file, once its digest is checked.
struct IndexBodies<'a> {
    digest: blake3::Hash,
    exact: &'a [u8],
    renamed: Option<&'a [u8]>,
}

impl<'a> IndexBodies<'a> {
    fn split(bytes: &'a [u8]) -> Result<Self, IndexError> {
        let mut reader = ByteReader { rest: bytes };
        if reader.take(4).map_err(|_| IndexError::NotAnIndex)? != MAGIC {
            return Err(IndexError::NotAnIndex);
        }
        let version = reader.take(4)?.try_into().map_or(0, u32::from_le_bytes);
        if ![INDEX_VERSION, RENAMED_VERSION].contains(&version) {
            return Err(IndexError::Version(version));
        }
        let digest =
            blake3::Hash::from_slice(reader.take(blake3::OUT_LEN)?).map_err(|_| IndexError::Damaged)?;
        if blake3::hash(reader.rest) != digest {
            return Err(IndexError::Damaged);
        }
        if version == INDEX_VERSION {
            return Ok(Self { digest, exact: reader.rest, renamed: None });
        }
        let length = reader.take(8)?.try_into().map_or(0, u64::from_le_bytes);
        let exact = reader.take(usize::try_from(length).map_err(|_| IndexError::Damaged)?)?;
        Ok(Self { digest, exact, renamed: Some(reader.rest) })
    }
}

fn read_body(reader: &mut ByteReader, digest: blake3::Hash) -> Result<SignatureIndex, IndexError> {
    let hashes = reader.hashes()?;
    let (numbers, _) = reader.take(hashes.len() * 4)?.as_chunks();
    let numbers: Vec<u32> = numbers.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
    let count = hashes.len();
    let is_sound = hashes.is_sorted_by(|a, b| a < b)
        && numbers.iter().all(|&number| (number as usize) < count)
        && u32::try_from(count).is_ok();
    if !is_sound {
        return Err(IndexError::Damaged);
    }
    let strings = read_strings(reader)?;
    let mut statements = Vec::new();
    let mut signatures: Vec<IndexedSignature> = Vec::new();
    for _ in 0..reader.count(OriginText::COUNT)? {
        let lineage = reader.small()?;
        if signatures.last().is_some_and(|last| last.lineage > lineage) {
            return Err(IndexError::Damaged);
        }
        let signature = IndexedSignature {
            lineage,
            vulnerable: read_side(reader, &mut statements, count)?,
            fixed: read_side(reader, &mut statements, count)?,
            removed_joints: reader.hashes()?,
            added_joints: reader.hashes()?,
            origin: read_origin(reader, strings.ends.len())?,
        };
        signatures.push(signature);
    }
    if !reader.rest.is_empty() {
        return Err(IndexError::Damaged);
    }
    let (starts, postings) = post(&signatures, &statements, count);
    let table = StatementTable::new(hashes, numbers);
    let common = common_statements(&statements, count);
    Ok(SignatureIndex {
        digest,
        table,
        statements,
        signatures,
        starts,
        postings,
        common,
        strings,
        renamed: None,
    })
}

fn read_strings(reader: &mut ByteReader) -> Result<StringPool, IndexError> {
    let count = reader.count(1)?;
    let mut ends = Vec::with_capacity(count);
    let mut end = 0_u32;
    for _ in 0..count {
        end = end.checked_add(reader.small()?).ok_or(IndexError::Damaged)?;
        ends.push(end);
    }
    let text = std::str::from_utf8(reader.take(end as usize)?).map_err(|_| IndexError::Damaged)?.to_owned();
    if ends.iter().any(|&end| !text.is_char_boundary(end as usize)) {
        return Err(IndexError::Damaged);
    }
    Ok(StringPool { text, ends })
}

/// Reads the statements of a side; their numbers ascend.
fn read_side(
    reader: &mut ByteReader,
    statements: &mut Vec<u32>,
    count: usize,
) -> Result<Range<u32>, IndexError> {
    let start = u32::try_from(statements.len()).map_err(|_| IndexError::Damaged)?;
    let mut last = 0_u32;
    for at in 0..reader.count(1)? {
        let step = reader.small()?;
        last =
            last.checked_add(step).filter(|&number| (number as usize) < count).ok_or(IndexError::Damaged)?;
        if at > 0 && step == 0 {
            return Err(IndexError::Damaged);
        }
        statements.push(last);
    }
    Ok(start..u32::try_from(statements.len()).map_err(|_| IndexError::Damaged)?)
}

fn read_origin(reader: &mut ByteReader, strings: usize) -> Result<OriginFields, IndexError> {
    let start_line = reader.small()?;
    let mut numbers = [0; OriginText::COUNT];
    for number in &mut numbers {
        *number = reader.small()?;
    }
    let is_sound = numbers.iter().all(|&number| (number as usize) < strings);
    if is_sound { Ok(OriginFields { strings: numbers, start_line }) } else { Err(IndexError::Damaged) }
}

/// Returns the first of the statements that more than [`MAX_COMMON_SIDES`] sides have. Numbers ascend with how common a
/// statement is, unless somebody made the file by other means; then some are called rare.
fn common_statements(statements: &[u32], count: usize) -> u32 {
    let mut sides = vec![0_u32; count];
    statements.iter().for_each(|&statement| sides[statement as usize] += 1);
    let is_common = |&sides: &u32| sides > MAX_COMMON_SIDES;
    sides.iter().position(is_common).unwrap_or(count) as u32
}

/// Returns, for each statement, the sides of signatures that it leads to.
fn post(signatures: &[IndexedSignature], statements: &[u32], count: usize) -> (Vec<u32>, Vec<u32>) {
    let leading = |side: &Range<u32>| {
        let side = &statements[side.start as usize..side.end as usize];
        &side[..(side.len() + 1).saturating_sub(least_shared(side.len()))]
    };
    let mut starts = vec![0_u32; count + 1];
    for signature in signatures {
        for side in [&signature.vulnerable, &signature.fixed] {
            leading(side).iter().for_each(|&statement| starts[statement as usize + 1] += 1);
        }
    }
    for statement in 0..count {
        starts[statement + 1] += starts[statement];
    }
    let mut next = starts.clone();
    let mut postings = vec![0; starts[count] as usize];
    for (number, signature) in (0_u32..).zip(signatures) {
        for (fixed, side) in (0..).zip([&signature.vulnerable, &signature.fixed]) {
            for &statement in leading(side) {
                let place = &mut next[statement as usize];
                postings[*place as usize] = 2 * number + fixed;
                *place += 1;
            }
        }
    }
    (starts, postings)
}
