//! A dashboard that is up when the program panics, on a thread aside and where it is drawn: both
//! are read afterwards, on a terminal that is as it was.

use std::thread;
use std::time::Duration;

use streamguard::ViewMode;
use streamguard::ui;
use streamguard_engine::{CancelToken, LogLevel, PauseToken, RunState};

fn main() {
    let view = ViewMode::Dashboard { level: LogLevel::Info, refresh: 10 };
    let mut shown = ui::open(view, None, &CancelToken::new(), &PauseToken::new());
    shown.on_tick(&RunState::default());
    let aside = thread::spawn(|| panic!("planted, elsewhere: \u{1b}[2J"));
    assert!(aside.join().is_err());
    thread::sleep(Duration::from_millis(300));
    panic!("planted, where it is drawn");
}
