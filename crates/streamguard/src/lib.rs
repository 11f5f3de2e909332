//! StreamGuard builds datasets of vulnerable and fixed source code.
//!
//! This library is the terminal side of the program: settings, exit codes, and the views of a run. A program
//! that collects without a terminal uses the crate `streamguard-facade` instead.

pub mod env;
pub mod exit;
pub mod finished_run;
pub mod hints;
pub mod settings;
pub mod shell;
pub mod ui;

pub use exit::Exit;
pub use ui::ViewMode;
