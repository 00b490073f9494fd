//! Snapshots of expansions, so that a review sees what a change does to the code that users compile.
//! `UPDATE_EXPECT=1 cargo test -p durable-macros` writes them anew.

mod activity;
mod application_error;
mod lint;
mod test;
mod workflow;

use proc_macro2::TokenStream;

use crate::generate;

/// An expansion as it would be written in a file.
fn pretty(tokens: TokenStream) -> String {
    prettyplease::unparse(&syn::parse2(tokens).unwrap())
}

fn expand_activity(arguments: &str, item: &str) -> String {
    pretty(generate::expand_activity(arguments.parse().unwrap(), item.parse().unwrap(), None))
}

fn expand_test(arguments: &str, item: &str) -> String {
    pretty(generate::expand_test(arguments.parse().unwrap(), item.parse().unwrap()))
}

fn expand_workflow(arguments: &str, item: &str) -> String {
    pretty(generate::expand_workflow(arguments.parse().unwrap(), item.parse().unwrap()))
}

fn expand_workflow_methods(arguments: &str, item: &str) -> String {
    pretty(generate::expand_workflow_methods(
        arguments.parse().unwrap(),
        item.parse().unwrap(),
        None,
    ))
}
