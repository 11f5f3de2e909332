//! `streamguard scan --all-tags`: which releases of a repository lack which fixes.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use streamguard::exit::{Exit, UsageError};
use streamguard::ui::escape::{escape, escape_json, escape_lines};
use streamguard::ui::{self, group_digits, plural};
use streamguard_scan::{
    ExposureHistory, FixExposure, RevisionBlob, ScanInputs, ScanItem, ScannedRepository, SignatureIndex,
};

use super::scan_threads;

/// Scans all tags of a repository: each version of a file once.
pub(super) fn run(path: &Path, index: &SignatureIndex, workers: usize, json: bool) -> Result<Exit> {
    let repository = ScannedRepository::open(path)?;
    let named = || path.display().to_string();
    let tags = repository.tags().with_context(named)?;
    if tags.is_empty() {
        return Err(UsageError(format!("{} has no tags to scan", named())).into());
    }
    let mut inputs =
        ScanInputs { repositories: vec![(path.to_owned(), repository.clone())], ..ScanInputs::default() };
    let mut positions = BTreeMap::new();
    let mut files_of = Vec::new();
    for tag in &tags {
        let files =
            repository.source_files(tag.commit).with_context(|| format!("{} at {}", named(), tag.name))?;
        let positions = files.into_iter().map(|file| {
            *positions.entry(file.clone()).or_insert_with(|| {
                let blob = RevisionBlob { repository: 0, prefix: String::new(), file };
                inputs.items.push(ScanItem::Blob(Box::new(blob)));
                inputs.items.len() - 1
            })
        });
        files_of.push(positions.collect::<Vec<usize>>());
    }
    let scanned = scan_threads::scan(&inputs, index, workers);
    let mut history = ExposureHistory::default();
    for (tag, files) in tags.iter().zip(&files_of) {
        history.add(&tag.name, files.iter().flat_map(|&at| &scanned[at].findings));
    }
    let exposures = history.finish();
    for exposure in &exposures {
        let text = match json {
            true => escape_json(&serde_json::to_string(exposure)?),
            false => describe(exposure),
        };
        if !ui::print_line(&text)? {
            break;
        }
    }
    let faults: Vec<&String> = scanned.iter().flat_map(|file| &file.faults).collect();
    for fault in &faults {
        ui::print_notice(&format!("warning: {}", escape(fault)));
    }
    let summary = format!(
        "{} {}, {} {} of files: {} {} missing in some of them",
        group_digits(tags.len() as u64),
        plural(tags.len(), "tag"),
        group_digits(inputs.items.len() as u64),
        plural(inputs.items.len(), "version"),
        group_digits(exposures.len() as u64),
        if exposures.len() == 1 { "fix is" } else { "fixes are" },
    );
    match json {
        true => ui::print_notice(&summary),
        false => ui::print(&format!("{summary}\n")),
    }
    Ok(match (exposures.is_empty(), faults.is_empty()) {
        (false, _) => Exit::Findings,
        (true, false) => Exit::Partial,
        (true, true) => Exit::Complete,
    })
}

fn describe(exposure: &FixExposure) -> String {
    let fix = &exposure.fix;
    let name = match fix.advisories.as_slice() {
        [] => format!("commit {}", fix.commit),
        ids => ids.join(", "),
    };
    let mut text = format!("{name}: {} in {}", exposure.function, exposure.path);
    let lists = [("lack", &exposure.vulnerable), ("have", &exposure.fixed), ("neither", &exposure.unclear)];
    for (what, releases) in lists {
        if let (Some(first), Some(last)) = (releases.first(), releases.last()) {
            let range = if first == last { first.clone() } else { format!("{first} to {last}") };
            text +=
                &format!("\n    {what:>7}  {range} ({} {})", releases.len(), plural(releases.len(), "tag"));
        }
    }
    escape_lines(&text)
}
