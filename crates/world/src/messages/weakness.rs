//! How people call weaknesses, and what they say they did about them.

use streamguard_dataset::Weakness;

/// The words for one weakness.
#[derive(Debug)]
pub(crate) struct Wording {
    weakness: &'static str,
    /// What it is called.
    pub(crate) terms: &'static [&'static str],
    /// What was done, in the imperative; `{subject}` is what the function deals with.
    pub(crate) actions: &'static [&'static str],
    /// For names of branches.
    pub(crate) slug: &'static str,
}

const fn row(
    weakness: &'static str,
    slug: &'static str,
    terms: &'static [&'static str],
    actions: &'static [&'static str],
) -> Wording {
    Wording { weakness, terms, actions, slug }
}

const ANY: Wording = row(
    "",
    "security-fix",
    &["a security issue", "a vulnerability", "a security hole"],
    &["Check what comes from outside before it is used", "Treat the request as untrusted"],
);

const ALL: &[Wording] = &[
    row(
        "improper_input_validation",
        "validate-input",
        &["improper input validation", "a vulnerability through unvalidated input"],
        &["Validate what the client sends", "Reject untrusted values that are out of range"],
    ),
    row(
        "path_traversal",
        "path-traversal",
        &["path traversal", "directory traversal", "a path traversal vulnerability"],
        &["Keep paths inside the base folder", "Resolve the path and compare it with the root"],
    ),
    row(
        "command_injection",
        "command-injection",
        &["command injection", "shell injection", "OS command injection", "remote code execution"],
        &["Pass arguments as a list, without a shell", "Quote what goes into the command line"],
    ),
    row(
        "xss",
        "fix-xss",
        &["XSS", "cross-site scripting", "reflected XSS", "stored XSS", "an XSS vulnerability"],
        &["Escape what goes into the page", "Encode user input for HTML"],
    ),
    row(
        "sql_injection",
        "sql-injection",
        &["SQL injection", "SQLi", "an SQL injection", "a SQL injection vulnerability"],
        &["Bind parameters instead of building the statement", "Use a prepared statement"],
    ),
    row(
        "ldap_injection",
        "ldap-filter",
        &["LDAP injection", "an LDAP injection vulnerability"],
        &["Escape filter characters", "Do not put raw names into directory filters"],
    ),
    row(
        "code_injection",
        "no-eval",
        &["code injection", "arbitrary code execution", "remote code execution", "RCE"],
        &["Do not evaluate what users type", "Replace eval by a parser for literals"],
    ),
    row(
        "header_injection",
        "header-injection",
        &["header injection", "CRLF injection", "HTTP response splitting"],
        &["Refuse line breaks in header values", "Strip CR and LF from what goes into headers"],
    ),
    row(
        "log_injection",
        "log-forging",
        &["log injection", "log forging"],
        &["Keep line breaks out of the log", "Log untrusted text in quotes"],
    ),
    row(
        "memory_corruption",
        "memory-corruption",
        &["memory corruption", "a memory safety vulnerability"],
        &["Check sizes before copying", "Do not touch memory beyond the record"],
    ),
    row(
        "buffer_overflow",
        "overflow",
        &["buffer overflow", "stack buffer overflow", "a heap overflow"],
        &["Bound the copy by the size of the target", "Check the length before the copy"],
    ),
    row(
        "out_of_bounds_read",
        "oob-read",
        &["out-of-bounds read", "heap over-read", "an OOB read"],
        &["Check the index against the length", "Stop at the end of the record"],
    ),
    row(
        "format_string",
        "format-string",
        &["format string vulnerability", "a format string bug (CWE-134)"],
        &["Give the format as a constant", "Never use input as a format"],
    ),
    row(
        "integer_overflow",
        "integer-overflow",
        &["integer overflow", "an integer overflow", "arithmetic overflow in a size"],
        &["Check the product before allocating", "Limit the count before multiplying"],
    ),
    row(
        "information_disclosure",
        "info-leak",
        &["information disclosure", "an information leak", "disclosure of sensitive data"],
        &["Do not send internals to clients", "Keep stack traces and secrets on the server"],
    ),
    row(
        "timing_attack",
        "constant-time",
        &["timing attack", "a timing side channel", "timing attacks"],
        &["Compare in constant time", "Use a constant-time comparison"],
    ),
    row(
        "privilege_escalation",
        "privileges",
        &["privilege escalation", "a privilege escalation"],
        &["Take the role from the session, never from the request", "Drop privileges before the call"],
    ),
    row(
        "access_control",
        "access-check",
        &["broken access control", "missing authorization check", "an IDOR", "unauthorized access"],
        &["Check that the record belongs to the user", "Ask for permission before the change"],
    ),
    row(
        "authentication_bypass",
        "auth-bypass",
        &["authentication bypass", "an authentication bypass", "auth bypass"],
        &["Refuse unsigned tokens", "Verify the signature before trusting claims"],
    ),
    row(
        "certificate_validation",
        "verify-tls",
        &["missing certificate validation", "missing TLS certificate verification", "a MITM vulnerability"],
        &["Verify the certificate of the peer", "Do not switch verification off"],
    ),
    row(
        "weak_cryptography",
        "weak-cipher",
        &["weak cryptography", "weak encryption", "an insecure cipher"],
        &["Use an authenticated mode", "Move from ECB to GCM"],
    ),
    row(
        "weak_hash",
        "weak-hash",
        &["weak hash", "weak password hashing", "insecure hashing of passwords"],
        &["Hash passwords with a slow function", "Replace MD5 by SHA-256"],
    ),
    row(
        "insecure_random",
        "predictable-token",
        &["predictable tokens", "insecure randomness", "weak random numbers"],
        &["Take tokens from the system's random source", "Do not use a seeded generator for codes"],
    ),
    row(
        "csrf",
        "csrf",
        &["CSRF", "cross-site request forgery", "a CSRF vulnerability"],
        &["Ask for the form token", "Accept changes by POST with a token only"],
    ),
    row(
        "race_condition",
        "toctou",
        &[
            "TOCTOU race condition",
            "a race condition with security impact",
            "a security-relevant race condition",
        ],
        &["Open first and check afterwards", "Check and create in one step"],
    ),
    row(
        "denial_of_service",
        "dos",
        &["denial of service", "a DoS vulnerability", "a denial of service through huge input"],
        &["Limit the size of what is read", "Cap the number of entries"],
    ),
    row(
        "double_free",
        "double-free",
        &["double free", "a double-free"],
        &["Set the pointer to NULL after freeing it", "Free the record in one place only"],
    ),
    row(
        "use_after_free",
        "uaf",
        &["use after free", "a use-after-free", "use-after-free"],
        &["Read the field before the record is freed", "Drop the reference last"],
    ),
    row(
        "unrestricted_upload",
        "upload-types",
        &["unrestricted file upload", "arbitrary file upload"],
        &["Accept known types of files only", "Check the extension against a list"],
    ),
    row(
        "request_smuggling",
        "smuggling",
        &["request smuggling", "HTTP request smuggling"],
        &["Refuse requests with two lengths", "Close the connection on doubtful framing"],
    ),
    row(
        "null_dereference",
        "null-deref",
        &["NULL pointer dereference", "a null pointer dereference", "NULL dereference"],
        &["Check the result of the look-up", "Return early if there is no record"],
    ),
    row(
        "deserialization",
        "unsafe-deserialization",
        &["insecure deserialization", "unsafe deserialization", "deserialization of untrusted data"],
        &["Read plain data only", "Use the safe loader"],
    ),
    row(
        "open_redirect",
        "open-redirect",
        &["open redirect", "an open redirect", "an open redirect vulnerability"],
        &["Redirect to our own pages only", "Check the host of the target"],
    ),
    row(
        "xxe",
        "xxe",
        &["XXE", "XML external entity injection", "an XXE vulnerability"],
        &["Do not resolve external entities", "Switch off document type definitions"],
    ),
    row(
        "out_of_bounds_write",
        "oob-write",
        &["out-of-bounds write", "an OOB write", "heap out-of-bounds write"],
        &["Check the index before writing", "Refuse entries past the end of the table"],
    ),
    row(
        "hardcoded_secret",
        "hardcoded-secret",
        &["hard-coded credentials", "a hardcoded secret", "a hard-coded password"],
        &["Read the key from the environment", "Take the password from the settings"],
    ),
    row(
        "ssrf",
        "ssrf",
        &["SSRF", "server-side request forgery", "an SSRF vulnerability"],
        &["Ask known hosts only", "Check the address before fetching it"],
    ),
    row(
        "prototype_pollution",
        "proto-pollution",
        &["prototype pollution", "a prototype pollution vulnerability"],
        &["Skip __proto__ while merging", "Merge into objects without a prototype"],
    ),
    row(
        "redos",
        "redos",
        &[
            "ReDoS",
            "a ReDoS vulnerability",
            "regular expression denial of service",
            "catastrophic backtracking",
        ],
        &["Rewrite the pattern so that it cannot backtrack", "Match without nested repetition"],
    ),
    row(
        "template_injection",
        "ssti",
        &["server-side template injection", "SSTI", "template injection"],
        &["Hand values to the template instead of building it", "Render in the sandbox"],
    ),
];

/// The words for `weakness`.
pub(crate) fn wording(weakness: &Weakness) -> &'static Wording {
    ALL.iter().find(|row| row.weakness == weakness.name).unwrap_or(&ANY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_weakness_has_words() {
        for weakness in streamguard_dataset::weakness::ALL {
            assert_eq!(wording(weakness).weakness, weakness.name);
        }
    }
}
