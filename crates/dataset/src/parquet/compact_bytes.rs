//! Bytes in the compact protocol of Thrift, as the footer of a Parquet file has them
//! (<https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>), passed over in bounded work.

use ::parquet::errors::{ParquetError, Result as ParquetResult};

/// Most levels of values in values.
const MAX_DEPTH: usize = 64;

/// Type of a value, as far as it decides how many bytes the value has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WireType {
    /// In a field no byte at all: its header says the value.
    Bool,
    Byte,
    /// A number of 16, 32 or 64 bits.
    Integer,
    Double,
    Binary,
    /// A list or a set.
    List,
    Map,
    Struct,
    Uuid,
}

impl WireType {
    fn of(code: u8) -> ParquetResult<Self> {
        Ok(match code {
            1 | 2 => Self::Bool,
            3 => Self::Byte,
            4..=6 => Self::Integer,
            7 => Self::Double,
            8 => Self::Binary,
            9 | 10 => Self::List,
            11 => Self::Map,
            12 => Self::Struct,
            13 => Self::Uuid,
            _ => return Err(fault("its footer has a value of an unknown type")),
        })
    }
}

/// Header of a field.
#[derive(Clone, Copy, Debug)]
pub(super) struct FieldHeader {
    /// Number of the field in its struct.
    pub(super) id: i16,
    pub(super) wire_type: WireType,
}

/// Bytes that are read from their start on.
#[derive(Clone, Debug)]
pub(super) struct CompactBytes<'a> {
    /// Bytes that are not read yet.
    pub(super) rest: &'a [u8],
}

impl CompactBytes<'_> {
    fn skip_bytes(&mut self, count: usize) -> ParquetResult<()> {
        self.rest = self.rest.get(count..).ok_or_else(|| fault("its footer is cut off"))?;
        Ok(())
    }

    fn byte(&mut self) -> ParquetResult<u8> {
        let first = self.rest.first().copied();
        self.skip_bytes(1)?;
        Ok(first.unwrap_or_default())
    }

    fn varint(&mut self) -> ParquetResult<u64> {
        let mut value = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(fault("its footer has a number of more than 64 bits"))
    }

    /// Reads a number.
    pub(super) fn integer(&mut self) -> ParquetResult<i64> {
        let value = self.varint()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// Passes over text or other bytes. Returns how many they are.
    pub(super) fn binary(&mut self) -> ParquetResult<usize> {
        let length = usize::try_from(self.varint()?)?;
        self.skip_bytes(length)?;
        Ok(length)
    }

    /// Reads the header of the next field of a struct, after the field with the number `last`. Returns `None` at its end.
    pub(super) fn field(&mut self, last: i16) -> ParquetResult<Option<FieldHeader>> {
        let header = self.byte()?;
        if header & 0xf == 0 {
            return Ok(None);
        }
        let wire_type = WireType::of(header & 0xf)?;
        let id = match i16::from(header >> 4) {
            0 => self.integer()? as i16,
            step => last.checked_add(step).ok_or_else(|| fault("its footer has a field of no number"))?,
        };
        Ok(Some(FieldHeader { id, wire_type }))
    }

    /// Reads the header of a list: the type of its elements, and how many they are.
    pub(super) fn list(&mut self) -> ParquetResult<(WireType, usize)> {
        let header = self.byte()?;
        if header == 0 {
            // Some writers give an empty list no type.
            return Ok((WireType::Byte, 0));
        }
        let count = match header >> 4 {
            15 => self.varint()?,
            count => u64::from(count),
        };
        Ok((WireType::of(header & 0xf)?, self.count(count)?))
    }

    /// Passes over the value of a field.
    pub(super) fn skip(&mut self, wire_type: WireType) -> ParquetResult<()> {
        self.skip_to_depth(wire_type, MAX_DEPTH)
    }

    fn skip_to_depth(&mut self, wire_type: WireType, depth: usize) -> ParquetResult<()> {
        let depth = depth.checked_sub(1).ok_or_else(|| fault("its footer is nested too deep"))?;
        match wire_type {
            WireType::Bool => Ok(()),
            WireType::Byte => self.skip_bytes(1),
            WireType::Integer => self.varint().map(drop),
            WireType::Double => self.skip_bytes(8),
            WireType::Binary => self.binary().map(drop),
            WireType::Uuid => self.skip_bytes(16),
            WireType::List => {
                let (element, count) = self.list()?;
                (0..count).try_for_each(|_| self.skip_element(element, depth))
            }
            WireType::Map => {
                let count = self.varint()?;
                let count = self.count(count)?;
                if count == 0 {
                    return Ok(());
                }
                let types = self.byte()?;
                let (key, value) = (WireType::of(types >> 4)?, WireType::of(types & 0xf)?);
                (0..count).try_for_each(|_| {
                    self.skip_element(key, depth)?;
                    self.skip_element(value, depth)
                })
            }
            WireType::Struct => {
                // Which fields they are does not matter.
                while let Some(field) = self.field(0)? {
                    self.skip_to_depth(field.wire_type, depth)?;
                }
                Ok(())
            }
        }
    }

    fn skip_element(&mut self, wire_type: WireType, depth: usize) -> ParquetResult<()> {
        // No footer has any, and readers differ in how many bytes they have: for the parquet crate none, and so a few
        // bytes would be work without end.
        if wire_type == WireType::Bool {
            return Err(fault("its footer has a list of truth values"));
        }
        self.skip_to_depth(wire_type, depth)
    }

    /// Returns a number of elements, each of which has a byte at least.
    fn count(&self, count: u64) -> ParquetResult<usize> {
        let count = usize::try_from(count).ok().filter(|count| *count <= self.rest.len());
        count.ok_or_else(|| fault("its footer has a list that is longer than itself"))
    }
}

/// Returns the error of a file that is damaged or hostile.
pub(super) fn fault(reason: &str) -> ParquetError {
    ParquetError::General(reason.to_owned())
}
