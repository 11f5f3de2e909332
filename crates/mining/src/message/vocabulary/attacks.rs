//! Terms for attacks, their discovery and their consequences, and words that also describe ordinary bugs.

use super::term;
use crate::message::term::SecurityTerm;
use crate::message::term::TermWeight::{Certain, Medium, Strong, Weak};

/// Terms of attacks and general words.
pub(super) const ATTACK_TERMS: &[SecurityTerm] = &[
    // Attacks, discovery and consequences.
    // With a common misspelling.
    term("vulnerability", Strong, "", &["vuln", "vunera"], r"vuln(?:s|erab\w*|erbil\w*)?|vunerab\w*"),
    term(
        "attack prevented",
        Strong,
        "",
        &["attack"],
        r"(?:prevent\w*|against|avoid(?:s|ing)?|mitigat\w+|block(?:s|ing)?|stop(?:s|ping)?)~(?:[\w-]+~){0,3}attack(?:s|ers?)?",
    ),
    term(
        "attacker could",
        Strong,
        "",
        &["attack", "malicious"],
        "attackers?~(?:could|can|may|might|was~able|were~able|is~able|to)|malicious~(?:clients?|servers?|users?|peers?|actors?)~(?:could|can|may|might)",
    ),
    term("attack", Medium, "", &["attack"], "attack(?:s|ers?|ing|~vectors?)?"),
    term(
        "was possible",
        Strong,
        "",
        &["possible"],
        r"(?:without~this|so|thus|hence)[,]?~(?:(?:an?|the)~)?(?:[\w-]+~){1,6}(?:was|were)~possible",
    ),
    term(
        "consequence told",
        Medium,
        "",
        &["allowed", "allow", "ruled", "rules", "possible"],
        "(?:this|which|that|it)~(?:allowed|could~allow|would~allow|might~allow|rules?~out|ruled~out)|was~possible",
    ),
    term("exploit", Medium, "", &["exploit"], "(?:un)?exploit(?:s|able|ation|ed)?"),
    term("malicious", Medium, "", &["malicious", "hostile"], "malicious(?:ly)?|hostile"),
    term(
        "found by fuzzing",
        Certain,
        "",
        &["fuzz"],
        r"(?:found|reported|discovered|detected|caught|spotted)~(?:by|with|via|using|in|thanks~to)~(?:[\w']+~){0,3}(?:oss~?|cluster~?|lib|go~|honggs?|afl~)?fuzz(?:ing|er|ers)?(?:'s)?|(?:oss|cluster)~?fuzz~(?:issues?|bugs?|id|reports?|#)?:?~?#?\d+",
    ),
    term("oss-fuzz", Strong, "", &["fuzz"], "oss~?fuzz(?:er)?|cluster~?fuzz|afl~fuzz"),
    term(
        "sanitizer report",
        Weak,
        "",
        &["asan", "msan", "ubsan", "valgrind", "sanitizer:"],
        "[am]san|ubsan|valgrind|addresssanitizer:",
    ),
    term(
        "spoofing",
        Medium,
        "",
        &["spoof", "tamper", "brute"],
        r"spoof\w*|tamper\w*|brute~force~(?:attacks?|login\w*|passwords?)",
    ),
    term(
        "untrusted",
        Medium,
        "",
        &["untrusted", "controlled", "supplied", "provided"],
        "(?:supplied|provided|controlled)~by~(?:the~|an?~)?(?:remote~)?(?:servers?|clients?|users?|peers?|attackers?)|untrusted|(?:user|attacker|client|server|remote|peer|externally)~(?:controlled|supplied|provided)",
    ),
    term("description of an advisory", Strong, "", &["discovered"], "an~issue~was~discovered~in"),
    term("insecure", Medium, "", &["insecur"], "insecure(?:ly)?|insecurit(?:y|ies)"),
    term("security", Medium, "", &["secur"], "security"),
    term("hardening", Weak, "", &["harden"], "harden(?:s|ed|ing)?"),
    // Words that also describe ordinary bugs.
    term("escaping", Weak, "", &["escap"], "(?:un)?escap(?:e[sd]?|ing)"),
    term(
        "sanitized path",
        Medium,
        "path_traversal",
        &["sanit"],
        r"sanit(?:is|iz)(?:e[sd]?|ing|ation)~(?:of~)?(?:[\w-]+~){0,4}(?:paths?|file~?names?|file~?paths?)",
    ),
    term("sanitizing", Weak, "", &["sanit"], r"(?:un)?sanit(?:is|iz)\w*"),
    term("regular expression", Weak, "", &["regex", "regular"], "reg(?:ex(?:es|p|ps)?|ular~expressions?)"),
    term("race condition", Weak, "race_condition", &["race"], "race~conditions?|data~races?|races"),
    term("memory leak", Weak, "", &["leak"], "(?:memory|mem)~?leaks?"),
    term(
        "missing bounds check",
        Strong,
        "memory_corruption",
        &["check", "bounds read", "guard", "test", "verif"],
        r"(?:add|missing|more|additional|further|tighten|enforce)\w*~(?:[\w-]+~){0,3}(?:bounds?|boundary)~check(?:s|ing)?|missing~(?:[\w-]+~){0,2}length~check(?:s|ing)?|(?:fix\w*|incorrect|wrong|improper|broken|bad|insufficient|better|proper)~(?:[\w-]+~){0,2}(?:(?:bounds?|boundary)~check(?:s|ing)?|bounds~reading)|(?:check|test|guard|verif)\w*~(?:[\w-]+~){0,3}(?:exceed\w*|past|beyond)~(?:the~)?(?:end|offset|length|size|buffer|bounds?)",
    ),
    term("bounds check", Weak, "memory_corruption", &["bound"], "bounds?~check(?:s|ing)?"),
    term("overflow", Weak, "", &["flow", "run"], "(?:over|under)flow(?:s|ed|ing)?|overruns?"),
    term(
        "crash",
        Weak,
        "",
        &["crash", "segfault", "segmentation", "panic", "sigsegv"],
        "crash(?:es|ed|ing)?|segfault(?:s|ed|ing)?|segmentation~faults?|sigsegv|panic(?:s|ked|king)?",
    ),
    term("bypass", Weak, "", &["bypass"], "bypass(?:es|ed|ing)?"),
    term("unsafe", Weak, "", &["unsafe"], "unsafe(?:ly)?"),
    term("secure", Weak, "", &["secure"], "secure(?:ly)?"),
    term("uninitialized", Weak, "", &["uninit"], "uninitiali[sz]ed"),
];
