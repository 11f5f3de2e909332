//! Near duplicates: texts whose sets of shingles have most elements in common.

mod bit_signature;
mod clusters;
mod exact_join;
mod jaccard;
mod min_hash;
mod near_index;
mod near_pairs;
mod shingle_sets;
mod shingles;
mod size_windows;
mod sketch;

pub use bit_signature::BitSignature;
pub use clusters::Clusters;
pub use exact_join::exact_join;
pub use jaccard::{NearThreshold, similarity};
pub use min_hash::{MISS_PROBABILITY, SketchShape, Sketcher};
pub use near_index::NearIndex;
pub use near_pairs::{PairSink, find_near_pairs, find_near_pairs_within};
pub use shingle_sets::ShingleSets;
pub use shingles::{SHINGLE_TOKENS, ShingledText};
pub use size_windows::{JoinSink, MAX_WINDOW_ELEMENTS, join_by_size};
pub use sketch::{MAX_SMALL_SET, TextSketch, TextSketcher};
