//! The collector `synthetic`: counterfactual pairs generated from a seed.
//!
//! [`Generator`] writes a vulnerable function and the same function fixed; nothing but the
//! flaw tells them apart. To add a flaw, add one entry to a list in `templates/<language>/`; how entries are written is
//! told in `template`.

mod combine;
mod expand;
mod generator;
mod names;
mod program;
mod random;
mod template;
mod templates;

pub use generator::{Generator, PairBuffer, PairRef};
