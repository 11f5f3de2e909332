//! Mirrors that were left by others, that are shared, and that grow too large.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use streamguard_git::{
    FetchContext, GitError, fetch_blobs, fetch_commits, fetch_history, open_repository, repository_head,
};

use super::hosting::Listener;
use super::{URL, World, id, mirror, versions};
use streamguard_simulator::{commit_all, run_git, write_file};

/// What is in the cache, but for locks.
fn cached(world: &World) -> Vec<String> {
    let entries = fs::read_dir(world.cache().join("git")).into_iter().flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| !name.ends_with(".lock")).collect();
    names.sort();
    names
}

#[test]
fn an_interrupted_fetch_leaves_nothing() {
    let Some(mut world) = World::new() else { return };
    let (_, ids) = world.serve_fix("owner/name");
    let silent = Listener::silent();
    let served = std::mem::replace(&mut world.mirrors, vec![mirror(&silent.url())]);
    let looks = AtomicUsize::new(0);
    let stop = || looks.fetch_add(1, Ordering::Relaxed) > 10;
    let cache = world.cache();
    let start = Instant::now();
    for result in [
        fetch_commits(URL, &ids, &FetchContext { stop: &stop, ..world.fetching(&cache) }),
        fetch_history(URL, &FetchContext { stop: &stop, ..world.fetching(&cache) }),
    ] {
        assert!(matches!(result, Err(GitError::Stopped)), "{result:?}");
        looks.store(0, Ordering::Relaxed);
    }
    assert!(start.elapsed() < Duration::from_secs(20), "the server is not waited for");
    assert_eq!(cached(&world), [""; 0]);
    world.mirrors = served;
    assert_eq!(world.commits(&ids).missing, [""; 0]);
}

#[test]
fn what_killed_processes_left_is_cleared_away() {
    let Some(world) = World::new() else { return };
    let (path, ids) = world.serve_fix("owner/name");
    let cache = world.cache().join("git");
    for left in ["github.com+owner+name.shallow.1.part", "github.com+owner+name.git.4194304.part"] {
        fs::create_dir_all(cache.join(left).join("objects/pack")).unwrap();
    }
    // Of another repository, whose name begins with the same letters.
    let other = "github.com+owner+name.shallow.shallow.1.part";
    fs::create_dir_all(cache.join(other)).unwrap();
    let fetched = world.commits(&ids[3..4]);
    fetch_history(URL, &world.fetching(&world.cache())).unwrap();
    assert_eq!(cached(&world), ["github.com+owner+name.git", "github.com+owner+name.shallow", other]);
    fs::remove_dir_all(cache.join("github.com+owner+name.git")).unwrap();

    // A mirror in which git was killed, and half of whose settings were written.
    for left in ["shallow.lock", "config.lock", "objects/pack/tmp_pack_abcdef"] {
        fs::write(fetched.path.join(left), "").unwrap();
    }
    fs::write(fetched.path.join("config"), "[core\n\trep").unwrap();
    assert_eq!(world.commits(&ids).missing, [""; 0]);
    assert!(!fetched.path.join("objects/pack/tmp_pack_abcdef").exists());

    let all = fetch_history(URL, &world.fetching(&world.cache())).unwrap();
    fs::write(all.path.join("refs/streamguard/head.lock"), "").unwrap();
    fs::create_dir_all(all.path.join("refs/tags/v1")).unwrap();
    fs::write(all.path.join("refs/tags/v1/a.lock"), "").unwrap();
    run_git(&path, ["tag", "v1/a"]);
    write_file(&path, "README", "new");
    let new = commit_all(&path, "New");
    fetch_history(URL, &world.fetching(&world.cache())).unwrap();
    assert_eq!(world.commits(&[new]).missing, [""; 0]);
}

#[test]
fn two_threads_share_a_mirror() {
    let Some(world) = World::new() else { return };
    let (_, ids) = world.serve_fix("owner/name");
    let fetched: Vec<_> = std::thread::scope(|scope| {
        let (world, ids) = (&world, &ids);
        let threads: Vec<_> = (0..4)
            .map(|at| {
                scope.spawn(move || {
                    let cache = world.cache();
                    let fetched = fetch_commits(URL, &ids[at..at + 1], &world.fetching(&cache)).unwrap();
                    fetch_blobs(&fetched, [id(&ids[at])], &world.fetching(&cache)).unwrap();
                    fetched
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(fetched.iter().all(|one| *one == fetched[0] && one.missing.is_empty()));
    assert!(versions(&fetched[0].path, &ids[3]).is_some());
}

#[test]
fn a_mirror_that_is_too_large_is_no_mirror() {
    let Some(world) = World::new() else { return };
    let (path, _) = world.serve_fix("owner/name");
    // What does not compress.
    let mut noise = blake3::Hasher::new().finalize_xof();
    let mut bytes = vec![0; 3 << 20];
    noise.fill(&mut bytes);
    write_file(&path, "app/data.py", &bytes);
    let large = commit_all(&path, "Add data");
    let cache = world.cache();
    let fetching = |max_bytes| FetchContext { max_bytes, ..world.fetching(&cache) };
    let wanted = std::slice::from_ref(&large);
    let error = fetch_commits(URL, wanted, &fetching(100)).unwrap_err();
    assert!(matches!(error, GitError::TooLarge { limit: 100, .. }) && !error.may_pass(), "{error}");
    assert!(error.to_string().contains("max-repo-size"), "{error}");
    assert_eq!(cached(&world), [""; 0]);
    // Without its files it is small.
    let fetched = fetch_commits(URL, wanted, &fetching(1 << 20)).unwrap();
    let error = fetch_blobs(&fetched, [id(&large)], &fetching(1 << 20)).unwrap_err();
    assert!(matches!(error, GitError::TooLarge { .. }), "{error}");
    assert_eq!(cached(&world), [""; 0]);
    let fetched = fetch_commits(URL, wanted, &fetching(8 << 20)).unwrap();
    fetch_blobs(&fetched, [id(&large)], &fetching(8 << 20)).unwrap();
}

#[test]
fn commits_of_very_many_files_are_left_out() {
    let Some(world) = World::new() else { return };
    let path = world.serve("owner/name");
    for n in 0..150 {
        write_file(&path, format!("{n}.py"), n.to_string());
    }
    let import = commit_all(&path, "Import");
    let fetched = world.commits(std::slice::from_ref(&import));
    // Nothing is asked for, else this would fail.
    fs::rename(&path, world.at("away")).unwrap();
    fetch_blobs(&fetched, [id(&import)], &world.fetching(&world.cache())).unwrap();
}

#[test]
fn long_names_have_their_own_mirrors() {
    let Some(world) = World::new() else { return };
    let long = ["a", "b"].map(|end| format!("{}/{}{end}", "o".repeat(100), "n".repeat(99)));
    let cache = world.cache();
    let paths = long.map(|name| {
        let path = world.serve(&name);
        write_file(&path, "README", &name);
        let id = commit_all(&path, "Begin");
        fetch_commits(&format!("https://github.com/{name}"), &[id], &world.fetching(&cache)).unwrap().path
    });
    assert_ne!(paths[0], paths[1]);
    assert!(paths.iter().all(|path| path.file_name().unwrap().len() < 160));
}

#[test]
fn nothing_of_a_repository_is_run() {
    let Some(world) = World::new() else { return };
    let (path, _) = world.serve_fix("owner/name");
    let marker = world.at("marker");
    let touch = format!("touch {}", marker.display());
    write_file(
        &path,
        ".gitmodules",
        format!("[submodule \"a\"]\n\tpath = a\n\turl = ext::sh -c '{touch}'\n"),
    );
    write_file(&path, ".gitattributes", "*.py filter=evil diff=evil\n");
    write_file(&path, ".gitconfig", format!("[core]\n\tfsmonitor = {touch}\n\thooksPath = .\n"));
    write_file(&path, ".lfsconfig", "[lfs]\n\turl = http://127.0.0.1:1/\n");
    let id_of_other = "1".repeat(40);
    run_git(&path, ["update-index", "--add", "--cacheinfo", &format!("160000,{id_of_other},a")]);
    let hostile = commit_all(&path, "Fix it");
    let fetched = world.commits(std::slice::from_ref(&hostile));
    fetch_blobs(&fetched, [id(&hostile)], &world.fetching(&world.cache())).unwrap();
    fetch_history(URL, &world.fetching(&world.cache())).unwrap();
    assert!(!marker.exists());
}

/// Lists the files of a folder with their sizes, in the order of their paths.
fn files(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        match entry.metadata().unwrap() {
            metadata if metadata.is_dir() => found.extend(files(&entry.path())),
            metadata => found.push((entry.path(), metadata.len())),
        }
    }
    found.sort();
    found
}

#[test]
fn a_flipped_bit_in_a_mirror_changes_nothing() {
    let Some(world) = World::new() else { return };
    let (path, ids) = world.serve_fix("owner/name");
    run_git(&path, ["tag", "v1", &ids[2]]);
    let cache = world.cache();
    let fetching = world.fetching(&cache);
    let fetched = fetch_history(URL, &fetching).unwrap();
    fetch_blobs(&fetched, [id(&ids[3])], &fetching).unwrap();
    let shallow = world.commits(&ids[3..4]).path;
    assert_eq!(shallow, fetched.path);
    let facts = || {
        let fetched = fetch_history(URL, &fetching).unwrap();
        fetch_blobs(&fetched, [id(&ids[3])], &fetching).unwrap();
        let repository = open_repository(&fetched.path).unwrap();
        let tag = repository.find_reference("refs/tags/v1").unwrap().into_fully_peeled_id().unwrap();
        (fetched.url, repository_head(&repository).unwrap(), tag.detach(), versions(&fetched.path, &ids[3]))
    };
    let intact = facts();
    let listed = files(&fetched.path);
    assert!(listed.len() > 6, "{listed:?}");
    for (file, size) in listed {
        for part in 0..3 {
            let Ok(mut bytes) = fs::read(&file) else { break };
            let at = (size * part / 3) as usize;
            if bytes.is_empty() {
                break;
            }
            bytes[at] ^= 1 << (2 * part);
            let mut permissions = fs::metadata(&file).unwrap().permissions();
            std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o644);
            fs::set_permissions(&file, permissions).unwrap();
            fs::write(&file, bytes).unwrap();
            assert_eq!(facts(), intact, "{} byte {at}", file.display());
        }
    }
}

#[test]
fn commits_are_fetched_alone_after_a_whole_mirror_was_damaged() {
    let Some(world) = World::new() else { return };
    let (_, ids) = world.serve_fix("owner/name");
    let whole = fetch_history(URL, &world.fetching(&world.cache())).unwrap();
    fs::write(whole.path.join("HEAD"), "ref: refs/heads/other\n").unwrap();
    let fetched = world.commits(&ids[3..4]);
    assert_eq!(fetched.missing, [""; 0]);
    assert_eq!(cached(&world), ["github.com+owner+name.shallow"]);
}

#[test]
fn an_object_with_another_content_than_its_id_stands_for_is_noticed() {
    let Some(world) = World::new() else { return };
    let (path, ids) = world.serve_fix("owner/name");
    let loose = |id: &str| path.join(".git/objects").join(&id[..2]).join(&id[2..]);
    // The other commit is whole and readable, but it is not the one that was asked for.
    fs::remove_file(loose(&ids[3])).unwrap();
    fs::copy(loose(&ids[2]), loose(&ids[3])).unwrap();
    let repository = open_repository(&path).unwrap();
    assert!(repository.find_commit(id(&ids[2])).is_ok());
    assert_eq!(repository.damaged_reads(), 0);
    let _ = repository.clone().find_commit(id(&ids[3]));
    assert_eq!(repository.damaged_reads(), 1);
    let walk = repository.rev_walk([id(&ids[4])]).all().unwrap();
    assert!(walk.count() > 1);
    assert!(repository.damaged_reads() > 1);
}
