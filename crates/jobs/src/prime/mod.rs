//! Prime numbers of ranges: counted, summed up, listed.

pub mod arithmetic;
