//! Qualified names of functions.
//!
//! Languages write names in many places: in a field of the definition, as the
//! target of an assignment, as the key of a pair, as the call that takes an anonymous function.

mod binding;
mod call;
mod definition;
mod scoped_name;
mod text;

pub(super) use binding::{PendingName, argument_name, binding_node, bound_name, object_name};
pub(super) use call::{binds_function, is_plain_call, opens_singleton, wraps_module};
pub(super) use definition::{ParameterList, child_of_kind, defined_name, parameters};
pub(super) use scoped_name::{LocalName, ScopeSegment, last_part, qualified};
pub(super) use text::{text_of, tidy};
