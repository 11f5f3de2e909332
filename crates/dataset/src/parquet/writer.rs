//! Writes samples as a Parquet file.

use std::fs::File;
use std::io;
use std::mem;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::errors::Result as ParquetResult;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::ColumnPath;
use streamguard_durable::WriteError;

use super::row_group::RowGroup;
use super::{SCHEMA_KEY, SCHEMA_VERSION, columns};
use crate::error::parquet_write_error;
use crate::sample::Sample;

/// What stands in the file as the program that wrote it, in the form that readers understand.
const CREATED_BY: &str = concat!("streamguard version ", env!("CARGO_PKG_VERSION"));

/// Level of compression: the default of zstd. Higher ones cost far more time than they save space.
const ZSTD_LEVEL: i32 = 3;

/// Columns whose values hardly ever repeat: a dictionary of them would only be built to be
/// thrown away, and their least and greatest values tell nothing.
const UNIQUE: [&str; 3] = ["id", "vulnerable_code", "fixed_code"];

/// Writes samples as a Parquet file.
///
/// Samples are gathered into row groups; each is encoded, compressed and written on a thread of
/// its own while the next is gathered, so that at most two are in memory. Only
/// [`ParquetWriter::finish`] says that all samples are on the disk; a writer that is dropped
/// before it leaves a file that no reader takes for complete.
#[derive(Debug)]
pub struct ParquetWriter {
    path: PathBuf,
    gathered: RowGroup,
    encoder: Option<Encoder>,
}

/// The thread that writes, and the way to it.
#[derive(Debug)]
struct Encoder {
    orders: SyncSender<Order>,
    thread: JoinHandle<Result<(), WriteError>>,
}

/// What the thread is told. When it hears nothing more and was not told to finish, it leaves the
/// file as it is.
enum Order {
    Write(RowGroup),
    Finish,
}

impl ParquetWriter {
    /// Creates the file, or empties it.
    ///
    /// # Errors
    /// [`WriteError`] if it cannot be created.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        let file = File::create(path).map_err(WriteError::at(path))?;
        // A channel without places: a row group is handed over once the one before is written.
        let (orders, received) = sync_channel(0);
        let thread = Builder::new().name("parquet".to_owned()).spawn({
            let path = path.to_owned();
            move || encode(&file, &received).map_err(parquet_write_error(&path))
        });
        let thread = thread.map_err(WriteError::at(path))?;
        let encoder = Some(Encoder { orders, thread });
        Ok(Self { path: path.to_owned(), gathered: RowGroup::new(), encoder })
    }

    /// Appends a sample.
    ///
    /// # Errors
    /// [`WriteError`] if a row group before it could not be written.
    pub fn write(&mut self, sample: &Sample) -> Result<(), WriteError> {
        self.gathered.push(sample);
        if self.gathered.is_full() { self.hand_over() } else { Ok(()) }
    }

    /// Writes what is gathered and the end of the file, and waits until the disk has it.
    ///
    /// # Errors
    /// [`WriteError`] if that fails; the file is then unfinished.
    pub fn finish(mut self) -> Result<(), WriteError> {
        if !self.gathered.is_empty() {
            self.hand_over()?;
        }
        self.order(Order::Finish)?;
        self.join()
    }

    fn hand_over(&mut self) -> Result<(), WriteError> {
        let complete = mem::replace(&mut self.gathered, RowGroup::new());
        self.order(Order::Write(complete))
    }

    fn order(&mut self, order: Order) -> Result<(), WriteError> {
        match &self.encoder {
            Some(encoder) if encoder.orders.send(order).is_ok() => Ok(()),
            // A thread that listens no more has failed.
            _ => self.join(),
        }
    }

    /// Waits for the end of the thread, and says how it ended.
    fn join(&mut self) -> Result<(), WriteError> {
        let Some(Encoder { orders, thread }) = self.encoder.take() else {
            let source = io::Error::other("writing it has failed before");
            return Err(WriteError { path: self.path.clone(), source });
        };
        drop(orders);
        thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    }
}

impl Drop for ParquetWriter {
    /// Waits, so that nobody writes to the file any more.
    fn drop(&mut self) {
        if let Some(Encoder { orders, thread }) = self.encoder.take() {
            drop(orders);
            // Whoever drops an unfinished writer has a reason already, and wants no other.
            let _ = thread.join();
        }
    }
}

/// What the thread does: writes the file as it is told.
fn encode(file: &File, orders: &Receiver<Order>) -> ParquetResult<()> {
    let mut writer = SerializedFileWriter::new(file, columns::schema()?, Arc::new(properties()))?;
    for order in orders {
        match order {
            Order::Write(group) => group.write_to(&mut writer)?,
            Order::Finish => {
                writer.finish()?;
                file.sync_all()?;
                break;
            }
        }
    }
    Ok(())
}

fn properties() -> WriterProperties {
    let level = ZstdLevel::try_new(ZSTD_LEVEL).expect("zstd has this level");
    let version = KeyValue::new(SCHEMA_KEY.to_owned(), SCHEMA_VERSION.to_owned());
    let mut builder = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_key_value_metadata(Some(vec![version]))
        .set_compression(Compression::ZSTD(level))
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for name in UNIQUE {
        builder = builder
            .set_column_dictionary_enabled(ColumnPath::from(name), false)
            .set_column_statistics_enabled(ColumnPath::from(name), EnabledStatistics::None);
    }
    builder.build()
}
