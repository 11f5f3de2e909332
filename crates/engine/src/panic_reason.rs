//! Messages of panics.

use std::any::Any;

/// Returns a reason that quotes the message of a panic.
pub(crate) fn panic_reason(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("it panicked: {}", text.unwrap_or("no message"))
}
