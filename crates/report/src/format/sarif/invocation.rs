//! The run itself: results of the collectors, errors and warnings.

use streamguard_sarif::{SarifInvocation, SarifNotification};

use crate::escape::visible;
use crate::report::Report;

pub(super) fn invocation(report: &Report) -> SarifInvocation {
    let mut notifications = Vec::new();
    for (name, collector) in &report.by_collector {
        let reason = collector.reason.as_deref().map_or_else(String::new, |reason| format!(" {reason}"));
        let text = format!("{name}: {}, {} {}.{reason}", collector.status, collector.records, collector.unit);
        notifications.push(SarifNotification::new(level(&collector.status), &text));
    }
    for problem in &report.errors {
        let shard = problem.shard.map_or_else(String::new, |shard| format!(", shard {shard}"));
        let text = format!("{}{shard}: {}. {}", problem.collector, problem.outcome, problem.reason);
        notifications.push(SarifNotification::new("error", &text));
    }
    for warning in &report.warnings {
        let level = if warning.level == "error" { "error" } else { "warning" };
        let collector = warning.collector.as_deref().map_or_else(String::new, |name| format!("{name}: "));
        notifications.push(SarifNotification::new(level, &format!("{collector}{}", warning.text)));
    }
    if report.not_listed > 0 {
        let text = format!("{} more errors and warnings are not listed.", report.not_listed);
        notifications.push(SarifNotification::new("warning", &text));
    }
    SarifInvocation {
        command_line: report.provenance.command.as_deref().map(|command| visible(command).into_owned()),
        start_time_utc: report.start_time.clone(),
        end_time_utc: report.end_time.clone(),
        // The member is required (§3.20.14). A partial run counts as unsuccessful, because findings may be missing.
        execution_successful: report.status == "complete",
        tool_execution_notifications: notifications,
    }
}

/// Returns the level of a notification about a collector that ended with this status.
fn level(status: &str) -> &'static str {
    match status {
        "complete" => "note",
        "failed" => "error",
        _ => "warning",
    }
}
