//! The expansion of `#[activity]`: a type with the name of the function, by which workflows call it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::{contract, module, registration, shared};
use crate::model::Activity;
use crate::parse::types::Spanned as _;

pub(super) fn activity(model: &Activity) -> TokenStream {
    let Activity { private, item, .. } = model;
    let conditions = &item.conditions;
    let ty = activity_type(model);
    let functions = model.is_beside_module.then(|| module::functions(model));
    let calls = calls(model);
    let definition = definition(model);
    let executable = executable(model);
    let registration = registration::activity(private, &item.ident, model.is_declared);
    let contract = contract::activity(model);
    let block = private.block(quote!(#calls #definition #executable #registration #contract));
    quote! {
        #ty
        #functions
        #(#conditions)*
        #block
    }
}

/// The type. It is a braced struct, which lives in the type namespace only, beside the function.
pub(super) fn activity_type(model: &Activity) -> TokenStream {
    let Activity { item, name, queue, .. } = model;
    let (conditions, docs, deprecated) = (&item.conditions, &item.docs, &item.deprecated);
    let (visibility, ident) = (&item.visibility, &item.ident);
    let separator = (!docs.is_empty()).then(|| quote!(#[doc = ""]));
    let code = if model.is_declared {
        "It is served elsewhere."
    } else {
        "The function of the same name is its code."
    };
    let summary = format!(
        " The activity `{name}` of queue `{queue}`: `execute` and `start` call it from a workflow. \
         {code}"
    );
    // What rustc says of a private one then points at the function.
    let structure = quote_spanned!(ident.span()=> struct #ident {});
    let annotated = quote! {
        #(#docs)*
        #separator
        #[doc = #summary]
        #(#deprecated)*
        #[allow(non_camel_case_types, missing_copy_implementations, missing_debug_implementations)]
    };
    if model.is_beside_module {
        return module::hidden_type(item, &annotated, &structure);
    }
    quote!(#(#conditions)* #annotated #visibility #structure)
}

/// `execute`, `start` and `execute_local`.
fn calls(model: &Activity) -> TokenStream {
    let Activity { private, inputs, .. } = model;
    let input = shared::input_value(private, &shared::names(inputs));
    call_functions(model, &shared::parameters(inputs), &input)
}

/// The functions, with the given parameters and the input that is made of them.
pub(super) fn call_functions(
    model: &Activity,
    parameters: &[TokenStream],
    input: &TokenStream,
) -> TokenStream {
    let Activity { private, item, name, .. } = model;
    let (ident, ctx) = (&item.ident, shared::own("ctx"));
    let execute = format!(
        " Calls the activity `{name}` from a workflow, on its own queue and with its own options. \
         Awaiting the call schedules it and waits for the output; until then options can be set."
    );
    let start = format!(
        " Schedules the activity `{name}` at once, and leaves the waiting for later: for work that \
         goes on beside other work."
    );
    let local = format!(
        " Runs the activity `{name}` within the workflow's own worker, without a task of its own: \
         for short work of the same queue."
    );
    let at = |name: &str| Ident::new(name, ident.span());
    let (execute_fn, start_fn, local_fn) = (at("execute"), at("start"), at("execute_local"));
    let place = shared::place(ident, &model.inputs, &model.output);
    let here = private.at(place);
    let new = quote_spanned!(place=> #here::activity(#ctx, Self {}, #input));
    let started = quote_spanned!(place=> #new.start());
    let local_call = quote_spanned!(place=> #here::local_activity(#ctx, Self {}, #input));
    quote! {
        #[allow(dead_code, reason = "a worker may serve what this program does not call")]
        impl #ident {
            #[doc = #execute]
            #[track_caller]
            pub fn #execute_fn<__W>(
                #ctx: &#private::WorkflowContext<__W>,
                #(#parameters),*
            ) -> #private::ActivityCall<'_, __W, Self> {
                #new
            }

            #[doc = #start]
            #[track_caller]
            pub fn #start_fn<__W: #private::Parent>(
                #ctx: &#private::WorkflowContext<__W>,
                #(#parameters),*
            ) -> #private::StartedActivity<'_, Self> {
                #started
            }

            #[doc = #local]
            #[track_caller]
            pub fn #local_fn<__W>(
                #ctx: &#private::WorkflowContext<__W>,
                #(#parameters),*
            ) -> #private::ActivityCall<'_, __W, Self> {
                #local_call
            }
        }
    }
}

/// The name, queue, types and options.
pub(super) fn definition(model: &Activity) -> TokenStream {
    let Activity { private, item, name, queue, settings, inputs, output, .. } = model;
    let ident = &item.ident;
    let place = shared::place(ident, inputs, output);
    let head = shared::impl_head(private, "ActivityDefinition", &quote!(#ident), place);
    let activity_head = shared::impl_head(private, "Activity", &quote!(#ident), place);
    let input_item = shared::input_item(&private.at(place), inputs);
    let output_item = shared::output_item(private, output);
    let output_text = shared::output_text(private, output, "ActivityDefinition");
    let parameters = shared::parameter_list(private, inputs);
    let source = shared::source(private);
    let options = (!settings.is_empty()).then(|| {
        let options = shared::options(private, "ActivityOptions", settings);
        quote! {
            fn options() -> #private::ActivityOptions {
                #options
            }
        }
    });
    let dependencies = dependencies(model);
    let types = shared::types(inputs);
    let arguments = quote_spanned!(place=> type Arguments = (#(#types,)*););
    quote! {
        #[automatically_derived]
        #head {
            #input_item
            #output_item

            fn name(&self) -> &str {
                <Self as #private::Activity>::NAME
            }
        }

        impl #private::Sealed for #ident {}

        #[automatically_derived]
        #activity_head {
            const FACTS: #private::ActivityFacts =
                #private::activity_facts(#name, #queue, #parameters, #output_text, #source);
            #arguments
            #options
            #dependencies
        }
    }
}

fn dependencies(model: &Activity) -> Option<TokenStream> {
    let private = &model.private;
    let types = &model.injected;
    let dependencies = types.iter().map(|ty| {
        let private = private.at(ty.span());
        quote_spanned!(ty.span()=> <#ty as #private::FromWorker>::dependency())
    });
    (!types.is_empty()).then(|| {
        quote! {
            fn dependencies() -> ::std::vec::Vec<#private::ActivityDependency> {
                #private::dependencies([#(#dependencies),*])
            }
        }
    })
}

/// The future that a worker runs: the call of the function, boxed.
fn future(model: &Activity, dependencies: &Ident, context: &Ident, input: &Ident) -> TokenStream {
    let Activity { private, item, inputs, .. } = model;
    let ident = &item.ident;
    let locals = shared::locals(inputs);
    let pattern = shared::input_value(private, &locals);
    let injected = shared::injected(private, &model.injected, context, dependencies);
    let arguments = injected.iter().map(|(variable, _)| variable);
    let call = quote!(#ident(#(#arguments,)* #(#locals),*));
    let statements = injected.iter().map(|(variable, value)| quote!(let #variable = #value;));
    let run = run(model, &call);
    // What rustc says of a future that cannot be sent then points at the function; and as it is of
    // the expansion, no lint of the user's speaks of it.
    let span = ident.span().resolved_at(Span::call_site());
    quote_spanned! {span=>
        ::std::boxed::Box::pin(async move {
            #(#statements)*
            let #pattern = #input;
            #run
        })
    }
}

/// The impl by which a worker runs it.
fn executable(model: &Activity) -> TokenStream {
    let Activity { private, item, inputs, .. } = model;
    let ident = &item.ident;
    let place = shared::place(ident, inputs, &model.output);
    let (dependencies, context, input) =
        (shared::own("__dependencies"), shared::own("__context"), shared::own("__input"));
    let future = if model.is_declared {
        quote!(#private::not_mocked(<Self as #private::Activity>::NAME))
    } else {
        future(model, &dependencies, &context, &input)
    };
    let here = private.at(place);
    let [input_type, output_type] = ["Input", "Output"].map(|name| {
        let name = Ident::new(name, place);
        quote_spanned!(place=> <Self as #here::ActivityDefinition>::#name)
    });
    let head = shared::impl_head(private, "ExecutableActivity", &quote!(#ident), place);
    let private = private.at(place);
    let execute = quote_spanned! {place=>
        fn execute(
            #dependencies: ::core::option::Option<::std::sync::Arc<Self::Implementer>>,
            #context: #private::SdkActivityContext,
            #input: #input_type,
        ) -> #private::BoxFuture<
            'static,
            ::core::result::Result<#output_type, #private::ActivityError>,
        > {
            #future
        }
    };
    quote! {
        #[automatically_derived]
        #head {
            type Implementer = #private::Dependencies;
            const REQUIRES_INSTANCE: bool = true;

            fn definition() -> Self {
                Self {}
            }

            #execute
        }
    }
}

/// The call, waited for and made a `Result` of.
fn run(model: &Activity, call: &TokenStream) -> TokenStream {
    let private = &model.private;
    let value = if model.is_async {
        quote!(#call.await)
    } else {
        quote!(#private::blocking(move || #call).await)
    };
    shared::result(private, &model.output, &value, "activity_result")
}
