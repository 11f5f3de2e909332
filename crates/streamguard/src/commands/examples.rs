//! `streamguard examples`: samples side by side.

use anyhow::Result;
use streamguard::exit::Exit;

use crate::cli::Examples;

pub(crate) fn run(_: &Examples) -> Result<Exit> {
    Ok(Exit::Complete)
}
