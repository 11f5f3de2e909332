//! Promises about generated pairs: they parse, words and lengths do not tell their sides apart, and they
//! are the same everywhere.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use streamguard_dataset::weakness::Weakness;
use streamguard_dataset::{Language, quality};
use streamguard_synthetic::{PairBuffer, PairGenerator, PairRef};
use tree_sitter::Parser;

/// Weaknesses that every language must have.
const COMMON_WEAKNESSES: &[&str] = &[
    "path_traversal",
    "command_injection",
    "xss",
    "sql_injection",
    "ldap_injection",
    "header_injection",
    "log_injection",
    "timing_attack",
    "certificate_validation",
    "weak_hash",
    "insecure_random",
    "open_redirect",
    "hardcoded_secret",
    "ssrf",
];

/// Names that contain one of [`TELLING_PARTS`] because the authors of the library chose them.
const TELLING_INTERFACES: &[&str] = &[
    "DEFAULT_SAFE_SCHEMA",
    "InsecureSkipVerify",
    "SafeConstructor",
    "SafeLoader",
    "SecureRandom",
    "UnsafeLoader",
    "checkClientTrusted",
    "checkServerTrusted",
    "dispatcher",
    "safe",
    "safe_load",
    "sanitizeHtml",
    "secureRandom",
    "secure_filename",
    "timingSafeEqual",
    "token_urlsafe",
    "unsafe_load",
    "urlsafe_b64encode",
];

/// Parts of names that would give the side away.
const TELLING_PARTS: &[&str] = &[
    "vuln",
    "safe",
    "secure",
    "fixed",
    "patch",
    "attack",
    "exploit",
    "sanitiz",
    "malicious",
    "evil",
    "hack",
    "taint",
    "untrusted",
    "trusted",
    "danger",
    "harmless",
    "benign",
    "flaw",
    "payload",
    "inject",
    "cwe",
];

/// Words on one side only that are the flaw or its fix themselves.
const FLAWS_AND_FIXES: &[&str] = &["md5", "sha1"];

fn each_pair(generator: &PairGenerator, seed: u64, count: u64, mut check: impl FnMut(PairRef<'_>)) {
    let mut buffer = PairBuffer::default();
    for index in 0..count {
        check(generator.write_pair(seed, index, &mut buffer));
    }
}

fn parser(language: Language) -> Parser {
    let grammar = match language {
        Language::C => tree_sitter_c::LANGUAGE.into(),
        Language::Go => tree_sitter_go::LANGUAGE.into(),
        Language::Java => tree_sitter_java::LANGUAGE.into(),
        Language::JavaScript => tree_sitter_javascript::LANGUAGE.into(),
        Language::Php => tree_sitter_php::LANGUAGE_PHP.into(),
        Language::Python => tree_sitter_python::LANGUAGE.into(),
        other => panic!("{other:?} is not generated"),
    };
    let mut parser = Parser::new();
    parser.set_language(&grammar).unwrap();
    parser
}

/// Returns a file with the function, and a class around it where one is needed.
fn in_file(pair: &PairRef<'_>, code: &str) -> String {
    let body = if pair.in_class { format!("class Place {{\n{code}\n}}\n") } else { format!("{code}\n") };
    let head = pair.prelude.join("\n");
    match pair.language {
        Language::Php => format!("<?php\n{head}\n{body}"),
        Language::Go => format!("package place\n{head}\n{body}"),
        _ => format!("{head}\n{body}"),
    }
}

/// Returns the names and numbers of a text.
fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

#[test]
fn every_shape_parses() {
    for generator in [PairGenerator::new(), PairGenerator::without_decoys()] {
        every_shape_of(&generator);
    }
}

#[track_caller]
fn every_shape_of(generator: &PairGenerator) {
    let mut parsers: BTreeMap<Language, Parser> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    each_pair(generator, 1, 40_000, |pair| {
        if !seen.insert(pair.shape) {
            return;
        }
        let parser = parsers.entry(pair.language).or_insert_with(|| parser(pair.language));
        for code in [pair.vulnerable, pair.fixed] {
            let file = in_file(&pair, code);
            let tree = parser.parse(&file, None).unwrap();
            assert!(!tree.root_node().has_error(), "{:?}:\n{file}", pair.language);
        }
    });
    assert!(
        seen.len() * 100 >= generator.shapes() * 95,
        "{} of {} shapes seen",
        seen.len(),
        generator.shapes()
    );
}

#[test]
fn a_pair_follows_from_seed_and_index() {
    let (generator, other) = (PairGenerator::new(), PairGenerator::new());
    let (mut buffer, mut fresh) = (PairBuffer::default(), PairBuffer::default());
    for index in (0..500).rev().chain([u64::MAX, 1 << 40]) {
        let pair = generator.write_pair(7, index, &mut buffer);
        assert_eq!(pair, other.write_pair(7, index, &mut fresh));
        let same = other.write_pair_of(pair.language, pair.weakness, 7, index, &mut fresh).unwrap();
        assert_eq!((same.language, same.weakness), (pair.language, pair.weakness));
        assert_ne!(pair.vulnerable, generator.write_pair(8, index, &mut fresh).vulnerable);
    }
}

#[test]
fn all_languages_have_the_common_weaknesses() {
    let generator = PairGenerator::new();
    let kinds: BTreeSet<(Language, &str)> =
        generator.kinds().map(|(language, weakness)| (language, weakness.name)).collect();
    let languages: BTreeSet<Language> = kinds.iter().map(|kind| kind.0).collect();
    assert_eq!(languages.len(), 6);
    for language in languages {
        for weakness in COMMON_WEAKNESSES {
            assert!(kinds.contains(&(language, weakness)), "no {weakness} in {language:?}");
        }
    }
    let weaknesses: BTreeSet<&str> = kinds.iter().map(|kind| kind.1).collect();
    assert!(weaknesses.len() >= 30, "{} weaknesses", weaknesses.len());

    let mut shapes: BTreeMap<(Language, &str), BTreeSet<u32>> = BTreeMap::new();
    each_pair(&generator, 2, 20_000, |pair| {
        shapes.entry((pair.language, pair.weakness.name)).or_default().insert(pair.shape);
    });
    assert_eq!(shapes.len(), kinds.len());
    for (kind, shapes) in shapes {
        assert!(shapes.len() >= 15, "{kind:?} has {} shapes", shapes.len());
    }
}

#[test]
fn unknown_languages_and_weaknesses_give_no_pair() {
    let generator = PairGenerator::new();
    let mut buffer = PairBuffer::default();
    let redos = Weakness::by_name("redos").unwrap();
    assert!(generator.write_pair_of(Language::C, redos, 1, 1, &mut buffer).is_none());
    let xss = Weakness::by_name("xss").unwrap();
    assert!(generator.write_pair_of(Language::Sql, xss, 1, 1, &mut buffer).is_none());
    let pair = generator.write_pair_of(Language::Go, xss, 1, 1, &mut buffer).unwrap();
    assert_eq!((pair.language, pair.weakness.name), (Language::Go, "xss"));
}

#[test]
fn texts_fit_into_dataset_files() {
    let generator = PairGenerator::new();
    each_pair(&generator, 3, 10_000, |pair| {
        for code in [pair.vulnerable, pair.fixed] {
            assert!(quality::check_length(code, quality::MAX_CODE_CHARS).is_ok());
            assert!(code.is_ascii() && !code.contains('\r') && !code.contains('~'), "{code}");
            assert_eq!(code.trim(), code);
            assert_eq!(code.contains('\t'), pair.language == Language::Go);
            assert!(code.contains(pair.function), "{} is not in\n{code}", pair.function);
            assert!(code.lines().all(|line| line.len() <= 180 && line.trim_end() == line), "{code}");
        }
        assert_ne!(pair.vulnerable, pair.fixed);
        assert!(!pair.function.is_empty() && !pair.function.contains(' '));
        assert!(!pair.description.contains('~') && !pair.description.ends_with('.'));
        assert!(pair.description.starts_with(|c: char| c.is_ascii_uppercase()), "{}", pair.description);
    });
}

#[test]
fn one_buffer_serves_two_generators() {
    let generators = [PairGenerator::new(), PairGenerator::without_decoys()];
    let mut shared = PairBuffer::default();
    for index in 0..20 {
        for generator in &generators {
            let mut own = PairBuffer::default();
            let pair = generator.write_pair(7, index, &mut own);
            assert_eq!(generator.write_pair(7, index, &mut shared), pair);
        }
    }
}

#[test]
fn lengths_hardly_give_the_side_away() {
    let generator = PairGenerator::new();
    let mut usual = 0;
    // By language and weakness: over all of them, opposite habits would cancel out.
    let mut more_longer: BTreeMap<_, i32> = BTreeMap::new();
    each_pair(&generator, 4, 20_000, |pair| {
        usual += u32::from((8..=35).contains(&pair.vulnerable.lines().count()));
        let more = more_longer.entry((pair.language, pair.weakness.cwe, pair.weakness.name)).or_default();
        *more += pair.vulnerable.len().cmp(&pair.fixed.len()) as i32;
    });
    assert!(usual > 17_000, "{usual} of 20,000 have a usual number of lines");
    let gap: u32 = more_longer.values().map(|more| more.unsigned_abs()).sum();
    assert!(gap < 1_500, "of 20,000, {gap} more than by chance are longer or shorter: {more_longer:?}");
}

#[test]
fn pairs_of_words_hardly_give_the_side_away() {
    let generator = PairGenerator::new();
    // How many sides of either kind hold two words beside each other.
    let mut counts: HashMap<u64, [u32; 2]> = HashMap::new();
    each_pair(&generator, 8, 8_000, |pair| {
        for (side, code) in [pair.vulnerable, pair.fixed].into_iter().enumerate() {
            for neighbours in word_pairs(code) {
                counts.entry(neighbours).or_default()[side] += 1;
            }
        }
    });
    // Naive Bayes: the baseline of those who look at words only.
    let score = |code: &str| -> f64 {
        let weigh = |counts: &[u32; 2]| (f64::from(1 + counts[0]) / f64::from(1 + counts[1])).ln();
        word_pairs(code).iter().filter_map(|neighbours| counts.get(neighbours)).map(weigh).sum()
    };
    let mut right = 0;
    each_pair(&generator, 9, 4_000, |pair| {
        right += u32::from(score(pair.vulnerable) > 0.0) + u32::from(score(pair.fixed) < 0.0);
    });
    assert!(right < 8_000 * 60 / 100, "{right} of 8,000 sides are told by their words");
}

/// Returns hashes of the words beside each other.
fn word_pairs(code: &str) -> BTreeSet<u64> {
    let words: Vec<&str> = words(code).collect();
    let hash = |pair: &[&str]| {
        let mut hasher = DefaultHasher::new();
        pair.hash(&mut hasher);
        hasher.finish()
    };
    words.windows(2).map(hash).collect()
}

#[test]
fn names_do_not_give_the_side_away() {
    let generator = PairGenerator::new();
    let mut telling = BTreeSet::new();
    each_pair(&generator, 5, 20_000, |pair| {
        for word in words(pair.vulnerable).chain(words(pair.fixed)) {
            let lower = word.to_ascii_lowercase();
            if TELLING_PARTS.iter().any(|part| lower.contains(part)) && !TELLING_INTERFACES.contains(&word) {
                telling.insert(word.to_owned());
            }
        }
    });
    assert!(telling.is_empty(), "{telling:?}");
}

#[test]
fn words_of_one_side_are_the_flaw_or_its_fix() {
    const PAIRS: u64 = 20_000;
    let generator = PairGenerator::new();
    let mut counts: BTreeMap<String, [u64; 2]> = BTreeMap::new();
    each_pair(&generator, 6, PAIRS, |pair| {
        for (side, code) in [pair.vulnerable, pair.fixed].into_iter().enumerate() {
            for word in words(code).collect::<BTreeSet<_>>() {
                match counts.get_mut(word) {
                    Some(count) => count[side] += 1,
                    None => {
                        counts.insert(word.to_owned(), [u64::from(side == 0), u64::from(side == 1)]);
                    }
                }
            }
        }
    });
    let leaks: Vec<_> = counts
        .iter()
        .filter(|(_, count)| count.contains(&0) && count.iter().sum::<u64>() > PAIRS / 100)
        .filter(|(word, _)| !FLAWS_AND_FIXES.contains(&word.as_str()))
        .collect();
    assert!(leaks.is_empty(), "{leaks:?}");
}

#[test]
fn pairs_hardly_ever_repeat() {
    const PAIRS: u64 = 20_000;
    let generator = PairGenerator::new();
    let (mut seen, mut skeletons) = (HashSet::new(), HashSet::new());
    let mut repeated = 0;
    each_pair(&generator, 7, PAIRS, |pair| {
        let both =
            [pair.vulnerable, pair.fixed].map(|code| code.split_whitespace().collect::<Vec<_>>().join(" "));
        repeated += u64::from(!seen.insert(blake3::hash(both.join("\n").as_bytes())));
        skeletons.insert(skeleton(pair.vulnerable));
    });
    assert!(repeated <= PAIRS / 200, "{repeated} of {PAIRS} pairs are repetitions");
    assert!(skeletons.len() >= 1_000, "{} structures", skeletons.len());
}

/// Replaces every name, number and string of the code by one letter.
fn skeleton(code: &str) -> String {
    let mut skeleton = String::new();
    let mut characters = code.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' | '\'' | '`' => {
                while let Some(next) = characters.next() {
                    match next {
                        '\\' => drop(characters.next()),
                        _ if next == character => break,
                        _ => {}
                    }
                }
                skeleton.push('s');
            }
            _ if character.is_ascii_alphanumeric() || character == '_' => {
                while characters.next_if(|next| next.is_ascii_alphanumeric() || *next == '_').is_some() {}
                skeleton.push('n');
            }
            _ if character.is_whitespace() => {}
            _ => skeleton.push(character),
        }
    }
    skeleton
}

/// Compares one digest over everything in the first pairs. A change of templates, words or random numbers
/// changes it: then the same seed gives another dataset, which belongs in the change log.
#[test]
fn the_first_pairs_stay_the_same() {
    let generator = PairGenerator::new();
    let mut digest = blake3::Hasher::new();
    each_pair(&generator, 42, 1_000, |pair| {
        let texts = [
            pair.language.name(),
            pair.weakness.name,
            pair.function,
            pair.vulnerable,
            pair.fixed,
            pair.description,
            &pair.prelude.join("\n"),
        ];
        for text in texts {
            digest.update(&(text.len() as u64).to_le_bytes());
            digest.update(text.as_bytes());
        }
    });
    assert_eq!(
        digest.finalize().to_hex().as_str(),
        "e2c77ab7fbcf3accf219a9064b170239041bcf4041da64acd2a99a7b3e372c04"
    );
}
