//! Functions in source code, and what a change did to them.

use std::cell::RefCell;

use streamguard_code::{
    CodeSnippet, FileChange, FileComparer, FoundFunction, FunctionFinder, SourceFile, SyntaxMeter,
    VariantKind, VariantMaker,
};

/// Line between the two sides of a change.
const SEPARATOR: &[u8] = b"=======\n";

/// Most functions of a file of which variants are made.
const MAX_VARIED: usize = 3;

/// What reads code, kept for all inputs: its grammars take longer to load than an input to read.
#[derive(Default)]
struct CodeReaders {
    finder: FunctionFinder,
    comparer: FileComparer,
    meter: SyntaxMeter,
    maker: VariantMaker,
}

thread_local! {
    static READERS: RefCell<CodeReaders> = RefCell::default();
}

/// Any bytes, as the two sides of a file of this name, give functions inside of the file, or a rejection.
pub(crate) fn check(path: &str, bytes: &[u8]) {
    let at = bytes.windows(SEPARATOR.len()).position(|window| window == SEPARATOR);
    let sides = at.map_or((&[][..], bytes), |at| (&bytes[..at], &bytes[at + SEPARATOR.len()..]));
    READERS.with_borrow_mut(|readers| {
        readers.check_functions(path, sides.0);
        readers.check_functions(path, sides.1);
        readers.check_change(path, sides.0, sides.1);
    });
}

impl CodeReaders {
    fn check_functions(&mut self, path: &str, bytes: &[u8]) {
        let Some(file) = SourceFile::recognise(path, bytes) else { return };
        let Ok(found) = self.finder.find(&file) else { return };
        assert_eq!(
            FunctionFinder::new().find(&file).as_ref(),
            Ok(&found),
            "it depends on what was read before"
        );
        found.iter().for_each(|function| check_place(&file.text, function));
        check_nesting(&found);
        for function in found.iter().take(MAX_VARIED) {
            let text = &file.text[function.span.clone()];
            let _ = self.meter.measure(file.language, path, text);
            for kind in [VariantKind::RenamedLocals, VariantKind::Reformatted] {
                let variant = self.maker.vary(kind, file.language, text, 7);
                assert!(variant.is_none_or(|variant| variant != text));
            }
        }
    }

    fn check_change(&mut self, path: &str, before: &[u8], after: &[u8]) {
        let change = FileChange { path_before: Some(path), path_after: Some(path), before, after };
        let found = self.comparer.compare(&change);
        assert_eq!(self.comparer.compare(&change), found);
        let changes = found.map(|found| found.changes).unwrap_or_default();
        for change in &changes {
            for (snippet, side) in [(&change.before, before), (&change.after, after)] {
                if let Some(snippet) = snippet {
                    check_snippet(path, side, snippet);
                }
            }
        }
        let _ = self.comparer.compare(&FileChange { before: after, after: before, ..change });
    }
}

/// A function is text of the file, and its lines are those of the text.
fn check_place(text: &str, function: &FoundFunction) {
    let code = text.get(function.span.clone()).expect("inside of the file, and between characters");
    assert!(!code.is_empty() && !function.name.is_empty(), "{function:?}");
    let lines_to = |end: usize| text.as_bytes()[..end].iter().filter(|byte| **byte == b'\n').count() + 1;
    let lines = (lines_to(function.span.start), lines_to(function.span.end - 1));
    assert_eq!((function.start_line as usize, function.end_line as usize), lines, "{function:?}");
}

/// Functions are inside of each other, or apart.
fn check_nesting(found: &[FoundFunction]) {
    let mut around: Vec<&FoundFunction> = Vec::new();
    for function in found {
        while around.pop_if(|outer| outer.span.end <= function.span.start).is_some() {}
        if let Some(outer) = around.last() {
            assert!(function.span.end <= outer.span.end, "{function:?} overlaps {outer:?}");
        }
        around.push(function);
    }
}

/// The code of a sample is in the lines of the file that it names.
fn check_snippet(path: &str, side: &[u8], snippet: &CodeSnippet) {
    let lines_of = |text: &str| {
        let lines = text.split_inclusive('\n').skip(snippet.start_line as usize - 1);
        lines.take((snippet.end_line + 1 - snippet.start_line) as usize).collect::<String>()
    };
    // Where a file embeds the code of another language, the rest of its text is blank.
    let embedded = SourceFile::recognise(path, side).map(|file| file.text.into_owned());
    let texts = [Some(String::from_utf8_lossy(side).into_owned()), embedded];
    let is_there = texts.iter().flatten().any(|text| lines_of(text).contains(&snippet.text));
    assert!(is_there, "{snippet:?} is not in {:?}", texts[0]);
}
