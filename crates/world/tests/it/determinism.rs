use streamguard_world::{World, WorldSettings};

fn snapshot(settings: WorldSettings) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("world.tar.zst");
    World::new(settings).snapshot(&path).expect("the snapshot can be written");
    std::fs::read(path).expect("the snapshot is there")
}

fn small(seed: u64) -> WorldSettings {
    WorldSettings { seed, repositories: 3, fixes: 20, ..WorldSettings::default() }
}

#[test]
fn the_same_seed_gives_the_same_snapshot() {
    let first = snapshot(small(3));
    assert_eq!(first, snapshot(small(3)));
    assert_ne!(first, snapshot(small(4)));
}

#[test]
fn the_truth_survives_its_file() {
    let written = crate::WorldOnDisk::new(small(5));
    let file = std::fs::File::open(written.path().join("truth.jsonl")).expect("the truth is there");
    let read =
        streamguard_world::WorldTruth::read_lines(std::io::BufReader::new(file)).expect("it can be read");
    assert_eq!(read, written.truth);
}

#[test]
fn ids_do_not_depend_on_compression() {
    let stored = crate::WorldOnDisk::new(WorldSettings { compression: 0, ..small(6) });
    let deflated = crate::WorldOnDisk::new(WorldSettings { compression: 6, ..small(6) });
    assert_eq!(stored.truth, deflated.truth);
}
