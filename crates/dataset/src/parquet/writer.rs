//! Writer of samples to a Parquet file.

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

/// Name of the program that wrote the file, in the form that readers parse.
const CREATED_BY: &str = concat!("streamguard version ", env!("CARGO_PKG_VERSION"));

/// Level of compression: the default of zstd. Higher levels cost far more time than they save space.
const ZSTD_LEVEL: i32 = 3;

/// Columns whose values hardly ever repeat. A dictionary of them would be built and thrown away, and
/// their smallest and greatest values are of no use.
const UNIQUE_COLUMNS: [&str; 3] = ["id", "vulnerable_code", "fixed_code"];

/// Writes samples as a Parquet file.
///
/// Samples are gathered into row groups. A thread encodes, compresses and writes one group while the
/// next is gathered, so that at most two are in memory. All samples are on the disk once
/// [`ParquetWriter::finish`] has returned. A writer that is dropped before leaves a file that no reader
/// accepts as complete.
#[derive(Debug)]
pub struct ParquetWriter {
    path: PathBuf,
    gathered: RowGroup,
    encoder: Option<EncoderThread>,
}

/// Thread that encodes and writes, with the channel to it.
#[derive(Debug)]
struct EncoderThread {
    commands: SyncSender<EncoderCommand>,
    thread: JoinHandle<Result<(), WriteError>>,
}

/// Command to the thread. If the channel is closed before [`EncoderCommand::Finish`], the file stays
/// unfinished.
enum EncoderCommand {
    Write(RowGroup),
    Finish,
}

impl ParquetWriter {
    /// Creates the file, or empties it.
    ///
    /// # Errors
    /// [`WriteError`] if it cannot be created.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        Self::new(File::create(path).map_err(WriteError::at(path))?, path)
    }

    /// Writes to an empty file, which errors call by this path.
    ///
    /// # Errors
    /// [`WriteError`] if no thread can be started.
    pub fn new(file: File, path: &Path) -> Result<Self, WriteError> {
        // The channel holds nothing: sending a row group waits until the one before is written, which
        // bounds the memory.
        let (commands, received) = sync_channel(0);
        let thread = Builder::new().name("parquet".to_owned()).spawn({
            let path = path.to_owned();
            move || encode(&file, &received).map_err(parquet_write_error(&path))
        });
        let thread = thread.map_err(WriteError::at(path))?;
        let encoder = Some(EncoderThread { commands, thread });
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

    /// Writes the last row group and the end of the file, and waits until everything is on the disk.
    ///
    /// # Errors
    /// [`WriteError`] if that fails; the file is then unfinished.
    pub fn finish(mut self) -> Result<(), WriteError> {
        if !self.gathered.is_empty() {
            self.hand_over()?;
        }
        self.send(EncoderCommand::Finish)?;
        self.join()
    }

    fn hand_over(&mut self) -> Result<(), WriteError> {
        let complete = mem::replace(&mut self.gathered, RowGroup::new());
        self.send(EncoderCommand::Write(complete))
    }

    fn send(&mut self, command: EncoderCommand) -> Result<(), WriteError> {
        match &self.encoder {
            Some(encoder) if encoder.commands.send(command).is_ok() => Ok(()),
            // The thread closes its end of the channel only if it has failed; its result says why.
            _ => self.join(),
        }
    }

    /// Waits for the thread, and returns its result.
    fn join(&mut self) -> Result<(), WriteError> {
        let Some(EncoderThread { commands, thread }) = self.encoder.take() else {
            let source = io::Error::other("writing it has failed before");
            return Err(WriteError { path: self.path.clone(), source });
        };
        // Ends the loop of the thread, which would otherwise wait for commands for ever.
        drop(commands);
        thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    }
}

impl Drop for ParquetWriter {
    /// Waits for the thread, so that nothing writes to the file afterwards.
    fn drop(&mut self) {
        if let Some(EncoderThread { commands, thread }) = self.encoder.take() {
            drop(commands);
            // A caller that drops an unfinished writer has an error of its own.
            let _ = thread.join();
        }
    }
}

/// Writes the file, as the commands say.
fn encode(file: &File, commands: &Receiver<EncoderCommand>) -> ParquetResult<()> {
    let mut writer = SerializedFileWriter::new(file, columns::schema()?, Arc::new(properties()))?;
    for command in commands {
        match command {
            EncoderCommand::Write(group) => group.write_to(&mut writer)?,
            EncoderCommand::Finish => {
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
    for name in UNIQUE_COLUMNS {
        builder = builder
            .set_column_dictionary_enabled(ColumnPath::from(name), false)
            // Readers use these to skip whole row groups by a condition, which nobody puts on an id
            // or on code.
            .set_column_statistics_enabled(ColumnPath::from(name), EnabledStatistics::None);
    }
    builder.build()
}
