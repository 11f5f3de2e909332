//! Writes a world and prints its figures:
//! `cargo run --release -p streamguard-world --example world -- FOLDER [SEED REPOSITORIES FIXES]`. Without
//! figures it is the demo world.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use streamguard_world::{Findability, World, WorldSettings};

#[expect(clippy::print_stdout, reason = "the example prints figures")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("which folder?")?);
    let mut settings = WorldSettings::demo();
    let mut number = || arguments.next().map(|text| text.parse::<usize>()).transpose();
    settings.seed = number()?.map_or(settings.seed, |seed| seed as u64);
    settings.repositories = number()?.unwrap_or(settings.repositories);
    settings.fixes = number()?.unwrap_or(settings.fixes);
    let world = World::new(settings);

    let begin = Instant::now();
    let truth = world.write(&folder)?;
    let seconds = begin.elapsed().as_secs_f64();
    let commits: usize = truth.repositories.iter().map(|repository| repository.commits).sum();
    println!("{commits} commits in {seconds:.2} s: {:.0} a second", commits as f64 / seconds);

    let begin = Instant::now();
    let snapshot = folder.join("world.tar.zst");
    world.snapshot(&snapshot)?;
    let size = std::fs::metadata(&snapshot)?.len();
    println!("snapshot of {size} bytes in {:.2} s", begin.elapsed().as_secs_f64());

    let count = |findable| truth.planted.iter().filter(|planted| planted.findable == findable).count();
    println!("{} functions planted", truth.planted.len());
    for findable in
        [Findability::ByMessage, Findability::ThroughMerge, Findability::Silent, Findability::OutsideWindow]
    {
        println!("{:6} {findable:?}", count(findable));
    }
    println!("{:6} tangled", truth.planted.iter().filter(|planted| planted.tangled).count());
    println!("{:6} decoys", truth.decoys.len());
    let mut events: BTreeMap<&str, usize> = BTreeMap::new();
    for (event, times) in truth.repositories.iter().flat_map(|repository| &repository.events) {
        *events.entry(event).or_default() += times;
    }
    println!("{events:?}");
    Ok(())
}
