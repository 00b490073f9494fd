//! Makes the model of what was read, and collects every mistake on the way.
//!
//! Each function returns a model also when there are mistakes, with a stand-in for what is wrong, so
//! that the fallback can still generate what the user's other code names.

mod activity;
mod application_error;
mod declared;
mod entry;
mod handlers;
mod inputs;
mod methods;
mod outputs;
mod settings;
mod test;
mod workflow;

pub(crate) use activity::activity;
pub(crate) use application_error::application_error;
pub(crate) use declared::{activity as declared_activity, workflow as declared_workflow};
pub(crate) use entry::main;
pub(crate) use inputs::{MOST_INPUTS, is_free};
pub(crate) use methods::{methods, missing_annotation, second_block};
pub(crate) use test::{is_of_tests, test};
pub(crate) use workflow::workflow;
