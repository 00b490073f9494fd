//! The macros of `durable`; their documentation stands at that crate's re-exports.
//!
//! The stages know only what comes before them: `parse` reads tokens, `validate` makes the model of
//! it and collects every mistake, with `lint` those in the bodies of workflow methods, and `generate`
//! turns a model into code and cannot fail.

mod diagnostics;
mod generate;
mod lint;
mod model;
mod parse;
mod runtime_path;
#[cfg(test)]
mod tests;
mod validate;

use std::path::PathBuf;

use proc_macro::TokenStream;

/// Makes a workflow of a struct.
#[proc_macro_attribute]
pub fn workflow(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(generate::expand_workflow, arguments, item)
}

/// Makes the methods of an impl block a workflow's run, signals, queries and updates.
#[proc_macro_attribute]
pub fn workflow_methods(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let file = file();
    let expand_methods =
        |arguments, item| generate::expand_workflow_methods(arguments, item, file.as_deref());
    expand(expand_methods, arguments, item)
}

/// Marks the method that is the workflow, in an impl block with `#[workflow_methods]`.
#[proc_macro_attribute]
pub fn run(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    unread("run", item)
}

/// Marks the method that makes the state, in an impl block with `#[workflow_methods]`.
#[proc_macro_attribute]
pub fn init(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    unread("init", item)
}

/// Marks a method that handles a signal, in an impl block with `#[workflow_methods]`.
#[proc_macro_attribute]
pub fn signal(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    unread("signal", item)
}

/// Marks a method that answers a query, in an impl block with `#[workflow_methods]`.
#[proc_macro_attribute]
pub fn query(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    unread("query", item)
}

/// Marks a method that handles an update, in an impl block with `#[workflow_methods]`.
#[proc_macro_attribute]
pub fn update(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    unread("update", item)
}

/// Marks a method that validates an update, in an impl block with `#[workflow_methods]`.
#[proc_macro_attribute]
pub fn update_validator(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    unread("update_validator", item)
}

/// Makes an activity of a function.
#[proc_macro_attribute]
pub fn activity(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let file = file();
    let expand_activity =
        |arguments, item| generate::expand_activity(arguments, item, file.as_deref());
    expand(expand_activity, arguments, item)
}

/// Makes an error one that Temporal knows by its type.
#[proc_macro_derive(ApplicationError, attributes(failure))]
pub fn application_error(item: TokenStream) -> TokenStream {
    generate::expand_application_error(item.into()).into()
}

/// Runs an async `main` on a multi-threaded runtime.
#[proc_macro_attribute]
pub fn main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(generate::expand_main, arguments, item)
}

/// Makes a test of an async function that takes a test environment.
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(generate::expand_test, arguments, item)
}

/// Expands a marker that no `#[workflow_methods]` has read: to its method, and an error, which is given
/// once for all markers of a file.
fn unread(marker: &str, item: TokenStream) -> TokenStream {
    let file = proc_macro::Span::call_site().file();
    let is_first = parse::unread::is_first_of(file);
    generate::unread_marker(marker, item.into(), is_first).into()
}

/// The file that the attribute stands in.
fn file() -> Option<PathBuf> {
    proc_macro::Span::call_site().local_file()
}

/// The one way from the compiler's tokens to ours and back, so that everything behind it can be
/// tested without a compiler.
fn expand(
    macro_: impl Fn(proc_macro2::TokenStream, proc_macro2::TokenStream) -> proc_macro2::TokenStream,
    arguments: TokenStream,
    item: TokenStream,
) -> TokenStream {
    macro_(arguments.into(), item.into()).into()
}
