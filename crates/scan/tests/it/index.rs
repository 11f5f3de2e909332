//! Index files.

use proptest::prelude::*;
use streamguard_scan::{IndexError, SignatureIndex};

use super::{BEFORE, fixed, index_bytes, sample};

fn bytes() -> Vec<u8> {
    let later = fixed().replace("return kind;", "return check(kind);");
    index_bytes(&[
        sample(BEFORE, &fixed(), "CVE-2020-1", "2020-01-01T00:00:00Z"),
        sample(&fixed(), &later, "CVE-2021-1", "2021-01-01T00:00:00Z"),
    ])
}

#[test]
fn an_index_does_not_depend_on_the_order_of_the_samples() {
    let samples = [
        sample(BEFORE, &fixed(), "CVE-2020-1", "2020-01-01T00:00:00Z"),
        sample(BEFORE, &fixed().replace("-1", "-2"), "CVE-2021-1", "2021-01-01T00:00:00Z"),
    ];
    let [first, second] = samples.clone();
    assert_eq!(index_bytes(&samples), index_bytes(&[second, first]));
}

#[test]
fn every_flipped_bit_and_every_lost_byte_is_noticed() {
    let bytes = bytes();
    assert_eq!(SignatureIndex::from_bytes(&bytes).expect("an index").len(), 2);
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        assert!(SignatureIndex::from_bytes(&damaged).is_err(), "byte {at}");
        assert!(SignatureIndex::from_bytes(&bytes[..at]).is_err(), "{at} bytes");
    }
    assert_eq!(SignatureIndex::from_bytes(b"{}").err(), Some(IndexError::NotAnIndex));
}

proptest! {
    /// A hostile file has the right digest.
    #[test]
    fn hostile_bodies_are_refused_or_read(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut bytes = bytes();
        for (at, byte) in changes {
            let body = bytes.len() - 40;
            bytes[40 + at.index(body)] = byte;
        }
        let digest = blake3::hash(&bytes[40..]);
        bytes[8..40].copy_from_slice(digest.as_bytes());
        if let Ok(index) = SignatureIndex::from_bytes_with_renamed(&bytes).or_else(|_| SignatureIndex::from_bytes(&bytes)) {
            streamguard_scan::FileScanner::new(&index).scan("a.c", BEFORE.as_bytes());
        }
    }
}
