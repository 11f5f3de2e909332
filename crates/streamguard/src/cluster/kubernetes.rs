//! Kubernetes: a round as an Indexed Job, written down for somebody else to submit.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/job/>

use std::path::Path;

use serde_json::{Value, json};
use streamguard_engine::cluster::Submission;

/// Where and how elements run.
#[derive(Clone, Debug)]
pub(crate) struct Pods<'a> {
    /// The image that holds this program.
    pub(crate) image: &'a str,
    /// Name of the claim of a volume that all pods can write (ReadWriteMany).
    pub(crate) claim: &'a str,
    /// Where it is mounted, here and in the pods.
    pub(crate) mount: &'a Path,
    /// How many run at once.
    pub(crate) parallelism: usize,
    /// Name of a secret that holds GITHUB_TOKEN and NVD_API_KEY.
    pub(crate) secret: Option<&'a str>,
    /// Memory of an element, in MiB; 0 for no limit.
    pub(crate) memory: u64,
}

/// How often an element is tried.
const TRIES: u32 = 3;

/// The manifest. It is JSON, which is YAML as well.
pub(crate) fn manifest(submission: &Submission, pods: &Pods<'_>) -> Value {
    let mut container = json!({
        "name": "shard",
        "image": pods.image,
        "workingDir": pods.mount,
        "args": [
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
        // The worker has that much, and this program beside it a little.
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
            "backoffLimitPerIndex": TRIES - 1,
            // One that fails leaves the others alone.
            "maxFailedIndexes": submission.tasks,
            "podFailurePolicy": { "rules": [
                // What `shard run` ends with when another try would not help.
                { "action": "FailIndex", "onExitCodes": {
                    "containerName": "shard", "operator": "In", "values": [2, 65],
                } },
                // A node that was drained is no fault of the shard.
                { "action": "Ignore", "onPodConditions": [{ "type": "DisruptionTarget", "status": "True" }] },
            ] },
            "template": { "spec": {
                "restartPolicy": "Never",
                "securityContext": { "runAsNonRoot": true, "runAsUser": 10001, "fsGroup": 10001 },
                "containers": [container],
                "volumes": [{ "name": "run", "persistentVolumeClaim": { "claimName": pods.claim } }],
            } },
        },
    })
}
