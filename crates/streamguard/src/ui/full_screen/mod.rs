//! Views on the whole terminal: what the dashboard and the browser of samples share.

pub(crate) mod input;
mod terminal_screen;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::{QueueableCommand, terminal};
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};
use rustix::termios::tcgetwinsize;

use terminal_screen::TerminalScreen;
pub(crate) use terminal_screen::is_held;

/// Terminal that is ours, with the latest frame; it is given back when this is dropped.
pub(crate) struct FullScreen {
    target: Option<FrameTarget>,
    screen: TerminalScreen,
}

impl FullScreen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// A terminal that cannot be taken, or must not be: this process is in its background.
    pub(crate) fn open() -> io::Result<Self> {
        Ok(Self { target: None, screen: TerminalScreen::open()? })
    }

    /// Draws a frame. Returns false if it was dropped: the last frame is still being written, or another
    /// program has the terminal.
    ///
    /// # Errors
    /// A terminal that is gone.
    pub(crate) fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<bool> {
        if !self.screen.is_ready() {
            return Ok(false);
        }
        let size = tcgetwinsize(io::stderr())?;
        let (size, taken) = ((size.ws_col, size.ws_row), terminal_screen::taken());
        if !self.target.as_ref().is_some_and(|target| target.is_of(size, taken)) {
            self.target = Some(FrameTarget::new(size, taken)?);
        }
        if let Some(target) = &mut self.target {
            target.terminal.draw(render)?;
            // Handed over whole: a terminal that takes nothing must block the writer and not the run.
            let frame = target.take();
            self.screen.show(frame);
        }
        Ok(true)
    }

    /// Whether the terminal was taken again since the latest frame, so that everything has to be drawn again.
    pub(crate) fn is_outdated(&self) -> bool {
        self.target.as_ref().is_none_or(|target| target.taken != terminal_screen::taken())
    }
}

/// Gives the terminal back as it was, if a view has it.
pub(crate) fn restore() {
    terminal_screen::give_back();
}

/// Content of the screen.
struct FrameTarget {
    terminal: Terminal<CrosstermBackend<EscapeBuffer>>,
    buffer: EscapeBuffer,
    size: (u16, u16),
    /// Value of [`taken`] when this content was begun.
    taken: u32,
}

/// Buffer of the escape sequences of a frame.
#[derive(Clone, Default)]
struct EscapeBuffer(Arc<Mutex<Vec<u8>>>);

impl Write for EscapeBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl FrameTarget {
    fn new(size: (u16, u16), taken: u32) -> io::Result<Self> {
        let mut buffer = EscapeBuffer::default();
        // ratatui only writes what differs from an empty screen, but the screen is not empty.
        buffer.queue(terminal::Clear(terminal::ClearType::All))?;
        // A fixed size, the one that was just asked for: ratatui would ask by itself otherwise, and
        // might see another.
        let viewport = Viewport::Fixed(Rect::new(0, 0, size.0, size.1));
        let terminal =
            Terminal::with_options(CrosstermBackend::new(buffer.clone()), TerminalOptions { viewport })?;
        Ok(Self { terminal, buffer, size, taken })
    }

    fn is_of(&self, size: (u16, u16), taken: u32) -> bool {
        (self.size, self.taken) == (size, taken)
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.buffer.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
