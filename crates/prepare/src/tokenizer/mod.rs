//! Tokenizers of models: byte-level byte-pair encoding, as GPT-2, RoBERTa, CodeBERT and others use it
//! (Sennrich et al. 2016, <https://arxiv.org/abs/1508.07909>; Radford et al. 2019, "Language Models are Unsupervised
//! Multitask Learners").

mod byte_letters;
mod byte_pairs;
mod text_words;
mod token_reader;
mod tokenizer_error;
mod tokenizer_file;
mod tokenizer_setting;

pub use byte_pairs::{BytePairs, ModelToken};
pub use token_reader::TokenReader;
pub use tokenizer_error::TokenizerError;
pub use tokenizer_file::Tokenizer;
pub use tokenizer_setting::TokenizerSetting;
