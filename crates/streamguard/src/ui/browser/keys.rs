//! Keys of the browser.

use std::path::PathBuf;

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::commit_url::{commit_url, open};
use super::criteria::Criteria;
use super::filter_menu::MenuEffect;
use super::marked_file::{self, WriteResult};
use super::model::{Browser, Overlay};
use super::text_input::{InputEffect, TextInput};
use crate::ui::format::plural;

/// Name of the file of the marked samples, unless another is typed.
const MARKED_FILE: &str = "marked.jsonl";

impl Browser {
    /// Handles a key. Returns false if it ends the browser.
    pub(super) fn key(&mut self, key: KeyEvent) -> bool {
        self.message = None;
        match std::mem::replace(&mut self.overlay, Overlay::None) {
            Overlay::None => return self.main_key(key.code),
            Overlay::Help | Overlay::Address(_) => {}
            Overlay::Filter(mut menu) => match menu.key(key.code, &self.values) {
                MenuEffect::Stay => self.overlay = Overlay::Filter(menu),
                MenuEffect::Apply => {
                    self.set_criteria(Criteria { values: menu.chosen, text: self.criteria.text.clone() });
                }
                MenuEffect::Cancel => {}
            },
            Overlay::Search(mut input) => match input.key(key) {
                InputEffect::Stay => self.overlay = Overlay::Search(input),
                InputEffect::Done => {
                    self.set_criteria(Criteria { text: input.0, values: self.criteria.values.clone() });
                }
                InputEffect::Cancel => {}
            },
            Overlay::FileName(mut input) => match input.key(key) {
                InputEffect::Stay => self.overlay = Overlay::FileName(input),
                InputEffect::Done => self.write(PathBuf::from(input.0), false),
                InputEffect::Cancel => self.message = Some("nothing was written".to_owned()),
            },
            Overlay::Replace(path) => match key.code {
                KeyCode::Char('y') => self.write(path, true),
                _ => self.message = Some("nothing was written".to_owned()),
            },
            Overlay::Quit => return !matches!(key.code, KeyCode::Char('y' | 'q')),
        }
        true
    }

    fn main_key(&mut self, key: KeyCode) -> bool {
        let page = self.page_rows.saturating_sub(1).max(1);
        match key {
            KeyCode::Char('q') if self.are_marks_written => return false,
            KeyCode::Char('q') => self.overlay = Overlay::Quit,
            KeyCode::Char('n' | 'j') | KeyCode::Right | KeyCode::Down => self.go_to(self.position + 1),
            KeyCode::Char('p' | 'k') | KeyCode::Left | KeyCode::Up => {
                self.go_to(self.position.saturating_sub(1));
            }
            KeyCode::Home | KeyCode::Char('g') => self.go_to(0),
            KeyCode::End | KeyCode::Char('G') => self.go_to(usize::MAX),
            KeyCode::PageDown | KeyCode::Char(' ') => self.scroll = self.scroll.saturating_add(page),
            KeyCode::PageUp => self.scroll = self.scroll.saturating_sub(page),
            KeyCode::Char('J') => self.scroll = self.scroll.saturating_add(1),
            KeyCode::Char('K') => self.scroll = self.scroll.saturating_sub(1),
            KeyCode::Char('?') | KeyCode::F(1) => self.overlay = Overlay::Help,
            KeyCode::Char('f') => self.open_filters(),
            KeyCode::Char('/') => self.overlay = Overlay::Search(TextInput(self.criteria.text.clone())),
            KeyCode::Char('s') => self.is_unified = !self.is_unified,
            KeyCode::Char('m') => self.toggle_mark(),
            KeyCode::Char('o') => self.open_commit(),
            KeyCode::Char('w') if self.marks.is_empty() => {
                self.message = Some("no sample is marked: m marks one".to_owned());
            }
            KeyCode::Char('w') => self.overlay = Overlay::FileName(TextInput(MARKED_FILE.to_owned())),
            KeyCode::Esc => self.set_criteria(Criteria::default()),
            _ => {}
        }
        true
    }

    fn write(&mut self, path: PathBuf, is_agreed: bool) {
        let count = self.marks.len();
        let name = path.display().to_string();
        self.message = Some(match marked_file::write(&self.file, &self.marks, &path, is_agreed) {
            WriteResult::Exists => {
                self.overlay = Overlay::Replace(path);
                return;
            }
            WriteResult::Written => {
                self.are_marks_written = true;
                format!("{count} {} written to {name}", plural(count, "sample"))
            }
            WriteResult::Failed(reason) => format!("cannot write {name}: {reason}"),
        });
    }

    fn open_commit(&mut self) {
        let sample = self.current.as_ref().and_then(|current| current.sample.as_ref().ok());
        let Some(sample) = sample else { return };
        let Some(url) = commit_url(sample) else {
            self.message = Some("this sample names no page of the web".to_owned());
            return;
        };
        match open(&url) {
            Some(Ok((child, program))) => {
                self.message = Some(format!("{program} opens {url}"));
                self.child = Some((child, url));
            }
            Some(Err(_)) | None => self.overlay = Overlay::Address(url),
        }
    }

    /// Shows the address if the browser has failed to open it. Returns whether that was so.
    pub(super) fn check_browser(&mut self) -> bool {
        let Some((child, _)) = &mut self.child else { return false };
        let Ok(Some(status)) = child.try_wait() else { return false };
        let url = self.child.take().map(|(_, url)| url).unwrap_or_default();
        if status.success() || !matches!(self.overlay, Overlay::None) {
            return false;
        }
        self.overlay = Overlay::Address(url);
        true
    }
}
