//! Entries of collectors, of sources of advisories, and of the job that mines their fixes.

use std::sync::Arc;

use clap::Args;
use serde::Serialize;
use serde::de::DeserializeOwned;
use streamguard_collect::{Collector, CollectorJob};

use crate::entry::{InheritedSetting, JobEntry, JobKind, QuickTestValue, settings_of};
use crate::error::read_settings;

/// Returns an entry of a collector.
pub(crate) const fn collector<C>(
    name: &'static str,
    about: &'static str,
    needs: &'static str,
    quick: &'static [(&'static str, QuickTestValue)],
    inherited: fn() -> Vec<InheritedSetting>,
) -> JobEntry
where
    C: Collector + Args + Serialize + DeserializeOwned + 'static,
{
    JobEntry {
        name,
        about,
        needs,
        kind: JobKind::Collector,
        quick,
        inherited,
        flags: C::augment_args,
        settings: settings_of::<C>,
        // A closure without captures is a plain function, which a constant can hold.
        make: |settings, _| {
            let collector: C = read_settings(settings)?;
            Ok(Arc::new(CollectorJob::new(collector)))
        },
    }
}

#[cfg(feature = "collectors")]
pub(crate) use advisories::{FIXES, source};

#[cfg(feature = "collectors")]
mod advisories {
    use std::sync::Arc;

    use clap::{ArgMatches, Args};
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};
    use streamguard_advisories::{AdvisoryJob, AdvisorySource, target_key};
    use streamguard_fixes::{FixesJob, FixesSettings, SourceTarget};
    use streamguard_http::Credentials;

    use crate::JOBS;
    use crate::entry::{InheritedSetting, JobEntry, JobKind, QuickTestValue, SettingOwner, settings_of};
    use crate::error::{SettingsError, read_settings};

    /// Returns an entry of a source of advisories.
    pub(crate) const fn source<S>(
        name: &'static str,
        about: &'static str,
        needs: &'static str,
        quick: &'static [(&'static str, QuickTestValue)],
    ) -> JobEntry
    where
        S: AdvisorySource + Args + Serialize + DeserializeOwned + 'static,
    {
        JobEntry {
            name,
            about,
            needs,
            kind: JobKind::AdvisorySource,
            quick,
            inherited: || {
                vec![
                    InheritedSetting::new("since", SettingOwner::Job("repo")),
                    InheritedSetting::new("access", SettingOwner::Command),
                ]
            },
            flags: S::augment_args,
            settings: settings_of::<S>,
            make: |settings, secrets| {
                let source: S = read_settings(settings)?;
                Ok(Arc::new(AdvisoryJob::new(source, Credentials::of(secrets))))
            },
        }
    }

    /// Entry of the job that mines the fixes of all sources of advisories.
    pub(crate) const FIXES: JobEntry = JobEntry {
        name: "fixes",
        about: "pairs out of the fix commits that advisories name",
        needs: "git and network, advisories",
        kind: JobKind::FixMiner,
        quick: &[],
        inherited: || {
            let targets =
                sources().map(|name| InheritedSetting::new(target_key(name), SettingOwner::TargetOf(name)));
            targets
                .chain([
                    InheritedSetting::new("min-confidence", SettingOwner::Job("repo")),
                    InheritedSetting::new("max-code-chars", SettingOwner::Job("repo")),
                    InheritedSetting::new("benign", SettingOwner::Job("repo")),
                    InheritedSetting::new("access", SettingOwner::Command),
                ])
                .collect()
        },
        flags: FixesSettings::augment_args,
        settings: fixes_settings,
        make: |settings, secrets| {
            let (settings, targets) = split_targets(settings)?;
            let settings: FixesSettings = read_settings(settings)?;
            Ok(Arc::new(FixesJob::new(settings, targets, Credentials::of(secrets))))
        },
    };

    /// Returns the names of the sources of advisories; their order is that of trust.
    fn sources() -> impl Iterator<Item = &'static str> {
        JOBS.iter().filter(|entry| matches!(entry.kind, JobKind::AdvisorySource)).map(|entry| entry.name)
    }

    /// Returns the settings that flags give, with a target of 0 for each source.
    fn fixes_settings(matches: &ArgMatches) -> Result<Value, clap::Error> {
        let mut settings = settings_of::<FixesSettings>(matches)?;
        for source in sources() {
            // The value for a source that does not run; for one that does, the target of that
            // source takes its place.
            settings[target_key(source)] = json!(0);
        }
        Ok(settings)
    }

    /// Splits the settings of the job into its own and the targets of the sources.
    fn split_targets(mut settings: Value) -> Result<(Value, Vec<SourceTarget>), SettingsError> {
        let mut targets = Vec::new();
        for source in sources() {
            let key = target_key(source);
            // Taken out, since the settings of the job know only their own keys.
            let value = settings.as_object_mut().and_then(|settings| settings.remove(&key));
            let samples = match value {
                Some(value) => read_settings(value).map_err(|error| SettingsError { key, ..error })?,
                None => 0,
            };
            targets.push(SourceTarget { source, samples });
        }
        Ok((settings, targets))
    }
}
