//! The client: cache, then budget, then fetch, then retry.

use super::access::Access;
use super::request::{Answer, Request, Unfit, UpstreamError, Watch};

/// The way to the HTTP upstreams.
#[derive(Debug)]
pub struct Client {}

impl Client {
    /// A client with the cache and the credentials of `access`.
    ///
    /// # Errors
    /// [`UpstreamError::Cache`]; `Failed` if there is no TLS.
    pub fn new(_access: &Access) -> Result<Self, UpstreamError> {
        Ok(Self {})
    }

    /// Asks, and gives the answer to `read`. It counts, and is cached, only if `read` takes it;
    /// one that it calls damaged is fetched again. Blocks; `watch` can stop it.
    ///
    /// # Errors
    /// [`UpstreamError`].
    pub fn ask<T>(
        &self,
        request: &Request,
        _watch: &mut dyn Watch,
        _read: &mut dyn FnMut(&Answer) -> Result<T, Unfit>,
    ) -> Result<T, UpstreamError> {
        Err(UpstreamError::Failed { url: request.url.clone(), reason: "there is no client yet".to_owned() })
    }
}
