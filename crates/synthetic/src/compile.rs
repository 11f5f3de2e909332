//! Compilation of templates into a [`ShapeProgram`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};

use streamguard_dataset::Weakness;

use super::differences::differences;
use super::load::TemplateLibrary;
use super::markup::{self, NAME_MARK};
use super::prelude::PreludeMatcher;
use super::shape_draft::{self, Company, ShapeDraft};
use super::shape_program::{
    BLOCK_BYTES, CompiledShape, LENGTH_BITS, MAX_COUPLES, MAX_SLOTS, PackedVocabulary, ShapeGroup,
    ShapeProgram, SlotWords,
};
use super::template::LanguageTemplates;
use super::vocabulary::{self, SharedWords, SlotTable, THEME_SLOTS};

/// Number of the next program.
static NEXT_PROGRAM: AtomicU64 = AtomicU64::new(0);

/// Compiles all shapes of a library.
///
/// # Panics
/// If a template breaks a rule: a word longer than [`BLOCK_BYTES`], more slots than [`MAX_SLOTS`] or couples of them than
/// [`MAX_COUPLES`], equal sides, a flaw before the function's name. Templates are part of the program, so the first test
/// that builds a generator sees it.
pub(crate) fn compile(library: &TemplateLibrary, company: Company) -> ShapeProgram {
    let program = ShapeProgram {
        id: NEXT_PROGRAM.fetch_add(1, Ordering::Relaxed),
        arena: Vec::new(),
        pieces: vec![0; MAX_SLOTS],
        values: Vec::new(),
        themes: library.words.themes.len() as u32,
        vocabularies: Vec::new(),
        drawn: Vec::new(),
        ops: Vec::new(),
        bounds: Vec::new(),
        shapes: Vec::new(),
        groups: Vec::new(),
        longest: 0,
    };
    // Only for looking up: the numbers follow from the order in which pieces are added.
    let mut compiler = ShapeCompiler { program, company, numbers: HashMap::new() };
    for templates in &library.languages {
        compiler.add_language(templates, &library.words);
    }
    // A whole block is read at the start of every piece, the last one too.
    compiler.program.arena.extend([b' '; BLOCK_BYTES]);
    compiler.program
}

struct ShapeCompiler {
    program: ShapeProgram,
    company: Company,
    /// Numbers of the pieces by their bytes.
    numbers: HashMap<Vec<u8>, u16>,
}

impl ShapeCompiler {
    fn add_language(&mut self, templates: &LanguageTemplates, words: &SharedWords) {
        let slots = words.slots(templates);
        self.add_vocabulary(templates, words, &slots);
        let prelude = PreludeMatcher::new(templates);
        // Sorted by number, so that the order of the groups does not follow from names of files.
        let mut drafts_by_cwe: BTreeMap<u16, (&'static Weakness, Vec<ShapeDraft<'_>>)> = BTreeMap::new();
        for flaw in &templates.flaws {
            let (_, drafts) =
                drafts_by_cwe.entry(flaw.weakness.cwe).or_insert_with(|| (flaw.weakness, Vec::new()));
            drafts.extend(shape_draft::combine(words, templates, &slots, flaw, self.company));
        }
        for (weakness, drafts) in drafts_by_cwe.into_values() {
            let first = self.program.shapes.len() as u32;
            for draft in &drafts {
                self.add_shape(draft, &slots.couples, prelude.lines_of(draft));
            }
            let shapes = first..self.program.shapes.len() as u32;
            self.program.groups.push(ShapeGroup { language: templates.language, weakness, shapes });
        }
    }

    fn add_vocabulary(&mut self, templates: &LanguageTemplates, words: &SharedWords, slots: &SlotTable<'_>) {
        let mut vocabulary = PackedVocabulary {
            themes: self.program.values.len() as u32,
            words: [SlotWords::default(); MAX_SLOTS],
            longest: [0; MAX_SLOTS],
        };
        for theme in &words.themes {
            for (slot, word) in (1..).zip(vocabulary::theme_words(theme, templates.case)) {
                vocabulary.longest[slot] = word.len().max(vocabulary.longest[slot]);
                self.add_value(&word);
            }
        }
        for (slot, list) in (1 + THEME_SLOTS.len()..).zip(words.word_lists(templates)) {
            assert!(slot < MAX_SLOTS, "too many slots");
            let start = self.program.values.len() as u32;
            list.iter().for_each(|word| self.add_value(word));
            vocabulary.words[slot] = SlotWords { count: list.len() as u32, start };
            vocabulary.longest[slot] = list.iter().map(String::len).max().unwrap_or(0);
        }
        for [one, other] in slots.couples.iter().map(|couple| couple.map(usize::from)) {
            let longest = vocabulary.longest[one].max(vocabulary.longest[other]);
            (vocabulary.longest[one], vocabulary.longest[other]) = (longest, longest);
        }
        self.program.vocabularies.push(vocabulary);
    }

    fn add_value(&mut self, word: &str) {
        assert!(word.len() <= BLOCK_BYTES, "the word {word:?} is too long");
        let number = self.piece_number(word.as_bytes());
        self.program.values.push(self.program.pieces[usize::from(number)]);
    }

    /// Returns the number of the piece with these bytes, at most [`BLOCK_BYTES`].
    fn piece_number(&mut self, bytes: &[u8]) -> u16 {
        if let Some(number) = self.numbers.get(bytes) {
            return *number;
        }
        let program = &mut self.program;
        let start = program.arena.len() as u32;
        assert!(start < 1 << (u32::BITS - LENGTH_BITS), "the arena is full");
        let number = u16::try_from(program.pieces.len()).unwrap_or_else(|_| panic!("too many pieces"));
        program.pieces.push((start << LENGTH_BITS) | bytes.len() as u32);
        program.arena.extend(bytes);
        self.numbers.insert(bytes.to_vec(), number);
        number
    }

    /// Adds a shape of the vocabulary that was added last.
    fn add_shape(&mut self, draft: &ShapeDraft<'_>, couples: &[[u8; 2]], prelude: Vec<String>) {
        let (vulnerable, fixed) = (draft.vulnerable.as_str(), draft.fixed.as_str());
        let vocabulary = self.program.vocabularies.len() - 1;
        let longest = &self.program.vocabularies[vocabulary].longest;
        let length =
            |text: char| markup::slot_of(text).map_or(text.len_utf8(), |slot| longest[usize::from(slot)]);
        for side in [vulnerable, fixed] {
            self.program.longest = self.program.longest.max(side.chars().map(length).sum());
        }

        // The sides share most of their text, so a pair costs the writing of one side and of the differences.
        let differences = differences(vulnerable, fixed);
        assert!(!differences.is_empty(), "the sides are equal: {vulnerable}");
        let head = &vulnerable[..differences.first().map_or(0, |first| first.replaced.start)];
        let Some((before_name, (name, before_replaced))) =
            head.split_once(NAME_MARK).and_then(|(before, rest)| Some((before, rest.split_once(NAME_MARK)?)))
        else {
            panic!("the flaw comes before the function's name: {vulnerable}");
        };
        let mut texts = vec![before_name, name, before_replaced];
        for (at, difference) in differences.iter().enumerate() {
            let end = differences.get(at + 1).map_or(vulnerable.len(), |next| next.replaced.start);
            texts.push(&vulnerable[difference.replaced.clone()]);
            texts.push(&vulnerable[difference.replaced.end..end]);
        }
        texts.extend(differences.iter().map(|difference| &fixed[difference.replacement.clone()]));
        let first_bound = self.program.bounds.len() as u32;
        self.program.bounds.push(self.program.ops.len() as u32);
        for text in texts {
            let end = self.add_ops(text);
            self.program.bounds.push(end);
        }
        let bounds = first_bound..self.program.bounds.len() as u32;

        let mut used: BTreeSet<u8> =
            vulnerable.chars().chain(fixed.chars()).filter_map(markup::slot_of).collect();
        let mut coupled = [[0; 2]; MAX_COUPLES];
        let shared = couples.iter().filter(|couple| couple.iter().any(|slot| used.contains(slot)));
        let shared: Vec<[u8; 2]> = shared.copied().collect();
        assert!(shared.len() <= coupled.len(), "too many couples of variables: {vulnerable}");
        coupled[..shared.len()].copy_from_slice(&shared);
        used.extend(shared.into_iter().flatten());
        let first = self.program.drawn.len() as u32;
        self.program.drawn.extend(used.into_iter().filter(|slot| usize::from(*slot) > THEME_SLOTS.len()));
        self.program.shapes.push(CompiledShape {
            vocabulary: vocabulary as u32,
            drawn: first..self.program.drawn.len() as u32,
            couples: coupled,
            bounds,
            in_class: draft.host.in_class,
            description: draft.about.clone(),
            prelude,
        });
    }

    /// Appends the ops of a text and returns the number of all ops.
    fn add_ops(&mut self, text: &str) -> u32 {
        let mut literal = Vec::new();
        for character in text.chars() {
            if let Some(slot) = markup::slot_of(character) {
                self.add_literal(&mut literal);
                self.program.ops.push(u16::from(slot));
                continue;
            }
            literal.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
            // Lines are cut apart, so that lines that several shapes have are the same pieces.
            if character == '\n' {
                self.add_literal(&mut literal);
            }
        }
        self.add_literal(&mut literal);
        self.program.ops.len() as u32
    }

    fn add_literal(&mut self, bytes: &mut Vec<u8>) {
        for block in bytes.chunks(BLOCK_BYTES) {
            let number = self.piece_number(block);
            self.program.ops.push(number);
        }
        bytes.clear();
    }
}
