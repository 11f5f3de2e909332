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

impl GrowingMemory {
    /// Checks that so many attempts can have more memory each.
    ///
    /// # Errors
    /// The reason, in words that follow "memory".
    pub fn check(&self, attempts: u32) -> Result<(), String> {
        match self {
            _ if attempts < 2 => Err("grows with the attempts, and attempts is 1".to_owned()),
            Self { first: ByteSize(0), .. } => Err("has no limit if first is 0, and cannot grow".to_owned()),
            Self { factor: 0 | 1, .. } => Err("does not grow with a factor below 2".to_owned()),
            Self { first, most, .. } if most.0 < first.0 => Err("has a most below first".to_owned()),
            _ => Ok(()),
        }
    }
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
        let check = |first, factor, most, attempts| {
            GrowingMemory { first: ByteSize(first), factor, most: ByteSize(most) }.check(attempts).is_ok()
        };
        assert!(check(1, 2, 8, 2));
        assert!(!check(0, 2, 8, 2) && !check(1, 1, 8, 2) && !check(9, 2, 8, 2) && !check(1, 2, 8, 1));
        for text in
            ["memory = \"much\"", "memory = { first = \"1GiB\" }", "memory = { first = 1, most = 2, x = 3 }"]
        {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
