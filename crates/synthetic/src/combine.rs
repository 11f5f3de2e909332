//! From the parts of a language to its combinations, in text.

use std::collections::{BTreeMap, BTreeSet};

use super::expand::{self, Expander, NAME_MARK};
use super::random::Random;
use super::template::{Dialect, Flaw, Flow, Host, Source};

/// Combinations that are taken for each fix of each flaw, as far as there are so many. More
/// would not fit the processor's second-level cache, and generation would slow down.
const SHAPES_PER_FIX: usize = 12;
/// How often combinations are gone through again, with other choices inside.
const ROUNDS: usize = 3;

/// A combination in text, in which slots are characters (see [`expand::slot_of`]).
pub(super) struct Draft<'a> {
    /// Where it lives.
    pub host: &'a Host,
    /// One sentence on the flaw.
    pub about: String,
    /// The vulnerable side, with [`NAME_MARK`] around the function's name.
    pub vulnerable: String,
    /// The fixed side, likewise.
    pub fixed: String,
}

/// All combinations of a flaw that are possible, or as many as are wanted.
pub(super) fn drafts<'a>(dialect: &'a Dialect, slots: &BTreeMap<&str, u8>, flaw: &'a Flaw) -> Vec<Draft<'a>> {
    let fits = |host: &Host| flaw.hosts.is_empty() || flaw.hosts.contains(&host.name);
    let mut combinations: Vec<(&Host, &Source, &Flow)> = Vec::new();
    for host in dialect.hosts.iter().filter(|host| fits(host)) {
        for source in host.sources.iter().filter(|source| source.gives == flaw.source) {
            for flow in dialect.flows {
                let suits = |wanted: &str, given: &str| wanted.is_empty() || wanted == given;
                if suits(flow.source, flaw.source) && suits(flow.reply, flaw.reply) {
                    combinations.push((host, source, flow));
                }
            }
        }
    }
    let mut random = Random::of_text(flaw.code);
    random.shuffle(&mut combinations);
    let mut seen = BTreeSet::new();
    let mut drafts = Vec::new();
    let mut fixes = 1;
    for (host, source, flow) in combinations.iter().cycle().take(combinations.len() * ROUNDS) {
        if drafts.len() >= SHAPES_PER_FIX * fixes {
            break;
        }
        let Some((text, about)) = expanded(dialect, slots, flaw, (host, source, flow), random.next()) else {
            continue;
        };
        fixes = fixes.max(expand::sides(&text) - 1);
        let vulnerable = expand::side(&text, 0, dialect.tabs);
        let fixed = expand::side(&text, 1 + drafts.len() % fixes, dialect.tabs);
        if seen.insert((vulnerable.clone(), fixed.clone())) {
            drafts.push(Draft { host, about, vulnerable, fixed });
        }
    }
    drafts
}

/// The text of a combination with both sides in it, and its description.
fn expanded(
    dialect: &Dialect,
    slots: &BTreeMap<&str, u8>,
    flaw: &Flaw,
    (host, source, flow): (&Host, &Source, &Flow),
    seed: u64,
) -> Option<(String, String)> {
    let mut random = Random::new(seed);
    let pattern = flaw.names[random.below(flaw.names.len() as u32) as usize];
    let name = format!("{NAME_MARK}{pattern}{NAME_MARK}");
    let input = format!("~{}~", flaw.input);
    let reply = format!("~{}~", flaw.reply);
    let mut own = vec![
        ("name", name.as_str()),
        ("handle", flaw.handle),
        ("param", source.param),
        ("source", source.code),
        ("from", source.from),
        ("core", flaw.code),
        ("reply", reply.as_str()),
        ("body", flow.body),
    ];
    let optional =
        [("v", flaw.input, input.as_str()), ("E", flaw.raises, flaw.raises), ("R", flaw.result, flaw.result)];
    own.extend(
        optional.iter().filter(|(_, given, _)| !given.is_empty()).map(|(name, _, text)| (*name, *text)),
    );
    let layers = [flow.macros, flaw.macros, own.as_slice(), host.macros, dialect.macros];
    let mut expander = Expander { layers: &layers, slots, seed, random, out: String::new() };
    expander.expand(host.frame).ok()?;
    let text = std::mem::take(&mut expander.out);
    expander.expand(flaw.about).ok()?;
    Some((text, expander.out))
}

#[cfg(test)]
mod tests {
    use streamguard_dataset::Weakness;

    use super::*;
    use crate::names::{self, NAMES, THEMES};
    use crate::templates::DIALECTS;

    /// Names in a text that stand neither in a string nor behind a dot or an arrow.
    fn own_names(text: &str) -> BTreeSet<String> {
        let mut code = String::new();
        let mut quote = None;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match (character, quote) {
                ('\\', Some(_)) => drop(characters.next()),
                ('"' | '\'' | '`', None) => quote = Some(character),
                (_, Some(open)) if open == character => quote = None,
                ('\n', Some('"' | '\'')) => quote = None,
                (_, Some(_)) => {}
                _ => code.push(character),
            }
        }
        let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let mut names = BTreeSet::new();
        let mut before = "";
        for part in code.split_inclusive(|c| !inside(c)) {
            let name = part.trim_end_matches(|c| !inside(c));
            let ends = &part[name.len()..];
            if !name.is_empty() && !before.ends_with(['.', '>', ':']) && !ends.starts_with(['(', ':']) {
                names.insert(name.to_owned());
            }
            before = ends;
        }
        names
    }

    #[test]
    fn no_word_meets_a_name_of_the_templates() {
        let mut met = BTreeSet::new();
        for dialect in DIALECTS {
            let slots = names::slots(dialect);
            let lists: BTreeMap<u8, (&str, &str)> = NAMES
                .iter()
                .chain(dialect.words)
                .map(|(name, words)| (slots[name], (*name, *words)))
                .collect();
            for flaw in dialect.flaws.iter().copied().flatten() {
                for draft in drafts(dialect, &slots, flaw) {
                    for side in [&draft.vulnerable, &draft.fixed] {
                        let names = own_names(side);
                        for (list, words) in
                            side.chars().filter_map(expand::slot_of).filter_map(|slot| lists.get(&slot))
                        {
                            let words = words.split(' ').map(|word| names::written(word, dialect.case));
                            met.extend(words.filter(|word| names.contains(word)).map(|word| {
                                format!("{:?} {}: {list} {word}", dialect.language, flaw.weakness)
                            }));
                        }
                    }
                }
            }
        }
        assert!(met.is_empty(), "{met:#?}");
    }

    #[test]
    fn lists_of_words_share_nothing() {
        for dialect in DIALECTS {
            let mut seen = BTreeSet::new();
            for (name, words) in NAMES.iter().chain(dialect.words) {
                for word in words.split(' ') {
                    assert!(
                        seen.insert(names::written(word, dialect.case)),
                        "{word} is in {name} and before"
                    );
                }
            }
            for (one, many) in THEMES {
                for word in [one, many] {
                    let word = names::written(word, dialect.case);
                    assert!(!seen.contains(&word), "{word} is a theme and a name");
                }
            }
        }
    }

    #[test]
    fn every_part_is_used() {
        for dialect in DIALECTS {
            let slots = names::slots(dialect);
            let mut hosts: BTreeMap<&str, usize> = BTreeMap::new();
            for flaw in dialect.flaws.iter().copied().flatten() {
                assert!(Weakness::by_name(flaw.weakness).is_some(), "no weakness {}", flaw.weakness);
                let drafts = drafts(dialect, &slots, flaw);
                assert!(
                    drafts.len() >= 6,
                    "{:?} gives {} shapes: {}",
                    dialect.language,
                    drafts.len(),
                    flaw.code
                );
                for draft in drafts {
                    *hosts.entry(draft.host.name).or_default() += 1;
                }
            }
            for host in dialect.hosts {
                assert!(
                    hosts.get(host.name).is_some_and(|shapes| *shapes > 20),
                    "{} is hardly used",
                    host.name
                );
            }
        }
    }
}
