//! URLs in advisories, which may name the fix.

use streamguard_fixes::reference::{self, GitTarget, RepositoryPointer};
use streamguard_git::RepositorySource;

/// Any text names repositories and commits in their one canonical form, or none.
pub(crate) fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for pointer in reference::parse_all(&text).iter().chain(&reference::parse(&text)) {
        check_pointer(pointer);
    }
    for repository in [reference::repository(&text), reference::clone_url(&text)].iter().flatten() {
        check_repository(repository);
    }
}

fn check_pointer(pointer: &RepositoryPointer) {
    check_repository(&pointer.repository);
    let is_plain = |name: &str| {
        !name.is_empty()
            && !name.starts_with(['-', '.'])
            && name.bytes().all(|byte| byte.is_ascii_graphic())
            && !name.contains("..")
    };
    match &pointer.target {
        GitTarget::Commit(id) => {
            assert!(id.len() >= 7 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id:?}");
            assert_eq!(*id, id.to_ascii_lowercase());
        }
        GitTarget::State(id) => assert!(reference::is_commit_id(id), "{id:?}"),
        GitTarget::Pull(number) => assert!(*number > 0),
        GitTarget::Review(change) => assert!(change.bytes().all(|byte| byte.is_ascii_alphanumeric())),
        GitTarget::Compare(old, new) => assert!(is_plain(old) && is_plain(new), "{old:?} {new:?}"),
        GitTarget::Tag(name) => assert!(is_plain(name), "{name:?}"),
    }
    let json = serde_json::to_vec(pointer).expect("a pointer is JSON");
    assert_eq!(serde_json::from_slice::<RepositoryPointer>(&json).expect("its own JSON"), *pointer);
}

/// What is cloned from must have one form, or one repository is fetched twice, and must not lead anywhere else.
fn check_repository(repository: &str) {
    let parsed = RepositorySource::parse(repository);
    assert_eq!(parsed, Ok(RepositorySource::Remote { url: repository.to_owned() }));
    let url = url::Url::parse(repository).expect("a URL");
    assert_eq!((url.scheme(), url.port(), url.username()), ("https", None, ""), "{repository}");
    assert_eq!((url.query(), url.fragment()), (None, None), "{repository}");
    // What browsers and git connect to is what was compared.
    assert!(repository.starts_with(&format!("https://{}/", url.host_str().expect("a host"))), "{repository}");
}
