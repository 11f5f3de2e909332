//! Facts about rows: the records of the shards.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};
use streamguard_engine::JobError;
use twox_hash::XxHash64;

use crate::code_features::CodeFeatures;
use crate::near::{BitSignature, TextSketch, TextSketcher};
use crate::tokenizer::TokenReader;
use streamguard_table::{CodeReader, Row};

/// What is kept of a row until all rows are known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RowFacts {
    /// Sketches of the code; none for a side that is not there.
    #[serde(rename = "x")]
    pub(crate) texts: [Option<PackedSketch>; 2],
    /// Repository or project.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub(crate) repository: Option<String>,
    /// Hashes of the ids of commits.
    #[serde(rename = "c", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) commits: Vec<u64>,
    /// Hashes of the ids of advisories.
    #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) advisories: Vec<u64>,
    /// Hash of the template of generated code.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub(crate) family: Option<u64>,
    /// Whether it is benign code beside a sample.
    #[serde(rename = "k", default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) benign: bool,
    /// Hash of its file at its commit, if benign code is wanted.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<u64>,
    /// Date in milliseconds since 1970-01-01 UTC.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub(crate) date: Option<i64>,
    /// Tokens of both sides, as the tokenizer of a model counts them.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub(crate) model_tokens: Option<[u32; 2]>,
    /// Features of the code, if they are wanted.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub(crate) features: Option<CodeFeatures>,
}

/// A [`TextSketch`] with its numbers in base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PackedSketch {
    #[serde(rename = "h")]
    digest: String,
    #[serde(rename = "n")]
    tokens: u32,
    #[serde(rename = "b", default, skip_serializing_if = "String::is_empty")]
    bands: String,
    /// Signature beside the bands.
    #[serde(rename = "g", default, skip_serializing_if = "String::is_empty")]
    signature: String,
    #[serde(rename = "s", default, skip_serializing_if = "is_zero")]
    small_size: u32,
}

fn is_zero(size: &u32) -> bool {
    *size == 0
}

impl RowFacts {
    /// Reads the facts of a row.
    pub(crate) fn of(
        row: &Row,
        reader: &CodeReader,
        sketcher: &mut TextSketcher,
        tokens: Option<&mut TokenReader>,
    ) -> Self {
        let hashes = |ids: Vec<String>| ids.iter().map(|id| XxHash64::oneshot(0, id.as_bytes())).collect();
        let texts = reader.texts(row);
        Self {
            texts: texts
                .sides
                .map(|text| text.map(|text| PackedSketch::new(&sketcher.sketch(text, texts.syntax)))),
            repository: reader.repository(row).map(str::to_owned),
            commits: hashes(reader.commits(row)),
            advisories: hashes(reader.advisories(row)),
            family: reader.template_family(row),
            benign: reader.is_benign(row),
            file: None,
            date: reader.date(row),
            features: None,
            model_tokens: tokens
                .map(|tokens| texts.sides.map(|text| text.map_or(0, |text| tokens.read(text).len() as u32))),
        }
    }
}

impl PackedSketch {
    fn new(sketch: &TextSketch) -> Self {
        let bands: Vec<u8> = sketch.bands.iter().flat_map(|key| key.to_le_bytes()).collect();
        Self {
            digest: format!("{:x}", sketch.digest),
            tokens: sketch.tokens,
            signature: match bands.is_empty() {
                true => String::new(),
                false => STANDARD_NO_PAD.encode(sketch.signature.to_bytes()),
            },
            bands: STANDARD_NO_PAD.encode(bands),
            small_size: sketch.small_size,
        }
    }

    /// Returns the sketch.
    pub(crate) fn unpack(&self) -> Result<TextSketch, JobError> {
        let decode = |text: &str| STANDARD_NO_PAD.decode(text).map_err(JobError::failed);
        let bands = decode(&self.bands)?;
        let signature = match bands.is_empty() {
            true => BitSignature::default(),
            false => BitSignature::from_bytes(&decode(&self.signature)?)
                .ok_or_else(|| JobError::failed("the sketch of a text has no signature"))?,
        };
        Ok(TextSketch {
            digest: u128::from_str_radix(&self.digest, 16).map_err(JobError::failed)?,
            tokens: self.tokens,
            bands: bands.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect(),
            signature,
            small_size: self.small_size,
        })
    }
}
