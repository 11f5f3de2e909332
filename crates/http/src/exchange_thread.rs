//! A thread that does the blocking part of an exchange, so that the thread which waits for it can stop.

use std::io::{self, Read};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use streamguard_cache::wait::POLL_INTERVAL;
use streamguard_cache::{CacheError, Progress};
use ureq::http::{Request, Response};

use crate::agent::SystemAgent;

/// Longest piece of a body that is handed over at once, in bytes.
const CHUNK_BYTES: usize = 64 << 10;

/// Pieces of a body that may wait to be taken: more would only buffer what a slow disk cannot keep up with.
const QUEUED_CHUNKS: usize = 4;

/// One step of an exchange.
#[derive(Debug)]
pub(crate) enum ExchangeStep {
    /// Status and headers.
    Head(Response<()>),
    /// The next piece of the body.
    Chunk(Vec<u8>),
    /// The body is complete, and its connection free for the next request.
    End,
}

/// An exchange under way.
///
/// Dropped before its end, it leaves the thread alone, which ends at the next piece of the body or at ureq's
/// own timeouts. The connection is closed then, never used again.
#[derive(Debug)]
pub(crate) struct ExchangeThread {
    steps: Receiver<Result<ExchangeStep, ureq::Error>>,
}

impl ExchangeThread {
    /// Sends a request, with a body if there is one.
    pub(crate) fn start(agent: &SystemAgent, request: Request<Option<String>>) -> io::Result<Self> {
        let (sender, steps) = mpsc::sync_channel(QUEUED_CHUNKS);
        let agent = agent.clone();
        thread::Builder::new().name("http".to_owned()).spawn(move || {
            if let Err(error) = exchange(&agent, request, &sender) {
                let _ = sender.send(Err(error));
            }
        })?;
        Ok(Self { steps })
    }

    /// Waits for the next step, but no longer than this; `None` if it does not come in time.
    ///
    /// # Errors
    /// [`CacheError::Stopped`].
    pub(crate) fn next(
        &self,
        longest: Duration,
        progress: &dyn Progress,
    ) -> Result<Option<Result<ExchangeStep, ureq::Error>>, CacheError> {
        let until = Instant::now() + longest;
        loop {
            if progress.is_stopped() {
                return Err(CacheError::Stopped);
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.steps.recv_timeout(left.min(POLL_INTERVAL)) {
                Ok(step) => return Ok(Some(step)),
                // The thread sends an end or an error, unless it panicked.
                Err(RecvTimeoutError::Disconnected) => return Ok(Some(Err(ureq::Error::ConnectionFailed))),
                Err(RecvTimeoutError::Timeout) if left <= POLL_INTERVAL => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

/// Runs an exchange to its end, or until nobody takes its steps any more.
fn exchange(
    agent: &SystemAgent,
    request: Request<Option<String>>,
    steps: &SyncSender<Result<ExchangeStep, ureq::Error>>,
) -> Result<(), ureq::Error> {
    let (parts, body) = request.into_parts();
    // Two calls, because a request without a body has another type than one with an empty body.
    let response = match body {
        Some(body) => agent.run(Request::from_parts(parts, body))?,
        None => agent.run(Request::from_parts(parts, ()))?,
    };
    let (parts, body) = response.into_parts();
    let mut taken = steps.send(Ok(ExchangeStep::Head(Response::from_parts(parts, ()))));
    let (mut body, mut buffer) = (body.into_reader(), vec![0; CHUNK_BYTES]);
    while taken.is_ok() {
        let length = body.read(&mut buffer)?;
        if length == 0 {
            let _ = steps.send(Ok(ExchangeStep::End));
            break;
        }
        taken = steps.send(Ok(ExchangeStep::Chunk(buffer[..length].to_vec())));
    }
    Ok(())
}
