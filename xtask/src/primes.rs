//! `check prime`: our counts against known ones and against primesieve's.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use streamguard_prime::arithmetic::pi;

/// pi(10^k) from k = 1 on (<https://oeis.org/A006880>).
const KNOWN: [u64; 15] = [
    4,
    25,
    168,
    1229,
    9592,
    78_498,
    664_579,
    5_761_455,
    50_847_534,
    455_052_511,
    4_118_054_813,
    37_607_912_018,
    346_065_536_839,
    3_204_941_750_802,
    29_844_570_422_669,
];

/// Counts `ranges` random ranges of all magnitudes by the program, as it sieves and as it only counts, and by
/// the peer.
pub(crate) fn check(program: &Path, peer: &Path, ranges: u32, seed: u64) -> Result<()> {
    for (k, count) in (1..).zip(KNOWN) {
        let found = pi(10u64.pow(k), &|| false);
        ensure!(found == Ok(count), "pi(10^{k}) is {count}, not {found:?}");
    }
    println!("pi(10^k) is as known up to k = {}", KNOWN.len());
    let mut random = Random(seed);
    let edges = [(0, 0), (0, 1), (2, 2), (0, 7), (u64::MAX, u64::MAX), (u64::MAX - 58, u64::MAX - 58)];
    let mut different = 0;
    for at in 0..ranges {
        let (start, end) = match edges.get(at as usize) {
            Some(edge) => *edge,
            None => random.range(),
        };
        let range = format!("{start}..{end}");
        let theirs = counted_by_peer(peer, start, end)?;
        for flag in [None, Some("--count-only")] {
            let ours = counted(program, &range, flag)?;
            if ours != theirs {
                different += 1;
                println!("{range} {}: ours {ours}, the peer's {theirs}", flag.unwrap_or_default());
            }
        }
    }
    ensure!(different == 0, "{different} counts differ");
    println!("{ranges} ranges have the peer's counts (seed {seed})");
    Ok(())
}

fn counted(program: &Path, range: &str, flag: Option<&str>) -> Result<u64> {
    let text = output(Command::new(program).args(["prime", "--quiet", "--range", range]).args(flag))?;
    let count = text.lines().find_map(|line| line.strip_prefix("primes ")).context("no line of primes")?;
    Ok(count.trim().replace(',', "").parse()?)
}

fn counted_by_peer(peer: &Path, start: u64, end: u64) -> Result<u64> {
    let text = output(Command::new(peer).args([start, end].map(|bound| bound.to_string())).arg("--quiet"))?;
    Ok(text.trim().parse()?)
}

fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().display().to_string();
    let output = command.output().with_context(|| format!("cannot start {program}"))?;
    ensure!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(String::from_utf8(output.stdout)?)
}

/// splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A start of any magnitude, and up to 2^28 numbers; one in twenty ends at the end of 64 bits.
    fn range(&mut self) -> (u64, u64) {
        let length = (self.next() >> 36) >> (self.next() % 29);
        match self.next() % 20 {
            0 => (u64::MAX - length, u64::MAX),
            _ => {
                let start = self.next() >> (self.next() % 64);
                (start, start.saturating_add(length))
            }
        }
    }
}
