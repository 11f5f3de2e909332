//! Words that tell fixes from features.

/// Words that say that something was fixed. They lend weight to the terms in their paragraph. In the
/// notation of [`super::term::compile_words`].
///
/// Many fixes avoid the word "fix": they reject, limit, check, or no longer do something.
pub(super) const FIX_WORDS: &str = r"(?:hot|bug)?fix(?:e[sd]|ing)?|prevent(?:s|ed|ing|ion)?|avoid(?:s|ed|ing)?|disallow\w*|reject(?:s|ed|ing)?|refuse[sd]?|patch(?:e[sd])?|harden(?:s|ed|ing)?|mitigat\w+|protect(?:s|ed|ing)?|block(?:s|ed|ing)?|resolv(?:e[sd]?|ing)|stop(?:s|ped)?|correct(?:s|ed|ly)?|ensur(?:e[sd]?|ing)|validat(?:e[sd]?|ing)|limit(?:s|ed|ing)?|guard(?:s|ed|ing)?|against|do~not|don't|never|remed(?:y|ies|ied)|forbid\w*|den(?:y|ies|ied)|restrict(?:s|ed|ing)?|enforc(?:e[sd]?|ing)|remov(?:e[sd]?|ing)|disabl(?:e[sd]?|ing)|handl(?:e[sd]?|ing)|check(?:s|ed|ing)?|escap(?:e[sd]?|ing)|saniti[sz](?:e[sd]?|ing)|no~longer|ignor(?:e[sd]?|ing)|strip(?:s|ped|ping)?|filter(?:s|ed|ing)?~out|drop(?:s|ped|ping)?|neutrali[sz]\w*|address(?:es|ed)|clos(?:e|es|ed|ing)~[a-z]\w*|rul(?:e|es|ed|ing)~out|keep(?:s|ing)?~(?:\w+~){1,3}out~of|quot(?:e|es|ed|ing)|bail(?:s|ed|ing)?|filter(?:s|ed|ing)?~(?:user~|the~)?inputs?|work~around|detect|^verif(?:y|ies)|plug(?:s|ged|ging)?|catch(?:es|ing)?~(?:[\w-]+~){0,4}(?:over|under)(?:runs?|flows?|reads?)|(?:xss|ssrf|injections?|redos|dos)\s+protection|(?:skip|exclud|omit|filter|clear|delet)\w*~(?:[\w-]+~){0,3}(?:__proto__|prototypes?|authori[sz]ation|cookies?|credentials?)";

/// First word of a message that announces something new, which is not a fix unless the same paragraph
/// also has a fix word.
pub(super) const FEATURE_WORDS: &str = r"^(?:\[[^\]\n]{1,30}\]\s*)?(?:[\w./-]+(?:\([^)\n]*\))?!?:\s*)?(?:add|implement|introduc|support|allow|feat|new|initial|creat|import|refactor|renam|move|mov|improv|rework|clean)\w*\b";
