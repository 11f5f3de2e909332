//! Meanings of the kinds of nodes in a syntax tree.

/// Meaning of a kind of node for the outline of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NodeRole {
    /// No meaning; the children are visited.
    Plain,
    /// A comment.
    Comment,
    /// A function if it has a body, otherwise only a declaration.
    Function(NameSource),
    /// A function, even without a body.
    Definition(NameSource),
    /// A property: a function if it has only one body, otherwise a container of accessors.
    Property(NameSource),
    /// An anonymous function: reported wherever something names it.
    Closure,
    /// An anonymous function that belongs to the function around it, if there is one.
    Lambda,
    /// A class, or anything else that gives its name to the functions in it.
    Container(NameSource),
    /// A namespace.
    Namespace(NameSource),
    /// A namespace that contains all that follows it if it has no body.
    OpenNamespace(NameSource),
    /// Ruby's `class << self`.
    SingletonClass,
    /// A binding: the text in this field (the first child if the field is `""`) names its value.
    Binding(&'static str),
    /// A call; it names the anonymous functions among its arguments.
    Call,
    /// A statement around a definition, part of its text if it contains nothing else.
    Wrapper,
    /// A wrapper whose anonymous value is named `default`.
    Export,
    /// A node around a value, without a meaning of its own.
    Pass,
    /// A list of values, which names none of them: only a call around it does.
    List,
    /// An attribute or decorator before a definition, part of its text.
    Attribute,
}

/// Place of a name in its definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameSource {
    /// Nowhere: the name is that of the variable or key that the value is bound to.
    Bound,
    /// This field.
    Field(&'static str),
    /// The first part of the child of this kind.
    Child(&'static str),
    /// The field of the second text, prefixed by the first.
    Prefixed(&'static str, &'static str),
    /// The field of the first text, or the second text if it is missing.
    FieldOr(&'static str, &'static str),
    /// The first word of the definition.
    FirstWord,
    /// The signature of a function of Dart, which may be that of a constructor or operator.
    Signature,
    /// Always this name.
    Fixed(&'static str),
    /// The field `name`, after the type of the field `receiver`.
    Receiver,
    /// The field `name`; Ruby documents such methods as `Class#method`.
    Instance,
    /// The field `name`, after `object`; Ruby documents such methods as `Class.method`.
    Singleton,
}
