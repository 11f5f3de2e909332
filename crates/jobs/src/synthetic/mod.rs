//! The collector `synthetic`: counterfactual pairs generated from a seed.
