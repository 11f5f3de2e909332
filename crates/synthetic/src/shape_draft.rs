//! Combination of the parts of a language into shapes, as text.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::choices::RandomChoices;
use super::expand::MacroExpander;
use super::markup::{self, NAME_MARK};
use super::template::{
    ArrangementTemplate, FlawTemplate, FlowTemplate, HostTemplate, InputSource, LanguageTemplates,
    MacroTable, WordList,
};
use super::vocabulary::{SharedWords, SlotTable};

/// Most combinations that are taken for each fix of each flaw. More would not fit the processor's
/// second-level cache, and generation would slow down.
const SHAPES_PER_FIX: usize = 12;
/// Passes over all combinations, each with other choices inside.
const MAX_PASSES: usize = 3;

/// Company of the sink in a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Company {
    /// Its mirror or decoy, if it may have one.
    Counterpart,
    /// Nothing.
    Nothing,
}

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

/// Combines a flaw with hosts, sources, flows and arrangements: returns all shapes that are possible, or as many
/// as are wanted.
pub(crate) fn combine<'a>(
    words: &'a SharedWords,
    templates: &'a LanguageTemplates,
    slots: &SlotTable<'_>,
    flaw: &'a FlawTemplate,
    company: Company,
) -> Vec<ShapeDraft<'a>> {
    let names = words.names(templates, &flaw.input);
    let mut combinations = matching_parts(templates, flaw);
    let mut choices = RandomChoices::of_text(&flaw.code);
    choices.shuffle(&mut combinations);
    let mut seen = BTreeSet::new();
    let mut drafts = Vec::new();
    let mut fixes = 1;
    for parts in combinations.iter().cycle().take(combinations.len() * MAX_PASSES) {
        if drafts.len() >= SHAPES_PER_FIX * fixes {
            break;
        }
        let Some((text, about)) =
            expand_parts(templates, names, slots, flaw, company, *parts, choices.next_u64())
        else {
            continue;
        };
        fixes = fixes.max(markup::count_sides(&text) - 1);
        // The fixes of a flaw take turns, so that each has as many shapes.
        let (vulnerable, fixed) = markup::sides(&text, 1 + drafts.len() % fixes, templates.tabs);
        if seen.insert((vulnerable.clone(), fixed.clone())) {
            drafts.push(ShapeDraft { host: parts.0, about, vulnerable, fixed });
        }
    }
    drafts
}

type Parts<'a> = (&'a HostTemplate, &'a InputSource, &'a FlowTemplate, &'a ArrangementTemplate);

/// Returns the combinations of hosts, sources and flows that have what the flaw asks for, in each arrangement.
fn matching_parts<'a>(templates: &'a LanguageTemplates, flaw: &FlawTemplate) -> Vec<Parts<'a>> {
    let fits = |host: &&HostTemplate| flaw.hosts.is_empty() || flaw.hosts.contains(&host.name);
    let suits = |wanted: &str, given: &str| wanted.is_empty() || wanted == given;
    let mut combinations = Vec::new();
    for host in templates.hosts.iter().filter(fits) {
        for source in host.sources.iter().filter(|source| source.gives == flaw.source) {
            for flow in &templates.flows {
                if suits(&flow.source, &flaw.source) && suits(&flow.reply, &flaw.reply) {
                    let arrangements = templates.arrangements.iter();
                    combinations.extend(arrangements.map(|arrangement| (host, source, flow, arrangement)));
                }
            }
        }
    }
    combinations
}

/// Returns the text of a combination with both sides in it, and its description; nothing if the parts
/// need what others do not define.
fn expand_parts(
    templates: &LanguageTemplates,
    names: Option<&WordList>,
    slots: &SlotTable<'_>,
    flaw: &FlawTemplate,
    company: Company,
    (host, source, flow, arrangement): Parts<'_>,
    seed: u64,
) -> Option<(String, String)> {
    let mut choices = RandomChoices::new(seed);
    let pattern = &flaw.functions[choices.below(flaw.functions.len() as u32) as usize];
    let name = format!("{NAME_MARK}{pattern}{NAME_MARK}");
    let input = format!("~{}~", flaw.input);
    let reply = format!("~{}~", flaw.reply);
    let own_value = format!("~own_{}~", flaw.source);
    let mut combined = MacroTable::new();
    let mut define = |name: &'static str, text| {
        combined.insert(Cow::Borrowed(name), vec![Cow::Borrowed(text)]);
    };
    define("name", name.as_str());
    define("handle", &flaw.handle);
    define("param", &source.param);
    define("source", &source.code);
    define("from", &source.from);
    define("core", &arrangement.code);
    define("sink", &flaw.code);
    define("end", &flow.end);
    define("reply", &reply);
    define("body", &flow.body);
    define("both", &flaw.both);
    // Left undefined if empty, so that parts which use them are impossible with this flaw.
    for (name, value, text) in
        [("v", &flaw.input, &input), ("E", &flaw.raises, &flaw.raises), ("R", &flaw.result, &flaw.result)]
    {
        if !value.is_empty() {
            define(name, text);
        }
    }
    // Arrangements that use what a flaw does not have are left out by the same way.
    match &flaw.decoy {
        _ if company == Company::Nothing => define("alone", ""),
        Some(text) if !text.is_empty() => define("decoy", text),
        None if names.is_some_and(|list| list.other.is_some()) => {
            define("mirror", &flaw.code);
            define("own", &own_value);
        }
        _ => define("alone", ""),
    }
    if let Some(list) = names.filter(|list| !list.literals.is_empty()) {
        combined.insert(
            Cow::Borrowed("literal"),
            list.literals.iter().map(|text| Cow::Borrowed(text.as_str())).collect(),
        );
    }
    let layers = [&flow.macros, &flaw.macros, &combined, &host.macros, &templates.macros];
    let mut expander =
        MacroExpander { layers: &layers, slots, seed, choices, mirrored: false, out: String::new() };
    expander.expand(&host.frame).ok()?;
    let text = std::mem::take(&mut expander.out);
    expander.expand(&flaw.about).ok()?;
    Some((text, expander.out))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

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
            let mut lists = BTreeMap::new();
            for list in names {
                for slot in [Some(&list.slot), list.other.as_ref()].into_iter().flatten() {
                    lists.insert(slots.numbers[slot.as_str()], list);
                }
            }
            for flaw in &templates.flaws {
                for draft in combine(&library.words, templates, &slots, flaw, Company::Counterpart) {
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
                for company in [Company::Nothing, Company::Counterpart] {
                    let drafts = combine(&library.words, templates, &slots, flaw, company);
                    assert!(
                        drafts.len() >= 6,
                        "{:?} gives {} shapes beside {company:?}: {}",
                        templates.language,
                        drafts.len(),
                        flaw.code
                    );
                    for draft in drafts {
                        *hosts.entry(&draft.host.name).or_default() += 1;
                    }
                }
            }
            for host in &templates.hosts {
                let shapes = hosts.get(host.name.as_str()).copied().unwrap_or(0);
                assert!(shapes > 40, "{} has {shapes} shapes", host.name);
            }
        }
    }
}
