//! Settings of splits.

use std::str::FromStr;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// Rule by which components are split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SplitRule {
    /// The oldest commits to learn from, the newest to test with
    Time,
    /// Each repository in one split
    Repository,
    /// By chance, so that each split has its share of the advisories
    Advisory,
    /// By chance, so that each split has its share of the rows
    Random,
}

/// Choice for components whose rows belong into several splits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Straddling {
    /// Leave them out, and count them
    Drop,
    /// Take them into train
    Train,
}

/// Shares of the splits, in percent: train, validation, test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ratios(pub [u8; 3]);

impl FromStr for Ratios {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "expected three whole numbers with the sum 100, such as 80,10,10".to_owned();
        let parts: Vec<u8> =
            text.split(',').map(|part| part.trim().parse()).collect::<Result<_, _>>().map_err(|_| wrong())?;
        let ratios = <[u8; 3]>::try_from(parts).map_err(|_| wrong())?;
        (ratios.iter().map(|ratio| u32::from(*ratio)).sum::<u32>() == 100)
            .then_some(Self(ratios))
            .ok_or_else(wrong)
    }
}

impl TryFrom<String> for Ratios {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Ratios> for String {
    fn from(Ratios([train, validation, test]): Ratios) -> Self {
        format!("{train},{validation},{test}")
    }
}
