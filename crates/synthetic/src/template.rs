//! What the templates are made of.
//!
//! A **shape** is put together from four parts that know nothing of each other: a [`Host`]
//! (where the code lives, such as a Flask view), one of the host's [`Source`]s (how untrusted
//! data arrives), a [`Flow`] (guard clause, loop, try), and a [`Flaw`] (the sink, vulnerable
//! and fixed). Adding one entry to one list multiplies with all the others.
//!
//! All of them are text with a small markup, whose every sign starts with a tilde:
//!
//! | markup | meaning |
//! |---|---|
//! | `~name~` | the macro or slot called `name` |
//! | `~[flawed~|fixed~]` | text of the vulnerable side, then of each fix |
//! | `~(one~|other~)` | one of these, the same on both sides |
//! | `~~` | a tilde |
//!
//! A **macro** is text that is put in while compiling; it may use further macros. A name
//! that is defined several times has alternatives, of which one is chosen per shape. A **slot** is filled
//! anew for every pair from a list of words (see [`super::names`]). What a part needs and the
//! others do not define makes a combination impossible, and it is left out: this is the whole
//! type system. Text that starts with a line feed is dedented; a macro of several lines takes
//! on the indentation of the line that uses it; a line of which nothing is left but its
//! indentation disappears.

use streamguard_dataset::Language;

/// The names that the parts define for each other: name and text.
pub(super) type Macros = &'static [(&'static str, &'static str)];

/// Everything known of one language.
pub(super) struct Dialect {
    /// The language.
    pub language: Language,
    /// How local names are written.
    pub case: Case,
    /// Whether a level of indentation (four spaces in templates) is a tab.
    pub tabs: bool,
    /// Slots of this language beside the common ones: name and words (see `names`).
    pub words: Macros,
    /// Where code lives.
    pub hosts: &'static [Host],
    /// How it runs.
    pub flows: &'static [Flow],
    /// What is wrong with it.
    pub flaws: &'static [&'static [Flaw]],
    /// Macros for all parts, below those of the parts themselves.
    pub macros: Macros,
    /// Lines that the head of a file needs, in their order there, each for the word before it.
    pub prelude: Macros,
}

/// How names of several words are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    /// `like_this`
    Snake,
    /// `likeThis`
    Camel,
}

/// Where code lives: the handler of a framework, a method, a plain function.
///
/// Replies (`value`, `html`, `redirect`, ...) and failures (`fail` for bad input, `broken`
/// for inner trouble) are macros; a host that has no such thing leaves them out.
pub(super) struct Host {
    /// Name for [`Flaw::hosts`].
    pub name: &'static str,
    /// The function with `~name~`, `~body~`, and where they belong `~handle~` and `~param~`.
    pub frame: &'static str,
    /// Whether the function must stand in a class.
    pub in_class: bool,
    /// How data arrives.
    pub sources: &'static [Source],
    /// Macros of the host.
    pub macros: Macros,
}

/// How untrusted data, `~v~`, arrives in a host.
pub(super) struct Source {
    /// What it gives; a flaw asks for it by [`Flaw::source`].
    pub gives: &'static str,
    /// Where it comes from, for descriptions: "the query string".
    pub from: &'static str,
    /// The macro `~param~`: what stands in the parameter list, if the host has a place for it.
    pub param: &'static str,
    /// The macro `~source~`: statements that read it.
    pub code: &'static str,
}

/// The way a body runs: uses `~source~`, `~core~` and `~reply~`.
pub(super) struct Flow {
    /// Which [`Flaw::source`] it needs; empty for any.
    pub source: &'static str,
    /// Which [`Flaw::reply`] it needs; empty for any.
    pub reply: &'static str,
    /// The body.
    pub body: &'static str,
    /// Macros over those of the flaw.
    pub macros: Macros,
}

/// A sink, vulnerable and fixed.
#[derive(Clone, Copy)]
pub(super) struct Flaw {
    /// Name in [`streamguard_dataset::weakness::ALL`].
    pub weakness: &'static str,
    /// One English sentence on the flaw, without the full stop; `~from~` is where data comes from.
    pub about: &'static str,
    /// Names for the function.
    pub names: &'static [&'static str],
    /// Hosts that it fits; empty for all.
    pub hosts: &'static [&'static str],
    /// The list of words that `~v~`, the untrusted variable, is named from; empty for none.
    pub input: &'static str,
    /// The kind of source that it needs.
    pub source: &'static str,
    /// The macro `~handle~`: further parameters where nothing else provides them.
    pub handle: &'static str,
    /// The macro `~E~`: the exception that the core may raise; empty for none.
    pub raises: &'static str,
    /// The macro `~R~`: the type of the result `~r~`, where types are written.
    pub result: &'static str,
    /// The macro that answers; it becomes `~reply~`.
    pub reply: &'static str,
    /// The macro `~core~`: the statements with the flaw and its fixes.
    pub code: &'static str,
    /// Macros over those of the host.
    pub macros: Macros,
}

/// What a flaw says nothing about.
pub(super) const FLAW: Flaw = Flaw {
    weakness: "",
    about: "",
    names: &[],
    hosts: &[],
    input: "",
    source: "",
    handle: "",
    raises: "",
    result: "",
    reply: "",
    code: "",
    macros: &[],
};

/// What a flow says nothing about.
pub(super) const FLOW: Flow = Flow { source: "", reply: "", body: "", macros: &[] };

/// What a source says nothing about.
pub(super) const SOURCE: Source = Source { gives: "", from: "", param: "", code: "" };
