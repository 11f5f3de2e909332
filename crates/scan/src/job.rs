//! The scan as a job of the engine, for trees that take long.

mod scan_shard;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use streamguard_engine::{
    JobError, JobSummary, LogLevel, MergeContext, Plan, PlanContext, Shard, ShardError, ShardLimits,
    ShardOutput, TypedJob,
};

use crate::finding::Finding;
use crate::index::SignatureIndex;
use crate::inputs::ScanInputs;
use crate::item_scanner::ItemScanner;
use crate::verdict::Verdict;
use scan_shard::ScanShard;

/// Name of the job.
pub const JOB_NAME: &str = "scan";

/// File with all findings, a JSON object a line: functions that have a fix, and those that are neither side, too.
pub const FINDINGS_NAME: &str = "findings.jsonl";

/// File with what could not be read or parsed, a JSON string a line.
pub const FAULTS_NAME: &str = "faults.jsonl";

/// A scan whose shards are some files each.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScanJob {
    /// What to scan.
    paths: Vec<PathBuf>,
    /// Index file; the index of the demo world if there is none.
    known: Option<PathBuf>,
    /// Whether functions are found whose names differ.
    renamed: bool,
    /// Digest of the index, so that all workers compare with the same one.
    digest: String,
    /// Index, once a shard needed it.
    #[serde(skip)]
    index: OnceLock<Arc<SignatureIndex>>,
}

/// Record of a shard.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ScanRecord {
    Finding(Box<Finding>),
    Fault(String),
}

impl ScanJob {
    /// Creates a scan of paths with an index that was read from a file, or with that of the demo world.
    pub fn new(paths: Vec<PathBuf>, known: Option<PathBuf>, index: SignatureIndex) -> Self {
        Self {
            paths,
            known,
            renamed: index.renamed().is_some(),
            digest: index.digest(),
            index: OnceLock::from(Arc::new(index)),
        }
    }

    /// Returns the index, which is read once in each process.
    fn index(&self) -> Result<Arc<SignatureIndex>, ShardError> {
        if let Some(index) = self.index.get() {
            return Ok(Arc::clone(index));
        }
        let index = match &self.known {
            Some(path) => SignatureIndex::read(path, self.renamed).map_err(ShardError::failed)?,
            None => SignatureIndex::embedded(),
        };
        if index.digest() != self.digest {
            let known = self.known.as_deref().unwrap_or_else(|| "the index of the demo world".as_ref());
            let what = format!("{} has changed since the scan began: begin anew by --fresh", known.display());
            return Err(ShardError::Failed(what));
        }
        Ok(Arc::clone(self.index.get_or_init(|| Arc::new(index))))
    }
}

impl TypedJob for ScanJob {
    type Shard = ScanShard;

    fn name(&self) -> &str {
        JOB_NAME
    }

    fn settings(&self) -> Value {
        json!(self)
    }

    fn unit(&self) -> &str {
        "findings"
    }

    fn limits(&self) -> ShardLimits {
        // One shard may be an archive of many gigabytes.
        ShardLimits { deadline: Duration::from_secs(24 * 3600), ..ShardLimits::default() }
    }

    fn plan(&self, _: &PlanContext) -> Result<Plan<ScanShard>, JobError> {
        let inputs = ScanInputs::list(&self.paths, None).map_err(JobError::failed)?;
        Ok(Plan::new(scan_shard::cut(&inputs)))
    }

    fn run(&self, shard: &Shard<ScanShard>, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        let index = self.index()?;
        let (items, repositories) = shard.payload.open()?;
        let mut scanner = ItemScanner::new(&index, repositories);
        for fault in shard.payload.faults() {
            output.emit(&ScanRecord::Fault(fault.clone()))?;
        }
        for item in &items {
            output.check_stopped()?;
            if !output.begin_item(&item.name()) {
                continue;
            }
            let scanned = scanner.scan(item);
            output.count("source_files", scanned.source_files);
            output.count("bytes", scanned.bytes);
            for finding in scanned.findings {
                output.emit(&ScanRecord::Finding(Box::new(finding)))?;
            }
            for fault in scanned.faults {
                output.log(LogLevel::Warning, &fault);
                output.emit(&ScanRecord::Fault(fault))?;
            }
        }
        Ok(())
    }

    fn output_names(&self) -> Vec<String> {
        [FINDINGS_NAME, FAULTS_NAME].map(str::to_owned).to_vec()
    }

    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
        let mut findings = merge.create_file(FINDINGS_NAME)?;
        let mut faults = merge.create_file(FAULTS_NAME)?;
        let (mut vulnerable, mut fixed, mut unclear, mut unread) = (0_u64, 0_u64, 0_u64, 0_u64);
        merge.for_each_record(|line| match serde_json::from_slice(line).map_err(JobError::failed)? {
            ScanRecord::Finding(finding) => {
                match finding.verdict {
                    Verdict::Vulnerable => vulnerable += 1,
                    Verdict::Fixed => fixed += 1,
                    Verdict::Unclear => unclear += 1,
                }
                findings.write_record(&finding)
            }
            ScanRecord::Fault(fault) => {
                unread += 1;
                faults.write_record(&fault)
            }
        })?;
        merge.commit_file(findings)?;
        merge.commit_file(faults)?;
        let counters = merge.counters();
        let counter = |name: &str| counters.get(name).copied().unwrap_or_default();
        Ok(JobSummary::default()
            .metric("source_files", counter("source_files"))
            .metric("bytes", counter("bytes"))
            .metric("vulnerable", vulnerable)
            .metric("fixed", fixed)
            .metric("unclear", unclear)
            .metric("faults", unread))
    }
}
