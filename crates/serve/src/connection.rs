//! One connection: its requests, one after the other.

use std::io::Read;
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use crate::metrics::add;
use crate::request::{RequestBounds, RequestReader};
use crate::response::Response;
use crate::routes::answer;
use crate::scan_service::ScanService;

/// Longest wait for bytes before the time is looked at.
const READ_SLICE: Duration = Duration::from_millis(200);

/// Longest wait for a client that does not read its answer.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest time without a request on a connection.
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest time that a request which was refused is read.
const DRAIN_TIME: Duration = Duration::from_secs(1);

/// Answers the requests of a connection until it ends.
pub(crate) fn serve(stream: TcpStream, service: &ScanService<'_>, stopped: &(dyn Fn() -> bool + Sync)) {
    let is_set_up = stream.set_read_timeout(Some(READ_SLICE)).is_ok()
        && stream.set_write_timeout(Some(WRITE_TIMEOUT)).is_ok()
        && stream.set_nonblocking(false).is_ok();
    // Answers are written at once, and nobody gains by waiting for more of them.
    let _ = stream.set_nodelay(true);
    if !is_set_up {
        return;
    }
    let bounds = RequestBounds {
        max_body_bytes: service.limits.max_body_bytes,
        duration: service.limits.max_duration,
        idle: IDLE_TIMEOUT,
        stopped,
    };
    let mut reader = RequestReader::new(stream);
    loop {
        match reader.next(&bounds) {
            Ok(request) => {
                add(&service.metrics.requests, 1);
                let response = answer(&request, service);
                let keep_alive = request.keep_alive && !stopped();
                service.metrics.count_answer(response.status);
                if response.write(&mut reader.stream, keep_alive).is_err() || !keep_alive {
                    return;
                }
            }
            Err(error) => {
                if let Some(status) = error.status() {
                    service.metrics.count_answer(status);
                    let _ = Response::error(status, &error.to_string()).write(&mut reader.stream, false);
                    drain(&mut reader.stream);
                }
                return;
            }
        }
    }
}

/// Reads a part of what a client still sends. Without this, the system would answer its bytes by a reset, and the client
/// might never see why it was refused.
fn drain(stream: &mut TcpStream) {
    let _ = stream.shutdown(Shutdown::Write);
    let mut buffer = [0; 16 << 10];
    let start = Instant::now();
    while start.elapsed() < DRAIN_TIME && matches!(stream.read(&mut buffer), Ok(1..)) {}
}
