//! Settings of the collectors: their own, and those that they take from elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use serde_json::{Value, json};
use streamguard::settings::{ConfigLayers, ResolvedSettings, other_addresses};
use streamguard_engine::Job;
use streamguard_http::{Credentials, UpstreamSettings};
use streamguard_registry::{self as registry, JobEntry, SettingOwner};

/// Settings of all collectors, whether they run or not: one may take a setting from another.
pub(super) struct CollectorSettings {
    /// Settings that flags, variables and the file give, by collector.
    own: BTreeMap<&'static str, ResolvedSettings>,
    /// Settings of the command that collectors take.
    of_command: BTreeMap<&'static str, Value>,
    selected: Vec<&'static str>,
}

impl CollectorSettings {
    pub(super) fn resolve(
        layers: &ConfigLayers<'_>,
        is_quick_test: bool,
        seed: u64,
        upstream: &UpstreamSettings,
        selected: &[&'static JobEntry],
    ) -> Result<Self> {
        let mut own = BTreeMap::new();
        // Collectors that do not run are resolved too: others may take settings from them.
        for entry in registry::collected() {
            let mut base = (entry.settings)(layers.matches)?;
            if is_quick_test {
                for (key, value) in entry.quick {
                    if !layers.is_given(key) {
                        base[key] = json!(value);
                    }
                }
            }
            own.insert(entry.name, layers.resolve(entry.name, base)?);
        }
        let of_command = BTreeMap::from([("seed", json!(seed)), ("access", json!(upstream))]);
        Ok(Self { own, of_command, selected: selected.iter().map(|entry| entry.name).collect() })
    }

    /// Lists the addresses of upstreams that are not the usual ones.
    pub(super) fn other_addresses(&self) -> Result<Vec<String>> {
        let mut addresses = Vec::new();
        for entry in registry::collected() {
            let command = (entry.flags)(clap::Command::new("usual").no_binary_name(true));
            let usual = (entry.settings)(&command.try_get_matches_from(std::iter::empty::<String>())?)?;
            let usual = usual.as_object().cloned().unwrap_or_default();
            addresses.extend(other_addresses(&self.own[entry.name].values, &usual));
        }
        Ok(addresses)
    }

    /// Returns a setting that its owner gives.
    fn inherited(&self, key: &str, owner: SettingOwner) -> Option<Value> {
        let flag_of = |job: &str| self.own.get(job)?.values.get(key).cloned();
        match owner {
            SettingOwner::Command => self.of_command.get(key).cloned(),
            SettingOwner::Job(job) => flag_of(job),
            SettingOwner::TargetOf(job) if self.selected.contains(&job) => flag_of(job),
            SettingOwner::TargetOf(_) => Some(json!(0)),
        }
    }

    /// Makes a collector.
    pub(super) fn job(
        &self,
        entry: &JobEntry,
        layers: &ConfigLayers<'_>,
        recorded: Option<&Value>,
        credentials: &Credentials,
    ) -> Result<Arc<dyn Job>> {
        let resolved = &self.own[entry.name];
        let mut values = resolved.values.clone();
        for setting in (entry.inherited)() {
            values.extend(self.inherited(&setting.key, setting.owner).map(|value| (setting.key, value)));
        }
        // A resumed run keeps its settings. Flags that are given now stay: if they differ from those of the
        // run, the engine refuses them by name.
        if let Some(Value::Object(recorded)) = recorded.and_then(|recorded| recorded.get(entry.name)) {
            let kept = recorded.iter().filter(|(key, _)| !layers.is_given(key));
            values.extend(kept.map(|(key, value)| (key.clone(), value.clone())));
        }
        (entry.make)(Value::Object(values), &credentials.secrets())
            .map_err(|error| resolved.wrong(&error).into())
    }
}
