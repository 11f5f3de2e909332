//! Ids of advisories, in the forms of the databases. All are fictional: the numbers are far above those that
//! are assigned.

use crate::timestamp;
use streamguard_synthetic::split_mix::mix64;

/// Ids of one vulnerability.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AdvisoryIds {
    /// Id in the CVE list.
    pub(crate) cve: String,
    /// Id in GitHub's database.
    pub(crate) ghsa: String,
}

impl AdvisoryIds {
    /// Returns the ids of the vulnerability number `number`, assigned in the year of `seconds` since 1970.
    pub(crate) fn new(number: u32, seconds: i64) -> Self {
        // The remainder keeps ids at seven digits, however many repositories there are.
        let cve = format!("CVE-{}-{}", timestamp::year(seconds), 9_000_001 + number % 999_999);
        Self { cve, ghsa: ghsa(number) }
    }
}

/// Returns an id in GitHub's form: three groups of four out of twenty characters.
fn ghsa(number: u32) -> String {
    // The alphabet of GitHub's ids: no vowels, and no signs that look alike.
    const DIGITS: &[u8] = b"23456789cfghjmpqrvwx";
    // Numbers that follow each other get ids without resemblance, and the same ones in every run.
    let mut rest = mix64(u64::from(number));
    let mut group = || -> String {
        let mut digit = || {
            let digit = DIGITS[(rest % DIGITS.len() as u64) as usize];
            rest /= DIGITS.len() as u64;
            char::from(digit)
        };
        (0..4).map(|_| digit()).collect()
    };
    format!("GHSA-{}-{}-{}", group(), group(), group())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advisories_have_the_form_of_github() {
        for number in [0, 1, 77, 99_999] {
            let id = ghsa(number);
            assert_eq!(id.len(), 19);
            assert!(id.split('-').all(|group| group.len() == 4), "{id}");
        }
        assert_ne!(ghsa(1), ghsa(2));
    }

    #[test]
    fn cves_bear_the_year() {
        assert_eq!(AdvisoryIds::new(4, 1_577_836_800).cve, "CVE-2020-9000005");
        assert_eq!(AdvisoryIds::new(4, 1_577_836_799).cve, "CVE-2019-9000005");
    }
}
