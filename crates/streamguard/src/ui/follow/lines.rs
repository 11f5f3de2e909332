//! Logs that are followed, as lines, where there is no terminal.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use streamguard_engine::{Event, LogLevel, RunState};
use streamguard_ingest::{FollowControl, LatencyQuantiles, LiveFigures};

use super::latency::{format_quantiles, format_share};
use crate::ui::format::{format_duration, plural, short_count};
use crate::ui::json_lines;
use crate::ui::log_line::level_name;
use crate::ui::plain::{LogFormat, PlainView};
use crate::ui::print::print_notice;
use crate::ui::run_view::RunView;
use streamguard_report::group_digits;

/// Time between two lines.
const INTERVAL: Duration = Duration::from_secs(5);

/// Prints a line on standard error every few seconds, and the events of the run.
pub(crate) struct FollowLines {
    control: FollowControl,
    events: PlainView,
    level: LogLevel,
    format: LogFormat,
    said: Instant,
}

impl FollowLines {
    pub(crate) fn new(control: FollowControl, level: LogLevel, format: LogFormat) -> Self {
        Self { control, events: PlainView::new(level, format), level, format, said: Instant::now() }
    }
}

impl RunView for FollowLines {
    fn on_event(&mut self, event: &Event, state: &RunState) {
        self.events.on_event(event, state);
    }

    fn on_tick(&mut self, state: &RunState) {
        self.events.on_tick(state);
        if self.level <= LogLevel::Info && self.said.elapsed() >= INTERVAL {
            self.said = Instant::now();
            let figures = self.control.figures();
            print_notice(&match self.format {
                LogFormat::Text => {
                    let time = format_duration(state.elapsed_ms);
                    format!("[{time:>7}] {:<7} {}", level_name(LogLevel::Info), in_words(&figures))
                }
                LogFormat::Json => {
                    json_lines::finish(fields(&figures, state), LogLevel::Info, &in_words(&figures))
                }
            });
        }
    }
}

/// Describes the figures in a line.
fn in_words(figures: &LiveFigures) -> String {
    let recent = &figures.recent;
    let mut text = format!(
        "{} {}, {}/s; last minute: 4xx {}, 5xx {}",
        group_digits(figures.requests),
        plural(usize::try_from(figures.requests).unwrap_or(usize::MAX), "request"),
        short_count(recent.requests_per_second.round() as u64),
        format_share(recent.client_errors, recent.requests),
        format_share(recent.server_errors, recent.requests),
    );
    if recent.latency.is_some() {
        text.push_str(&format!(", {}", format_quantiles(recent.latency, false).replace("  ", ", ")));
    }
    if figures.malformed > 0 {
        let lines = plural(usize::try_from(figures.malformed).unwrap_or(usize::MAX), "malformed line");
        text.push_str(&format!("; {} {lines}", group_digits(figures.malformed)));
    }
    text
}

/// Returns the figures for programs.
fn fields(figures: &LiveFigures, state: &RunState) -> Map<String, Value> {
    let recent = &figures.recent;
    let quantiles = |latency: Option<LatencyQuantiles>| {
        latency.map(|LatencyQuantiles { p50, p95, p99 }| json!({"p50": p50, "p95": p95, "p99": p99}))
    };
    let fields = json!({
        "event": "followed",
        "elapsed_ms": state.elapsed_ms,
        "lines": figures.lines,
        "requests": figures.requests,
        "malformed": figures.malformed,
        "bytes": figures.bytes,
        "client_errors": figures.client_errors,
        "server_errors": figures.server_errors,
        "latency_ms": quantiles(figures.latency),
        "requests_per_second": recent.requests_per_second,
        "last_minute": {
            "requests": recent.requests,
            "client_errors": recent.client_errors,
            "server_errors": recent.server_errors,
            "latency_ms": quantiles(recent.latency),
        },
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use streamguard_ingest::RecentFigures;

    use super::*;

    #[test]
    fn a_line_says_what_happens() {
        let latency = Some(LatencyQuantiles { p50: 3.13, p95: 12.0, p99: 1240.0 });
        let recent = RecentFigures {
            requests_per_second: 50_012.4,
            requests: 200,
            client_errors: 3,
            server_errors: 1,
            latency,
            ..RecentFigures::default()
        };
        let figures = LiveFigures { requests: 1_234_567, malformed: 1, recent, ..LiveFigures::default() };
        assert_eq!(
            in_words(&figures),
            "1,234,567 requests, 50.0k/s; last minute: 4xx 1.5%, 5xx 0.50%, p50 3.1 ms, p95 12.0 ms, p99 1.24 s; \
             1 malformed line"
        );
        let fields = fields(&figures, &RunState::default());
        assert_eq!(fields["last_minute"]["latency_ms"]["p95"], 12.0);
    }
}
