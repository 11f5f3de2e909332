//! Phrases that contain a term of the vocabulary and mean something else.

use std::borrow::Cow;

use crate::pattern::{LazyPattern, compile, lazy};

/// The phrases, in the notation of [`super::term::compile_words`]. They are blanked out before
/// the terms of the vocabulary are searched for.
const LOOKALIKE_PHRASES: &[&str] = &[
    // Injecting and exploiting as programming techniques.
    r"(?:dependency|dependencies|constructor|setter|property|fault|error|service|failure|bean|fixture)~inject\w*",
    r"exploit(?:s|ed|ing)?~(?:the~)?(?:fact|parallelism|locality|concurrency|simd|symmetry|knowledge|property|structure)",
    r"(?:js|webpack|var|mock)~injections?~\w*",
    r"css~injections?~(?:into|for|on|order\w*|with|when|hooks?|plugins?|modes?|support|logic|(?:in|to)~(?:the~)?(?:[\w-]+~)?(?:dev\w*|prod\w*|builds?|shadow\w*|head|document|iframes?|pages?|ssr|apps?|bundles?|lib\w*|mode|workers?|tests?))",
    r"command~execution~(?:order\w*|time\w*|result\w*|log\w*|history)|remote~code~(?:format\w*|review\w*|style|owners?)|(?:spell|fuel|steam|mana)~injections?",
    r"(?:script~)?injections?~(?:mou?lding|order(?:ing)?)|injections?~of~(?:\w+~)?(?:styles?|stylesheets?|css|mock\w*|services?|beans?|dependenc\w+|props?|providers?)|(?:double|duplicate)~injections?(?:~of)?(?:~content)?(?:~scripts?)?",
    r"(?:array~)?index~out~of~bounds?~?exceptions?",
    // Rust's keyword and its lints.
    r"unsafe~(?:blocks?|code|fn|functions?|impls?|keyword|attributes?|traits?|extern|ops?)",
    r"(?:forbid|deny|allow)\(unsafe\w*\)",
    r"injection~(?:targets?|points?)|permission~?errors?|missing~(?:access|permissions?)~(?:attributes?|validation|endpoints?|modifiers?)",
    r"security~?exceptions?|(?:builds?|versions?|releases?)~(?:with|containing|that~have)~(?:the~)?cve\S*",
    // Documents and processes of security work.
    r"(?:content~)?security~(?:polic(?:y|ies)|contacts?|notes?|notices?|docs?|documentation|sections?|scan\w*|workflows?|badges?|e?mails?|pages?|tokens?|contexts?|managers?|providers?|config\w*|updates|support|considerations|linters?|audit\w*|groups?|teams?|mailing|tools?|gates?|plugins?|headers?|models?|layers?|components?|bundles?|keys?|schemes?|apis?|alerts?|tab|releases?|maintenance|md|reporters?|researchers?)",
    r"(?:report(?:ing|s)?|disclos\w+)~(?:a~|of~)?(?:security~)?vuln\w*",
    r"vuln\w*~(?:disclos\w+|report(?:s|ing)?|process|polic\w+|scan\w*|databases?|alerts?|management)",
    r"(?:compiler|clang|gcc|coverity|static~analy\w+|lint\w*)~warnings?|warnings?~(?:about|for|of)~(?:\w+~){0,2}\w+",
    r"npm~audit|dependabot|code~?ql|supply~chain",
    // Statements that there is no vulnerability.
    r"(?:no|not|without|non|never|isn't|wasn't|aren't|doesn't|hasn't|has~no|nothing)~(?:(?:an?|any|the|as|be|been|have|pose|considered|directly|really|actually|strictly|necessarily|known|real|actual|true|genuine|to~do~with|related~to|caused~by)~){0,4}(?:security|vulnerab\w*|exploit\w*|cve)(?:~(?:related|relevant|sensitive|critical|impact|implications?|issues?|concerns?|problems?|bugs?|risks?|fix(?:es)?|flaws?|holes?|vulnerabilit\w*))*",
    r"(?:not|isn't|wasn't|never|hardly)~(?:(?:really|actually|strictly|considered|even|as)~){0,2}an?~(?:(?:real|actual|true|genuine|possible|remote|exploitable)~){0,2}(?:[\w-]+~){0,2}(?:xss|csrf|ssrf|rce|xxe|dos|redos|injections?|overflows?|overreads?|traversals?|attacks?|escalations?|disclosures?|use~after~free|double~free|denial~of~service)",
    r"(?:unrelated|irrelevant)~(?:to|for)~(?:the~|any~)?(?:security|vulnerab\w*)|non~?security|false~positives?~(?:\w+~){0,3}(?:security|vulnerab\w*)",
    // Escapes of strings and terminals.
    r"escape~(?:sequences?|codes?|characters?|chars?|analysis|hatch|keys?|processing|parsing)",
    r"(?:ansi|colou?r|terminal|backslash|unicode|line)~escap\w*",
    // Tools named after a weakness or a technique.
    r"(?:address|thread|memory|leak|undefined\w*|ub)~?sanitizers?(?:~(?:build|flags?|options?|jobs?|ci|support))?",
    r"sanitizers?~(?:build|flags?|options?|jobs?|ci)|sanitize~imports?|html~?sanitizers?|rails~html~sanitizer",
    r"(?:add\w*|enabl\w*|run\w*|updat\w*|improv\w*|integrat\w*|introduc\w*|creat\w*|implement\w*)~(?:\w+~){0,3}fuzz\w*(?:~(?:tests?|targets?|build|script))?",
    r"fix\w*~(?:\w+~){0,3}fuzz\w*~(?:tests?|targets?|builds?|scripts?|integration|compil\w+|coverage|dictionar\w+|image|docker\w*|projects?)",
    r"(?:(?:oss~?|cluster~?)?fuzz\w*)(?:~(?:issues?|bugs?|reports?|id))?:?(?:~#?\d+)?:?~?time~?outs?|time~?outs?~(?:\w+~){0,4}(?:(?:oss~?|cluster~?)?fuzz\w*)",
    r"(?:[\w-]*fuzz(?:ing|ers?)?)~(?:tests?|targets?|corpus|corpora|harness\w*|builds?|drivers?|scripts?|config\w*|integration|workflows?|ci|dictionar\w*|crossfile|badge|support|setup|jobs?|cover\w*)",
    r"go-fuzz\w*|ci~?fuzz\w*|cargo~fuzz",
    // DOS as an operating system, and other homonyms.
    r"(?:ms|pc|free|open|pro)~?dos|dos2unix|dos~(?:lines?|newlines?|eol|line~?end\w*|batch|styles?|names?|ports?|text|drives?|devices?|stubs?|headers?|programs?|platforms?|code~?pages?|boxe?s?|executables?|prompt|file\w*|formats?|paths?|modes?|attributes?|partitions?|com|exe|mbr|boot)",
    r"(?:bypass(?:es|ed|ing)?)~(?:the~)?(?:cach\w+|list|default|normal|usual|internal)",
    r"stack~?overflow~?(?:\.com\S*|answers?|questions?|posts?|links?)|(?:on|from|see|via)~stack~?overflow",
    r"text-overflow|overflow:\w+|overflow-[xy]",
    r"attack~of~the|heart~attack",
    r"attack\.(?:py|js)",
];

/// Names of files and folders, options of compilers, trailers such as `Signed-off-by`, and attributes:
/// words in them are not statements of the message.
const NAME_PATTERNS: &[&str] = &[
    r"(?m:^[ \t]*(?:signed-off|co-authored|reviewed|acked|tested|suggested|change)-(?:by|id):.*$)",
    r"\b(?:[\w.@-]+/){2,}[\w.-]*",
    r"\b[\w./-]+\.(?:c|cc|cpp|h|hpp|cs|css|go|html?|java|js|json|jsx|lock|md|mjs|php|png|py|rb|rs|rst|sh|toml|ts|tsx|txt|xml|ya?ml)\b",
    r"(?:^|[ \t])--?[WDf][\w=-]+",
    r"#!?\[\w+[^\]\n]{0,80}\]",
];

/// Blanks look-alikes out of messages.
pub(super) struct LookalikeFilter {
    pattern: LazyPattern,
}

impl LookalikeFilter {
    pub(super) fn new() -> Self {
        let pattern = lazy(|| {
            let phrases = LOOKALIKE_PHRASES.join("|").replace('~', r"(?:[\s-]+)");
            compile(&format!(r"\b(?:{phrases})\b|{}", NAME_PATTERNS.join("|")))
        });
        Self { pattern }
    }

    /// Replaces every look-alike by as many spaces, so that offsets stay valid.
    pub(super) fn blank<'m>(&self, message: &'m [u8]) -> Cow<'m, [u8]> {
        let mut blanked = Cow::Borrowed(message);
        for found in self.pattern.find_iter(message) {
            if is_list_of_names(&message[found.range()]) {
                continue;
            }
            for byte in &mut blanked.to_mut()[found.range()] {
                // Line breaks stay, because they separate paragraphs.
                if *byte != b'\n' {
                    *byte = b' ';
                }
            }
        }
        blanked
    }
}

/// Whether what looks like a path is a list of short names: `XSS/HTML/CSS`.
fn is_list_of_names(text: &[u8]) -> bool {
    text.contains(&b'/') && text.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'/')
}
