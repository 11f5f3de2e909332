//! Messages of fixes, look-alikes, and hostile messages.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use streamguard_dataset::Language;
use streamguard_mining::message::{CommitClass, MessageBasis, MessageScorer, SELECTION_THRESHOLD};

/// A message, a reason that it must give, and the weakness that must come first ("" for none).
const FIXES: &[(&str, &str, &str)] = &[
    ("Fix SQL injection in the search form", "message:sql injection", "sql_injection"),
    ("Prevented SQLi via order by", "message:sql injection", "sql_injection"),
    ("XSS fixes", "message:xss", "xss"),
    ("fix: escape names against cross-site\nscripting", "message:xss", "xss"),
    ("Avoid shell injection in git wrapper", "message:command injection", "command_injection"),
    ("Fix RCE in template loader", "message:code execution", "code_injection"),
    ("Fix sandbox escape through constructors", "message:code execution", "code_injection"),
    ("Prevent path traversal in static files", "message:path traversal", "path_traversal"),
    ("fix zip slip when unpacking", "message:path traversal", "path_traversal"),
    ("Reject internal hosts to prevent SSRF", "message:ssrf", "ssrf"),
    ("Disable external entities by default to prevent XXE injection attacks", "message:xxe", "xxe"),
    ("Prevent CSRF on logout", "message:against csrf", "csrf"),
    ("fix open redirect after login", "message:open redirect", "open_redirect"),
    (
        "Fix for HTTP request smuggling due to incorrect validation",
        "message:request smuggling",
        "request_smuggling",
    ),
    ("reject CRLF injection in reason phrases", "message:header injection", "header_injection"),
    ("Use inspect to prevent log injection.", "message:log injection", "log_injection"),
    ("fix LDAP injection in user lookup", "message:ldap injection", "ldap_injection"),
    ("Fix format string vulnerability in logging", "message:format string", "format_string"),
    ("fix: prototype pollution in merge", "message:prototype pollution", "prototype_pollution"),
    ("fix insecure deserialization of sessions", "message:unsafe deserialization", "deserialization"),
    ("Fix server-side template injection", "message:template injection", "template_injection"),
    (
        "fix authentication bypass with empty password",
        "message:authentication bypass",
        "authentication_bypass",
    ),
    ("Fix missing authorization checks in admin API", "message:access control", "access_control"),
    (
        "prevent privilege escalation via setuid helper",
        "message:privilege escalation",
        "privilege_escalation",
    ),
    (
        "Stop leaking credentials on redirect: fixes #3",
        "message:information disclosure",
        "information_disclosure",
    ),
    ("remove hard-coded password", "message:hard-coded secret", "hardcoded_secret"),
    ("Avoid timing attacks on tokens: constant-time comparison", "message:timing attack", "timing_attack"),
    ("fix padding oracle in CBC mode", "message:weak cryptography", "weak_cryptography"),
    ("Remove weak password hashing", "message:weak hash", "weak_hash"),
    ("Fix predictable tokens in reset mails", "message:insecure random", "insecure_random"),
    ("Fix heap-buffer-overflow in decoder", "message:buffer overflow", "buffer_overflow"),
    ("fix use-after-free when iterator outlives db", "message:use after free", "use_after_free"),
    ("fix double free when argc != 3", "message:double free", "double_free"),
    ("Fix out-of-bounds write in strip()", "message:out-of-bounds write", "out_of_bounds_write"),
    ("don't read past the end of the buffer", "message:out-of-bounds read", "out_of_bounds_read"),
    ("Prevent integer overflow in sds length.", "message:integer overflow", "integer_overflow"),
    ("Fix NULL pointer dereference in loader", "message:null dereference", "null_dereference"),
    ("remove ReDoS regexp in %o formatter (#504)", "message:redos", "redos"),
    ("Avoid denial of service when parsing Rfc2822", "message:denial of service", "denial_of_service"),
    ("fix DoS in printf.", "message:denial of service", "denial_of_service"),
    ("Check the length. Found by oss-fuzz.", "message:found by fuzzing", ""),
    ("\u{1f512} prevent XSS in titles", "message:xss", "xss"),
    ("SECURITY: support sandboxing in format expressions", "message:security tag", ""),
    ("fix(security): harden the parser", "message:security tag", ""),
    ("Merge commit from fork\n\nfix handling of names", "message:private fork", ""),
    ("Always bind the method\n\nThis is CVE-2021-12345.", "message:CVE-2021-12345", ""),
    ("Check bounds (cwe-787)\n", "message:CWE-787", "out_of_bounds_write"),
    ("Restrict both attributes.\n\nref: https://hackerone.com/reports/2519936", "message:bounty report", ""),
    ("Fix CVE_2021_1234", "message:CVE-2021-1234", ""),
    ("fix-CVE 2021-31415 in the decoder", "message:CVE-2021-31415", ""),
    ("Check sizes (TALOS-2020-1182)", "message:TALOS-2020-1182", ""),
    ("patch 9.0.1: using buffer after it has been freed", "message:use after free", "use_after_free"),
    ("Avoid accessing the freed node", "message:use after free", "use_after_free"),
    ("don't touch it: stack-use-after-scope in the reader", "message:use after free", "use_after_free"),
    ("Avoid freeing the same memory in cleanup", "message:double free", "double_free"),
    ("Prevent file system traversal by template names", "message:path traversal", "path_traversal"),
    ("Security update for the upload form", "message:security update", ""),
    ("Avoid CPU burn DoS in the tokenizer", "message:denial of service", "denial_of_service"),
    (
        "Simplify the regular expression for headers\n\nThe old one was open to ReDoS.",
        "message:redos",
        "redos",
    ),
    ("Ignore __proto__ in query strings", "message:__proto__", "prototype_pollution"),
    ("Use secure hash comparison for webhooks", "message:constant-time comparison", "timing_attack"),
    ("Compare tokens with hash_equals", "message:constant-time comparison", "timing_attack"),
    ("sanitize server-provided paths", "message:untrusted", ""),
    (
        "Remove Authorization headers when following cross-origin redirects",
        "message:credentials sent elsewhere",
        "information_disclosure",
    ),
    ("CRLF injection in response headers", "message:header injection", "header_injection"),
    ("smtp: possible CRLF injection", "message:header injection", "header_injection"),
    ("fix oss-fuzz issue 4711: Heap-buffer-overflow", "message:found by fuzzing", "buffer_overflow"),
    ("Fix typo in XSS filter (CVE-2024-1000)", "message:CVE-2024-1000", "xss"),
    ("Fix a typo causing a buffer overflow", "message:buffer overflow", "buffer_overflow"),
    (
        "Fix typo in bounds check that allowed an out-of-bounds write",
        "message:out-of-bounds write",
        "out_of_bounds_write",
    ),
    ("Reapply \"Fix SQL injection in search\"", "message:sql injection", "sql_injection"),
    ("Fix for CVE.2021.1234", "message:CVE-2021-1234", ""),
    ("Fix cve20211234", "message:CVE-2021-1234", ""),
    ("#3110: SA-CORE-2019-003 by someone", "message:SA-CORE-2019-003", ""),
    ("Check the length (VU#123456)", "message:VU#123456", ""),
    ("SECURITY-3314 Do not expand @ in arguments", "message:security tag", ""),
    ("[FIXED SECURITY-49] Escape the description", "message:security tag", ""),
    (
        "patch 8.2.4977: memory access error when the window changes",
        "message:out-of-bounds read",
        "out_of_bounds_read",
    ),
    (
        "patch 8.2.4009: reading one byte beyond the end of the line",
        "message:out-of-bounds read",
        "out_of_bounds_read",
    ),
    ("patch 9.0.0104: going beyond allocated memory", "message:out-of-bounds read", "out_of_bounds_read"),
    ("avcodec/pngdec: Fix out of array access", "message:out-of-bounds read", "out_of_bounds_read"),
    ("Fixed a memory overrun when reading images", "message:buffer overflow", "buffer_overflow"),
    ("avoid uint32 overflow in the strip reader", "message:integer overflow", "integer_overflow"),
    ("Bug 17171 - Use after free in the frame. r=someone", "message:use after free", "use_after_free"),
    (
        "Bug 42: Negative length leads to buffer overrun in the proxy",
        "message:buffer overflow",
        "buffer_overflow",
    ),
    (
        "https://example.org/issues/1614\n\nheap-buffer-overflow in the evaluation",
        "message:buffer overflow",
        "buffer_overflow",
    ),
    ("Fix type confusion in array sort", "message:type confusion", "memory_corruption"),
    ("Fix IDOR in invoice download", "message:access control", "access_control"),
    ("Fix bypass of the IP allowlist", "message:access control", "access_control"),
    ("Verify the signature first (auth bypass)", "message:authentication bypass", "authentication_bypass"),
    ("Escape shell arguments when calling git", "message:command injection", "command_injection"),
    ("HTML-escape the error message", "message:xss", "xss"),
    ("Reject absolute paths and .. in tar entries", "message:path traversal", "path_traversal"),
    ("Use secure_compare for basic auth", "message:constant-time comparison", "timing_attack"),
    ("more checks, found by someone's fuzzer", "message:found by fuzzing", ""),
    (
        "avoid unbounded gets\n\nMalicious clients may send long lines.",
        "message:attacker could",
        "denial_of_service",
    ),
    (
        "Fix spelling mistake in header check allowing request smuggling",
        "message:request smuggling",
        "request_smuggling",
    ),
    ("Babel: Add a missing length check.", "message:missing bounds check", "memory_corruption"),
    ("Fix the bounds checks of the index", "message:missing bounds check", "memory_corruption"),
    ("reader: check for exceeding the length", "message:missing bounds check", "memory_corruption"),
    ("Disable data URIs in links", "message:script url refused", "xss"),
    ("escape control characters before logging", "message:log injection", "log_injection"),
    ("check keys for protocol pollution", "message:prototype pollution", "prototype_pollution"),
    ("isConstructorOrProto as in the other branch", "message:prototype guard", "prototype_pollution"),
    ("Reject null bytes in header names", "message:odd name refused", ""),
    ("refuse file names with newlines", "message:odd name refused", ""),
    ("Reject duplicate Content-Length headers", "message:request smuggling", "request_smuggling"),
    ("Avoid a wrap-around of the count", "message:integer overflow", "integer_overflow"),
    ("Unbounded parsing in the decoder", "message:limit missing", "denial_of_service"),
    (
        "Limit the queue\n\nThere was no limit on the number of entries, avoid that.",
        "message:limit missing",
        "denial_of_service",
    ),
    ("Don't panic when decoding an empty frame", "message:panic on input", "denial_of_service"),
    (
        "Do not send the origin\n\nIt has caused some security problems.",
        "message:cause of security problems",
        "",
    ),
    (
        "fix: check the slice\n\nAn issue was discovered in the reader, which allows reads out of bounds.",
        "message:description of an advisory",
        "out_of_bounds_read",
    ),
    ("prevent drive traversal in windows", "message:path traversal", "path_traversal"),
    ("escape arguments to counter an injection attack", "message:injection prevented", ""),
    ("fix off-by-one reads in the key list", "message:out-of-bounds read", "out_of_bounds_read"),
    ("fix USE_AFTER_FREE in the reader", "message:use after free", "use_after_free"),
    ("Fix minor typo which disabled CSRF protection", "message:against csrf", "csrf"),
    ("Fix a comment flaw: prevent XSS in comments", "message:xss", "xss"),
    ("Fix SQL injection in comments", "message:sql injection", "sql_injection"),
    ("Fix path traversal in docs endpoint", "message:path traversal", "path_traversal"),
    ("Fix a security issue with comments in fragments", "message:security fix", ""),
    ("fix: Document#remove_names use-after-free", "message:use after free", "use_after_free"),
    ("Fix and tests for CVE-2018-12546.", "message:CVE-2018-12546", ""),
    ("More tests. Security fix in the sender", "message:security fix", ""),
    ("Fix SSRF in release notes fetcher", "message:ssrf", "ssrf"),
    ("Fix code execution through workflow names, prevent it", "message:code execution", "code_injection"),
    ("fuzz: fix use-after-free in the track reader", "message:use after free", "use_after_free"),
    ("Fuzzing: Fix use after free.", "message:use after free", "use_after_free"),
    ("heap-use-after-free in foo", "message:use after free", "use_after_free"),
    ("AddressSanitizer: heap-use-after-free in foo", "message:use after free", "use_after_free"),
    ("attempting double-free in cleanup", "message:double free", "double_free"),
    ("Heap-buffer-overflow READ 1 in foo", "message:buffer overflow", "buffer_overflow"),
    ("dynamic-stack-buffer-overflow in printf", "message:buffer overflow", "buffer_overflow"),
    ("oss-fuzz: 4711: Index-out-of-bounds", "message:out of bounds", "memory_corruption"),
    ("Issue 761:  Heap overflow reading corrupted archives", "message:buffer overflow", "buffer_overflow"),
    ("[data_parser] use after free", "message:use after free", "use_after_free"),
    ("unescape() could make a buffer overflow", "message:buffer overflow", "buffer_overflow"),
    ("the password field allows command injection", "message:command injection", "command_injection"),
    ("Reflected XSS on the login page", "message:xss", "xss"),
    ("using pointer after it's freed", "message:use after free", "use_after_free"),
    ("the buffer may be used after being freed", "message:use after free", "use_after_free"),
    ("same pointer freed twice", "message:double free", "double_free"),
    ("Freed memory is accessed", "message:use after free", "use_after_free"),
    ("Use constant-time comparison for tokens", "message:constant-time comparison", "timing_attack"),
    ("use timing-safe comparison", "message:constant-time comparison", "timing_attack"),
    ("Use crypto.timingSafeEqual", "message:constant-time comparison", "timing_attack"),
    ("Use MessageDigest.isEqual", "message:constant-time comparison", "timing_attack"),
    ("Use sodium_memcmp", "message:constant-time comparison", "timing_attack"),
    ("Improve regex\n\nThis fixes a ReDoS.", "message:redos", "redos"),
    ("Change the pattern\n\nThis was a ReDoS.", "message:redos", "redos"),
    ("Skip __proto__ in merge", "message:__proto__", "prototype_pollution"),
    (
        "Clear Authorization on cross-origin redirect",
        "message:credentials sent elsewhere",
        "information_disclosure",
    ),
    ("plug looming buffer overflows", "message:buffer overflow", "buffer_overflow"),
    ("Add SSRF protection for webhooks", "message:ssrf", "ssrf"),
    ("Prevent DOS with large images", "message:denial of service", "denial_of_service"),
    ("remove patterns that can cause DOS", "message:denial of service", "denial_of_service"),
    ("Fix stored XSS/HTML/CSS injection in subject field", "message:xss", "xss"),
    ("Fix CSS injection in style attribute", "message:xss", "xss"),
    ("Fix TALOS-CAN-0618", "message:TALOS-CAN-0618", ""),
    ("Talos #2019-0821", "message:TALOS-2019-0821", ""),
    ("CVE - 2021 - 44228", "message:CVE-2021-44228", ""),
    ("CVE--2021-1234", "message:CVE-2021-1234", ""),
    ("CVE\u{2212}2021\u{2212}1234", "message:CVE-2021-1234", ""),
    ("CVE\u{a0}2021-1234", "message:CVE-2021-1234", ""),
    ("CVE#2021-1234", "message:CVE-2021-1234", ""),
    ("Fix CR/LF injection", "message:header injection", "header_injection"),
    ("disallow newlines in header names", "message:header injection", "header_injection"),
    ("prevent request splitting", "message:header injection", "header_injection"),
    ("directory traversal fixed", "message:path traversal", "path_traversal"),
    ("Fix folder traversal", "message:path traversal", "path_traversal"),
    ("Ensure extracted files stay inside the target directory", "message:path traversal", "path_traversal"),
    ("Sanitize file names provided by the server", "message:untrusted", "path_traversal"),
    ("Typo in CSRF check made it always pass", "message:csrf", "csrf"),
    ("Fix read overflow before the header", "message:buffer overflow", "buffer_overflow"),
    ("Address another mXSS bypass, prevent it", "message:xss", "xss"),
    ("Fix arbitrary memory read through the index", "message:out-of-bounds read", "out_of_bounds_read"),
    ("Authorization header leak on redirect", "message:information disclosure", "information_disclosure"),
    ("the buffer is read after it was freed", "message:use after free", "use_after_free"),
    ("Fix vulnerbility in the upload form", "message:vulnerability", ""),
];

/// Messages that contain terms of the vocabulary and are not fixes.
const LOOKALIKES: &[&str] = &[
    "Fix resource leak in source, do not force anything",
    "Use dependency injection for the mailer, fix wiring",
    "Inject the service into the controller, fixes #12",
    "Remove unsafe block in iterator",
    "fix #[unsafe(no_mangle)] on edition 2024",
    "Exploit parallelism in the resolver to avoid waits",
    "Fix escape sequences in the lexer",
    "sanitize imports",
    "Enable AddressSanitizer in the build, fix flags",
    "Fix typo in SECURITY.md",
    "Update security policy",
    "bump security contact",
    "Run dos2unix over the tree, fix line ends",
    "Fix paths on MS-DOS",
    "It does no harm to check twice",
    "docs: csrf token handling, prevent XSS",
    "Add tests for XSS filter",
    "test: prevent SQL injection through names",
    "authentication refactor",
    "Bump sanitize-html from 1.2.3 to 1.2.4 to fix XSS",
    "build(deps): bump lodash, fixes prototype pollution CVE-2019-10744",
    "fix: package.json to reduce vulnerabilities",
    "Update changelog for CVE-2020-1234",
    "Release 3.0.4. Security release for CVE-2019-3465",
    "v1.2.3",
    "Add fuzz target for the decoder",
    "fix oss-fuzz build",
    "Add CSRF middleware",
    "Add XSS filter option",
    "Fix overflow: hidden in the sidebar",
    "fix crash on empty input",
    "Fix memory leak in cache",
    "Fix race condition in the test runner",
    "Fix layout of src/security/injection/xss.py",
    "Fix rendering\n\nThis has no security impact.",
    "Revert \"Fix SQL injection in search\"",
    "revert: fix: SQL injection in search",
    "fix(search): revert: prevent SQL injection",
    "\u{23ea}\u{fe0f} Revert \"Fix SQL injection in search\"",
    "Partially revert the fix for CVE-2020-1234",
    "\u{1f512} improve disconnect handling",
    ":lock: ci(workflows): prevent XSS in the preview",
    "\u{2b06}\u{fe0f} Bump rack from 2.0.1 to 2.0.2 to fix CVE-2020-1234",
    "\u{1f4dd} Document how we prevent SQL injection",
    "\u{2705} Add tests for XSS filter",
    "\u{1f512} ci(workflows): fix script injection",
    "Increase the fuzz harness limits for oss-fuzz issue 4711",
    "oss-fuzz issue 4711: Timeout in the decoder",
    "Fix timeout of the fuzzer, see https://bugs.chromium.org/p/oss-fuzz/issues/detail?id=4711",
    "Fix the length check. This is not a security issue.",
    "Fix rounding (this isn't an actual vulnerability, only a nuisance)",
    "Fix warnings, not a buffer overflow",
    "Fix naming, unrelated to security",
    "Fix typo in the documentation of the XSS filter",
    "docs: fix typo in overflow check",
    "Apply security updates",
    "Handle names\n\nThis reverts commit 0123456789abcdef, which fixed an XSS.",
    "Merge branch 'fix-xss-vulnerability'",
    "Merge pull request #4 from them/fix-sql-injection\n\nFix SQL injection",
    "Add YARA rule for CVE-2021-44228",
    "signatures: add detection for CVE-2021-44228",
    "Add exploit module for CVE-2019-0708",
    "nuclei: add template CVE-2022-1388",
    "Add vpatch-CVE-2024-2862 rule to the collection",
    "Extend mode `ddos` of the filter, fix its test",
    "Updating go-proxyproto with security bugfix from upstream",
    "Ignore CVE-2021-1234 in trivy",
    "Not affected by CVE-2021-1234",
    "VEX: CVE-2021-1234 is not exploitable",
    "Fix parsing of CVE-2021-1234 style ids",
    "Rename cve_2021_1234 test",
    "test_cve_2021_1234: new",
    "Clean up after the CVE-2021-1234 fix",
    "Remove workaround for CVE-2021-1234",
    "Update to openssl 3.0.7, fixes CVE-2022-3602",
    "Update CHANGELOG with security fixes",
    "Fix injection moulding price calculation",
    "Fix injection of styles in the shadow DOM",
    "Fix script injection order",
    "Prevent double injection of content script",
    "Fix false positive in XSS scanner",
    "Detect SQL injection in the linter",
    "Fix XSS demo page",
    "Fix display of vulnerabilities in the dashboard",
    "Security: move SecurityConfig to a new package",
    "Fix array index out of bounds exception in chart",
    "Use unbounded queues of the library",
    "Fix wrapping around the header",
    "Fix typo in test for SQL injection",
    "Fix typos found by codespell in xss filter",
    "tests/fuzz: fix heap-buffer-overflow",
    "fuzz: fix heap-buffer-overflow in the harness",
    "oss-fuzz: fix buffer overflow check of the build",
    "Fix XSS tests",
    "Fix link to vulnerability in SECURITY.md",
    "Add tests to prevent XSS",
    "#221: revert cbe9f8b: Out-of-bounds write in #207 is fake",
    "- Unit test for CVE-2026-33278.",
    "\u{2022} docs: CVE-2026-33278",
    "\u{23ea} XSS fix reverted",
    ":arrow_up: lodash 4.17.21 fixes CVE-2021-1234",
    "Prepare release 1.2.3 with security fixes",
    "Use rack 2.2.3 because of CVE-2020-8184",
    "Import expat 2.2.8 fixing CVE-2019-15903",
    "Sync with upstream zlib, CVE-2018-25032",
    "Add PoC for CVE-2022-0847",
    "Add CVE-2022-41697",
    "Add CVE-2022-41697 vpatch rule",
    "Add checker for heartbleed (CVE-2014-0160)",
    "Ignore false positive CVE-2020-1234",
    "Add CVE-2021-1234 to .trivyignore",
    "Publish advisory for CVE-2021-1234",
    "Refactor code introduced by the CVE-2021-1234 fix",
    "Reformat code touched by the XSS fix",
    "Fix command execution order",
    "Fix remote code formatting",
    "Fix injection of mock service",
    "Fix spell injection in game",
    "Fix CSS injection order",
    "Fix DOS line endings",
    "Fix DOS paths",
    "Require urllib3>=1.26.5 due to CVE-2021-33503",
    "Set minimum jackson version, CVE-2019-12384",
    "Force lodash resolution to patched version (CVE-2021-23337)",
    "yarn audit: fix vulnerabilities",
    "Signed by security\n\nReviewed-by: Security Fix <vulnerability@example.org>",
    "",
    " \n\n ",
];

#[test]
fn fixes_are_selected_with_their_reasons() {
    let scorer = MessageScorer::new();
    for (message, evidence, weakness) in FIXES {
        let score = scorer.score(message, 1);
        assert!(score.selected, "{message}: {score:?}");
        assert!(score.points >= SELECTION_THRESHOLD);
        assert!(score.evidence.iter().any(|one| one == evidence), "{message}: {score:?}");
        assert_eq!(
            score.weaknesses.first().map_or("", |first| first.name),
            *weakness,
            "{message}: {score:?}"
        );
    }
}

#[test]
fn lookalikes_are_not_selected() {
    let scorer = MessageScorer::new();
    for message in LOOKALIKES {
        let parents = if message.starts_with("Merge") { 2 } else { 1 };
        let score = scorer.score(message, parents);
        assert!(!score.selected, "{message}: {score:?}");
    }
}

#[test]
fn classifies_commits() {
    use CommitClass::{
        Build, Changelog, DependencyBump, Documentation, Merge, Ordinary, Revert, Style, Test, VersionBump,
    };
    let scorer = MessageScorer::new();
    for (message, parents, class) in [
        ("Fix the parser", 1, Ordinary),
        ("", 0, Ordinary),
        ("Anything", 2, Merge),
        ("Merge branch 'next' into main", 1, Merge),
        ("Revert \"Fix\"", 1, Revert),
        ("v1.2.3", 1, VersionBump),
        ("Bump version to 2.0.0-rc.1", 1, VersionBump),
        ("Release 1.4.0", 1, VersionBump),
        ("Release of 1.4.0 (Security fix)", 1, VersionBump),
        ("Version bump to 1.4.0 (security fix)", 1, VersionBump),
        ("chore: release 1.4.0", 1, VersionBump),
        ("Bump rack from 2.0.1 to 2.0.2", 1, DependencyBump),
        ("chore(deps): update", 1, DependencyBump),
        ("Update dependency lodash to v4", 1, DependencyBump),
        ("Update changelog", 1, Changelog),
        ("Add CHANGELOG entry for #5", 1, Changelog),
        ("docs: say more", 1, Documentation),
        ("Fix typos in comments", 1, Documentation),
        ("Update README.md", 1, Documentation),
        ("tests: more", 1, Test),
        ("Add regression tests for #6", 1, Test),
        ("Add tests and fix the overflow", 1, Ordinary),
        ("Run rustfmt", 1, Style),
        ("style: indent", 1, Style),
        ("ci: newer runner", 1, Build),
        ("Update GitHub Actions", 1, Build),
    ] {
        assert_eq!(scorer.score(message, parents).class, class, "{message}");
    }
}

#[test]
fn a_merge_is_selected_only_from_the_fork_of_an_advisory() {
    let scorer = MessageScorer::new();
    let merge =
        scorer.score("Merge pull request from GHSA-73m2-3pwg-5fgc\n\nFix catastrophic backtracking", 2);
    assert_eq!(merge.class, CommitClass::Merge);
    assert!(merge.selected);
    assert!(!scorer.score("Merge branch 'CVE-2021-12345'", 2).selected);
}

#[test]
fn advisory_ids_are_canonical_and_in_order() {
    let scorer = MessageScorer::new();
    let score = scorer.score(
        "Fix can-2005-0664, ghsa-JJPW-65fv-8g48, cve-2021-12345 and CVE-2021-12345; rustsec-2020-0001 \
         pysec-2019-136 go-2021-0052; not CVE-21-1, xCVE-2021-1111, GHSA-aaaa-bbbb-cccc",
        1,
    );
    assert_eq!(
        score.advisory_ids,
        [
            "CVE-2005-0664",
            "GHSA-jjpw-65fv-8g48",
            "CVE-2021-12345",
            "RUSTSEC-2020-0001",
            "PYSEC-2019-136",
            "GO-2021-0052"
        ]
    );
}

#[test]
fn numbers_behind_a_cve_id_are_of_its_year() {
    let scorer = MessageScorer::new();
    for (message, ids) in [
        ("CVE-2016-7985,7986/Add checks", &["CVE-2016-7985", "CVE-2016-7986"][..]),
        ("Fix CVE-2016-7985, 7986, 12345.", &["CVE-2016-7985", "CVE-2016-7986", "CVE-2016-12345"]),
        ("Fix CVE-2016-7985,2017-1234 and more", &["CVE-2016-7985"]),
        ("Fix CVE-2016-7985, 2017", &["CVE-2016-7985"]),
        ("Fix CVE-2016-7985, 80 bytes", &["CVE-2016-7985"]),
    ] {
        assert_eq!(scorer.score(message, 1).advisory_ids, ids, "{message}");
    }
}

#[test]
fn the_basis_of_a_message_tells_how_sure_its_claim_is() {
    let scorer = MessageScorer::new();
    for (basis, message) in [
        (MessageBasis::Advisory, "Fix CVE-2021-12345"),
        (MessageBasis::Advisory, "Remove the check, see CVE-2021-12345"),
        (MessageBasis::MemoryError, "Fix heap buffer overflow in the parser"),
        (MessageBasis::MemoryError, "Fix out-of-bounds read\n\nFound by Coverity."),
        (MessageBasis::MemoryError, "Make sure that the index is not past the end (found by oss-fuzz)"),
        (MessageBasis::Doubtful, "Avoid memory leak on error. Found by oss-fuzz"),
        (MessageBasis::Attack, "Fix XSS in the search form"),
        (MessageBasis::Doubtful, "Fix XSS in the search form, not a security\nissue"),
        (MessageBasis::Doubtful, "Fix a regression in the fix for CVE-2024-1000"),
        (MessageBasis::Doubtful, "perf: bunch up regular expressions, against ReDoS"),
        (MessageBasis::Attack, "chore: fix XSS in the search form"),
        (MessageBasis::Doubtful, "Fix catastrophic backtracking\n\nIt is in dead code. No security issue."),
        (MessageBasis::Doubtful, "Add an option for the XSS filter, against XSS attacks"),
        (MessageBasis::Announcement, "Security fix for the parser"),
        (MessageBasis::Announcement, "Restrict names\n\nhttps://hackerone.com/reports/2519936"),
        (MessageBasis::Doubtful, "Ignore CVE-2021-1234 in trivy"),
        (MessageBasis::Doubtful, "fix: address review comments: log injection, names"),
        (MessageBasis::Attack, "Fix the form\n\n* fix XSS in names\n* move the button"),
        (MessageBasis::Doubtful, "Rework the form\n\n* fix XSS in names\n* move the button\n* new colours"),
        (MessageBasis::Doubtful, "refactor: escape names against XSS attacks"),
        (MessageBasis::Doubtful, "Fix null pointer dereference"),
        (MessageBasis::Doubtful, "Fix integer overflow"),
        (MessageBasis::Doubtful, "Make XSS protection optional"),
    ] {
        assert_eq!(scorer.score(message, 1).basis, basis, "{message}");
    }
    let share = |basis: MessageBasis| basis.fix_share(Language::C);
    let order = [
        MessageBasis::Advisory,
        MessageBasis::MemoryError,
        MessageBasis::Attack,
        MessageBasis::Announcement,
        MessageBasis::Doubtful,
    ];
    assert!(order.map(share).is_sorted_by(|one, next| one >= next));
    // The basis of such a commit may be that of its merge.
    let mut rework = scorer.score("perf: read names faster", 1);
    rework.basis = MessageBasis::Attack;
    assert!(rework.fix_share(Language::C) < share(MessageBasis::Attack));
    // Java throws where C reads other memory.
    assert!(MessageBasis::MemoryError.fix_share(Language::Java) < share(MessageBasis::MemoryError));
}

#[test]
fn specific_weaknesses_come_before_general_ones() {
    let scorer = MessageScorer::new();
    let names = |message| scorer.score(message, 1).weaknesses.iter().map(|one| one.name).collect::<Vec<_>>();
    assert_eq!(names("Fix denial of service by SQL injection"), ["sql_injection", "denial_of_service"]);
    assert_eq!(names("Fix XSS\n\nIt came with CSRF and SQL injection."), ["xss", "sql_injection", "csrf"]);
}

#[test]
fn hostile_messages_are_bounded() {
    let scorer = MessageScorer::new();
    let start = Instant::now();
    for unit in [
        "a",
        "\0",
        "\x1b[31m",
        "sql ",
        "sql injection ",
        "ignore ",
        "\n",
        "\u{202e}\u{1f512}",
        "/",
        "fuzz ",
        "(((",
    ] {
        let message = unit.repeat((16 << 20) / unit.len());
        let score = scorer.score(&message, 1);
        assert!(score.evidence.len() < 100);
        assert!(score.evidence.iter().all(|one| one.chars().all(|c| !c.is_control())));
    }
    // 16 KiB of each are read, which takes far less on any machine and in any profile.
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    // The limit may be inside a character.
    scorer.score(&format!("{}{}", "a".repeat((16 << 10) - 1), "\u{1f512}"), 1);
}

#[test]
fn text_beyond_the_limit_is_not_read() {
    let score = MessageScorer::new().score(&format!("{}CVE-2021-12345", "a ".repeat(8 << 10)), 1);
    assert_eq!((score.points, score.selected), (0, false));
}

#[test]
fn a_scorer_is_shared_and_gives_equal_scores() {
    fn shared<T: Send + Sync>(_: &T) {}
    let (scorer, other) = (MessageScorer::new(), MessageScorer::new());
    shared(&scorer);
    for (message, ..) in FIXES {
        assert_eq!(scorer.score(message, 1), other.score(message, 1));
    }
}

proptest! {
    #[test]
    fn any_text_is_scored(message in "(?s).{0,300}", parents in 0usize..3) {
        let scorer = shared_scorer();
        let score = scorer.score(&message, parents);
        prop_assert_eq!(&score, &scorer.score(&message, parents));
        prop_assert!(!score.selected || score.points >= SELECTION_THRESHOLD);
    }
}

fn shared_scorer() -> &'static MessageScorer {
    static SCORER: std::sync::OnceLock<MessageScorer> = std::sync::OnceLock::new();
    SCORER.get_or_init(MessageScorer::new)
}
