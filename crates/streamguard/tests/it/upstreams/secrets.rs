//! Tokens show up nowhere.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Services, start, wait};
use crate::stderr;

/// Credentials that no other test uses: each looks at all processes.
const TOKEN: &str = "ghp_c4n4ry-T0ken/of+a?test=1";
const KEY: &str = "c4n4ry-k3y/of+a?test=2";

/// Ways in which a secret reaches the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Environment,
    DotEnv,
    TokenFile,
}

#[test]
fn a_secret_is_in_no_file_no_argument_and_no_environment_of_a_child() {
    let Some(services) = Services::start() else { return };
    let needles: Vec<Vec<u8>> = [TOKEN, KEY].into_iter().flat_map(forms).collect();
    for way in [Way::Environment, Way::DotEnv, Way::TokenFile] {
        for mode in ["process", "threading"] {
            // Long enough to look at the processes; with errors, as secrets tend to show up in their messages.
            services.simulator.faults(&[
                "hang:service=git,max=2,seconds=1".to_owned(),
                "http500:service=nvd,every=1,max=2".to_owned(),
                "redirect-other-host:service=exploitdb,after=4,max=2".to_owned(),
                "bad-token:service=github,after=1".to_owned(),
            ]);
            let folder = tempfile::tempdir().unwrap();
            let mut command = services.collect_anonymously(folder.path());
            command.args(["--verbose", "--report-formats", "all", "--mode", mode]);
            let text = format!("GITHUB_TOKEN={TOKEN}\nNVD_API_KEY={KEY}\n");
            match way {
                Way::Environment => {
                    command.env("GITHUB_TOKEN", TOKEN).env("NVD_API_KEY", KEY);
                }
                Way::DotEnv => fs::write(folder.path().join(".env"), text).unwrap(),
                Way::TokenFile => {
                    fs::write(folder.path().join("tokens"), text).unwrap();
                    command.args(["--token-file", "tokens"]);
                }
            }
            let mut child = start(command, folder.path());
            let mut looks = 0;
            while child.try_wait().unwrap().is_none() {
                look_at_processes(&needles, (way == Way::Environment).then_some(child.id()));
                looks += 1;
            }
            assert!(looks > 5, "{looks}");
            let output = wait(child, folder.path());
            assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
            let given = [folder.path().join(".env"), folder.path().join("tokens")];
            let files = files(folder.path());
            assert!(files.len() > 40, "{files:?}");
            for file in files.iter().filter(|file| !given.contains(file)) {
                assert_clean(&fs::read(file).unwrap(), &needles, &file.display().to_string());
                assert_clean(file.as_os_str().as_encoded_bytes(), &needles, "a name");
            }
            services.simulator.stats().assert_civil();
            let asked = services.simulator.stats();
            for service in ["nvd-api", "github-graphql"] {
                assert_eq!(asked.of(service, "with_credentials"), asked.requests(service), "{service}");
            }
        }
    }
}

/// Returns the forms of a secret: plain, in base64 at any position of a longer text, and as in a URL.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![secret.as_bytes().to_vec()];
    for alphabet in [b"+/", b"-_"] {
        for before in 0..3 {
            let text = [&vec![b' '; before], secret.as_bytes()].concat();
            let encoded = base64(&text, alphabet);
            // The first and the last characters depend on the text around the secret.
            let begin = [0, 2, 3][before];
            forms.push(encoded[begin..text.len() / 3 * 4].to_vec());
        }
    }
    for digits in [&b"0123456789ABCDEF"[..], b"0123456789abcdef"] {
        let mut encoded = Vec::new();
        for byte in secret.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(byte),
                _ => encoded.extend([b'%', digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]),
            }
        }
        forms.push(encoded);
    }
    forms
}

/// Encodes base64 (RFC 4648), with the last two characters of its alphabet.
fn base64(bytes: &[u8], last: &[u8; 2]) -> Vec<u8> {
    let alphabet: Vec<u8> = (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').chain(*last).collect();
    let mut encoded = Vec::new();
    for chunk in bytes.chunks(3) {
        let three = [chunk[0], *chunk.get(1).unwrap_or(&0), *chunk.get(2).unwrap_or(&0)];
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for place in (0..4).rev() {
            encoded.push(alphabet[(bits >> (6 * place) & 63) as usize]);
        }
    }
    encoded
}

#[test]
fn base64_is_found_wherever_it_stands() {
    for (text, encoded) in
        [("Bearer secret-secret", "QmVhcmVyIHNlY3JldC1zZWNyZXQ"), ("secret-secret", "c2VjcmV0LXNlY3JldA")]
    {
        let encoded = encoded.as_bytes();
        let found = forms("secret-secret").iter().any(|form| contains(encoded, form));
        assert!(found, "{text}");
    }
}

/// Asserts that no process shows a secret in its arguments or environment. Only the process `given` may have it in
/// its environment.
fn look_at_processes(needles: &[Vec<u8>], given: Option<u32>) {
    let read = |pid: u32, name: &str| fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default();
    let program = given.map(|pid| read(pid, "cmdline"));
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        // Processes of other users, and those that have ended, cannot be read.
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let arguments = read(pid, "cmdline");
        assert_clean(&arguments, needles, "a list of processes");
        // A child shares its parent's memory until it executes another program.
        if given != Some(pid) && program.as_ref() != Some(&arguments) {
            assert_clean(&read(pid, "environ"), needles, "an environment");
        }
    }
}

fn assert_clean(bytes: &[u8], needles: &[Vec<u8>], place: &str) {
    for needle in needles {
        assert!(!contains(bytes, needle), "{place} holds {}", String::from_utf8_lossy(needle));
    }
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}
