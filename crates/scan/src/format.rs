//! Formats of findings for other programs.

mod advisory_status;
mod cyclonedx;
mod document_id;
mod html;
mod openvex;
mod sarif;

use std::borrow::Cow;

pub use cyclonedx::cyclonedx;
pub use html::html;
pub use openvex::openvex;
pub use sarif::sarif;

use crate::signature::SignatureOrigin;

/// Returns the address of the repository of a fix: without credentials, if it is one of the web.
fn repository(fix: &SignatureOrigin) -> Cow<'_, str> {
    let address = streamguard_sarif::web_address(&fix.repository);
    address.map_or(Cow::Borrowed(fix.repository.as_str()), Cow::Owned)
}

/// Returns the repository of a fix as an addition to the id of its commit; nothing if it is not known.
fn of_repository(fix: &SignatureOrigin) -> String {
    match repository(fix) {
        unknown if unknown.is_empty() => String::new(),
        address => format!(" of {address}"),
    }
}
