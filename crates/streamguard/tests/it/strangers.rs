//! Folders that somebody else made: their files send no token elsewhere, and lead no write out of the folder.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Output;

use crate::{run, stderr, streamguard};

const TOKEN: &str = "ghp_canary0123456789";

/// A place on this machine that a stranger would like requests to go to.
struct Trap {
    listener: TcpListener,
    url: String,
}

impl Trap {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        Self { listener, url }
    }

    fn was_asked(&self) -> bool {
        self.listener.accept().is_ok()
    }
}

/// Collects from GitHub with a token.
fn collect(folder: &Path, flags: &[&str]) -> Output {
    let mut command = streamguard(folder);
    command.args(["collect", "--collectors", "github"]).args(flags).env("GITHUB_TOKEN", TOKEN);
    command.output().unwrap()
}

#[test]
fn files_of_the_current_folder_change_no_address_and_replace_nothing() {
    let trap = Trap::new();
    let mirror = format!("https://github.com={}", trap.url);
    for (name, text, word) in [
        ("streamguard.toml", format!("[github]\ngithub-url = \"{}\"\n", trap.url), "github-url"),
        ("streamguard.toml", format!("[cve]\nnvd-url = \"{}\"\n", trap.url), "nvd-url"),
        ("streamguard.toml", format!("[fixes]\ngit-mirrors = [\"{mirror}\"]\n"), "git-mirrors"),
        ("streamguard.toml", format!("[collect]\nray-address = \"{}\"\n", trap.url), "ray-address"),
        ("streamguard.toml", "[collect]\ncache-dir = \"victim\"\n".to_owned(), "cache-dir"),
        ("streamguard.toml", "[collect]\nrefresh-cache = true\n".to_owned(), "refresh-cache"),
        ("streamguard.toml", "[collect]\nrecord = \"victim\"\n".to_owned(), "record"),
        (".env", "STREAMGUARD_REFRESH_CACHE=true\n".to_owned(), "STREAMGUARD_REFRESH_CACHE"),
        (".env", format!("STREAMGUARD_GITHUB_URL={}\n", trap.url), "STREAMGUARD_GITHUB_URL"),
        (".env", format!("STREAMGUARD_GIT_MIRRORS={mirror}\n"), "STREAMGUARD_GIT_MIRRORS"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), &text).unwrap();
        let output = collect(folder.path(), &[]);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{text}: {said}");
        assert!(said.contains(word) && said.contains("--trust-config"), "{text}: {said}");
        assert!(!folder.path().join("data").exists());
        // A flag wins over the file, and what the file says is of no account.
        if word == "github-url" {
            let output =
                run(folder.path(), &["plan", "collect", "--collectors", "github", "--github-url", &trap.url]);
            assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        }
    }
    assert!(!trap.was_asked());
}

#[test]
fn a_file_of_the_current_folder_names_no_list_of_primes() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("victim"), "kept").unwrap();
    fs::write(folder.path().join("streamguard.toml"), "[prime]\nlist = \"victim\"\n").unwrap();
    let output = run(folder.path(), &["prime", "--range", "1..100"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("--trust-config"), "{}", stderr(&output));
    assert_eq!(fs::read(folder.path().join("victim")).unwrap(), b"kept");
    let output = run(folder.path(), &["prime", "--range", "1..100", "--trust-config"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn an_address_that_the_user_stands_for_is_taken_and_named() {
    let url = "https://mirror.test/api";
    let text = format!("[github]\ngithub-url = \"{url}\"\n");
    for (name, flags, variable) in [
        ("streamguard.toml", &["--trust-config"][..], None),
        ("streamguard.toml", &["--config", "streamguard.toml"], None),
        ("other.toml", &["--config", "other.toml"], None),
        ("none.toml", &["--github-url", url], None),
        ("none.toml", &[], Some(("STREAMGUARD_GITHUB_URL", url))),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), &text).unwrap();
        let mut command = streamguard(folder.path());
        command.args(["plan", "collect", "--collectors", "github"]).args(flags).envs(variable);
        let output = command.output().unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(0), "{flags:?}: {said}");
        let named = format!("Not the usual addresses: github-url {url}\n");
        assert!(said.contains(&named), "{flags:?}: {said}");
    }
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["plan", "collect", "--collectors", "github"]);
    assert!(!stderr(&output).contains("Not the usual"), "{}", stderr(&output));
}

#[test]
fn the_usual_address_may_be_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[github]\ngithub-url = \"https://api.github.com\"\n";
    fs::write(folder.path().join("streamguard.toml"), text).unwrap();
    let output = run(folder.path(), &["plan", "collect", "--collectors", "github"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn no_token_travels_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    // An address of documentation (RFC 5737); nothing is sent to it.
    let output = collect(folder.path(), &["--github-url", "http://192.0.2.1/", "--no-dashboard"]);
    let said = stderr(&output);
    assert!(said.contains("GITHUB_TOKEN is sent over https only"), "{said}");
    assert!(!said.contains(TOKEN), "{said}");
    assert_ne!(output.status.code(), Some(0), "{said}");
}

#[test]
fn files_of_others_in_the_output_folder_stay() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(folder.path().join("victim"), "kept").unwrap();
    let others = ["thesis.tex.part", "film.mkv.part", "a.b-1-2.partial"];
    others.iter().for_each(|name| fs::write(out.join(name), "kept").unwrap());
    for name in ["samples.parquet.part", "samples.jsonl.part", "synthetic.jsonl.part"] {
        symlink("../victim", out.join(name)).unwrap();
    }
    for flag in ["--sequential", "--fresh"] {
        let arguments = ["collect", "--collectors", "synthetic", "--quick-test", "--output-dir", "out", flag];
        let output = run(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        others.iter().for_each(|name| assert_eq!(fs::read(out.join(name)).unwrap(), b"kept", "{name}"));
        assert_eq!(fs::read(folder.path().join("victim")).unwrap(), b"kept");
    }
}

#[test]
fn links_in_the_state_of_a_run_are_refused() {
    for (link, target) in [
        (".streamguard/lock", "../../victim"),
        (".streamguard", "../elsewhere"),
        (".streamguard/journal.jsonl", "../../victim"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out").join(link);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::create_dir(folder.path().join("elsewhere")).unwrap();
        fs::write(folder.path().join("elsewhere/thesis"), "kept").unwrap();
        fs::write(folder.path().join("victim"), "kept").unwrap();
        symlink(target, &path).unwrap();
        let arguments =
            ["collect", "--collectors", "synthetic", "--quick-test", "--output-dir", "out", "--fresh"];
        let output = run(folder.path(), &arguments);
        if link != ".streamguard/journal.jsonl" {
            assert_ne!(output.status.code(), Some(0), "{link}");
            assert!(stderr(&output).contains("symbolic link"), "{link}: {}", stderr(&output));
        }
        assert_eq!(fs::read(folder.path().join("victim")).unwrap(), b"kept", "{link}");
        assert_eq!(fs::read(folder.path().join("elsewhere/thesis")).unwrap(), b"kept", "{link}");
        assert_eq!(fs::read_dir(folder.path().join("elsewhere")).unwrap().count(), 1, "{link}");
    }
}
