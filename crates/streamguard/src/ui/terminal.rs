//! What the terminal is, and what it can show.

use std::ffi::OsString;
use std::io::{self, IsTerminal};

use rustix::termios::tcgetwinsize;

/// Whether people watch: a terminal that can do more than print.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal() && io::stderr().is_terminal() && !is_dumb(&|name| std::env::var_os(name))
}

fn is_dumb(variable: &dyn Fn(&str) -> Option<OsString>) -> bool {
    variable("TERM").is_none_or(|term| term == "dumb" || term.is_empty())
}

/// Whether to use colours: a terminal, and nobody said no.
pub fn has_colors() -> bool {
    wants_colors(&|name| std::env::var_os(name), is_terminal())
}

/// What <https://no-color.org> and <https://bixense.com/clicolors> say: `NO_COLOR` wins, then
/// `CLICOLOR_FORCE`, then `CLICOLOR=0`, then what the terminal can do.
fn wants_colors(variable: &dyn Fn(&str) -> Option<OsString>, is_terminal: bool) -> bool {
    let given = |name| variable(name).filter(|value: &OsString| !value.is_empty());
    if given("NO_COLOR").is_some() {
        return false;
    }
    if given("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return true;
    }
    is_terminal && given("CLICOLOR").is_none_or(|value| value != "0")
}

/// Whether the locale shows more than ASCII: the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is
/// set decides (POSIX, "Environment Variables").
pub fn has_utf8() -> bool {
    is_utf8(&|name| std::env::var_os(name))
}

fn is_utf8(variable: &dyn Fn(&str) -> Option<OsString>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| variable(name).filter(|value| !value.is_empty()));
    let locale = locale.map(|value| value.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// Columns of the terminal that standard output is, if it is one.
pub fn width() -> Option<u16> {
    let stdout = io::stdout();
    stdout.is_terminal().then(|| tcgetwinsize(&stdout).ok()).flatten().map(|size| size.ws_col)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<'a>(variables: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<OsString> + 'a {
        |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
    }

    #[test]
    fn colours_are_as_the_variables_say() {
        for (variables, terminal, expected) in [
            (&[][..], true, true),
            (&[], false, false),
            (&[("NO_COLOR", "1")], true, false),
            (&[("NO_COLOR", "")], true, true),
            (&[("CLICOLOR", "0")], true, false),
            (&[("CLICOLOR", "1")], false, false),
            (&[("CLICOLOR_FORCE", "1")], false, true),
            (&[("CLICOLOR_FORCE", "0")], false, false),
            (&[("CLICOLOR_FORCE", "1"), ("CLICOLOR", "0")], true, true),
            (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], true, false),
        ] {
            assert_eq!(wants_colors(&with(variables), terminal), expected, "{variables:?}, {terminal}");
        }
    }

    #[test]
    fn the_first_variable_that_is_set_names_the_locale() {
        for (variables, expected) in [
            (&[][..], false),
            (&[("LANG", "en_GB.UTF-8")], true),
            (&[("LANG", "en_GB.UTF-8"), ("LC_ALL", "C")], false),
            (&[("LANG", "C"), ("LC_CTYPE", "C.utf8")], true),
            (&[("LANG", "C.UTF-8"), ("LC_ALL", "")], true),
            (&[("LC_ALL", "POSIX")], false),
        ] {
            assert_eq!(is_utf8(&with(variables)), expected, "{variables:?}");
        }
    }

    #[test]
    fn a_terminal_without_a_name_is_dumb() {
        assert!(is_dumb(&with(&[])) && is_dumb(&with(&[("TERM", "dumb")])));
        assert!(!is_dumb(&with(&[("TERM", "xterm-256color")])));
    }
}
