//! Questions on a terminal, answered by lines of standard input.

use std::io::{self, BufRead, IsTerminal};
use std::sync::{Mutex, PoisonError};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use secrecy::SecretString;

use super::print::print;

/// Modes of the terminal before its echo was switched off; none while it is on.
static ECHO_MODES: Mutex<Option<Termios>> = Mutex::new(None);

/// Whether people can be asked: standard input and standard output are a terminal.
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Asks, and returns the answer without white space around it.
///
/// # Errors
/// `UnexpectedEof` if there is no further line.
pub fn ask(question: &str) -> io::Result<String> {
    print(&format!("{question} "));
    Ok(read_line()?.trim().to_owned())
}

/// Asks for a secret, which the terminal does not show.
///
/// # Errors
/// As [`ask`].
pub fn ask_secret(question: &str) -> io::Result<SecretString> {
    print(&format!("{question} "));
    hide_echo()?;
    let line = read_line();
    restore_echo();
    Ok(line?.trim().into())
}

fn read_line() -> io::Result<String> {
    let mut line = String::new();
    match io::stdin().lock().read_line(&mut line)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(line),
    }
}

/// Switches the echo off, if standard input is a terminal.
fn hide_echo() -> io::Result<()> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return Ok(());
    }
    let before = tcgetattr(&stdin)?;
    let mut modes = before.clone();
    modes.local_modes.remove(LocalModes::ECHO);
    // The line still ends visibly.
    modes.local_modes.insert(LocalModes::ECHONL);
    // Ctrl+Z would hand the terminal to a shell, and come back with the echo switched on.
    modes.special_codes[SpecialCodeIndex::VSUSP] = 0;
    // Stored before the first change, so that a signal at any moment finds what to restore.
    *ECHO_MODES.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
    tcsetattr(&stdin, OptionalActions::Flush, &modes)?;
    Ok(())
}

/// Switches the echo on again, if it is off.
pub(super) fn restore_echo() {
    if let Some(before) = ECHO_MODES.lock().unwrap_or_else(PoisonError::into_inner).take() {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &before);
    }
}
