//! Classes of files by their paths.
//!
//! Names are compared as whole words of a path, never as parts of words: `latest.py`,
//! `contest.js` and `protest/` are not tests.

mod known_names;

use streamguard_dataset::Language;

use known_names::{
    BUILD_SCRIPTS, CHANGELOG_FOLDERS, CHANGELOG_STEMS, CI_NAMES, DEPENDENCY_FILES, DOCS_EXTENSIONS,
    DOCS_FILES, DOCS_FOLDERS, GENERATED_FOLDERS, GENERATED_SUFFIXES, TEST_FOLDERS, VENDORED_FOLDERS,
    VERSION_STEMS,
};

/// Class of a file. If several fit, the first one in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathClass {
    /// Third-party code kept in the repository.
    Vendored,
    /// Minified, bundled or generated text.
    Generated,
    /// A changelog.
    Changelog,
    /// A dependency manifest or lock file.
    DependencyManifest,
    /// Configuration of continuous integration.
    Ci,
    /// A test, or data for tests.
    Test,
    /// Documentation, or an example.
    Docs,
    /// A file that contains the version number.
    VersionFile,
    /// Source code in a known language, or a file whose first line may name one.
    Source,
    /// Any other file.
    Other,
}

/// Returns the class of the file at `path`, which is relative to the repository, with `/`.
///
/// ```
/// use streamguard_code::{PathClass, classify_path};
///
/// assert_eq!(classify_path("src/latest.py"), PathClass::Source);
/// assert_eq!(classify_path("src/test_latest.py"), PathClass::Test);
/// ```
pub fn classify_path(path: &str) -> PathClass {
    let lower = path.to_ascii_lowercase();
    let (folders, file) = lower.rsplit_once('/').unwrap_or(("", &lower));
    // Upper case separates words in names such as `FooTest.java`.
    let file_with_case = path.rsplit_once('/').map_or(path, |(_, file)| file);
    let within = |known: &[&str]| folders.split('/').any(|folder| known.contains(&folder));
    let (stem, extension) = match file.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, extension),
        _ => (file, ""),
    };
    let is_text = DOCS_EXTENSIONS.contains(&extension) || extension.is_empty();
    if within(VENDORED_FOLDERS) {
        PathClass::Vendored
    } else if within(GENERATED_FOLDERS)
        || GENERATED_SUFFIXES.iter().any(|end| file.ends_with(end))
        || is_bundle(stem, extension)
    {
        PathClass::Generated
    } else if (is_text && is_changelog(stem)) || within(CHANGELOG_FOLDERS) {
        PathClass::Changelog
    } else if DEPENDENCY_FILES.contains(&file) || is_dependency_list(folders, stem, extension) {
        PathClass::DependencyManifest
    } else if within(CI_NAMES) || CI_NAMES.contains(&file) {
        PathClass::Ci
    } else if within(TEST_FOLDERS)
        || is_in_test_project(path)
        || is_test_file(file_with_case, stem, extension)
    {
        PathClass::Test
    } else if is_in_docs(folders) || DOCS_EXTENSIONS.contains(&extension) || DOCS_FILES.contains(&stem) {
        PathClass::Docs
    } else if VERSION_STEMS.contains(&stem) || file == "assemblyinfo.cs" {
        PathClass::VersionFile
    } else if Language::from_path(path).is_some() || may_be_script(path) {
        PathClass::Source
    } else {
        PathClass::Other
    }
}

/// Whether the first line of a file may name its language. Files without an extension that are not scripts, such as
/// `Makefile`, seldom begin in lower case.
pub(crate) fn may_be_script(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    match file.rsplit_once('.') {
        Some((stem, extension)) => !stem.is_empty() && matches!(extension, "cgi" | "fcgi"),
        None => file.starts_with(|c: char| c.is_ascii_lowercase()) && !BUILD_SCRIPTS.contains(&file),
    }
}

/// Whether a folder is for documentation or examples.
fn is_in_docs(folders: &str) -> bool {
    folders
        .split('/')
        // Below `java` or `kotlin` folders are packages, and `com.example` is the package of authors
        // without a domain.
        .take_while(|folder| !matches!(*folder, "java" | "kotlin"))
        .any(|folder| DOCS_FOLDERS.contains(&folder))
}

fn is_changelog(stem: &str) -> bool {
    let stem = stem.split('.').next().unwrap_or(stem);
    CHANGELOG_STEMS.contains(&stem) || stem.starts_with("changelog-") || stem.starts_with("changes-")
}

fn is_bundle(stem: &str, extension: &str) -> bool {
    matches!(extension, "js" | "mjs" | "cjs" | "css")
        && matches!(stem, "bundle" | "bundled" | "vendor" | "vendors")
}

/// Whether a file lists dependencies under a free name: requirements of pip, project files of .NET.
fn is_dependency_list(folders: &str, stem: &str, extension: &str) -> bool {
    let pip_extension = matches!(extension, "txt" | "in" | "pip");
    let requirements = stem.split(['-', '_', '.']).any(|word| matches!(word, "requirements" | "requirement"))
        || folders.rsplit('/').next() == Some("requirements");
    let project =
        matches!(extension, "csproj" | "vbproj" | "fsproj" | "gemspec" | "podspec" | "cabal" | "nuspec");
    (pip_extension && requirements) || project
}

/// Whether a folder is a test project, such as `Api.Tests` or `my-lib-test`.
fn is_in_test_project(path: &str) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').any(|folder| {
        let last = folder.rsplit(['.', '-', '_']).next().unwrap_or(folder);
        let several_words = last.len() < folder.len();
        (several_words
            && matches!(last.to_ascii_lowercase().as_str(), "test" | "tests" | "spec" | "specs" | "e2e"))
            || (folder.ends_with("Tests") && folder.len() > "Tests".len())
    })
}

/// Whether a source file is named as tests are in any language.
fn is_test_file(file_with_case: &str, stem: &str, extension: &str) -> bool {
    if Language::from_path(file_with_case).is_none() {
        return false;
    }
    if matches!(stem, "test" | "tests" | "spec" | "conftest" | "testutil" | "testutils" | "testhelper") {
        return true;
    }
    let words: Vec<&str> = stem.split(['.', '-', '_']).collect();
    let is_test = |word: &&str| matches!(*word, "test" | "tests" | "unittest" | "unittests");
    // `test_a.py`, `a_test.go`, `a.spec.ts`, `a-spec.js`, `b_spec.rb`.
    if words.len() > 1 {
        let last =
            words.last().is_some_and(|word| is_test(word) || matches!(*word, "spec" | "specs" | "e2e"));
        if last || words.first().is_some_and(is_test) {
            return true;
        }
    }
    // `FooTest.java`, `FooTests.cs`, `FooTestCase.php`, `FooIT.java`, `TestFoo.java`, `FooSpec.scala`.
    // A lower-case letter must come before the suffix, or `TRANSIT.java` would be an integration test.
    let name = file_with_case.split('.').next().unwrap_or(file_with_case);
    let ends_with = |suffix: &str| {
        let lead = name.strip_suffix(suffix).filter(|lead| !lead.is_empty());
        lead.is_some_and(|lead| lead.ends_with(|c: char| c.is_lowercase() || c.is_ascii_digit()))
    };
    let has_prefix_style =
        matches!(extension, "java" | "kt" | "cs" | "php" | "scala" | "swift" | "cpp" | "cc" | "rb" | "m");
    let ends = ["Test", "Tests", "TestCase", "TestBase", "Spec"].into_iter().any(ends_with);
    let starts =
        name.strip_prefix("Test").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
    ends || (has_prefix_style && starts) || (matches!(extension, "java" | "kt") && ends_with("IT"))
}
