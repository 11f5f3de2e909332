//! The menu of filters: the facets, and the values of one of them.

use ratatui::crossterm::event::KeyCode;

use super::criteria::{Criteria, Facet, FacetValues};

/// Rows that a page of values moves.
const PAGE_ROWS: usize = 10;

/// State of the menu. Nothing changes before it is applied.
#[derive(Clone, Debug)]
pub(super) struct FilterMenu {
    pub(super) chosen: [Option<String>; 4],
    /// Position of the facet in [`Facet::ALL`].
    pub(super) facet: usize,
    /// Position of the value, while the values of the facet are shown; 0 is any value.
    pub(super) value: Option<usize>,
}

/// Effect of a key on the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MenuEffect {
    /// The menu stays.
    Stay,
    /// The choice takes effect.
    Apply,
    /// The menu is closed, and nothing changes.
    Cancel,
}

impl FilterMenu {
    /// Opens the menu.
    pub(super) fn new(criteria: &Criteria) -> Self {
        Self { chosen: criteria.values.clone(), facet: 0, value: None }
    }

    /// Handles a key; `values` are those of each facet so far.
    pub(super) fn key(&mut self, key: KeyCode, values: &[FacetValues; 4]) -> MenuEffect {
        let Some(at) = self.value else { return self.facet_key(key, values) };
        let values = values[self.facet].sorted();
        let last = values.len();
        match key {
            KeyCode::Up | KeyCode::Char('k') => self.value = Some(at.saturating_sub(1)),
            KeyCode::Down | KeyCode::Char('j') => self.value = Some((at + 1).min(last)),
            KeyCode::PageUp => self.value = Some(at.saturating_sub(PAGE_ROWS)),
            KeyCode::PageDown => self.value = Some((at + PAGE_ROWS).min(last)),
            KeyCode::Home => self.value = Some(0),
            KeyCode::End => self.value = Some(last),
            KeyCode::Enter | KeyCode::Right => {
                let chosen = at.checked_sub(1).and_then(|at| values.get(at));
                self.chosen[self.facet] = chosen.map(|(value, _)| (*value).to_owned());
                self.value = None;
            }
            KeyCode::Esc | KeyCode::Left => self.value = None,
            _ => {}
        }
        MenuEffect::Stay
    }

    fn facet_key(&mut self, key: KeyCode, values: &[FacetValues; 4]) -> MenuEffect {
        match key {
            KeyCode::Up | KeyCode::Char('k') => self.facet = self.facet.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => self.facet = (self.facet + 1).min(Facet::ALL.len() - 1),
            KeyCode::Enter | KeyCode::Right => {
                let chosen = self.chosen[self.facet].as_ref();
                let values = values[self.facet].sorted();
                let at = values.iter().position(|(value, _)| Some(*value) == chosen.map(String::as_str));
                self.value = Some(at.map_or(0, |at| at + 1));
            }
            KeyCode::Char('x') | KeyCode::Delete => self.chosen[self.facet] = None,
            KeyCode::Char('c') => self.chosen = Default::default(),
            KeyCode::Char('a' | 'f') => return MenuEffect::Apply,
            KeyCode::Esc | KeyCode::Char('q') => return MenuEffect::Cancel,
            _ => {}
        }
        MenuEffect::Stay
    }
}
