//! The collector `synthetic`: counterfactual pairs generated from a seed.
//!
//! [`Generator`] writes a vulnerable function and the same function fixed; nothing but the
//! flaw tells them apart. The way of a template through the files: `templates/<language>/`
//! holds the parts as text (`template` tells how they are written), `combine` puts parts
//! together with the help of `expand`, `program` packs the combinations, and `generator`
//! fills them with words from `names`, drawn by `random`.
//!
//! To add a flaw, add one entry to a list in `templates/<language>/`.

mod collector;
mod combine;
mod expand;
mod generator;
mod names;
mod program;
mod random;
pub mod split_mix;
mod template;
mod templates;

pub use collector::Synthetic;
pub use generator::{Generator, PairBuffer, PairRef};
