//! Exit codes, as help texts list them.

/// Exit codes of commands that leave a dataset.
pub(crate) const DATASET_EXIT_CODES: &str = "Exit codes: 0 complete, 1 error, 2 usage, 3 partial (some source \
failed, the rest is complete), 4 nothing collected, 5 another run holds the directory, 6 the destination cannot \
be written (resumable), 7 damaged state, 130 stopped by Ctrl+C (resumable)";

/// Exit codes of commands that compute metrics.
pub(crate) const METRICS_EXIT_CODES: &str = "Exit codes: 0 complete, 1 error, 2 usage, 3 partial (something could \
not be read or done, the rest is counted), 4 nothing was done, 5 another run holds the directory, 6 the \
destination cannot be written, 7 damaged state, 130 stopped by Ctrl+C (what was done is shown)";
