//! Writing of an index file.

use std::collections::BTreeMap;

use streamguard_dataset::{Language, Severity};

use super::bytes::put_number;
use super::{INDEX_VERSION, MAGIC, RENAMED_VERSION};
use crate::signature::{FixCode, Signature, SignatureOrigin};

/// Returns the bytes of an index of these signatures; the same for any order of them.
pub fn build(signatures: Vec<Signature>) -> Vec<u8> {
    file(INDEX_VERSION, &body(signatures))
}

/// Returns the bytes of an index that also has signatures whose names do not count.
pub fn build_with_renamed(signatures: Vec<Signature>, renamed: Vec<Signature>) -> Vec<u8> {
    let first = body(signatures);
    let mut bodies = (first.len() as u64).to_le_bytes().to_vec();
    bodies.extend(first);
    bodies.extend(body(renamed));
    file(RENAMED_VERSION, &bodies)
}

/// Returns a file with its head, by which damage is noticed.
fn file(version: u32, content: &[u8]) -> Vec<u8> {
    let mut file = Vec::with_capacity(content.len() + 40);
    file.extend_from_slice(&MAGIC);
    file.extend_from_slice(&version.to_le_bytes());
    file.extend_from_slice(blake3::hash(content).as_bytes());
    file.extend_from_slice(content);
    file
}

fn body(mut signatures: Vec<Signature>) -> Vec<u8> {
    // Versions of one function lie side by side, the oldest fix first.
    signatures.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    signatures.dedup_by(|a, b| a.origin.sample == b.origin.sample);
    let numbers = number_statements(&signatures);
    let mut pool = BTreeMap::new();
    let origins: Vec<Vec<String>> =
        signatures.iter().map(|signature| OriginText::write(&signature.origin)).collect();
    for text in origins.iter().flatten() {
        pool.insert(text.as_str(), 0_u32);
    }
    for (number, (_, place)) in pool.iter_mut().enumerate() {
        *place = number as u32;
    }
    let mut body = Vec::new();
    put_number(&mut body, numbers.len() as u64);
    numbers.keys().for_each(|hash| body.extend_from_slice(&hash.to_le_bytes()));
    numbers.values().for_each(|number| body.extend_from_slice(&number.to_le_bytes()));
    put_number(&mut body, pool.len() as u64);
    pool.keys().for_each(|text| put_number(&mut body, text.len() as u64));
    pool.keys().for_each(|text| body.extend_from_slice(text.as_bytes()));
    put_number(&mut body, signatures.len() as u64);
    let mut lineage = 0_u64;
    for (at, (signature, origin)) in signatures.iter().zip(&origins).enumerate() {
        if at > 0 && lineage_key(&signatures[at - 1].origin) != lineage_key(&signature.origin) {
            lineage += 1;
        }
        put_number(&mut body, lineage);
        for side in [&signature.vulnerable, &signature.fixed] {
            let mut side: Vec<u32> = side.iter().map(|hash| numbers[hash]).collect();
            side.sort_unstable();
            put_number(&mut body, side.len() as u64);
            // Differences of neighbours: most take one or two bytes.
            let mut last = 0;
            for number in side {
                put_number(&mut body, u64::from(number - last));
                last = number;
            }
        }
        for joints in [&signature.removed_joints, &signature.added_joints] {
            put_number(&mut body, joints.len() as u64);
            joints.iter().for_each(|joint| body.extend_from_slice(&joint.to_le_bytes()));
        }
        put_number(&mut body, u64::from(signature.origin.start_line));
        origin.iter().for_each(|text| put_number(&mut body, u64::from(pool[text.as_str()])));
    }
    body
}

/// Function that a signature is a version of: its name and the name of its file, wherever both were moved or copied.
fn lineage_key(origin: &SignatureOrigin) -> (&str, &str) {
    (origin.path.rsplit('/').next().unwrap_or_default(), &origin.function)
}

fn sort_key(signature: &Signature) -> impl Ord {
    let origin = &signature.origin;
    let (file, function) = lineage_key(origin);
    let key = [file, function, &origin.date, &origin.commit, &origin.sample];
    key.map(str::to_owned)
}

/// Numbers the statements from the rarest to the most common one.
fn number_statements(signatures: &[Signature]) -> BTreeMap<u64, u32> {
    let mut counts = BTreeMap::<u64, u32>::new();
    for hash in signatures.iter().flat_map(|signature| signature.vulnerable.iter().chain(&signature.fixed)) {
        *counts.entry(*hash).or_default() += 1;
    }
    let mut by_count: Vec<(u32, u64)> = counts.iter().map(|(hash, count)| (*count, *hash)).collect();
    by_count.sort_unstable();
    for (number, (_, hash)) in by_count.iter().enumerate() {
        counts.insert(*hash, number as u32);
    }
    counts
}

/// Origin as a list of texts, so that an index holds each text once.
pub(super) struct OriginText;

impl OriginText {
    /// Number of texts.
    pub(super) const COUNT: usize = 14;

    /// Place of the ids of advisories among the texts.
    pub(super) const ADVISORIES: usize = 1;

    fn write(origin: &SignatureOrigin) -> Vec<String> {
        let code = origin.code.clone().unwrap_or_default();
        vec![
            origin.sample.clone(),
            origin.advisories.join("\n"),
            origin.cwes.join("\n"),
            origin.severity.map_or("", Severity::name).to_owned(),
            origin.repository.clone(),
            origin.commit.clone(),
            origin.date.clone(),
            origin.path.clone(),
            origin.function.clone(),
            origin.source.clone().unwrap_or_default(),
            origin.licence.clone().unwrap_or_default(),
            code.language.map_or("", Language::name).to_owned(),
            code.vulnerable,
            code.fixed,
        ]
    }

    pub(super) fn read<'a>(text: impl Fn(usize) -> &'a str, start_line: u32) -> SignatureOrigin {
        let list = |number| text(number).lines().map(str::to_owned).collect();
        let some = |number| Some(text(number).to_owned()).filter(|text| !text.is_empty());
        let severities =
            [Severity::None, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
        let language = Language::from_name(text(11));
        SignatureOrigin {
            sample: text(0).to_owned(),
            advisories: list(Self::ADVISORIES),
            cwes: list(2),
            severity: severities.into_iter().find(|severity| severity.name() == text(3)),
            repository: text(4).to_owned(),
            commit: text(5).to_owned(),
            date: text(6).to_owned(),
            path: text(7).to_owned(),
            function: text(8).to_owned(),
            start_line,
            source: some(9),
            licence: some(10),
            code: language.map(|language| FixCode {
                language: Some(language),
                vulnerable: text(12).to_owned(),
                fixed: text(13).to_owned(),
            }),
        }
    }
}
