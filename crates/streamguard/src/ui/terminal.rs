//! Abilities of the terminal.

use std::ffi::OsString;
use std::io::{self, IsTerminal};

use anstream::{AutoStream, ColorChoice};
use rustix::termios::tcgetwinsize;

/// Whether people watch: standard output and standard error are a terminal that can move its cursor.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal() && io::stderr().is_terminal() && !is_dumb(&|name| std::env::var_os(name))
}

fn is_dumb(variable: &dyn Fn(&str) -> Option<OsString>) -> bool {
    variable("TERM").is_none_or(|term| term == "dumb" || term.is_empty())
}

/// Whether text on standard output has colours: the terminal has them, or `CLICOLOR_FORCE` demands them, and
/// neither `NO_COLOR` nor `CLICOLOR=0` forbids them (<https://no-color.org>, <https://bixense.com/clicolors>).
pub fn has_colors() -> bool {
    AutoStream::choice(&io::stdout()) != ColorChoice::Never
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

/// Returns the columns of the terminal, if standard output is one.
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
