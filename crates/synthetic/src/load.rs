//! Reads the embedded template files.

use std::collections::BTreeMap;

use streamguard_dataset::{Language, Weakness};

use super::template::{FlawTemplate, FlowTemplate, HostTemplate, LanguageTemplates, MacroTable, NameCase};
use super::template_file::{
    FlawEntry, LanguageFile, MacroChoice, MacroSetEntry, TemplateError, WeaknessEntry, parse,
};
use super::vocabulary::SharedWords;

/// Path below `templates` and content of every template file, ordered by path.
const TEMPLATE_FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/template_files.rs"));

/// File of the words that all languages share.
const WORDS_FILE: &str = "words.toml";

/// Languages that pairs are written in. Kinds of pairs are numbered and drawn in this order, so a new
/// language goes to the end: then the pairs of the others keep their form.
const LANGUAGES: &[Language] =
    &[Language::Python, Language::JavaScript, Language::Java, Language::Php, Language::Go, Language::C];

/// All templates and words.
#[derive(Debug)]
pub(crate) struct TemplateLibrary {
    /// Words that all languages share.
    pub words: SharedWords,
    /// Templates by language, in the order of drawing.
    pub languages: Vec<LanguageTemplates>,
}

/// Parses the embedded template files.
pub(crate) fn load() -> Result<TemplateLibrary, TemplateError> {
    load_files(TEMPLATE_FILES)
}

fn load_files(files: &[(&str, &str)]) -> Result<TemplateLibrary, TemplateError> {
    let mut words = None;
    let mut by_folder: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for (path, content) in files {
        match path.split_once('/') {
            Some((folder, _)) => by_folder.entry(folder).or_default().push((path, content)),
            None if *path == WORDS_FILE => words = Some(SharedWords::new(parse(path, content)?)),
            None => return Err(TemplateError::of_file(path, "the file belongs in the folder of a language")),
        }
    }
    let words = words.ok_or_else(|| TemplateError::of_file(WORDS_FILE, "the file is missing"))?;
    let mut languages = Vec::new();
    for language in LANGUAGES {
        let folder = language.name();
        let files = by_folder
            .remove(folder)
            .ok_or_else(|| TemplateError::of_file(folder, "the language has no templates"))?;
        languages.push(load_language(*language, &files)?);
    }
    match by_folder.keys().next() {
        // A folder that no language has taken is a misspelt name, and would silently be left out.
        Some(folder) => {
            Err(TemplateError::of_file(folder, "pairs are not written in a language of this name"))
        }
        None => Ok(TemplateLibrary { words, languages }),
    }
}

fn load_language(language: Language, files: &[(&str, &str)]) -> Result<LanguageTemplates, TemplateError> {
    let mut templates = LanguageTemplates {
        language,
        case: NameCase::Snake,
        tabs: false,
        names: Vec::new(),
        hosts: Vec::new(),
        flows: Vec::new(),
        arrangements: Vec::new(),
        flaws: Vec::new(),
        macros: MacroTable::new(),
        prelude: Vec::new(),
    };
    let mut sets = BTreeMap::new();
    let mut weaknesses = Vec::new();
    for (path, content) in files {
        let file: LanguageFile = parse(path, content)?;
        templates.case = file.case.unwrap_or(templates.case);
        templates.tabs |= file.tabs;
        templates.names.extend(file.names.into_iter().map(Into::into));
        templates.prelude.extend(file.prelude);
        for (name, alternatives) in file.macros {
            // Alternatives of one name stay together, or their order would follow from names of files.
            if templates.macros.insert(name.clone(), alternatives).is_some() {
                return Err(TemplateError::of_file(path, format!("the macro {name:?} is defined twice")));
            }
        }
        templates.hosts.extend(file.hosts.into_iter().map(|host| HostTemplate {
            name: host.name,
            frame: host.frame,
            in_class: host.in_class,
            sources: host.sources,
            macros: host.macros,
        }));
        templates.flows.extend(file.flows.into_iter().map(|flow| FlowTemplate {
            source: flow.source,
            reply: flow.reply,
            body: flow.body,
            end: flow.end,
            macros: flow.macros,
        }));
        templates.arrangements.extend(file.arrangements);
        for (name, set) in file.macro_sets {
            if sets.insert(name.clone(), set).is_some() {
                return Err(TemplateError::of_file(path, format!("the macro set {name:?} is defined twice")));
            }
        }
        weaknesses.extend(file.weaknesses.into_iter().map(|weakness| (path, content, weakness)));
    }
    // After all files, because a flaw may use sets and hosts of a file that comes later.
    for (path, content, weakness) in weaknesses {
        let offset = weakness.name.span().start;
        let flaws = resolve_flaws(weakness, &sets, &templates.hosts)
            .map_err(|reason| TemplateError::at(path, content, offset, reason))?;
        templates.flaws.extend(flaws);
    }
    Ok(templates)
}

/// Returns the flaws of a weakness, with what they have in common put into each.
fn resolve_flaws(
    common: WeaknessEntry,
    sets: &BTreeMap<String, MacroSetEntry>,
    hosts: &[HostTemplate],
) -> Result<Vec<FlawTemplate>, String> {
    let name = common.name.get_ref();
    let weakness = Weakness::by_name(name).ok_or_else(|| format!("no weakness is called {name:?}"))?;
    let resolve = |flaw: FlawEntry| {
        let text =
            |own: Option<String>, common: &Option<String>| own.or_else(|| common.clone()).unwrap_or_default();
        let macros = match flaw.macros.or_else(|| common.macros.clone()) {
            None => MacroTable::new(),
            Some(MacroChoice::Table(macros)) => macros,
            Some(MacroChoice::Set(name)) => match sets.get(&name) {
                Some(set) => set.macros.clone(),
                None => return Err(format!("no macro set is called {name:?}")),
            },
        };
        let flaw = FlawTemplate {
            weakness,
            about: text(flaw.about, &common.about),
            functions: flaw.functions.or_else(|| common.functions.clone()).unwrap_or_default(),
            hosts: flaw.hosts.or_else(|| common.hosts.clone()).unwrap_or_default(),
            input: text(flaw.input, &common.input),
            source: text(flaw.source, &common.source),
            handle: text(flaw.handle, &common.handle),
            raises: text(flaw.raises, &common.raises),
            result: text(flaw.result, &common.result),
            reply: text(flaw.reply, &common.reply),
            code: flaw.code,
            decoy: flaw.decoy.or_else(|| common.decoy.clone()),
            both: text(flaw.both, &common.both),
            macros,
        };
        for (key, value) in [("about", &flaw.about), ("source", &flaw.source), ("reply", &flaw.reply)] {
            if value.is_empty() {
                return Err(format!("a flaw of {name} has no `{key}`"));
            }
        }
        if flaw.input.is_empty() && flaw.decoy.is_none() {
            return Err(format!(
                "a flaw of {name} has no `input` that a mirror could replace, so it needs `decoy`"
            ));
        }
        if flaw.functions.is_empty() {
            return Err(format!("a flaw of {name} has no names for its function (`functions`)"));
        }
        match flaw.hosts.iter().find(|wanted| hosts.iter().all(|host| host.name != **wanted)) {
            Some(unknown) => Err(format!("no host is called {unknown:?}")),
            None => Ok(flaw),
        }
    };
    common.flaws.into_iter().map(resolve).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the error of a flaw file of C beside the files of the program.
    fn error_of(content: &str) -> String {
        let path = "c/flaws/zz.toml";
        let mut files = TEMPLATE_FILES.to_vec();
        files.push((path, content));
        load_files(&files).unwrap_err().to_string()
    }

    #[test]
    fn faults_are_reported_with_file_and_line() {
        let head = "[[weakness]]\nname = \"xss\"\nabout = \"A\"\nsource = \"get\"\ninput = \"f()\"\nreply = \"done\"\n";
        for (content, error) in [
            ("\n[[weakness]]\nname = \"none\"\nflaw = []", "3: no weakness is called \"none\""),
            ("[[weakness]\n", "1: "),
            ("[[weakness]]\nname = \"xss\"\nflaw = []\ncolour = 1", "4: unknown field `colour`"),
            (&format!("{head}flaw = [{{ code = '' }}]"), "2: a flaw of xss has no names for its function"),
            (
                &format!("{head}functions = ['f']\nhosts = ['moon']\nflaw = [{{ code = '' }}]"),
                "2: no host is called \"moon\"",
            ),
            (
                &format!("{head}macros = 'moon'\nflaw = [{{ code = '' }}]"),
                "2: no macro set is called \"moon\"",
            ),
            (
                &format!("{head}macros = 1\nflaw = []"),
                "7: invalid type: integer `1`, expected the name of a macro set",
            ),
            (
                &format!("{head}functions = ['f']\nflaw = [{{ code = '' }}]")
                    .replace("input = \"f()\"\n", ""),
                "2: a flaw of xss has no `input` that a mirror could replace, so it needs `decoy`",
            ),
            ("[macros]\nx = 1", "2: invalid type: integer `1`, expected a text or a list of texts"),
            ("[macro-sets.bytes]\n", " the macro set \"bytes\" is defined twice"),
        ] {
            let found = error_of(content);
            assert!(found.starts_with(&format!("templates/c/flaws/zz.toml:{error}")), "{found}");
        }
    }

    #[test]
    fn every_folder_is_a_language() {
        let files = [TEMPLATE_FILES, &[("cobol/language.toml", "")]].concat();
        let error = load_files(&files).unwrap_err().to_string();
        assert_eq!(error, "templates/cobol: pairs are not written in a language of this name");
    }
}
