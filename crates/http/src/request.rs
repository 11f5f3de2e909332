//! Requests to upstreams, and their answers.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::service::Service;

/// Kind of content that a request expects. Any other kind is a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// `application/json`.
    Json,
    /// Text of any kind but HTML, such as CSV or code.
    Text,
    /// An archive: zip, gzip, or bytes of no declared type.
    Archive,
}

/// Age up to which an answer in the cache is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Only an answer that this run got is used without asking; an older one is revalidated. The run is named by its
    /// clock reading.
    Run(u64),
    /// An answer that was stored with the same version is used without asking, whichever run got it. That there is no
    /// such thing is believed within the run only: it may be there a moment later.
    Version {
        /// Version of the content, such as the time of its last change.
        version: u64,
        /// Clock reading of the run.
        run: u64,
    },
    /// An answer of any age is used: the URL determines the content.
    Forever,
}

impl Freshness {
    /// Returns the mark with which an answer is stored.
    pub(crate) fn mark(self, is_missing: bool) -> Option<u64> {
        match self {
            Self::Run(run) => Some(run),
            Self::Version { run, .. } if is_missing => Some(run),
            Self::Version { version, .. } => Some(version),
            Self::Forever => None,
        }
    }
}

/// A request to an upstream.
#[derive(Clone, Debug, PartialEq)]
pub struct UpstreamRequest {
    /// Service that is asked.
    pub service: Service,
    /// URL. Its host comes from a setting, never from an answer.
    pub url: String,
    /// JSON to post; `None` makes the request a GET.
    pub body: Option<String>,
    /// Kind of content that is expected.
    pub accept: Accept,
    /// Age up to which an answer in the cache is used.
    pub freshness: Freshness,
    /// Most bytes of the answer after decompression.
    pub max_bytes: u64,
}

/// An answer: a file of the cache, without the compression of the transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamAnswer {
    /// Path of the file. A reader may keep the file open; the cache never changes its content.
    pub path: PathBuf,
}

impl UpstreamAnswer {
    /// Opens the file.
    ///
    /// # Errors
    /// The file system's answer.
    pub fn open(&self) -> io::Result<File> {
        File::open(&self.path)
    }

    /// Reads the whole file into memory.
    ///
    /// # Errors
    /// The file system's answer.
    pub fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open()?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
