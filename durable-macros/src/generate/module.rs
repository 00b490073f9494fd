//! The form of an activity whose function is imported beside a module of its name:
//! `mod charge; pub use charge::charge;`. The module then stands for the type.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::shared;
use crate::model::{Activity, Item};

/// The type, under a name that is private to the module, so that an import of the function takes the
/// function alone. Others name it `charge::Activity`.
pub(super) fn hidden_type(
    item: &Item,
    annotated: &TokenStream,
    structure: &TokenStream,
) -> TokenStream {
    let Item { ident, visibility, conditions, .. } = item;
    let hidden = format_ident!("__{}", shared::unraw(ident));
    quote! {
        #(#conditions)*
        mod #hidden {
            #annotated
            #[allow(unreachable_pub)]
            pub #structure
        }
        #(#conditions)*
        #[allow(deprecated)]
        use #hidden::#ident;
        #(#conditions)*
        #[allow(deprecated, unused_imports)]
        #visibility use #hidden::#ident as Activity;
    }
}

/// The calls as functions of the module: `charge::execute` is one of them.
pub(super) fn functions(model: &Activity) -> TokenStream {
    let Activity { private, item, inputs, name, .. } = model;
    let private = private.path();
    let Item { ident, visibility, conditions, deprecated, .. } = item;
    let (ctx, parameters, names) =
        (shared::own("ctx"), shared::parameters(inputs), shared::names(inputs));
    let summary =
        format!(" Calls the activity `{name}` from a workflow, as the type's own function does.");
    let calls = [
        ("execute", quote!(#private::ActivityCall<'_, __W, #ident>)),
        ("start", quote!(#private::StartedActivity<'_, #ident>)),
        ("execute_local", quote!(#private::ActivityCall<'_, __W, #ident>)),
    ];
    let functions = calls.into_iter().map(|(name, returned)| {
        let function = Ident::new(name, ident.span());
        quote! {
            #(#conditions)*
            #[doc = #summary]
            #(#deprecated)*
            #[allow(dead_code, deprecated)]
            #visibility fn #function<__W: #private::Parent>(
                #ctx: &#private::WorkflowContext<__W>,
                #(#parameters),*
            ) -> #returned {
                #ident::#function(#ctx #(, #names)*)
            }
        }
    });
    quote!(#(#functions)*)
}
