//! Paths of a run: results lie in the folder of the run, and its state in a hidden folder inside.

use std::path::{Path, PathBuf};

/// Paths of a run below its folder.
///
/// The product chooses the name: the state of a run of `toolname` lies in `.toolname`, and its submissions to a
/// cluster are called `toolname-...`.
///
/// ```
/// use std::path::Path;
///
/// use streamguard_engine::RunPaths;
///
/// let paths = RunPaths::new("data/run1", "toolname");
/// assert_eq!(paths.journal(), Path::new("data/run1/.toolname/journal.jsonl"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunPaths {
    root: PathBuf,
    state: PathBuf,
    product: String,
    build: String,
    outputs: Vec<String>,
    kept: Vec<String>,
}

impl RunPaths {
    /// Returns the paths of a run in the folder `root`. `product` is the name of the product; it becomes part of
    /// file names.
    pub fn new(root: impl Into<PathBuf>, product: &str) -> Self {
        let root = root.into();
        Self {
            state: root.join(format!(".{product}")),
            root,
            product: product.to_owned(),
            build: env!("CARGO_PKG_VERSION").to_owned(),
            outputs: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// Sets the names of all files that the run may leave in its folder, beside its state, such as `tables/run.csv`.
    /// They are removed when the run is discarded ([`crate::OnExistingRun::Discard`]), and a new run does not begin
    /// where one of them is already and no run is known that made it.
    pub fn with_outputs(self, names: impl IntoIterator<Item = String>) -> Self {
        Self { outputs: names.into_iter().collect(), ..self }
    }

    /// Sets the names of files of somebody else that may stand in the place of outputs of an earlier run. They are not
    /// removed with that run.
    pub fn with_kept(self, names: impl IntoIterator<Item = String>) -> Self {
        Self { kept: names.into_iter().collect(), ..self }
    }

    /// Sets the name of the program's build, such as its version and commit: another build may make other records of
    /// the same settings, so it does not continue a run. Without it, the version of this crate is the name.
    pub fn with_build(self, build: &str) -> Self {
        Self { build: build.to_owned(), ..self }
    }

    /// Returns the name of the program's build.
    pub fn build(&self) -> &str {
        &self.build
    }

    /// Returns the names of [`RunPaths::with_outputs`].
    pub(crate) fn outputs(&self) -> &[String] {
        &self.outputs
    }

    /// Returns whether a file is one of [`RunPaths::with_kept`].
    pub(crate) fn is_kept(&self, name: &str) -> bool {
        self.kept.iter().any(|kept| kept == name)
    }

    /// Returns the folder of the run, where results go.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the folder of the run's state.
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// Returns the name of the product.
    pub fn product(&self) -> &str {
        &self.product
    }

    /// Returns the path of a file of the run's state.
    pub fn state_file(&self, name: &str) -> PathBuf {
        self.state.join(name)
    }

    /// Returns the path of the journal.
    pub fn journal(&self) -> PathBuf {
        self.state.join("journal.jsonl")
    }

    /// Returns the path of the file with the [`crate::RunInfo`].
    pub(crate) fn run_info(&self) -> PathBuf {
        self.state.join("run.json")
    }

    /// Returns the path of the list of the outputs' names.
    pub(crate) fn outputs_list(&self) -> PathBuf {
        self.state.join("outputs.txt")
    }

    /// Returns the path of the lock that keeps other runs out.
    pub(crate) fn lock(&self) -> PathBuf {
        self.state.join("lock")
    }

    /// Returns the folder in which a newer run is made that is to replace this one.
    pub(crate) fn successor(&self) -> PathBuf {
        self.state.join("update")
    }

    /// Returns the path of the list of what has to be moved while a newer run replaces this one.
    pub(crate) fn install_plan(&self) -> PathBuf {
        self.state.join("install.json")
    }

    /// Returns the path of the list of all files of the run with their digests.
    pub fn manifest(&self) -> PathBuf {
        self.state.join("MANIFEST")
    }

    /// Returns the paths of the state that does not outlive a finished run.
    pub(crate) fn passing_state(&self) -> [PathBuf; 5] {
        [self.lock(), self.manifest(), self.all_shards(), self.successor(), self.install_plan()]
    }

    /// Returns the folder of the plans.
    pub(crate) fn plans(&self) -> PathBuf {
        self.state.join("plans")
    }

    /// Returns the path of the plan of a job.
    pub fn plan(&self, job: &str) -> PathBuf {
        self.plans().join(format!("{job}.json"))
    }

    /// Returns the folder of all outputs of shards.
    pub(crate) fn all_shards(&self) -> PathBuf {
        self.state.join("shards")
    }

    /// Returns the folder of the outputs of one job's shards.
    pub fn shards(&self, job: &str) -> PathBuf {
        self.all_shards().join(job)
    }

    /// Returns the folder of the submissions to a cluster.
    pub(crate) fn submissions(&self) -> PathBuf {
        self.state.join("cluster")
    }
}
