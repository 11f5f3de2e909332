//! `streamguard plan export`: a plan as what another engine takes.

use anyhow::{Context, Result};
use streamguard::exit::{Exit, UsageError};
use streamguard::ui::{self, escape::escape};
use streamguard_durable::{WriteError, write_atomic};
use streamguard_engine::PlanDir;

use super::shard::job_of;
use crate::cli::Export;
use crate::cluster::kubernetes::{Pods, manifest};
use crate::command_line::quoted;

pub(crate) fn run(settings: &Export) -> Result<Exit> {
    let root =
        settings.plan.canonicalize().with_context(|| format!("no folder: {}", settings.plan.display()))?;
    let dir = PlanDir::open(&root)?;
    if dir.is_done() {
        return Err(UsageError(format!("the run in {} is over, and merged", root.display())).into());
    }
    let mount = settings.mount.as_deref().unwrap_or(&root);
    if !root.starts_with(mount) {
        let what = format!("--mount {}: the plan {} is not below it", mount.display(), root.display());
        return Err(UsageError(what).into());
    }
    let job = job_of(settings.job.as_deref(), &dir)?;
    let round = dir.hand_out(dir.plan(&job)?, settings.elements.into())?;
    let pods = Pods {
        image: &settings.image,
        claim: &settings.claim,
        mount,
        parallelism: settings.parallelism.into(),
        secret: settings.secret.as_deref(),
        memory: settings.worker_memory,
    };
    let mut text = serde_json::to_vec_pretty(&manifest(&round, &pods))?;
    text.push(b'\n');
    let file = std::path::absolute(&settings.k8s_job)?;
    write_atomic(&file, &text).map_err(WriteError::at(&file))?;
    let shown = |path: &std::path::Path| quoted(&escape(&path.display().to_string()));
    ui::line(&format!("{} elements: kubectl apply -f {}", round.elements, shown(&file)))?;
    ui::line(&format!("then: streamguard merge --plan {}", shown(&settings.plan)))?;
    Ok(Exit::Complete)
}
