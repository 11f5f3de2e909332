//! `streamguard worker`: runs shards for another streamguard.

use anyhow::Result;
use streamguard::exit::Exit;

pub(crate) fn run() -> Result<Exit> {
    engine::serve(jobs::list::make)?;
    Ok(Exit::Complete)
}
