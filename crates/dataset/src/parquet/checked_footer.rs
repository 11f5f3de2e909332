//! Opens Parquet files of others. The parquet crate decodes the schema by recursion, and reserves the memory that its numbers
//! ask for, so that a file of 1 KB could end the program; the schema is checked before. Row groups and pages are left to the
//! crate, which may spend long on damaged ones.

use std::fs::File;
use std::os::unix::fs::FileExt;

use ::parquet::errors::Result as ParquetResult;
use ::parquet::file::FOOTER_SIZE;
use ::parquet::file::metadata::{FooterTail, ParquetMetaDataReader};
use ::parquet::file::reader::SerializedFileReader;
use ::parquet::file::serialized_reader::ReadOptionsBuilder;

use super::compact_bytes::{CompactBytes, FieldHeader, WireType, fault};

/// Longest footer, in bytes: 64 MiB. That of a file with a thousand row groups of a hundred columns has 10 MB.
const MAX_FOOTER_BYTES: usize = 64 << 20;

/// Most columns and groups of a schema.
const MAX_ELEMENTS: usize = 10_000;

/// Most levels of groups in groups.
const MAX_DEPTH: usize = 64;

/// Most bytes of the names of all columns, each with those of the groups around it: the parquet crate keeps them so.
const MAX_PATH_BYTES: usize = 16 << 20;

/// What the format says of the fields of the footer: version, schema, rows, row groups, metadata, writer, orders of columns,
/// encryption, and its key.
const FOOTER: [WireType; 9] = [
    WireType::Integer,
    WireType::List,
    WireType::Integer,
    WireType::List,
    WireType::List,
    WireType::Binary,
    WireType::List,
    WireType::Struct,
    WireType::Binary,
];

/// Number of the schema in the footer.
const SCHEMA_ID: i16 = 2;

/// Header of the schema where it is the first field of the footer.
const SCHEMA_HEADER: u8 = 0x29;

/// Number of the name in an element of the schema.
const NAME_ID: i16 = 4;

/// Number of the count of children in an element of the schema.
const CHILDREN_ID: i16 = 5;

/// What the format says of a field. The parquet crate reads it by its number alone: of a field of another type it would take
/// other bytes, and so read another schema than the one that was checked.
enum DeclaredField {
    Plain(WireType),
    /// A struct or a union, with its fields from number 1 on.
    Struct(&'static [Self]),
}

const INTEGER: DeclaredField = DeclaredField::Plain(WireType::Integer);
const BOOL: DeclaredField = DeclaredField::Plain(WireType::Bool);
const BYTE: DeclaredField = DeclaredField::Plain(WireType::Byte);
const TEXT: DeclaredField = DeclaredField::Plain(WireType::Binary);
const EMPTY: DeclaredField = DeclaredField::Struct(&[]);

/// Whether a time is in UTC, and its unit.
const TIME: DeclaredField = DeclaredField::Struct(&[BOOL, DeclaredField::Struct(&[EMPTY, EMPTY, EMPTY])]);

/// The logical types of columns.
const LOGICAL_TYPE: DeclaredField = DeclaredField::Struct(&[
    EMPTY,                                      // string
    EMPTY,                                      // map
    EMPTY,                                      // list
    EMPTY,                                      // enumeration
    DeclaredField::Struct(&[INTEGER, INTEGER]), // decimal: scale, precision
    EMPTY,                                      // date
    TIME,                                       // time
    TIME,                                       // timestamp
    EMPTY,                                      // reserved
    DeclaredField::Struct(&[BYTE, BOOL]),       // integer: bits, sign
    EMPTY,                                      // null
    EMPTY,                                      // JSON
    EMPTY,                                      // BSON
    EMPTY,                                      // UUID
    EMPTY,                                      // 16-bit float
    DeclaredField::Struct(&[BYTE]),             // variant: version
    DeclaredField::Struct(&[TEXT]),             // geometry: reference system
    DeclaredField::Struct(&[TEXT, INTEGER]),    // geography: reference system, edges
    EMPTY,                                      // file
]);

/// The fields of an element of the schema: type, length, repetition, name, children, converted type, scale, precision, id and
/// logical type.
const ELEMENT: [DeclaredField; 10] =
    [INTEGER, INTEGER, INTEGER, TEXT, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, LOGICAL_TYPE];

/// Opens a Parquet file, whoever wrote it.
///
/// # Errors
/// The operating system's error in [`ParquetError::External`](::parquet::errors::ParquetError::External); other ones for a file
/// that is damaged, or whose schema is deeper or larger than that of any table.
pub fn open_parquet(file: File) -> ParquetResult<SerializedFileReader<File>> {
    let schema = ParquetMetaDataReader::decode_schema(&checked_schema(&footer_of(&file)?)?)?;
    // Nothing else in the file is taken for its schema any more.
    let options = ReadOptionsBuilder::new().with_parquet_schema(schema).build();
    SerializedFileReader::new_with_options(file, options)
}

fn footer_of(file: &File) -> ParquetResult<Vec<u8>> {
    let cut_off = || fault("it is too short for a Parquet file");
    let tail_start = file.metadata()?.len().checked_sub(FOOTER_SIZE as u64).ok_or_else(cut_off)?;
    let mut tail = [0; FOOTER_SIZE];
    file.read_exact_at(&mut tail, tail_start)?;
    let tail = FooterTail::try_new(&tail)?;
    if tail.is_encrypted_footer() {
        return Err(fault("its footer is encrypted"));
    }
    let length = tail.metadata_length();
    if length > MAX_FOOTER_BYTES {
        return Err(fault("its footer is longer than 64 MiB"));
    }
    let mut footer = vec![0; length];
    file.read_exact_at(&mut footer, tail_start.checked_sub(length as u64).ok_or_else(cut_off)?)?;
    Ok(footer)
}

/// Returns the footer with nothing but its schema.
fn checked_schema(footer: &[u8]) -> ParquetResult<Vec<u8>> {
    let mut bytes = CompactBytes { rest: footer };
    let mut schema = None;
    let mut last = 0;
    while let Some(field) = bytes.field(last)? {
        last = field.id;
        let place = usize::try_from(field.id).ok().and_then(|id| id.checked_sub(1));
        if place.and_then(|place| FOOTER.get(place)).is_some_and(|declared| *declared != field.wire_type) {
            return Err(fault("its footer has a field of another type than Parquet says"));
        }
        if field.id == SCHEMA_ID {
            let start = bytes.rest;
            check_elements(&mut bytes)?;
            let elements = &start[..start.len() - bytes.rest.len()];
            schema = Some([&[SCHEMA_HEADER][..], elements].concat());
        } else {
            bytes.skip(field.wire_type)?;
        }
    }
    schema.ok_or_else(|| fault("its footer has no schema"))
}

/// A group whose columns are being passed over.
struct OpenGroup {
    /// Columns and groups in it that are still to come.
    missing: usize,
    /// Bytes of its name and of those around it.
    path_bytes: usize,
}

/// Passes over the elements of the schema, each before those that it contains.
fn check_elements(bytes: &mut CompactBytes<'_>) -> ParquetResult<()> {
    let (wire_type, count) = bytes.list()?;
    if wire_type != WireType::Struct {
        return Err(fault("its schema is not a list of columns"));
    }
    if count > MAX_ELEMENTS {
        return Err(fault(&format!("its schema has more than {MAX_ELEMENTS} columns and groups")));
    }
    // From the outermost to the innermost.
    let mut open: Vec<OpenGroup> = Vec::new();
    let mut all_path_bytes = 0;
    for left in (0..count).rev() {
        let (name_bytes, children) = element(bytes)?;
        let path_bytes = name_bytes + open.last().map_or(0, |group| group.path_bytes);
        all_path_bytes += path_bytes;
        if let Some(group) = open.last_mut() {
            group.missing -= 1;
        }
        if children > left {
            return Err(fault("a group of its schema has more columns than the schema"));
        }
        open.push(OpenGroup { missing: children, path_bytes });
        while open.pop_if(|group| group.missing == 0).is_some() {}
        if open.len() > MAX_DEPTH {
            return Err(fault(&format!("its schema has more than {MAX_DEPTH} groups in each other")));
        }
    }
    if all_path_bytes > MAX_PATH_BYTES {
        return Err(fault("the names of its columns are too long"));
    }
    Ok(())
}

/// Passes over an element. Returns the bytes of its name, and how many columns and groups it has.
fn element(bytes: &mut CompactBytes<'_>) -> ParquetResult<(usize, usize)> {
    let (mut name_bytes, mut children) = (0, 0);
    let mut last = 0;
    while let Some(field) = bytes.field(last)? {
        last = field.id;
        match (field.id, field.wire_type) {
            (NAME_ID, WireType::Binary) => name_bytes = bytes.binary()?,
            // Cut to 32 bits, as the parquet crate does.
            (CHILDREN_ID, WireType::Integer) => children = usize::try_from(bytes.integer()? as i32)?,
            _ => skip_declared(bytes, field, &ELEMENT)?,
        }
    }
    Ok((name_bytes, children))
}

/// Passes over the value of a field of a struct.
fn skip_declared(
    bytes: &mut CompactBytes<'_>,
    field: FieldHeader,
    declared: &[DeclaredField],
) -> ParquetResult<()> {
    let place = usize::try_from(field.id).ok().and_then(|id| id.checked_sub(1));
    match place.and_then(|place| declared.get(place)) {
        Some(DeclaredField::Struct(fields)) if field.wire_type == WireType::Struct => {
            let mut last = 0;
            while let Some(field) = bytes.field(last)? {
                last = field.id;
                skip_declared(bytes, field, fields)?;
            }
            Ok(())
        }
        Some(DeclaredField::Plain(wire_type)) if field.wire_type == *wire_type => bytes.skip(*wire_type),
        // Of a later version of the format.
        None => bytes.skip(field.wire_type),
        Some(_) => Err(fault("its schema has a field of another type than Parquet says")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use ::parquet::basic::{LogicalType, Repetition, TimeUnit, Type as PhysicalType};
    use ::parquet::file::reader::FileReader;
    use ::parquet::file::writer::SerializedFileWriter;
    use ::parquet::schema::types::{Type, TypePtr};

    use super::*;

    fn column(name: &str, physical: PhysicalType, logical: Option<LogicalType>, length: i32) -> TypePtr {
        let column = Type::primitive_type_builder(name, physical).with_length(length);
        let column = column.with_repetition(Repetition::OPTIONAL).with_logical_type(logical);
        Arc::new(column.with_precision(9).with_scale(2).build().unwrap())
    }

    fn plain(name: &str) -> TypePtr {
        let column = Type::primitive_type_builder(name, PhysicalType::INT32);
        Arc::new(column.with_repetition(Repetition::OPTIONAL).build().unwrap())
    }

    fn group(name: &str, fields: Vec<TypePtr>) -> TypePtr {
        let group = Type::group_type_builder(name).with_repetition(Repetition::OPTIONAL);
        Arc::new(group.with_fields(fields).build().unwrap())
    }

    fn nested(levels: usize) -> TypePtr {
        (0..levels).fold(plain("leaf"), |inner, _| group("g", vec![inner]))
    }

    /// Writes an empty file with this schema, opens it, and returns the schema that was read.
    fn reopened(schema: TypePtr) -> ParquetResult<Type> {
        let file = tempfile::tempfile().unwrap();
        let properties = Arc::default();
        SerializedFileWriter::new(file.try_clone().unwrap(), schema, properties).unwrap().close().unwrap();
        Ok(open_parquet(file)?.metadata().file_metadata().schema().clone())
    }

    #[test]
    fn schemas_of_tables_are_read_as_they_were_written() {
        let utc_micros = LogicalType::timestamp(true, TimeUnit::MICROS);
        let schema = group(
            "schema",
            vec![
                column("text", PhysicalType::BYTE_ARRAY, Some(LogicalType::String), -1),
                column("time", PhysicalType::INT64, Some(utc_micros), -1),
                column("small", PhysicalType::INT32, Some(LogicalType::integer(8, false)), -1),
                column("price", PhysicalType::INT32, Some(LogicalType::decimal(2, 9)), -1),
                column("key", PhysicalType::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::Uuid), 16),
                column("shape", PhysicalType::BYTE_ARRAY, Some(LogicalType::geometry(Some("a".into()))), -1),
                group("both", vec![plain("a"), group("inner", vec![plain("b")])]),
                nested(MAX_DEPTH - 1),
            ],
        );
        assert_eq!(reopened(Arc::clone(&schema)).unwrap().get_fields(), schema.get_fields());
    }

    #[test]
    fn schemas_that_no_table_has_are_refused() {
        let wide = |count: usize| (0..count).map(|number| plain(&number.to_string())).collect::<Vec<_>>();
        assert!(reopened(group("schema", wide(MAX_ELEMENTS - 1))).is_ok());
        let long = "x".repeat(MAX_PATH_BYTES / 1000);
        for (schema, reason) in [
            (group("schema", wide(MAX_ELEMENTS)), "more than 10000 columns"),
            (group("schema", vec![nested(MAX_DEPTH)]), "more than 64 groups in each other"),
            (group("schema", vec![nested(500)]), "more than 64 groups in each other"),
            (group("schema", vec![group(&long, wide(1000))]), "too long"),
        ] {
            let error = reopened(schema).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }

    /// Returns the error of a file with this footer.
    fn error_of(footer: &[u8]) -> String {
        let mut file = tempfile::tempfile().unwrap();
        let length = u32::try_from(footer.len()).unwrap().to_le_bytes();
        file.write_all(&[&b"PAR1"[..], footer, &length, b"PAR1"].concat()).unwrap();
        open_parquet(file).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn footers_that_lie_are_refused_before_they_are_believed() {
        let schema = |elements: &[u8]| [&b"\x15\x02\x19"[..], elements, b"\x00"].concat();
        for (footer, reason) in [
            // The root has 2^31 - 1 children.
            (schema(b"\x1c\x48\x04root\x15\xfe\xff\xff\xff\x0f\x00"), "more columns than the schema"),
            (schema(b"\x1c\x48\x04root\x15\x01\x00"), "out of range"),
            // The count of children has the type of a text, and its text would be one.
            (schema(b"\x1c\x48\x04root\x18\x02\x00\x00\x00"), "of another type"),
            // So has a scale in a logical type, and the unit of a time.
            (schema(b"\x1c\x48\x01a\x6c\x5c\x18\x02\x00\x00\x00\x00\x00"), "of another type"),
            (schema(b"\x1c\x48\x01a\x6c\x8c\x11\x1c\x11\x00\x00\x00\x00"), "of another type"),
            (schema(b"\xfc\xff\xff\xff\xff\x07"), "longer than itself"),
            // In a field that nobody knows.
            (b"\xf9\x11\x01\x00".to_vec(), "truth values"),
            (b"\x15\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00".to_vec(), "64 bits"),
            ([&[0xfc][..], &[0x1c; 1000]].concat(), "too deep"),
            // The schema and the number of rows as text.
            (b"\x15\x02\x18\x00\x00".to_vec(), "of another type"),
            (b"\x15\x02\x28\x00\x00".to_vec(), "of another type"),
            (b"\x15\x02\x00".to_vec(), "no schema"),
            (b"\x15\x02".to_vec(), "cut off"),
        ] {
            let error = error_of(&footer);
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn the_last_bytes_of_a_file_are_not_believed_either() {
        for (bytes, reason) in [
            (&b"PAR1"[..], "too short"),
            (b"PAR1\xff\x00\x00\x00PAR1", "too short"),
            (b"PAR1\xff\xff\xff\x7fPAR1", "64 MiB"),
            (b"PAR1\x00\x00\x00\x00PARE", "encrypted"),
        ] {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(bytes).unwrap();
            let error = open_parquet(file).map(|_| ()).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
