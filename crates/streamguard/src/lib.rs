//! StreamGuard builds datasets of vulnerable and fixed source code.
//!
//! The program and this library do the same: [`Collection`] runs collectors and leaves a
//! dataset, [`Results`] prints what came of it and writes reports.

pub mod collection;
pub mod env;
pub mod exit;
pub mod settings;
pub mod ui;

pub use collection::{Collection, Results};
pub use exit::Exit;
pub use ui::View;
