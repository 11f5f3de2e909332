//! Settings of a world.

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
    /// Level of zlib, from 0 (stored) to 9, for objects of repositories that
    /// [`World::write`](crate::World::write) writes. Above 0, the bytes of packs depend on the machine's
    /// zlib; ids do not.
    pub compression: u32,
}

impl Default for WorldSettings {
    /// Returns the settings of the demo: a dozen repositories, small enough to be part of the binary.
    fn default() -> Self {
        Self { seed: 1, repositories: 12, fixes: 160, ordinary: 6, compression: 1 }
    }
}
