//! The view of augmented functions: variants of those in train, for a model to learn that names and layout mean nothing.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use streamguard_code::{VariantKind, VariantMaker};
use streamguard_table::{Column, ColumnKind, Row, SplitName, TableSchema};
use twox_hash::XxHash64;

use super::view_writer::PlacedRow;
use crate::code_features;
use crate::tokenizer::TokenReader;

/// Way to vary functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Augmentation {
    /// Other names for local variables and parameters
    Rename,
    /// Another layout: indentation, braces, blank lines
    Reformat,
}

impl Augmentation {
    fn kind(self) -> VariantKind {
        match self {
            Self::Rename => VariantKind::RenamedLocals,
            Self::Reformat => VariantKind::Reformatted,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Rename => "rename",
            Self::Reformat => "reformat",
        }
    }
}

/// Makes variants of functions.
pub(super) struct FunctionVariants {
    augmentations: Vec<Augmentation>,
    maker: VariantMaker,
    tokens: Option<TokenReader>,
    seed: u64,
    schema: TableSchema,
    /// Places of the columns that are kept.
    kept: Vec<usize>,
    id: usize,
    code: usize,
    lines: Option<usize>,
    n_tokens: Option<usize>,
}

impl FunctionVariants {
    /// Begins with functions of these columns.
    pub(super) fn new(
        functions: &TableSchema,
        mut augmentations: Vec<Augmentation>,
        tokens: Option<TokenReader>,
        seed: u64,
    ) -> Self {
        augmentations.sort_unstable();
        augmentations.dedup();
        // What was counted in the code as it was is not true of its variants.
        let is_kept = |name: &str| {
            name != "code_hash" && !name.starts_with("token_ids") && !code_features::is_side_column(name)
        };
        let mut schema = functions.only(is_kept);
        let kept =
            (0..functions.columns.len()).filter(|place| is_kept(&functions.columns[*place].name)).collect();
        let place = |name: &str| schema.position(name);
        let (id, code, lines, n_tokens) = (place("id"), place("code"), place("lines"), place("n_tokens"));
        schema.columns.push(Column { name: "augmentation".to_owned(), kind: ColumnKind::Text });
        Self {
            augmentations,
            maker: VariantMaker::new(),
            tokens,
            seed,
            schema,
            kept,
            // Functions always have both columns.
            id: id.unwrap_or(0),
            code: code.unwrap_or(0),
            lines,
            n_tokens,
        }
    }

    /// Returns the columns of variants.
    pub(super) fn schema(&self) -> &TableSchema {
        &self.schema
    }

    /// Calls `take` with the variants of a function, or with the reason why there is none.
    pub(super) fn variants(
        &mut self,
        row: &PlacedRow<'_>,
        function: &Row,
        mut take: impl FnMut(Result<Row, &'static str>),
    ) {
        if row.place.split != SplitName::Train {
            return;
        }
        let language = row.reader.language(row.values);
        // One seed for both sides of a pair, which have the same names then.
        let seed = XxHash64::oneshot(self.seed, &(row.number as u64).to_le_bytes());
        let kept: Row = self.kept.iter().map(|place| function[*place].clone()).collect();
        for augmentation in &self.augmentations {
            let code = kept[self.code].as_str().unwrap_or_default();
            let varied =
                language.and_then(|language| self.maker.vary(augmentation.kind(), language, code, seed));
            let Some(varied) = varied else {
                take(Err("functions without a variant that can be proved"));
                continue;
            };
            let mut variant = kept.clone();
            let id = kept[self.id].as_str().unwrap_or_default();
            variant[self.id] = json!(format!("{id}~{}", augmentation.name()));
            if let (Some(place), Some(tokens)) = (self.n_tokens, &mut self.tokens) {
                variant[place] = json!(tokens.read(&varied).len());
            }
            if let Some(place) = self.lines.filter(|_| *augmentation == Augmentation::Reformat) {
                variant[place] = Value::Null;
            }
            variant[self.code] = json!(varied);
            variant.push(json!(augmentation.name()));
            take(Ok(variant));
        }
    }
}
