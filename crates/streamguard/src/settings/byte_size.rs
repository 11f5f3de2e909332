//! Amounts of memory as people write them: `512MiB`, `2G`.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, de::Error};

/// Units, and the power of two that each stands for; as for `sbatch --mem`, `G` is short for `GiB`.
const UNITS: [(&str, u32); 9] = [
    ("KiB", 10),
    ("MiB", 20),
    ("GiB", 30),
    ("TiB", 40),
    ("K", 10),
    ("M", 20),
    ("G", 30),
    ("T", 40),
    ("", 20),
];

/// An amount of memory that a person wrote, in bytes. A number alone counts MiB, as for `--worker-memory`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteSize(pub u64);

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not an amount of memory such as 512MiB or 2G");
        let text = text.trim();
        let digits = text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let unit = unit.trim_start();
        let (_, power) =
            UNITS.iter().find(|(known, _)| unit.eq_ignore_ascii_case(known)).ok_or_else(wrong)?;
        let number: u64 = number.parse().map_err(|_| wrong())?;
        number.checked_mul(1 << power).map(Self).ok_or_else(wrong)
    }
}

impl<'de> Deserialize<'de> for ByteSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected an amount of memory such as \"2GiB\", or a number of MiB")]
        enum Written {
            Mebibytes(u64),
            Text(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Mebibytes(number) => number.to_string().parse(),
            Written::Text(text) => text.parse(),
        }
        .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_with_their_units() {
        for (text, bytes) in
            [("0", 0), ("64", 64 << 20), ("512MiB", 512 << 20), ("2G", 2 << 30), ("1 gib", 1 << 30)]
        {
            assert_eq!(text.parse(), Ok(ByteSize(bytes)), "{text}");
        }
        for text in ["", "G", "-1", "1.5G", "2GB", "99999999999T"] {
            assert!(text.parse::<ByteSize>().is_err(), "{text}");
        }
    }
}
