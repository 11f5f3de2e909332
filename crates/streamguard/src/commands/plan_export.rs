//! `streamguard plan export`: a plan as the manifest of another engine.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use streamguard::exit::{Exit, UsageError};
use streamguard::ui::{self, escape::escape};
use streamguard_durable::{WriteError, write_atomic};
use streamguard_engine::PlanDir;
use streamguard_report::run_paths;

use crate::cluster::kubernetes::{PodSettings, manifest};
use crate::plan_summary::planned_job;
use streamguard::shell::quote;

/// Writes a plan as the manifest of an Indexed Job for Kubernetes, not tried on a live cluster
///
/// The manifest is checked against Kubernetes' schema only. The volume has to be mounted at the same
/// place here and in the pods, and the user 10001 has to be able to write to it.
#[derive(Args, Clone, Debug)]
pub(crate) struct PlanExportArgs {
    /// The output directory of the plan
    #[arg(long, value_name = "DIR")]
    plan: PathBuf,
    /// The job [default: the only one that is planned]
    #[arg(long, value_name = "NAME")]
    job: Option<String>,
    /// File for the manifest
    #[arg(long, value_name = "FILE")]
    k8s_job: PathBuf,
    /// The image that holds this program
    #[arg(long, value_name = "IMAGE")]
    image: String,
    /// Name of the claim of a volume that all pods can write (ReadWriteMany)
    #[arg(long, value_name = "NAME")]
    claim: String,
    /// Mount point of that volume [default: at the plan]
    #[arg(long, value_name = "DIR")]
    mount: Option<PathBuf>,
    /// Name of a secret that holds GITHUB_TOKEN and NVD_API_KEY
    #[arg(long, value_name = "NAME")]
    secret: Option<String>,
    /// Number of array tasks, each with its part of the shards; a pod takes seconds to start
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=10000))]
    elements: u16,
    /// Number of them that run at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    parallelism: u16,
    /// Memory that a shard may use, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 2048)]
    worker_memory: u64,
}

pub(super) fn run(settings: &PlanExportArgs) -> Result<Exit> {
    // Links are resolved, because the pods see the volume but not what leads to it here.
    let root = settings
        .plan
        .canonicalize()
        .with_context(|| format!("cannot find the folder {}", settings.plan.display()))?;
    let dir = PlanDir::open(run_paths(&root))?;
    if dir.is_done() {
        return Err(UsageError(format!("the run in {} is already merged", root.display())).into());
    }
    let mount = settings.mount.as_deref().unwrap_or(&root);
    if !root.starts_with(mount) {
        let what = format!("--mount {}: the plan {} is not below it", mount.display(), root.display());
        return Err(UsageError(what).into());
    }
    let job = planned_job(settings.job.as_deref(), &dir)?;
    let submission = dir.create_submission(dir.plan(&job)?, settings.elements.into())?;
    let pods = PodSettings {
        image: &settings.image,
        claim: &settings.claim,
        mount,
        parallelism: settings.parallelism.into(),
        secret: settings.secret.as_deref(),
        memory: settings.worker_memory,
    };
    let mut text = serde_json::to_vec_pretty(&manifest(&submission, &pods))?;
    text.push(b'\n');
    let file = std::path::absolute(&settings.k8s_job)?;
    write_atomic(&file, &text).map_err(WriteError::at(&file))?;
    let shown = |path: &std::path::Path| quote(&escape(&path.display().to_string()));
    ui::print_line(&format!(
        "{} array {}: kubectl apply -f {}",
        submission.tasks,
        ui::plural(submission.tasks as usize, "task"),
        shown(&file)
    ))?;
    ui::print_line(&format!("then: streamguard merge --plan {}", shown(&settings.plan)))?;
    Ok(Exit::Complete)
}
