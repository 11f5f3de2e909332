//! What messages say that sound like security and are none.

/// Look-alikes of code changes: words of the field in another sense. `{function}` and
/// `{scope}` are filled in.
pub(crate) const LOOKALIKES: &[&str] = &[
    "Use dependency injection in {scope}",
    "Exploit caching in {function}",
    "Close the dialog with the escape key handler",
    "Injection of services instead of globals",
    "Enforce the order of resources in {function}",
    "Load resources for {scope} lazily",
    "Write a source map for {scope}",
    "Get rid of the unsafe block in {function}",
    "Sanitize whitespace in {scope}",
    "Use constructor injection for {function}",
    "Exploit the order of the input in {function}",
    "Rename the force flag, enforce one spelling",
    "Escape sequences for colours in {function}",
    "Resource names in {function}",
    "Move fault injection out of {scope}",
    "{scope}: resource clean-up",
    "Author names in {function} are sorted now",
    "Bypass the cache in {function} while editing",
    "Attach the cross-site menu to {scope}",
    "Tokenize titles in {function}",
];

/// Changes to tests only.
pub(crate) const TESTS: &[&str] = &[
    "Add a test for the XSS fix",
    "Test SQL injection attempts against {scope}",
    "tests: path traversal must be rejected",
    "Security tests for {scope}",
    "Add regression test for {cve}",
];

/// Changes to documents only.
pub(crate) const DOCS: &[&str] = &[
    "Document how we handle security vulnerabilities",
    "docs: explain XSS protection",
    "Add SECURITY.md",
    "Mention SQL injection in the guide",
    "docs: how to report a vulnerability",
];

/// Changes to continuous integration only.
pub(crate) const CI: &[&str] = &[
    "ci: run the security scanner",
    "Fix vulnerability scan in CI",
    "ci: fix security audit job",
    "Harden the workflow against script injection",
];

/// Other people's code in a newer version, in the tree.
pub(crate) const VENDORED: &[&str] = &[
    "Update vendored chart library, fixes XSS",
    "Vendor the patched parser ({cve})",
    "Security update of the bundled editor",
];

/// Built files.
pub(crate) const MINIFIED: &[&str] = &[
    "Rebuild assets with the XSS fix",
    "Fix prototype pollution in the built script",
    "Security rebuild of static files",
];

/// A library in another version.
pub(crate) const DEPENDENCY: &[&str] = &[
    "Bump {library} from {old} to {new} to fix {cve}",
    "Security: update {library} to {new}",
    "build(deps): [security] bump {library} from {old} to {new}",
    "Upgrade {library} because of {ghsa}",
];

/// A release.
pub(crate) const RELEASE: &[&str] =
    &["Release {new} (security release)", "Version {new}: security fixes", "Bump version to {new} for {cve}"];

/// The list of changes.
pub(crate) const CHANGELOG: &[&str] = &[
    "Changelog: mention the SQL injection fix",
    "Update changelog for {cve}",
    "Add security section to the changelog",
];

/// Comments only.
pub(crate) const COMMENT: &[&str] = &[
    "Comment on why {function} is safe from XSS",
    "Note the injection risk in a comment of {function}",
    "Explain the security of {function}",
];

/// Layout only.
pub(crate) const FORMAT: &[&str] =
    &["Security code review: formatting of {file}", "Reformat {file} before the security audit"];

/// A function is taken out.
pub(crate) const REMOVAL: &[&str] = &[
    "Security: remove {function}",
    "Remove {function}, it is a security risk",
    "Drop vulnerable {function}",
];

/// A function is new.
pub(crate) const ADDITION: &[&str] = &["Add {function} for the security page", "feat(security): {function}"];

/// Merges of documents or tests.
pub(crate) const MERGES: &[(&str, &str)] = &[
    ("xss-docs", "Explain XSS protection"),
    ("security-policy", "Add a security policy"),
    ("cve-notes", "Notes on {cve}"),
];
