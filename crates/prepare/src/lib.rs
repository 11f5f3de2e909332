//! Prepares datasets of code for training.
pub mod near;
mod row_facts;
pub mod table;
