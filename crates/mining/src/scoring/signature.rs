//! Lines that declare a function: what else is in them.

/// The line that declares a function, read without a parser.
pub(super) struct DeclarationLine<'l> {
    /// Parameters with a default value, each with that value.
    defaults: Vec<(&'l str, &'l str)>,
    has_body: bool,
}

impl<'l> DeclarationLine<'l> {
    /// Reads `line` from `start` on, the end of the keyword or the name that declares the function.
    pub(super) fn new(line: &'l str, start: usize) -> Self {
        let (before, rest) = line.split_at(start);
        let keyword = before.trim_end();
        let indented_body = keyword.ends_with("def");
        // In Rust, an apostrophe begins a lifetime.
        let has_lifetimes = keyword.ends_with("fn");
        let mut declaration = Self { defaults: Vec::new(), has_body: false };
        let mut depth = 0_u32;
        let mut quote = None;
        let mut parameter = 0;
        let mut had_parameters = false;
        for (at, byte) in rest.bytes().enumerate() {
            match (quote, byte) {
                (Some(open), _) => quote = Some(open).filter(|_| byte != open),
                (None, b'\'') if has_lifetimes => {}
                (None, b'"' | b'\'' | b'`') => quote = Some(byte),
                // `{` after a colon begins a type.
                (None, b'{') if depth == 0 && !rest[..at].trim_end().ends_with([':', '|', '<', '&']) => {
                    return declaration.with_body(&rest[at + 1..]);
                }
                (None, b'(' | b'[' | b'{') => {
                    depth += 1;
                    parameter = if depth == 1 { at + 1 } else { parameter };
                }
                (None, b')' | b']' | b'}' | b',') => {
                    if depth == 1 {
                        declaration.add_parameter(&rest[parameter..at]);
                        parameter = at + 1;
                    }
                    depth = depth.saturating_sub(u32::from(byte != b','));
                    had_parameters = true;
                }
                (None, b':') if depth == 0 && indented_body && had_parameters => {
                    return declaration.with_body(&rest[at + 1..]);
                }
                // `F(int a) : b(a) {`
                (None, b':')
                    if depth == 0 && had_parameters && is_initializer(&rest[..at], &rest[at + 1..]) =>
                {
                    return declaration.with_body(&rest[at + 1..]);
                }
                // `def f(a) = a + 1`
                (None, b'=') if depth == 0 && had_parameters => {
                    return declaration.with_body(&rest[at + 1..]);
                }
                _ => {}
            }
        }
        // `function f(a) return a end`
        declaration.has_body = rest.split_whitespace().next_back() == Some("end");
        declaration
    }

    fn add_parameter(&mut self, parameter: &'l str) {
        let assigned = parameter.split_once('=').filter(|(_, value)| !value.starts_with(['=', '>']));
        // `name: true` of Ruby is a default value, `name: boolean` a type.
        let keyword = || parameter.split_once(':').filter(|(_, value)| is_literal(value.trim()));
        if let Some((name, value)) = assigned.or_else(keyword) {
            self.defaults.push((name.trim(), value.trim()));
        }
    }

    fn with_body(self, body: &str) -> Self {
        // An empty body and a comment are not code.
        let code = body.trim_matches(|c: char| c.is_whitespace() || matches!(c, '{' | '}' | ';'));
        Self { has_body: !(code.is_empty() || code.starts_with(['#', '/'])), ..self }
    }

    /// Whether `other` differs from this line in more than the signature: code follows in one of the
    /// lines, or a parameter has another default value.
    pub(super) fn differs_in_code(&self, other: &Self) -> bool {
        let changed = |(name, value): &(&str, &str)| {
            other.defaults.iter().any(|(other_name, other)| name == other_name && value != other)
        };
        self.has_body || other.has_body || self.defaults.iter().any(changed)
    }
}

/// Whether a colon between two texts begins the initializers of a constructor, and no type: a call follows.
fn is_initializer(before: &str, behind: &str) -> bool {
    let is_path = before.ends_with(':') || behind.starts_with(':');
    let name = behind.trim_start();
    let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(name.len());
    !is_path && end > 0 && name[end..].starts_with('(')
}

fn is_literal(value: &str) -> bool {
    matches!(value, "true" | "false" | "nil")
        || value.starts_with(['"', '\'', ':', '-', '['])
        || is_number(value)
}

fn is_number(value: &str) -> bool {
    value.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differs(before: &str, after: &str) -> bool {
        let [before, after] = [before, after].map(|line| {
            let keyword =
                line.split_inclusive(' ').take_while(|word| !word.starts_with("f(")).map(str::len).sum();
            DeclarationLine::new(line, keyword)
        });
        before.differs_in_code(&after)
    }

    #[test]
    fn code_after_the_signature_is_found() {
        assert!(differs("def f(a): return a", "def f(a): return b"));
        assert!(differs("def f(n) = n <= 1 ? a : b", "def f(n) = n < 1 ? a : b"));
        assert!(differs("func f(i int) int { return i }", "func f(i int) int { return 0 }"));
        assert!(!differs("func f(i int) int {", "func f(i uint) int {"));
        assert!(!differs("def f(a) -> Dict[str, int]:  # why", "def f(b) -> int:"));
        assert!(!differs("function f(a): { x: number } {", "function f(b): { x: number } {"));
        assert!(differs("fn f(a: &'a T) -> u8 { a.b }", "fn f(a: &'a T) -> u8 { a.c }"));
        assert!(!differs("fn f(a: u8) -> u8 {}", "fn f(a: u16) -> u8 {}"));
        assert!(differs("function f(a) return a .. b end", "function f(a) return a .. c end"));
        assert!(differs("def f(a) T.where(\"a\") end", "def f(a) T.where(a) end"));
        assert!(!differs("local function f(a, send)", "local function f(b, send)"));
        assert!(differs("explicit f(int a) : n(a) {}", "explicit f(int a) : n(a + 1) {}"));
        assert!(!differs("f(a: number): N::T {", "f(b: number): N::T {"));
    }

    #[test]
    fn default_values_are_compared_by_parameter() {
        assert!(differs("function f(a, b = true) {", "function f(a, b = false) {"));
        assert!(differs("def f(a, b: int = g(1, 2)):", "def f(a, b: int = g(1, 3)):"));
        assert!(differs("def f(a, b: true)", "def f(a, b: false)"));
        assert!(!differs("def f(a, b: int)", "def f(a, b: str)"));
        assert!(!differs("function f(a) {", "function f(a, b = true) {"));
        assert!(!differs("function f(a = 1) {", "function f(b = 2) {"));
    }
}
