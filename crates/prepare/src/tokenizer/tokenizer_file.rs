//! Files of tokenizers: `tokenizer.json` of the library tokenizers, or `vocab.json` and `merges.txt`.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::byte_letters::byte_letters;
use super::byte_pairs::BytePairs;
use super::tokenizer_error::TokenizerError;

/// Largest file of a tokenizer: 64 MiB. Those of 250,000 tokens have 20.
const MAX_FILE_BYTES: u64 = 64 << 20;

/// Tokenizer of a model.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    pairs: BytePairs,
    vocabulary: usize,
    digest: String,
}

/// The parts of `tokenizer.json` that decide about tokens.
#[derive(Deserialize)]
struct TokenizerJson {
    model: ModelJson,
    pre_tokenizer: Option<Value>,
    normalizer: Option<Value>,
}

#[derive(Deserialize)]
struct ModelJson {
    #[serde(rename = "type")]
    kind: Option<String>,
    vocab: Value,
    #[serde(default)]
    merges: Vec<MergeJson>,
    continuing_subword_prefix: Option<String>,
    end_of_word_suffix: Option<String>,
    #[serde(default)]
    ignore_merges: bool,
}

/// A merge, as older and newer files write it.
#[derive(Deserialize)]
#[serde(untagged)]
enum MergeJson {
    Text(String),
    Pair(String, String),
}

impl Tokenizer {
    /// Reads a tokenizer: a `tokenizer.json`, a `vocab.json` with `merges.txt` beside it, or a folder with either.
    ///
    /// # Errors
    /// [`TokenizerError`].
    pub fn read(path: &Path) -> Result<Self, TokenizerError> {
        let path = file_of(path)?;
        let text = read_text(&path)?;
        let (vocab, merges, digested) = if path.file_name().is_some_and(|name| name == "vocab.json") {
            let merges_text = read_text(&path.with_file_name("merges.txt"))?;
            let vocab = serde_json::from_str(&text).map_err(|error| unknown(&path, error.to_string()))?;
            let lines = merges_text.lines().filter(|line| !line.is_empty() && !line.starts_with("#version"));
            let merges = lines.map(|line| MergeJson::Text(line.to_owned())).collect();
            (vocab, merges, [text, merges_text].concat())
        } else {
            let json: TokenizerJson =
                serde_json::from_str(&text).map_err(|error| unknown(&path, error.to_string()))?;
            json.check().map_err(|reason| unknown(&path, reason))?;
            (json.model.vocab, json.model.merges, text)
        };
        let vocab: HashMap<String, u32> =
            serde_json::from_value(vocab).map_err(|error| unknown(&path, format!("vocab: {error}")))?;
        let pairs = pairs_of(&vocab, merges).map_err(|reason| unknown(&path, reason))?;
        let digest = blake3::hash(digested.as_bytes()).to_hex()[..32].to_owned();
        Ok(Self { pairs, vocabulary: vocab.len(), digest })
    }

    /// Returns the number of tokens that the vocabulary has.
    pub fn vocabulary(&self) -> usize {
        self.vocabulary
    }

    /// Returns a digest of the files: 32 hexadecimal digits of BLAKE3.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Returns the rules.
    pub(super) fn pairs(&self) -> &BytePairs {
        &self.pairs
    }
}

impl TokenizerJson {
    /// Refuses what would give other tokens than the rules of GPT-2.
    fn check(&self) -> Result<(), String> {
        let ModelJson { kind, continuing_subword_prefix, end_of_word_suffix, ignore_merges, .. } =
            &self.model;
        // Old files have no type; those of other models have no merges.
        if kind.as_deref().is_some_and(|kind| kind != "BPE") || self.model.merges.is_empty() {
            return Err(format!("the model is {}", kind.as_deref().unwrap_or("of another kind")));
        }
        let is_set = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        if is_set(continuing_subword_prefix) || is_set(end_of_word_suffix) {
            return Err("the model marks parts of words".to_owned());
        }
        if *ignore_merges {
            return Err("the model takes words of the vocabulary whole (ignore_merges)".to_owned());
        }
        if self.normalizer.as_ref().is_some_and(|normalizer| !normalizer.is_null()) {
            return Err("the text is normalised first".to_owned());
        }
        let Some(words) = &self.pre_tokenizer else { return Err("there is no pre_tokenizer".to_owned()) };
        if words["type"] != "ByteLevel" || words["use_regex"] == false {
            return Err(format!("the pre_tokenizer is {}", words["type"]));
        }
        if words["add_prefix_space"] == true {
            return Err("the pre_tokenizer adds a space before the text".to_owned());
        }
        Ok(())
    }
}

fn unknown(path: &Path, reason: String) -> TokenizerError {
    TokenizerError::Unknown { path: path.to_owned(), reason }
}

/// Returns the file that holds the vocabulary.
fn file_of(path: &Path) -> Result<PathBuf, TokenizerError> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let names = ["tokenizer.json", "vocab.json"];
    let found = names.iter().map(|name| path.join(name)).find(|file| file.is_file());
    found.ok_or_else(|| unknown(path, "there is neither tokenizer.json nor vocab.json".to_owned()))
}

fn read_text(path: &Path) -> Result<String, TokenizerError> {
    let failed = |reason: String| TokenizerError::Read { path: path.to_owned(), reason };
    // A pipe would wait for ever.
    if !path.metadata().map_err(|error| failed(error.to_string()))?.is_file() {
        return Err(failed("it is not a regular file".to_owned()));
    }
    let mut text = String::new();
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    let read = file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text);
    let read = read.map_err(|error| failed(error.to_string()))?;
    if read as u64 > MAX_FILE_BYTES {
        return Err(failed(format!("it has more than {MAX_FILE_BYTES} bytes")));
    }
    Ok(text)
}

fn pairs_of(vocab: &HashMap<String, u32>, merges: Vec<MergeJson>) -> Result<BytePairs, String> {
    let id = |token: &str| vocab.get(token).copied().ok_or_else(|| format!("the vocabulary lacks {token:?}"));
    let mut bytes = [0; 256];
    for (byte, letter) in bytes.iter_mut().zip(byte_letters()) {
        *byte = id(letter.encode_utf8(&mut [0; 4]))?;
    }
    let mut pairs = Vec::with_capacity(merges.len());
    for merge in merges {
        let (left, right) = match &merge {
            MergeJson::Pair(left, right) => (left.as_str(), right.as_str()),
            MergeJson::Text(text) => {
                text.split_once(' ').ok_or_else(|| format!("{text:?} is not a pair of tokens"))?
            }
        };
        pairs.push(((id(left)?, id(right)?), id(&format!("{left}{right}"))?));
    }
    Ok(BytePairs::new(bytes, pairs))
}
