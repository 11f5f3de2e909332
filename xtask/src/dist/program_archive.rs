//! The archive of the program, to be unpacked below `/usr/local` or `~/.local`.

use std::io::Write;

use anyhow::Result;
use flate2::{Compression, GzBuilder};
use tar::{Builder, Header};

use super::packaged_files::PackagedFile;

/// Returns a compressed archive of files in one folder.
pub(super) fn write(folder: &str, files: &[PackagedFile], epoch: u64) -> Result<Vec<u8>> {
    let mut archive = Builder::new(Vec::new());
    for file in files {
        // All fields but these stay zero: the archive does not tell who made it.
        let mut header = Header::new_gnu();
        header.set_size(file.bytes.len() as u64);
        header.set_mode(file.mode());
        header.set_mtime(epoch);
        archive.append_data(&mut header, format!("{folder}/{}", file.path), &*file.bytes)?;
    }
    gzipped(&archive.into_inner()?)
}

/// Returns bytes compressed by gzip, without a name and a time.
pub(super) fn gzipped(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut writer = GzBuilder::new().write(Vec::new(), Compression::best());
    writer.write_all(bytes)?;
    Ok(writer.finish()?)
}
