//! Evaluations as text, Markdown and HTML.

mod html;
mod markdown;
mod tables;
mod text;

pub use html::html;
pub use markdown::markdown;
pub use text::text;
