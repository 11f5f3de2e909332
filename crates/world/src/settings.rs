//! Settings of a world.

use streamguard_dataset::Language;

/// Size and seed of a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldSettings {
    /// Seed of all random choices.
    pub seed: u64,
    /// Number of repositories. With three or more, one of them is empty; with six or more,
    /// another one has no fixes.
    pub repositories: usize,
    /// Number of fixed functions in all repositories together. No function name comes twice in a
    /// repository, so each has room for a few thousand.
    pub fixes: usize,
    /// Number of ordinary events for every two fixes.
    pub ordinary: usize,
    /// Languages of the projects, in turn. Empty for all that pairs can be generated in.
    pub languages: Vec<Language>,
    /// Level of zlib, from 0 (stored) to 9, for objects of repositories that
    /// [`World::write`](crate::World::write) writes. Above 0, the bytes of packs depend on the machine's
    /// zlib; ids do not.
    pub compression: u32,
}

impl Default for WorldSettings {
    /// Returns the settings of a small world with everything in it: a dozen repositories.
    fn default() -> Self {
        Self { seed: 1, repositories: 12, fixes: 160, ordinary: 6, languages: Vec::new(), compression: 1 }
    }
}

impl WorldSettings {
    /// Returns the settings of the demo world, which is part of the program. A quick test finds 100 samples
    /// of every source in it, although it asks GitHub only for critical flaws in Python, and OSV only for Go.
    pub fn demo() -> Self {
        let languages = vec![
            Language::Python,
            Language::Go,
            Language::C,
            Language::Python,
            Language::Java,
            Language::Python,
            Language::Go,
            Language::JavaScript,
            Language::Python,
            Language::Php,
        ];
        Self { repositories: 22, fixes: 1200, ordinary: 4, languages, ..Self::default() }
    }
}
