//! What a path tells about a file: source code of the project, or something else.
//!
//! Names are compared as whole words of a path, never as parts of words: `latest.py`,
//! `contest.js` and `protest/` are no tests.

use streamguard_dataset::Language;

/// What kind of file a path names. Where several fit, the first in this order counts, except
/// that a test of anything is a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathClass {
    /// Somebody else's code, kept in the tree.
    Vendored,
    /// Minified, bundled or generated text.
    Generated,
    /// A list of changes.
    Changelog,
    /// A list of dependencies, or the lock of one.
    DependencyManifest,
    /// What runs in continuous integration.
    Ci,
    /// A test, or what tests need.
    Test,
    /// Documentation, or an example.
    Docs,
    /// A file that holds the version number.
    VersionFile,
    /// Source code in a known language.
    Source,
    /// Anything else.
    Other,
}

/// Folders of other people's code.
const VENDORED: &[&str] = &[
    "vendor",
    "vendors",
    "vendored",
    "_vendor",
    "node_modules",
    "third_party",
    "third-party",
    "thirdparty",
    "3rdparty",
    "3rd_party",
    "bower_components",
    "jspm_packages",
    "site-packages",
    "godeps",
    "carthage",
];

/// Folders of built or generated files.
const GENERATED: &[&str] =
    &["dist", "generated", "gen-src", "autogen", "__generated__", "generated-sources", "_build", ".next"];

/// Folders of tests and of what they need.
const TEST: &[&str] = &[
    "test",
    "tests",
    "testing",
    "spec",
    "specs",
    "__tests__",
    "__test__",
    "__mocks__",
    "__snapshots__",
    "mocks",
    "testdata",
    "test-data",
    "test_data",
    "testfixtures",
    "fixture",
    "fixtures",
    "e2e",
    "cypress",
    "unittest",
    "unittests",
    "unit-tests",
    "unit_tests",
    "integration-tests",
    "integration_tests",
    "functional-tests",
    "functional_tests",
    "androidtest",
    "testsuite",
    "testsuites",
    "testcases",
    "test-suite",
    "fuzz",
    "fuzzing",
    "benchmark",
    "benchmarks",
    "bench",
    "benches",
    "jstests",
    "phpunit",
    "test-utils",
    "testutils",
    "testutil",
];

/// Folders of documentation and examples.
const DOCS: &[&str] = &[
    "doc",
    "docs",
    "documentation",
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "demos",
    "tutorial",
    "tutorials",
    "man",
    "javadoc",
    "docs_src",
    "doc-src",
];

/// Extensions of documentation.
const DOCS_EXTENSIONS: &[&str] =
    &["md", "markdown", "mdx", "rst", "adoc", "asciidoc", "txt", "tex", "texi", "pod", "rdoc"];

/// Files of documentation without an extension.
const DOCS_FILES: &[&str] = &[
    "readme",
    "license",
    "licence",
    "copying",
    "authors",
    "contributors",
    "notice",
    "contributing",
    "security",
];

/// Names of lists of changes, without extension.
const CHANGELOG: &[&str] = &[
    "changelog",
    "changelogs",
    "change_log",
    "changes",
    "history",
    "news",
    "releases",
    "release_notes",
    "release-notes",
    "releasenotes",
    "whatsnew",
    "whats_new",
    "upgrading",
    "upgrade",
];

/// Folders of pieces that a list of changes is made of.
const CHANGELOG_FOLDERS: &[&str] =
    &["changelog", "changelogs", "changelog.d", "changes.d", "newsfragments", ".changeset"];

/// Lists of dependencies.
const DEPENDENCIES: &[&str] = &[
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "bun.lockb",
    "deno.lock",
    "bower.json",
    "lerna.json",
    "cargo.toml",
    "cargo.lock",
    "go.mod",
    "go.sum",
    "go.work",
    "go.work.sum",
    "gopkg.toml",
    "gopkg.lock",
    "glide.yaml",
    "glide.lock",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "gradle.properties",
    "gradle.lockfile",
    "libs.versions.toml",
    "ivy.xml",
    "composer.json",
    "composer.lock",
    "gemfile",
    "gemfile.lock",
    "gems.rb",
    "gems.locked",
    "pipfile",
    "pipfile.lock",
    "poetry.lock",
    "pdm.lock",
    "uv.lock",
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "environment.yml",
    "environment.yaml",
    "constraints.txt",
    "packages.config",
    "packages.lock.json",
    "directory.packages.props",
    "directory.build.props",
    "paket.lock",
    "paket.dependencies",
    "project.json",
    "nuget.config",
    "podfile",
    "podfile.lock",
    "cartfile",
    "cartfile.resolved",
    "package.swift",
    "package.resolved",
    "conanfile.txt",
    "conanfile.py",
    "vcpkg.json",
    "mix.lock",
    "pubspec.yaml",
    "pubspec.lock",
    "build.sbt",
    "rebar.lock",
    "flake.lock",
];

/// Folders and files of continuous integration.
const CI: &[&str] = &[
    ".github",
    ".gitlab",
    ".circleci",
    ".buildkite",
    ".azure-pipelines",
    ".travis",
    ".ci",
    ".teamcity",
    ".gitlab-ci.yml",
    ".travis.yml",
    ".appveyor.yml",
    "appveyor.yml",
    "azure-pipelines.yml",
    "jenkinsfile",
    ".cirrus.yml",
    ".drone.yml",
    "bitbucket-pipelines.yml",
    "codecov.yml",
    ".codecov.yml",
    "tox.ini",
    "noxfile.py",
    ".pre-commit-config.yaml",
];

/// Files that hold a version number, without extension.
const VERSION: &[&str] =
    &["version", "_version", "__version__", "versions", "__about__", "version_info", "versioninfo"];

/// Ends of names of generated files.
const GENERATED_ENDS: &[&str] = &[
    ".min.js",
    ".min.mjs",
    ".min.css",
    ".min.cjs",
    "-min.js",
    ".bundle.js",
    ".bundle.css",
    ".chunk.js",
    ".map",
    "_pb2.py",
    "_pb2_grpc.py",
    "_pb2.pyi",
    ".pb.go",
    ".pb.gw.go",
    "_grpc.pb.go",
    ".pb.cc",
    ".pb.h",
    ".pb.rs",
    "_pb.js",
    "_pb.d.ts",
    "_grpc_pb.js",
    "_pb.rb",
    ".g.cs",
    ".g.i.cs",
    ".designer.cs",
    ".generated.cs",
    ".generated.ts",
    ".generated.js",
    ".generated.go",
    ".generated.java",
    "_generated.go",
    "_generated.rs",
    "_generated.py",
    "_gen.go",
    ".gen.go",
    ".gen.ts",
    ".gen.rs",
    ".tab.c",
    ".tab.h",
    ".yy.c",
    ".yy.h",
    ".lex.c",
    ".d.ts.map",
];

/// Tells what kind of file `path` names. The path is relative to the repository, with `/`.
pub fn classify(path: &str) -> PathClass {
    let lower = path.to_ascii_lowercase();
    let (folders, file) = lower.rsplit_once('/').unwrap_or(("", &lower));
    // The case tells words apart in names such as `FooTest.java`.
    let exact = path.rsplit_once('/').map_or(path, |(_, file)| file);
    let within = |known: &[&str]| folders.split('/').any(|folder| known.contains(&folder));
    let (stem, extension) = match file.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, extension),
        _ => (file, ""),
    };
    let documents = DOCS_EXTENSIONS.contains(&extension) || extension.is_empty();
    if within(VENDORED) {
        PathClass::Vendored
    } else if within(GENERATED)
        || GENERATED_ENDS.iter().any(|end| file.ends_with(end))
        || is_bundle(stem, extension)
    {
        PathClass::Generated
    } else if (documents && is_changelog(stem)) || within(CHANGELOG_FOLDERS) {
        PathClass::Changelog
    } else if DEPENDENCIES.contains(&file) || is_requirements(folders, stem, extension) {
        PathClass::DependencyManifest
    } else if within(CI) || CI.contains(&file) {
        PathClass::Ci
    } else if within(TEST) || within_test_project(path) || is_test_file(exact, stem, extension) {
        PathClass::Test
    } else if is_documentation(folders) || DOCS_EXTENSIONS.contains(&extension) || DOCS_FILES.contains(&stem)
    {
        PathClass::Docs
    } else if VERSION.contains(&stem) || file == "assemblyinfo.cs" {
        PathClass::VersionFile
    } else if Language::from_path(path).is_some() {
        PathClass::Source
    } else {
        PathClass::Other
    }
}

/// Whether folders hold documentation or examples. Below `java` or `kotlin` they are packages,
/// and `com.example` is whose name the author had at hand.
fn is_documentation(folders: &str) -> bool {
    folders
        .split('/')
        .take_while(|folder| !matches!(*folder, "java" | "kotlin"))
        .any(|folder| DOCS.contains(&folder))
}

fn is_changelog(stem: &str) -> bool {
    let stem = stem.split('.').next().unwrap_or(stem);
    CHANGELOG.contains(&stem) || stem.starts_with("changelog-") || stem.starts_with("changes-")
}

fn is_bundle(stem: &str, extension: &str) -> bool {
    matches!(extension, "js" | "mjs" | "cjs" | "css")
        && matches!(stem, "bundle" | "bundled" | "vendor" | "vendors")
}

/// Files for pip, and descriptions of projects whose names differ.
fn is_requirements(folders: &str, stem: &str, extension: &str) -> bool {
    let listed = matches!(extension, "txt" | "in" | "pip");
    let requirements = stem.split(['-', '_', '.']).any(|word| matches!(word, "requirements" | "requirement"))
        || folders.rsplit('/').next() == Some("requirements");
    let project =
        matches!(extension, "csproj" | "vbproj" | "fsproj" | "gemspec" | "podspec" | "cabal" | "nuspec");
    (listed && requirements) || project
}

/// Whether a folder is that of a test project, such as `Api.Tests` or `my-lib-test`.
fn within_test_project(path: &str) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').any(|folder| {
        let last = folder.rsplit(['.', '-', '_']).next().unwrap_or(folder);
        let several = last.len() < folder.len();
        (several && matches!(last.to_ascii_lowercase().as_str(), "test" | "tests" | "spec" | "specs" | "e2e"))
            || (folder.ends_with("Tests") && folder.len() > "Tests".len())
    })
}

/// Whether the name of a file is that of a test in any language.
fn is_test_file(exact: &str, stem: &str, extension: &str) -> bool {
    if Language::from_path(exact).is_none() {
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
    let name = exact.split('.').next().unwrap_or(exact);
    let before = |end: &str| {
        let lead = name.strip_suffix(end).filter(|lead| !lead.is_empty());
        lead.is_some_and(|lead| lead.ends_with(|c: char| c.is_lowercase() || c.is_ascii_digit()))
    };
    let written_so =
        matches!(extension, "java" | "kt" | "cs" | "php" | "scala" | "swift" | "cpp" | "cc" | "rb" | "m");
    let ends = ["Test", "Tests", "TestCase", "TestBase", "Spec"].into_iter().any(before);
    let starts =
        name.strip_prefix("Test").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
    ends || (written_so && starts) || (matches!(extension, "java" | "kt") && before("IT"))
}
