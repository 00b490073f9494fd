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

use proc_macro::TokenStream;

/// Makes a workflow of a struct.
#[proc_macro_attribute]
pub fn workflow(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(generate::expand_workflow, arguments, item)
}

/// Makes the methods of an impl block a workflow's run, signals, queries and updates.
#[proc_macro_attribute]
pub fn workflow_methods(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(generate::expand_workflow_methods, arguments, item)
}

/// Makes an activity of a function.
#[proc_macro_attribute]
pub fn activity(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(generate::expand_activity, arguments, item)
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

/// The one way from the compiler's tokens to ours and back, so that everything behind it can be
/// tested without a compiler.
fn expand(
    macro_: fn(proc_macro2::TokenStream, proc_macro2::TokenStream) -> proc_macro2::TokenStream,
    arguments: TokenStream,
    item: TokenStream,
) -> TokenStream {
    macro_(arguments.into(), item.into()).into()
}
