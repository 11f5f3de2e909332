//! Weaknesses: entries of the Common Weakness Enumeration (CWE, MITRE) that samples are labelled
//! with.

mod hierarchy;

pub use hierarchy::ancestors;

/// Weakness, with the name that samples carry in `vulnerability_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weakness {
    /// Number in the CWE list, version 4.15.
    pub cwe: u16,
    /// Name in snake case, in `vulnerability_type`.
    pub name: &'static str,
    /// Display name.
    pub title: &'static str,
}

/// All weaknesses with a name, in the order of their CWE numbers.
pub const ALL_WEAKNESSES: &[Weakness] = &[
    Weakness { cwe: 20, name: "improper_input_validation", title: "Improper input validation" },
    Weakness { cwe: 22, name: "path_traversal", title: "Path traversal" },
    Weakness { cwe: 78, name: "command_injection", title: "OS command injection" },
    Weakness { cwe: 79, name: "xss", title: "Cross-site scripting" },
    Weakness { cwe: 89, name: "sql_injection", title: "SQL injection" },
    Weakness { cwe: 90, name: "ldap_injection", title: "LDAP injection" },
    Weakness { cwe: 94, name: "code_injection", title: "Code injection" },
    Weakness { cwe: 113, name: "header_injection", title: "HTTP header injection" },
    Weakness { cwe: 117, name: "log_injection", title: "Log injection" },
    Weakness { cwe: 119, name: "memory_corruption", title: "Memory corruption" },
    Weakness { cwe: 120, name: "buffer_overflow", title: "Buffer overflow" },
    Weakness { cwe: 125, name: "out_of_bounds_read", title: "Out-of-bounds read" },
    Weakness { cwe: 134, name: "format_string", title: "Format string" },
    Weakness { cwe: 190, name: "integer_overflow", title: "Integer overflow" },
    Weakness { cwe: 200, name: "information_disclosure", title: "Information disclosure" },
    Weakness { cwe: 203, name: "timing_attack", title: "Observable timing" },
    Weakness { cwe: 269, name: "privilege_escalation", title: "Privilege escalation" },
    Weakness { cwe: 284, name: "access_control", title: "Improper access control" },
    Weakness { cwe: 287, name: "authentication_bypass", title: "Authentication bypass" },
    Weakness { cwe: 295, name: "certificate_validation", title: "Improper certificate validation" },
    Weakness { cwe: 327, name: "weak_cryptography", title: "Broken or risky cryptography" },
    Weakness { cwe: 328, name: "weak_hash", title: "Weak hash" },
    Weakness { cwe: 330, name: "insecure_random", title: "Insufficiently random values" },
    Weakness { cwe: 352, name: "csrf", title: "Cross-site request forgery" },
    Weakness { cwe: 362, name: "race_condition", title: "Race condition" },
    Weakness { cwe: 400, name: "denial_of_service", title: "Uncontrolled resource consumption" },
    Weakness { cwe: 415, name: "double_free", title: "Double free" },
    Weakness { cwe: 416, name: "use_after_free", title: "Use after free" },
    Weakness { cwe: 434, name: "unrestricted_upload", title: "Unrestricted file upload" },
    Weakness { cwe: 444, name: "request_smuggling", title: "HTTP request smuggling" },
    Weakness { cwe: 476, name: "null_dereference", title: "NULL pointer dereference" },
    Weakness { cwe: 502, name: "deserialization", title: "Deserialization of untrusted data" },
    Weakness { cwe: 601, name: "open_redirect", title: "Open redirect" },
    Weakness { cwe: 611, name: "xxe", title: "XML external entities" },
    Weakness { cwe: 787, name: "out_of_bounds_write", title: "Out-of-bounds write" },
    Weakness { cwe: 798, name: "hardcoded_secret", title: "Hard-coded credentials" },
    Weakness { cwe: 918, name: "ssrf", title: "Server-side request forgery" },
    Weakness { cwe: 1321, name: "prototype_pollution", title: "Prototype pollution" },
    Weakness { cwe: 1333, name: "redos", title: "Regular expression denial of service" },
    Weakness { cwe: 1336, name: "template_injection", title: "Template injection" },
];

/// Abbreviations and other names in common use, with the names in `vulnerability_type`.
const ABBREVIATIONS: [(&str, &str); 14] = [
    ("sqli", "sql_injection"),
    ("cmdi", "command_injection"),
    ("rce", "code_injection"),
    ("lfi", "path_traversal"),
    ("directory_traversal", "path_traversal"),
    ("ssti", "template_injection"),
    ("crlf", "header_injection"),
    ("uaf", "use_after_free"),
    ("bof", "buffer_overflow"),
    ("oob_read", "out_of_bounds_read"),
    ("oob_write", "out_of_bounds_write"),
    ("dos", "denial_of_service"),
    ("insecure_deserialization", "deserialization"),
    ("cross_site_scripting", "xss"),
];

impl Weakness {
    /// Returns the weakness with this name in `vulnerability_type`.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        ALL_WEAKNESSES.iter().find(|weakness| weakness.name == name)
    }

    /// Returns the weakness with this CWE number.
    pub fn by_cwe(cwe: u16) -> Option<&'static Self> {
        ALL_WEAKNESSES.iter().find(|weakness| weakness.cwe == cwe)
    }

    /// Finds a weakness by what people call it: name, title, CWE number or id, or a common abbreviation, in any case
    /// and with any separators.
    pub fn find(text: &str) -> Option<&'static Self> {
        let plain = |text: &str| text.to_ascii_lowercase().replace([' ', '-'], "_");
        let wanted = plain(text.trim());
        let number = wanted.strip_prefix("cwe_").or_else(|| wanted.strip_prefix("cwe")).unwrap_or(&wanted);
        if let Ok(cwe) = number.parse() {
            return Self::by_cwe(cwe);
        }
        let name =
            ABBREVIATIONS.iter().find(|(short, _)| *short == wanted).map_or(&*wanted, |(_, name)| name);
        Self::by_name(name).or_else(|| ALL_WEAKNESSES.iter().find(|weakness| plain(weakness.title) == wanted))
    }

    /// Returns the id that samples carry in `cwes`, such as `CWE-89`.
    pub fn id(&self) -> String {
        format!("CWE-{}", self.cwe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weakness_is_found_by_what_people_call_it() {
        for text in
            ["sql_injection", "SQL Injection", "sql-injection", "sqli", "89", "CWE-89", "cwe89", " cwe-89 "]
        {
            assert_eq!(Weakness::find(text).map(|weakness| weakness.cwe), Some(89), "{text}");
        }
        for (_, name) in ABBREVIATIONS {
            assert!(Weakness::by_name(name).is_some(), "{name}");
        }
        for text in ["", "cwe-", "nonsense", "CWE-65535"] {
            assert_eq!(Weakness::find(text), None, "{text}");
        }
    }
}
