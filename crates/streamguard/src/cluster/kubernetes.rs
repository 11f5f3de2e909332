//! Kubernetes: a submission as an Indexed Job, a manifest for somebody else to submit.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/job/>

use std::path::Path;

use serde_json::{Value, json};
use streamguard_engine::cluster::Submission;

/// Settings of the pods that run array tasks.
#[derive(Clone, Debug)]
pub(crate) struct PodSettings<'a> {
    /// Image that holds this program.
    pub(crate) image: &'a str,
    /// Name of the claim of a volume that all pods can write (ReadWriteMany).
    pub(crate) claim: &'a str,
    /// Mount point of the volume, here and in the pods.
    pub(crate) mount: &'a Path,
    /// Number of tasks that run at once.
    pub(crate) parallelism: usize,
    /// Name of a secret that holds GITHUB_TOKEN and NVD_API_KEY.
    pub(crate) secret: Option<&'a str>,
    /// Memory of a task, in MiB; 0 for no limit.
    pub(crate) memory: u64,
}

/// Attempts at a task.
const MAX_ATTEMPTS: u32 = 3;

/// Returns the manifest. JSON is YAML as well.
pub(crate) fn manifest(submission: &Submission, pods: &PodSettings<'_>) -> Value {
    let mut container = json!({
        "name": "shard",
        "image": pods.image,
        "workingDir": pods.mount,
        "args": [
            // Kubernetes itself replaces `$(..)` in arguments; no shell is needed in the image.
            "shard", "run", "--plan", submission.run_folder, "--round", submission.file,
            "--element", "$(JOB_COMPLETION_INDEX)", "--worker-memory", pods.memory.to_string(),
        ],
        "resources": { "requests": { "cpu": "1" } },
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "capabilities": { "drop": ["ALL"] },
        },
        "volumeMounts": [{ "name": "run", "mountPath": pods.mount }],
    });
    if pods.memory > 0 {
        // The worker may use all of its limit, and the program beside it needs a little.
        let memory = json!(format!("{}Mi", pods.memory + 128));
        container["resources"]["requests"]["memory"] = memory.clone();
        container["resources"]["limits"] = json!({ "memory": memory });
    }
    if let Some(secret) = pods.secret {
        container["envFrom"] = json!([{ "secretRef": { "name": secret } }]);
    }
    json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": submission.name,
            "annotations": { "streamguard/note": "checked against the schema only, not tried on a live cluster" },
        },
        "spec": {
            "completionMode": "Indexed",
            "completions": submission.tasks,
            "parallelism": pods.parallelism,
            // The limit counts retries, not attempts.
            "backoffLimitPerIndex": MAX_ATTEMPTS - 1,
            // A task that fails does not end the others.
            "maxFailedIndexes": submission.tasks,
            "podFailurePolicy": { "rules": [
                // Exit codes of `shard run` after which another try would not help.
                { "action": "FailIndex", "onExitCodes": {
                    "containerName": "shard", "operator": "In", "values": [2, 65],
                } },
                // A drained node is not a failure of the shard.
                { "action": "Ignore", "onPodConditions": [{ "type": "DisruptionTarget", "status": "True" }] },
            ] },
            "template": { "spec": {
                // Rules about failures of pods demand that the pod itself restarts nothing.
                "restartPolicy": "Never",
                "securityContext": { "runAsNonRoot": true, "runAsUser": 10001, "fsGroup": 10001 },
                "containers": [container],
                "volumes": [{ "name": "run", "persistentVolumeClaim": { "claimName": pods.claim } }],
            } },
        },
    })
}
