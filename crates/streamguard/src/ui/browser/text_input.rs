//! A line of text that is typed.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Longest text, in characters.
const MAX_CHARS: usize = 400;

/// Text that is typed at its end.
#[derive(Clone, Debug, Default)]
pub(super) struct TextInput(pub(super) String);

/// Effect of a key on the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InputEffect {
    /// The text goes on.
    Stay,
    /// The text is complete.
    Done,
    /// The text is given up.
    Cancel,
}

impl TextInput {
    /// Handles a key.
    pub(super) fn key(&mut self, key: KeyEvent) -> InputEffect {
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Enter => return InputEffect::Done,
            KeyCode::Esc => return InputEffect::Cancel,
            KeyCode::Backspace => drop(self.0.pop()),
            KeyCode::Char('u') if is_control => self.0.clear(),
            KeyCode::Char(character)
                if !is_control && !character.is_control() && self.0.chars().count() < MAX_CHARS =>
            {
                self.0.push(character);
            }
            _ => {}
        }
        InputEffect::Stay
    }
}
