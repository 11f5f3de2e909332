//! Combination of the parts of a language into shapes, as text.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::choices::RandomChoices;
use super::expand::MacroExpander;
use super::markup::{self, NAME_MARK};
use super::template::{FlawTemplate, FlowTemplate, HostTemplate, InputSource, LanguageTemplates, MacroTable};

/// Most combinations that are taken for each fix of each flaw. More would not fit the processor's
/// second-level cache, and generation would slow down.
const SHAPES_PER_FIX: usize = 12;
/// Passes over all combinations, each with other choices inside.
const MAX_PASSES: usize = 3;

/// A combination in text, in which slots are characters (see [`markup::slot_of`]).
pub(crate) struct ShapeDraft<'a> {
    /// Host of the function.
    pub host: &'a HostTemplate,
    /// One sentence on the flaw.
    pub about: String,
    /// Vulnerable side, with [`NAME_MARK`] around the function's name.
    pub vulnerable: String,
    /// Fixed side, likewise.
    pub fixed: String,
}

/// Combines a flaw with hosts, sources and flows: returns all shapes that are possible, or as many as
/// are wanted.
pub(crate) fn combine<'a>(
    templates: &'a LanguageTemplates,
    slots: &BTreeMap<&str, u8>,
    flaw: &'a FlawTemplate,
) -> Vec<ShapeDraft<'a>> {
    let mut combinations = matching_parts(templates, flaw);
    let mut choices = choices_of(flaw);
    choices.shuffle(&mut combinations);
    let mut seen = BTreeSet::new();
    let mut drafts = Vec::new();
    let mut fixes = 1;
    for parts in combinations.iter().cycle().take(combinations.len() * MAX_PASSES) {
        if drafts.len() >= SHAPES_PER_FIX * fixes {
            break;
        }
        let Some((text, about)) = expand_parts(templates, slots, flaw, *parts, choices.next_u64()) else {
            continue;
        };
        fixes = fixes.max(markup::count_sides(&text) - 1);
        let vulnerable = markup::side(&text, 0, templates.tabs);
        // The fixes of a flaw take turns, so that each has as many shapes.
        let fixed = markup::side(&text, 1 + drafts.len() % fixes, templates.tabs);
        if seen.insert((vulnerable.clone(), fixed.clone())) {
            drafts.push(ShapeDraft { host: parts.0, about, vulnerable, fixed });
        }
    }
    drafts
}

type Parts<'a> = (&'a HostTemplate, &'a InputSource, &'a FlowTemplate);

/// Returns the hosts, sources and flows that have what the flaw asks for.
fn matching_parts<'a>(templates: &'a LanguageTemplates, flaw: &FlawTemplate) -> Vec<Parts<'a>> {
    let fits = |host: &&HostTemplate| flaw.hosts.is_empty() || flaw.hosts.contains(&host.name);
    let suits = |wanted: &str, given: &str| wanted.is_empty() || wanted == given;
    let mut combinations = Vec::new();
    for host in templates.hosts.iter().filter(fits) {
        for source in host.sources.iter().filter(|source| source.gives == flaw.source) {
            for flow in &templates.flows {
                if suits(&flow.source, &flaw.source) && suits(&flow.reply, &flaw.reply) {
                    combinations.push((host, source, flow));
                }
            }
        }
    }
    combinations
}

/// Returns the choices for the shapes of a flaw, which follow from its code alone.
fn choices_of(flaw: &FlawTemplate) -> RandomChoices {
    // The margins are those that the code had in the first version of the generator. Without them all
    // choices would differ, and the same seed would give another dataset.
    let mut text = String::from("\n");
    for line in flaw.code.lines() {
        if !line.is_empty() {
            text.push_str("            ");
        }
        text.push_str(line);
        text.push('\n');
    }
    text.push_str("        ");
    RandomChoices::of_text(&text)
}

/// Returns the text of a combination with both sides in it, and its description; nothing if the parts
/// need what others do not define.
fn expand_parts(
    templates: &LanguageTemplates,
    slots: &BTreeMap<&str, u8>,
    flaw: &FlawTemplate,
    (host, source, flow): Parts<'_>,
    seed: u64,
) -> Option<(String, String)> {
    let mut choices = RandomChoices::new(seed);
    let pattern = &flaw.functions[choices.below(flaw.functions.len() as u32) as usize];
    let name = format!("{NAME_MARK}{pattern}{NAME_MARK}");
    let input = format!("~{}~", flaw.input);
    let reply = format!("~{}~", flaw.reply);
    let mut own = MacroTable::new();
    let mut define = |name: &'static str, text| {
        own.insert(Cow::Borrowed(name), vec![Cow::Borrowed(text)]);
    };
    define("name", name.as_str());
    define("handle", &flaw.handle);
    define("param", &source.param);
    define("source", &source.code);
    define("from", &source.from);
    define("core", &flaw.code);
    define("reply", &reply);
    define("body", &flow.body);
    // Left undefined if empty, so that parts which use them are impossible with this flaw.
    for (name, given, text) in
        [("v", &flaw.input, &input), ("E", &flaw.raises, &flaw.raises), ("R", &flaw.result, &flaw.result)]
    {
        if !given.is_empty() {
            define(name, text);
        }
    }
    let layers = [&flow.macros, &flaw.macros, &own, &host.macros, &templates.macros];
    let mut expander = MacroExpander { layers: &layers, slots, seed, choices, out: String::new() };
    expander.expand(&host.frame).ok()?;
    let text = std::mem::take(&mut expander.out);
    expander.expand(&flaw.about).ok()?;
    Some((text, expander.out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load;
    use crate::vocabulary;

    /// Returns the names in a text that stand neither in a string nor behind a dot or an arrow.
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
    fn no_drawn_word_equals_a_name_in_the_templates() {
        let library = load::load().unwrap();
        let mut clashes = BTreeSet::new();
        for templates in &library.languages {
            let slots = library.words.slots(templates);
            let names = library.words.names.iter().chain(&templates.names);
            let lists: BTreeMap<u8, _> = names.map(|list| (slots[list.slot.as_str()], list)).collect();
            for flaw in &templates.flaws {
                for draft in combine(templates, &slots, flaw) {
                    for side in [&draft.vulnerable, &draft.fixed] {
                        let names = own_names(side);
                        let used = side.chars().filter_map(markup::slot_of);
                        for list in used.filter_map(|slot| lists.get(&slot)) {
                            let words =
                                list.words.iter().map(|word| vocabulary::in_case(word, templates.case));
                            clashes.extend(words.filter(|word| names.contains(word)).map(|word| {
                                let place = (templates.language, flaw.weakness.name);
                                format!("{place:?}: {} {word}", list.slot)
                            }));
                        }
                    }
                }
            }
        }
        assert!(clashes.is_empty(), "{clashes:#?}");
    }

    #[test]
    fn every_flaw_and_host_is_used() {
        let library = load::load().unwrap();
        for templates in &library.languages {
            let slots = library.words.slots(templates);
            let mut hosts: BTreeMap<&str, usize> = BTreeMap::new();
            for flaw in &templates.flaws {
                let drafts = combine(templates, &slots, flaw);
                assert!(
                    drafts.len() >= 6,
                    "{:?} gives {} shapes: {}",
                    templates.language,
                    drafts.len(),
                    flaw.code
                );
                for draft in drafts {
                    *hosts.entry(&draft.host.name).or_default() += 1;
                }
            }
            for host in &templates.hosts {
                let shapes = hosts.get(host.name.as_str()).copied().unwrap_or(0);
                assert!(shapes > 20, "{} has {shapes} shapes", host.name);
            }
        }
    }
}
