//! Local variables that a change introduces or removes without changing what is computed.

/// Whether one side is the other with an expression moved into a variable that is used once. Each side is a
/// list of lines, and each line a list of tokens.
///
/// A variable that is used twice is not meant: to read a value only once may be the fix.
pub(super) fn only_moves_expression(before: &[Vec<&str>], after: &[Vec<&str>]) -> bool {
    defines_what_other_uses(before, after) || defines_what_other_uses(after, before)
}

fn defines_what_other_uses(long: &[Vec<&str>], short: &[Vec<&str>]) -> bool {
    let short: Vec<&str> = short.iter().flatten().copied().collect();
    (0..long.len()).any(|definition| {
        let Some((name, expression)) = definition_of(&long[definition]) else { return false };
        let others = || {
            let lines = long.iter().enumerate().filter(|(line, _)| *line != definition);
            lines.flat_map(|(_, line)| line.iter().copied())
        };
        if others().filter(|token| *token == name).count() != 1 {
            return false;
        }
        let own = |token| if token == name { expression.to_vec() } else { vec![token] };
        others().flat_map(own).eq(short.iter().copied())
    })
}

/// Splits `const double unit = 3600.0;` into `unit` and `3600.0`.
fn definition_of<'l>(line: &'l [&'l str]) -> Option<(&'l str, &'l [&'l str])> {
    let equals = line.iter().position(|token| *token == "=")?;
    // `:=` in Go
    let end = equals - usize::from(equals > 0 && line[equals - 1] == ":");
    let (name, words) = line[..end].split_last()?;
    let is_word = |token: &str| token.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$');
    let behind = &line[equals + 1..];
    let expression = behind.strip_suffix(&[";"]).unwrap_or(behind);
    let is_definition = is_word(name)
        && words.iter().all(|word| is_word(word))
        && expression.first().is_some_and(|first| *first != "=");
    is_definition.then_some((*name, expression))
}

#[cfg(test)]
mod tests {
    use super::only_moves_expression;

    fn tokens<'l>(lines: &[&'l str]) -> Vec<Vec<&'l str>> {
        lines.iter().map(|line| line.split(' ').collect()).collect()
    }

    #[test]
    fn an_expression_that_moves_into_a_variable_stays_the_same() {
        for (short, long) in [
            (["return a . b ( c ) ;"], ["const d = a . b ( c ) ;", "return d ;"]),
            (["x = y / 1000.0"], ["unit : = 1000.0", "x = y / unit"]),
            (["$m [ $e [ 1 ] ] [ ] = $e ;"], ["$k = $e [ 1 ] ;", "$m [ $k ] [ ] = $e ;"]),
        ] {
            assert!(only_moves_expression(&tokens(&short), &tokens(&long)), "{long:?}");
            assert!(only_moves_expression(&tokens(&long), &tokens(&short)), "{long:?}");
        }
        for (before, after) in [
            (vec!["return a ;"], vec!["b = f ( a ) ;", "return b ;"]),
            (vec!["f ( p . n , p . n )"], vec!["n = p . n", "f ( n , n )"]),
            (vec!["if a == b"], vec!["a == c", "if b == b"]),
            (vec![], vec!["a = 1"]),
        ] {
            assert!(!only_moves_expression(&tokens(&before), &tokens(&after)), "{after:?}");
        }
    }
}
