//! The demo world: git repositories with known security fixes, written from a seed.
//!
//! A [`World`] is a set of fictional projects with histories as people write them: features,
//! refactorings, releases, merges; and among them security fixes, whose vulnerable and fixed
//! functions come from the generator of pairs, and commits that only sound like fixes. Every planted
//! fix is known byte by byte ([`WorldTruth`]), so the collector that mines repositories
//! can be shown without network, and measured. [`Upstreams`] answers as NVD, GitHub, OSV and ExploitDB
//! would, with advisories of the planted fixes.
//!
//! Everything follows from [`WorldSettings`]: no clock, no git program, no order of hashes. Ids of
//! objects and the truth are the same on every machine; so are the bytes of a snapshot
//! ([`World::snapshot`]), which stores objects without compressing them one by one.
//!
//! ```
//! use streamguard_world::{World, WorldSettings};
//!
//! let world = World::new(WorldSettings { repositories: 1, fixes: 3, ..WorldSettings::default() });
//! let repository = world.repositories().next().unwrap()?;
//! assert_eq!(repository.truth.planted.len(), 3);
//! for fix in &repository.truth.planted {
//!     assert_ne!(fix.before, fix.after);
//! }
//! # Ok::<(), streamguard_world::WorldError>(())
//! ```
//!
//! Texts are data: ordinary functions, messages, names and exploits lie in the folder `data`.

mod disclosure;
mod documents;
mod error;
mod event;
mod file_names;
mod function_markup;
mod history;
mod history_files;
mod identifiers;
mod messages;
mod names;
mod ordinary_code;
mod pack_writer;
mod project_files;
mod project_layout;
mod random;
mod recording;
mod repository;
mod settings;
mod snapshot;
mod source_file;
mod text_data;
mod timeline;
mod timestamp;
mod tree_folder;
mod truth;
mod upstreams;
mod words;
mod world;

pub use error::WorldError;
pub use repository::WorldRepository;
pub use settings::WorldSettings;
pub use truth::{
    Decoy, FINDABLE_WINDOW, Findability, FixNaming, PlantedAdvisory, PlantedFix, RepositoryTruth, WorldTruth,
};
pub use upstreams::{CLOCK_MS, UpstreamAnswer, Upstreams};
pub use world::World;
