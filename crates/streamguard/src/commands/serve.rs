//! `streamguard serve`: scans what others send over HTTP.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use streamguard::exit::{Exit, UsageError};
use streamguard::ui;
use streamguard::ui::escape::escape;
use streamguard::ui::group_digits;
use streamguard_durable::read_regular_text;
use streamguard_engine::CancelToken;
use streamguard_serve::{AccessToken, ScanServer, ServerError, ServerLimits, ServerOptions};

use super::scan::open_known_fixes;
use crate::signals;

/// Largest file with a token.
const MAX_TOKEN_BYTES: u64 = 4096;

/// Serves scans over HTTP: of a file or a ZIP archive that is sent, by a program or by a page in a browser
///
/// POST /v1/scan takes it; /openapi.json describes all. Nothing is fetched, kept or run. Ctrl+C ends the server.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Exit codes: 0 ended by SIGTERM or Ctrl+C, 1 error, 2 usage")]
pub(crate) struct ServeArgs {
    /// Known fixes: a dataset, an index that `streamguard known build` wrote, or `demo` for the index of the demo world
    /// that is part of the program [default: the dataset in data/raw, or else demo]
    #[arg(long, value_name = "DATASET|FILE|demo")]
    known: Option<PathBuf>,
    /// Also find copies whose variables have other names, as findings of low grade
    #[arg(long)]
    renamed: bool,
    /// Address and port; one that other machines can reach needs --token-file
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8642", value_parser = parse_address)]
    listen: SocketAddr,
    /// File with the token that clients send as Authorization: Bearer TOKEN
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Number of scans at a time; others wait
    #[arg(long, value_name = "N", default_value = "4")]
    workers: NonZeroUsize,
    /// Most connections
    #[arg(long, value_name = "N", default_value_t = ServerLimits::default().max_connections)]
    max_connections: u64,
    /// Largest file or archive, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1024))]
    max_size: u16,
    /// Longest time of a request and of its scan, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..))]
    time_limit: u16,
}

/// Reads an address with its port. `localhost` is an address of this machine; other names are not looked up.
fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let numeric = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    let numeric = numeric.as_deref().unwrap_or(text);
    numeric.parse().map_err(|_| "expected an address and a port, such as 127.0.0.1:8642".to_owned())
}

pub(super) fn run(arguments: &ServeArgs) -> Result<Exit> {
    let token = match &arguments.token_file {
        Some(path) => {
            let wrong = |reason: String| UsageError(format!("--token-file {}: {reason}", path.display()));
            let text = read_regular_text(path, MAX_TOKEN_BYTES).map_err(|error| wrong(error.to_string()))?;
            Some(AccessToken::new(&text).map_err(|error| wrong(error.to_string()))?)
        }
        None => None,
    };
    let known = open_known_fixes(arguments.known.as_deref(), arguments.renamed)?;
    let server = ScanServer::bind(ServerOptions {
        listen: arguments.listen,
        token,
        limits: ServerLimits {
            max_body_bytes: usize::from(arguments.max_size) << 20,
            max_duration: Duration::from_secs(u64::from(arguments.time_limit)),
            max_connections: arguments.max_connections,
            max_scans: arguments.workers.get(),
            ..ServerLimits::default()
        },
    })
    .map_err(server_error)?;
    let cancel = CancelToken::new();
    let _caught = signals::listen(cancel.clone())?;
    ui::print(&format!(
        "Known fixes: {} of {}\nListening on http://{}/\n",
        group_digits(known.index.len() as u64),
        escape(&known.source),
        shown(server.address())
    ));
    server.run(&known.index, &|| cancel.requested());
    Ok(Exit::Complete)
}

/// Returns an address that a browser on this machine can open.
fn shown(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => SocketAddr::new([127, 0, 0, 1].into(), address.port()),
        _ => address,
    }
}

/// Tells a wrong flag from a port that is taken.
fn server_error(error: ServerError) -> anyhow::Error {
    match error {
        ServerError::NeedsToken(_) => UsageError(format!("{error}: give one by --token-file")).into(),
        ServerError::Listen { .. } => error.into(),
    }
}
