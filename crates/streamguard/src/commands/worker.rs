//! `streamguard worker`: runs shards for another streamguard.

use anyhow::Result;
use streamguard::exit::Exit;
use streamguard_registry as registry;

pub(super) fn run() -> Result<Exit> {
    streamguard_engine::serve(registry::make)?;
    Ok(Exit::Complete)
}
