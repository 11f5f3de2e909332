//!
//! The browser of a dataset: one sample on the whole screen, others by keys.
//!
//! `model` is the state, `keys` changes it, `render` draws it. Samples are read when they are shown; in memory
//! are eight bytes for each sample that meets the criteria, and the current sample. All work is done on one
//! thread, in slices, so that a key is answered at once while a large dataset is read.

mod body_cache;
mod commit_url;
mod criteria;
mod filter_menu;
mod help;
mod keys;
mod marked_file;
mod menu_view;
mod model;
mod render;
mod sample_file;
mod sample_view;
mod search_hits;
mod text_input;

use std::io;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{Event, KeyEventKind};
use streamguard_dataset::Sample;
use streamguard_engine::CancelToken;

use super::full_screen::input::{events, wait};
use super::full_screen::{FullScreen, is_held};
use super::theme::Theme;
use model::Browser;

/// Longest time that is spent on the dataset before keys are looked for.
const SLICE: Duration = Duration::from_millis(40);

/// Time between two frames while the dataset is read.
const FRAME_INTERVAL: Duration = Duration::from_millis(100);

/// Time between two looks for signals, and for whether the terminal is ours again.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Decides whether there is a sample at all.
pub type SamplePredicate = Box<dyn Fn(&Sample) -> bool>;

/// Content of a browser.
pub struct BrowserOptions {
    /// The file with the samples.
    pub path: PathBuf,
    /// Decides which samples there are at all; all of them if it is absent.
    pub filter: Option<SamplePredicate>,
    /// Describes that filter in a line; empty if it is absent.
    pub filter_text: String,
    /// Number of samples before the first one that is shown.
    pub first: usize,
    /// Whether to use colours.
    pub colors: bool,
}

/// Shows samples until a key or `cancel` ends that. Returns whether there were any.
///
/// # Errors
/// A dataset that cannot be read; a terminal that cannot be taken, or is gone.
pub fn browse(options: BrowserOptions, cancel: &CancelToken) -> io::Result<bool> {
    let theme = Theme { colors: options.colors, ..Theme::of_terminal() };
    let mut browser = Browser::new(options, theme)?;
    let mut screen = FullScreen::open()?;
    let (mut is_stale, mut drawn) = (true, None::<Instant>);
    while !cancel.requested() {
        if !is_held() {
            // After Ctrl+Z and `bg`: drawing takes the terminal once this process is in the foreground. To read
            // its keys before that would stop the process.
            screen.draw(|frame| render::render(frame, &mut browser))?;
            thread::sleep(POLL_INTERVAL);
            continue;
        }
        let is_busy = browser.read_on(SLICE)?;
        is_stale |= browser.check_browser() || screen.is_outdated();
        let is_due = drawn.is_none_or(|drawn| drawn.elapsed() >= FRAME_INTERVAL);
        if (is_stale || is_busy) && (is_due || !is_busy) {
            is_stale = !screen.draw(|frame| render::render(frame, &mut browser))?;
            // The last frame before everything is read shows numbers that are not the last ones.
            is_stale |= is_busy;
            drawn = Some(Instant::now());
        }
        wait(if is_busy { Duration::ZERO } else { POLL_INTERVAL })?;
        for event in events()? {
            is_stale = true;
            let Event::Key(key) = event else { continue };
            if key.kind != KeyEventKind::Release && !browser.key(key) {
                return Ok(browser.has_samples());
            }
            // Many keys may come at once, and each is about the sample to which the one before it went.
            browser.load()?;
        }
    }
    Ok(browser.has_samples())
}
