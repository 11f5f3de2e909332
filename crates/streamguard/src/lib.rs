//! StreamGuard builds datasets of vulnerable and fixed source code.
//!
//! This library is the terminal side of the program: settings, exit codes, and the views of a run. A program
//! that collects without a terminal uses the crate `streamguard-facade` instead.
//!
//! ```
//! use streamguard::exit::{Exit, UsageError};
//! use streamguard::shell::quote;
//!
//! assert_eq!(quote("it's here"), r"'it'\''s here'");
//! let error = anyhow::Error::new(UsageError("there is no such collector".to_owned()));
//! assert_eq!(Exit::of(&error).code(), 2);
//! ```

pub mod env;
pub mod exit;
pub mod finished_run;
pub mod hints;
pub mod settings;
pub mod shell;
pub mod ui;

pub use exit::Exit;
pub use ui::ViewMode;
