//! Parts that shapes are put together from, as they are read from the template files.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use streamguard_dataset::{Language, Weakness};

/// Macros by name, each with its alternatives.
pub(crate) type MacroTable<'a> = BTreeMap<Cow<'a, str>, Vec<Cow<'a, str>>>;

/// All templates of one language.
#[derive(Debug)]
pub(crate) struct LanguageTemplates {
    /// Language of the functions.
    pub language: Language,
    /// Case of local names.
    pub case: NameCase,
    /// Whether a level of indentation (four spaces in templates) becomes a tab.
    pub tabs: bool,
    /// Slots of this language beside the common ones.
    pub names: Vec<WordList>,
    /// Places for code.
    pub hosts: Vec<HostTemplate>,
    /// Bodies of functions.
    pub flows: Vec<FlowTemplate>,
    /// Places of the sink beside its mirror or decoy.
    pub arrangements: Vec<ArrangementTemplate>,
    /// Sinks, vulnerable and fixed.
    pub flaws: Vec<FlawTemplate>,
    /// Macros for all parts, weaker than those of the parts themselves.
    pub macros: MacroTable<'static>,
    /// Lines for the head of a file, in their order there.
    pub prelude: Vec<PreludeLine>,
}

/// Case of names that consist of several words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NameCase {
    /// `like_this`
    Snake,
    /// `likeThis`
    Camel,
}

/// Words that one slot can be filled with.
#[derive(Debug)]
pub(crate) struct WordList {
    /// Name of the slot.
    pub slot: String,
    /// Slot that half of the words go to: it stands for this one in a decoy.
    pub other: Option<String>,
    /// Values that the program could give such a variable itself.
    pub literals: Vec<String>,
    /// Words to draw from.
    pub words: Vec<String>,
}

/// A place for code: the handler of a framework, a method, a plain function.
///
/// Replies (`value`, `html`, `redirect`, ...) and failures (`fail` for bad input, `broken`
/// for internal errors) are macros; a host that cannot reply in some way leaves that macro out.
#[derive(Debug)]
pub(crate) struct HostTemplate {
    /// Name for [`FlawTemplate::hosts`].
    pub name: String,
    /// Function with `~name~`, `~body~`, and where they belong `~handle~` and `~param~`.
    pub frame: String,
    /// Whether the function must stand in a class.
    pub in_class: bool,
    /// Ways for data to arrive.
    pub sources: Vec<InputSource>,
    /// Macros of the host.
    pub macros: MacroTable<'static>,
}

/// A way for untrusted data, `~v~`, to arrive in a host.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct InputSource {
    /// Kind of data; a flaw asks for it by [`FlawTemplate::source`].
    pub gives: String,
    /// Origin, for descriptions: "the query string".
    #[serde(default)]
    pub from: String,
    /// Macro `~param~`: the parameter, if the host has a place for one.
    #[serde(default, deserialize_with = "super::text::block")]
    pub param: String,
    /// Macro `~source~`: statements that read the data.
    #[serde(default, deserialize_with = "super::text::block")]
    pub code: String,
}

/// A body of a function: puts `~source~` and `~core~` in order.
#[derive(Debug)]
pub(crate) struct FlowTemplate {
    /// [`FlawTemplate::source`] that the body needs; empty for any.
    pub source: String,
    /// [`FlawTemplate::reply`] that the body needs; empty for any.
    pub reply: String,
    /// Text of the body.
    pub body: String,
    /// Macro `~end~`: what follows the sink, such as the reply.
    pub end: String,
    /// Macros, stronger than those of the flaw.
    pub macros: MacroTable<'static>,
}

/// A place of the sink: beside its mirror, which is the same code with exchanged sides on a value that the program chose
/// itself, beside its decoy, or alone. Beside either, both sides hold the same constructs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ArrangementTemplate {
    /// Macro `~core~`: puts `~sink~`, `~end~`, and `~own~` and `~mirror~`, `~decoy~`, or `~alone~` in order. Of the last three,
    /// a flaw defines those that it can stand beside; `~alone~` is empty.
    #[serde(deserialize_with = "super::text::block")]
    pub code: String,
}

/// A sink, vulnerable and fixed.
#[derive(Debug)]
pub(crate) struct FlawTemplate {
    /// Weakness of the vulnerable side.
    pub weakness: &'static Weakness,
    /// One English sentence on the flaw, without the full stop; `~from~` is the origin of the data.
    pub about: String,
    /// Names for the function.
    pub functions: Vec<String>,
    /// Hosts that the flaw fits; empty for all.
    pub hosts: Vec<String>,
    /// Slot that names `~v~`, the untrusted variable; empty for none.
    pub input: String,
    /// Kind of source that the flaw needs.
    pub source: String,
    /// Macro `~handle~`: further parameters where nothing else provides them.
    pub handle: String,
    /// Macro `~E~`: exception that the core may raise; empty for none.
    pub raises: String,
    /// Macro `~R~`: type of the result `~r~`, in languages that write types.
    pub result: String,
    /// Macro that answers; it becomes `~reply~`.
    pub reply: String,
    /// Macro `~sink~`: the statements with the flaw and its fixes.
    pub code: String,
    /// Macro `~decoy~`: statements that stand beside the sink and hold the same constructs with exchanged sides, for a
    /// harmless purpose. Without it, the code has a mirror; if it is empty, the sink is alone.
    pub decoy: Option<String>,
    /// Macro `~both~`: statements that the sink and its decoy have in common.
    pub both: String,
    /// Macros, stronger than those of the host.
    pub macros: MacroTable<'static>,
}

/// One line for the head of a file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct PreludeLine {
    /// The line, such as an import.
    pub line: String,
    /// Texts in a function that need the line.
    pub needed_by: Vec<String>,
}
