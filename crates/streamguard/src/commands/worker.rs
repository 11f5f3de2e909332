//! `streamguard worker`: runs shards for another streamguard.

use anyhow::Result;
use streamguard::exit::Exit;

pub(crate) fn run() -> Result<Exit> {
    streamguard_engine::serve(streamguard_registry::make)?;
    Ok(Exit::Complete)
}
