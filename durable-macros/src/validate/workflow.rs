//! `#[workflow]`: the rules for a struct.

use proc_macro2::TokenStream;
use syn::{Data, DeriveInput};

use super::settings;
use crate::diagnostics::{Errors, err};
use crate::model::{Item, Workflow};
use crate::parse::{arguments, keys};

/// The model; `None` where the item is generic, so that nothing can be generated for it.
pub(crate) fn workflow(
    tokens: TokenStream,
    item: &DeriveInput,
    errors: &mut Errors,
) -> Option<Workflow> {
    let arguments = arguments::read(tokens, keys::WORKFLOW, errors);
    let has_queue = arguments.mention("queue");
    let annotation = settings::Annotation::new(arguments.settings);
    settings::check(&annotation.options, errors);
    let queue = settings::queue(annotation.queue, has_queue, "workflow", &item.ident, errors);
    let other = match &item.data {
        Data::Struct(_) => None,
        Data::Enum(data) => Some((data.enum_token.span, "an enum")),
        Data::Union(data) => Some((data.union_token.span, "a union")),
    };
    if let Some((span, kind)) = other {
        let message = format!(
            "`#[workflow]` goes on a struct, and this is {kind}; write a struct that has it as a field"
        );
        errors.push(syn::Error::new(span, message));
    }
    if !item.generics.params.is_empty() {
        errors.push(err!(
            item.generics,
            "a workflow cannot be generic, because the server knows it by one name; write the \
             concrete types"
        ));
        return None;
    }
    if let Some(clause) = &item.generics.where_clause {
        errors.push(err!(clause, "a workflow cannot have a where clause"));
    }
    Some(Workflow {
        private: annotation.private,
        item: Item {
            ident: item.ident.clone(),
            visibility: item.vis.clone(),
            docs: settings::attributes(&item.attrs, "doc"),
            conditions: settings::attributes(&item.attrs, "cfg"),
            deprecated: settings::attributes(&item.attrs, "deprecated"),
        },
        name: annotation.name.unwrap_or_else(|| settings::default_name(&item.ident)),
        queue,
        id: annotation.id,
        settings: annotation.options,
    })
}
