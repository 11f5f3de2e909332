//! Memory of the processes of a job, which may grow with the attempts at a shard.

use serde::Deserialize;
use streamguard_engine::MemoryGrowth;

use super::byte_size::ByteSize;

/// Memory, as a table `[[job]]` gives it: `"2GiB"`, or `{ first = "1GiB", factor = 2, most = "8GiB" }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    expecting = "expected an amount of memory such as \"2GiB\", or a table with first, factor and most"
)]
pub enum JobMemory {
    /// The same for all attempts.
    Fixed(ByteSize),
    /// More for each further attempt.
    Growing(GrowingMemory),
}

/// Memory that grows with the attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrowingMemory {
    /// Memory of the first attempt.
    pub first: ByteSize,
    /// Factor between two attempts.
    #[serde(default = "default_factor")]
    pub factor: u32,
    /// Most memory.
    pub most: ByteSize,
}

fn default_factor() -> u32 {
    2
}

impl JobMemory {
    /// Returns the memory of the first attempt, in bytes; 0 for no limit.
    pub fn first_bytes(self) -> u64 {
        match self {
            Self::Fixed(size) => size.0,
            Self::Growing(memory) => memory.first.0,
        }
    }

    /// Returns how the memory grows.
    pub fn growth(self) -> Option<MemoryGrowth> {
        match self {
            Self::Fixed(_) => None,
            Self::Growing(memory) => Some(MemoryGrowth { factor: memory.factor, most_bytes: memory.most.0 }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_an_amount_or_a_table() {
        #[derive(Deserialize)]
        struct Job {
            memory: JobMemory,
        }
        let read = |text: &str| toml::from_str::<Job>(text).map(|job| job.memory);
        assert_eq!(read("memory = \"2GiB\"").unwrap().first_bytes(), 2 << 30);
        assert_eq!(read("memory = 64").unwrap().first_bytes(), 64 << 20);
        let growing = read("memory = { first = \"1GiB\", most = \"8GiB\" }").unwrap();
        assert_eq!(growing.first_bytes(), 1 << 30);
        assert_eq!(growing.growth(), Some(MemoryGrowth { factor: 2, most_bytes: 8 << 30 }));
        for text in
            ["memory = \"much\"", "memory = { first = \"1GiB\" }", "memory = { first = 1, most = 2, x = 3 }"]
        {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
