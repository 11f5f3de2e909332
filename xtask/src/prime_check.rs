//! `check prime`: our counts compared with known ones and with those of primesieve and primecount.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use streamguard_prime::arithmetic::pi;
use streamguard_synthetic::split_mix::SplitMix64;

/// pi(10^k) from k = 1 on (<https://oeis.org/A006880>).
const KNOWN_PI: [u64; 18] = [
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
    279_238_341_033_925,
    2_623_557_157_654_233,
    24_739_954_287_740_860,
];

/// Bits of the greatest random number up to which primes are counted.
const MAX_COUNT_BITS: u32 = 50;

/// Compares known counts first. Then counts `ranges` random ranges of all magnitudes with the program, with
/// and without `--count-only`, and with `peer`; and up to a tenth as many random numbers, with one to eight workers and with
/// `counter`.
pub(crate) fn check(program: &Path, peer: &Path, counter: &Path, ranges: u32, seed: u64) -> Result<()> {
    for (k, count) in (1..).zip(KNOWN_PI) {
        let found = pi(10u64.pow(k), &|| false);
        ensure!(found == Ok(count), "pi(10^{k}) should be {count}, but is {found:?}");
    }
    println!("pi(10^k) equals the known values up to k = {}", KNOWN_PI.len());
    let mut random = RandomRanges(SplitMix64::new(seed));
    let edges = [(0, 0), (0, 1), (2, 2), (0, 7), (u64::MAX, u64::MAX), (u64::MAX - 58, u64::MAX - 58)];
    let mut different = 0;
    for at in 0..ranges {
        let (start, end) = match edges.get(at as usize) {
            Some(edge) => *edge,
            None => random.next(),
        };
        let range = format!("{start}..{end}");
        let theirs = counted_by_peer(peer, start, end)?;
        for flags in [&[][..], &["--count-only"]] {
            let ours = counted(program, &range, flags)?;
            if ours != theirs {
                different += 1;
                println!("{range} {}: our count is {ours}, the peer's is {theirs}", flags.join(" "));
            }
        }
    }
    for _ in 0..ranges / 10 {
        let (number, workers) = (random.number(), random.workers());
        let text = output(Command::new(counter).args([number.to_string(), "--threads=1".to_owned()]))?;
        let theirs: u64 = text.trim().parse()?;
        let range = format!("0..{number}");
        let ours = counted(program, &range, &["--count-only", "--workers", &workers.to_string()])?;
        if ours != theirs {
            different += 1;
            println!("{range} with {workers} workers: our count is {ours}, primecount's is {theirs}");
        }
    }
    ensure!(different == 0, "{different} counts differ");
    println!(
        "all counts of {ranges} ranges equal the peer's, and those of {} numbers primecount's (seed {seed})",
        ranges / 10
    );
    Ok(())
}

/// Returns the count of our program.
fn counted(program: &Path, range: &str, flags: &[&str]) -> Result<u64> {
    let text = output(Command::new(program).args(["prime", "--quiet", "--range", range]).args(flags))?;
    let count = text.lines().find_map(|line| line.strip_prefix("primes ")).context("no line of primes")?;
    Ok(count.trim().replace(',', "").parse()?)
}

/// Returns the count of primesieve.
fn counted_by_peer(peer: &Path, start: u64, end: u64) -> Result<u64> {
    let text = output(Command::new(peer).args([start, end].map(|bound| bound.to_string())).arg("--quiet"))?;
    Ok(text.trim().parse()?)
}

/// Runs a command, and returns its standard output.
fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().display().to_string();
    let output = command.output().with_context(|| format!("cannot start {program}"))?;
    ensure!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(String::from_utf8(output.stdout)?)
}

/// A stream of random ranges.
struct RandomRanges(SplitMix64);

impl RandomRanges {
    /// Returns a number of any magnitude up to [`MAX_COUNT_BITS`] bits.
    fn number(&mut self) -> u64 {
        let random = self.0.next_u64();
        self.0.next_u64() >> (64 - MAX_COUNT_BITS) >> (random % u64::from(MAX_COUNT_BITS))
    }

    /// Returns a number of workers.
    fn workers(&mut self) -> u64 {
        self.0.next_u64() % 8 + 1
    }

    /// Returns a range with a start of any magnitude and up to 2^28 numbers; one in twenty ends at 2^64 - 1.
    fn next(&mut self) -> (u64, u64) {
        let mut random = || self.0.next_u64();
        let length = (random() >> 36) >> (random() % 29);
        match random() % 20 {
            0 => (u64::MAX - length, u64::MAX),
            _ => {
                let start = random() >> (random() % 64);
                (start, start.saturating_add(length))
            }
        }
    }
}
