//! Near duplicates: texts whose sets of shingles have most elements in common.

mod bit_signature;
mod clusters;
mod exact_join;
mod jaccard;
mod join_sink;
mod min_hash;
mod near_index;
mod near_pairs;
mod parted_join;
mod shingle_sets;
mod shingles;
mod sketch;

pub use bit_signature::BitSignature;
pub use clusters::Clusters;
pub use exact_join::{exact_join, join_kept};
pub use jaccard::{NearThreshold, similarity};
pub use join_sink::JoinSink;
pub use min_hash::{MISS_PROBABILITY, SketchShape, Sketcher};
pub use near_index::NearIndex;
pub use near_pairs::{PairSink, find_near_pairs, find_near_pairs_within};
pub use parted_join::{MAX_KEPT_ELEMENTS, SetReceiver, join_sets};
pub use shingle_sets::ShingleSets;
pub use shingles::{SHINGLE_TOKENS, ShingledText};
pub use sketch::{MAX_SMALL_SET, TextSketch, TextSketcher};
