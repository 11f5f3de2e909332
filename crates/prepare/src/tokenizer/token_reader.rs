//! Reader of texts as tokens of a model.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::byte_pairs::ModelToken;
use super::text_words::for_each_word;
use super::tokenizer_file::Tokenizer;

/// Longest word that is remembered, in bytes. Names and runs of spaces of code are shorter.
const MAX_REMEMBERED_BYTES: usize = 64;

/// Most words that are remembered.
const MAX_REMEMBERED_WORDS: usize = 1 << 16;

/// Reads texts as tokens, and remembers words: those of code come again and again.
#[derive(Clone, Debug)]
pub struct TokenReader {
    tokenizer: Arc<Tokenizer>,
    words: HashMap<Box<str>, Box<[ModelToken]>, FixedState>,
    tokens: Vec<ModelToken>,
}

impl TokenReader {
    /// Creates a reader.
    pub fn new(tokenizer: Arc<Tokenizer>) -> Self {
        Self { tokenizer, words: HashMap::default(), tokens: Vec::new() }
    }

    /// Returns the tokens of a text, without those that models put before and behind it.
    pub fn read(&mut self, text: &str) -> &[ModelToken] {
        let Self { tokenizer, words, tokens } = self;
        tokens.clear();
        for_each_word(text, |place| {
            let word = &text[place];
            if let Some(known) = words.get(word) {
                tokens.extend_from_slice(known);
                return;
            }
            let read = tokenizer.pairs().tokens(word.as_bytes());
            tokens.extend_from_slice(&read);
            if word.len() <= MAX_REMEMBERED_BYTES && words.len() < MAX_REMEMBERED_WORDS {
                words.insert(word.into(), read.into());
            }
        });
        &self.tokens
    }
}
