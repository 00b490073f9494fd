//! The check at the beginning of an annotated function, which refuses a call from a workflow.

use quote::quote;
use syn::{ItemFn, Stmt};

use super::shared;
use crate::model::Activity;

/// Puts the question at the beginning of the function.
///
/// It stands behind the items of the body, of which lints want that they come first; they do nothing
/// when the function is called.
pub(super) fn refuse_in_workflows(model: &Activity, function: &mut ItemFn) {
    let Activity { private, item, name, inputs, .. } = model;
    let arguments = shared::names(inputs);
    let mut instead = format!("{}::execute(ctx", item.ident);
    for argument in &arguments {
        instead.push_str(", ");
        instead.push_str(&argument.to_string());
    }
    instead.push_str(").await");
    let private = private.path();
    let statement = quote!(#private::called_as_function(#name, #instead););
    let statements = &mut function.block.stmts;
    let is_item = |statement: &Stmt| matches!(statement, Stmt::Item(_));
    let place = statements.iter().position(|statement| !is_item(statement));
    let place = place.unwrap_or(statements.len());
    statements.insert(place, Stmt::Expr(syn::Expr::Verbatim(statement), None));
}
