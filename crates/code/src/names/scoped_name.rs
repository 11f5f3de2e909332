//! Names inside their scopes.

/// Most enclosing scopes in a name; outer ones are left out.
const MAX_SCOPES: usize = 32;

/// One scope around a function, and the separator after it in a qualified name.
#[derive(Clone, Debug)]
pub(crate) struct ScopeSegment {
    /// Name of the scope; empty for Ruby's `class << self`, which has none.
    pub(crate) name: String,
    pub(crate) separator: &'static str,
}

/// A name without its scopes.
pub(crate) struct LocalName {
    pub(crate) text: String,
    /// Separator before the name where the usual one of the language does not apply.
    pub(crate) separator: Option<&'static str>,
}

impl From<String> for LocalName {
    fn from(text: String) -> Self {
        Self { text, separator: None }
    }
}

/// Joins `name` to the scopes around it; `usual_separator` is that of the language.
pub(crate) fn qualified(scopes: &[ScopeSegment], name: &LocalName, usual_separator: &str) -> String {
    let mut whole = String::new();
    // `class ::Client` in Ruby names a class of the top level, wherever it stands.
    let absolute = scopes.iter().rposition(|scope| scope.name.starts_with("::")).unwrap_or(0);
    let scopes = &scopes[absolute.max(scopes.len().saturating_sub(MAX_SCOPES))..];
    for (index, scope) in scopes.iter().enumerate() {
        whole.push_str(scope.name.strip_prefix("::").unwrap_or(&scope.name));
        match scopes.get(index + 1) {
            // Methods in `class << self` are singleton methods of the class around it, `Class.method`:
            // the nameless scope brings the separator for both.
            Some(next) if next.name.is_empty() => {}
            Some(_) => whole.push_str(scope.separator),
            None if scope.name.is_empty() => whole.push_str(scope.separator),
            None => {
                let usual = scope.separator == usual_separator;
                let special = if usual { name.separator } else { None };
                whole.push_str(special.unwrap_or(scope.separator));
            }
        }
    }
    whole.push_str(&name.text);
    whole
}

/// Returns the last part of a qualified name, in any language.
pub(crate) fn last_part(name: &str) -> &str {
    name.rsplit(['.', ':', '#', '\\', '>']).next().unwrap_or(name)
}
