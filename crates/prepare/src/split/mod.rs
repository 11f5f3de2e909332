//! Splits of components into train, validation and test.

mod assignment;
mod by_border;
mod by_time;
mod components;
mod settings;

pub(crate) use assignment::assign;
pub(crate) use components::Components;
pub use settings::{Ratios, SplitRule, Straddling};
