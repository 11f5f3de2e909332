//! Collectors: sources of samples, and the adapter that makes each of them a job of the engine.
//!
//! A collector is a struct with its settings and an implementation of [`Collector`]:
//!
//! ```
//! use serde::Serialize;
//! use streamguard_collect::{Collector, CollectorJob, Samples};
//! use streamguard_dataset::{Sample, SampleKind, SampleLevel};
//! use streamguard_engine::{JobError, PlanContext, ShardError};
//!
//! /// Emits the same exploit a number of times.
//! #[derive(Debug, Serialize)]
//! struct Repeated {
//!     samples: u64,
//! }
//!
//! impl Collector for Repeated {
//!     type Shard = u64;
//!     type Context = ();
//!
//!     fn name(&self) -> &'static str {
//!         "repeated"
//!     }
//!
//!     fn target(&self) -> u64 {
//!         self.samples
//!     }
//!
//!     fn context(&self) {}
//!
//!     fn plan(&self, _: &PlanContext) -> Result<Vec<u64>, JobError> {
//!         Ok((0..self.samples).collect())
//!     }
//!
//!     fn collect(&self, number: &u64, (): &(), samples: &mut Samples<'_, '_>) -> Result<(), ShardError> {
//!         let code = format!("{}\nprint({number})", "import os  # ".repeat(10));
//!         let sample = Sample::new(self.name(), SampleKind::Exploit, SampleLevel::File);
//!         samples.emit(Sample { vulnerable_code: Some(code), ..sample })
//!     }
//! }
//!
//! let job = std::sync::Arc::new(CollectorJob::new(Repeated { samples: 3 }));
//! let finished = streamguard_engine::run(vec![job], &Default::default(), None, &mut ())?;
//! assert_eq!(finished.state.jobs[0].summary.metrics["samples"], 3);
//! # Ok::<(), streamguard_engine::RunError>(())
//! ```

mod collector;
mod interleave;
mod job;
mod samples;

pub use collector::Collector;
pub use interleave::interleave;
pub use job::{CollectorJob, file_name};
pub use samples::Samples;
