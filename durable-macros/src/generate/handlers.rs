//! The type that stands for a signal, query or update, and how a worker calls the user's method.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned as _;

use super::shared;
use crate::model::{Context, Handler, HandlerKind, Methods, OutputKind, Validator};
use crate::runtime_path::Private;

/// The type that stands for the handler.
///
/// It names the workflow, because a type is as private as what it names: a private workflow's handlers
/// may then mention the private types beside it.
pub(super) fn marker(model: &Methods, handler: &Handler) -> TokenStream {
    let (name, target) = (marker_name(handler), &model.target);
    quote!(#name<#target>)
}

/// The value of the type.
pub(super) fn marker_value(handler: &Handler) -> TokenStream {
    let name = marker_name(handler);
    quote!(#name(::core::marker::PhantomData))
}

/// The name of the type. It stands among names that the user's signatures mention, so it is one that
/// nobody writes.
fn marker_name(handler: &Handler) -> Ident {
    let name = format!("__{}_{}", handler.kind.word(), shared::unraw(&handler.ident));
    Ident::new(&name, handler.ident.span().resolved_at(shared::span()))
}

/// The type with all its impls.
pub(super) fn handler(model: &Methods, handler: &Handler) -> TokenStream {
    let conditions = &handler.conditions;
    let ty = marker_type(handler);
    let definition = definition(model, handler);
    let calls = match handler.kind {
        HandlerKind::Signal => signal(model, handler),
        HandlerKind::Query => query(model, handler),
        HandlerKind::Update => update(model, handler),
    };
    quote!(#ty #definition #(#conditions)* #calls)
}

pub(super) fn marker_type(handler: &Handler) -> TokenStream {
    let (conditions, name) = (&handler.conditions, marker_name(handler));
    quote! {
        #(#conditions)*
        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        pub struct #name<W>(::core::marker::PhantomData<fn() -> W>);
    }
}

pub(super) fn definition(model: &Methods, handler: &Handler) -> TokenStream {
    let Methods { private, target, .. } = model;
    let Handler { kind, name, inputs, output, conditions, .. } = handler;
    let marker = marker(model, handler);
    let description = super::description::constant(&handler.docs);
    let place = shared::place(&handler.ident, inputs, output);
    let input_item = shared::input_item(&private.at(place), inputs);
    let (definition, output_item) = match kind {
        HandlerKind::Signal => ("SignalDefinition", None),
        HandlerKind::Query => ("QueryDefinition", Some(shared::output_item(private, output))),
        HandlerKind::Update => ("UpdateDefinition", Some(shared::output_item(private, output))),
    };
    let head = shared::impl_head(private, definition, &marker, place);
    let definition = format_ident!("{definition}");
    let assertions = shared::assertions(private, inputs);
    let output_text = &output.text;
    let parameters = shared::parameter_list(private, inputs);
    quote! {
        #(#conditions)*
        #[automatically_derived]
        #head {
            type Workflow = #target;
            #input_item
            #output_item

            fn name(&self) -> &str {
                <Self as #private::Handler>::NAME
            }
        }

        #(#conditions)*
        #[automatically_derived]
        impl #private::Handler for #marker {
            type Inputs = <Self as #private::#definition>::Input;
            #description
            const NAME: &'static str = #name;
            #parameters
            const OUTPUT: &'static str = #output_text;
        }

        #assertions
    }
}

/// A call of the user's method, with what it takes.
struct Call {
    /// The statement that takes the input apart.
    inputs: TokenStream,
    call: TokenStream,
}

/// `context` is an expression of the reference that the method takes.
fn call(model: &Methods, handler: &Handler, context: Option<TokenStream>) -> Call {
    let locals = shared::locals(&handler.inputs);
    let pattern = shared::input_value(&model.private, &locals);
    let (target, ident) = (&model.target, &handler.ident);
    let state = (!handler.is_async).then(|| quote!(__state,));
    let context = context.filter(|_| handler.context != Context::None);
    Call {
        inputs: quote!(let #pattern = __input;),
        call: quote!(#target::#ident(#state #context #(#locals),*)),
    }
}

fn signal(model: &Methods, handler: &Handler) -> TokenStream {
    let Methods { private, target, .. } = model;
    let place = shared::place(&handler.ident, &handler.inputs, &handler.output);
    let private = &private.at(place);
    let input_type = shared::input_type(private, &handler.inputs);
    let marker = marker(model, handler);
    if handler.is_async {
        let Call { inputs, call } = call(model, handler, asynchronous_context(handler));
        let body = quote!(::std::boxed::Box::pin(async move { #inputs #call.await; }));
        let head = shared::impl_head(private, "HandleSignalAsync", &marker, place);
        let handle = quote_spanned! {place=>
            fn handle(
                mut __context: #private::WorkflowContext<#target>,
                __input: #input_type,
            ) -> #private::LocalBoxFuture<'static, ()> {
                #body
            }
        };
        return quote! {
            #[automatically_derived]
            #head {
                #handle
            }
        };
    }
    let Call { inputs, call } = call(model, handler, Some(quote!(__context,)));
    let body = quote!(#inputs #call;);
    let head = shared::impl_head(private, "HandleSignal", &marker, place);
    let handle = quote_spanned! {place=>
        fn handle(
            __state: &mut #target,
            __context: &mut #private::SyncWorkflowContext<#target>,
            __input: #input_type,
        ) {
            #body
        }
    };
    quote! {
        #[automatically_derived]
        #head {
            #handle
        }
    }
}

fn query(model: &Methods, handler: &Handler) -> TokenStream {
    let Methods { private, target, .. } = model;
    let place = shared::place(&handler.ident, &handler.inputs, &handler.output);
    let private = &private.at(place);
    let input_type = shared::input_type(private, &handler.inputs);
    let output_type = shared::output_type(private, &handler.output);
    let marker = marker(model, handler);
    let Call { inputs, call } = call(model, handler, Some(quote!(__context,)));
    let answer = fallible(private, &handler.output.kind, &call);
    let body = quote!(#inputs #answer);
    let head = shared::impl_head(private, "AnswerQuery", &marker, place);
    let handle = quote_spanned! {place=>
        fn answer(
            __state: &#target,
            __context: &#private::WorkflowContextView,
            __input: #input_type,
        ) -> ::core::result::Result<#output_type, #private::HandlerError> {
            #body
        }
    };
    quote! {
        #[automatically_derived]
        #head {
            #handle
        }
    }
}

fn update(model: &Methods, handler: &Handler) -> TokenStream {
    let Methods { private, target, .. } = model;
    let place = shared::place(&handler.ident, &handler.inputs, &handler.output);
    let private = &private.at(place);
    let input_type = shared::input_type(private, &handler.inputs);
    let output_type = shared::output_type(private, &handler.output);
    let marker = marker(model, handler);
    let conditions = &handler.conditions;
    let validate = validator(model, handler, &marker, place);
    if handler.is_async {
        let Call { inputs, call } = call(model, handler, asynchronous_context(handler));
        let result = fallible(private, &handler.output.kind, &quote!(#call.await));
        let body = quote!(::std::boxed::Box::pin(async move { #inputs #result }));
        let head = shared::impl_head(private, "HandleUpdateAsync", &marker, place);
        let handle = quote_spanned! {place=>
            fn handle(
                mut __context: #private::WorkflowContext<#target>,
                __input: #input_type,
            ) -> #private::LocalBoxFuture<
                'static,
                ::core::result::Result<#output_type, #private::HandlerError>,
            > {
                #body
            }
        };
        return quote! {
            #validate

            #(#conditions)*
            #[automatically_derived]
            #head {
                #handle
            }
        };
    }
    let Call { inputs, call } = call(model, handler, Some(quote!(__context,)));
    let result = fallible(private, &handler.output.kind, &call);
    let body = quote!(#inputs #result);
    let head = shared::impl_head(private, "HandleUpdate", &marker, place);
    let handle = quote_spanned! {place=>
        fn handle(
            __state: &mut #target,
            __context: &mut #private::SyncWorkflowContext<#target>,
            __input: #input_type,
        ) -> ::core::result::Result<#output_type, #private::HandlerError> {
            #body
        }
    };
    quote! {
        #validate

        #(#conditions)*
        #[automatically_derived]
        #head {
            #handle
        }
    }
}

/// Every update has the trait of a validator, whose defaults stand for none.
fn validator(model: &Methods, handler: &Handler, marker: &TokenStream, place: Span) -> TokenStream {
    let validate = handler.validator.as_ref().map(|given| validate(model, handler, given));
    let head = shared::impl_head(&model.private, "ValidateUpdate", marker, place);
    quote! {
        #[automatically_derived]
        #head {
            #validate
        }
    }
}

fn asynchronous_context(handler: &Handler) -> Option<TokenStream> {
    shared::context(handler.context, &format_ident!("__context"))
}

fn validate(model: &Methods, handler: &Handler, validator: &Validator) -> TokenStream {
    let Methods { private, target, .. } = model;
    let input_type = shared::input_type(private, &handler.inputs);
    let locals = shared::locals(&handler.inputs);
    let pattern = shared::input_value(private, &locals);
    let ident = &validator.ident;
    let context = (validator.context != Context::None).then(|| quote!(__context,));
    let call = quote!(#target::#ident(__state, #context #(#locals),*));
    let result = converted(private, &call, ident.span());
    quote! {
        const HAS_VALIDATOR: bool = true;

        fn validate(
            __state: &#target,
            __context: &#private::WorkflowContextView,
            __input: &#input_type,
        ) -> ::core::result::Result<(), #private::HandlerError> {
            let #pattern = __input;
            #result
        }
    }
}

/// The call as a `Result` with the SDK's error.
fn fallible(private: &Private, output: &OutputKind, call: &TokenStream) -> TokenStream {
    match output {
        OutputKind::Result(ty) => converted(private, call, ty.span()),
        OutputKind::Plain(_) | OutputKind::Nothing => quote!(::core::result::Result::Ok(#call)),
    }
}

/// Method resolution picks the conversion of the error; see `FromActivityError` in the runtime.
fn converted(private: &Private, call: &TokenStream, span: Span) -> TokenStream {
    // Of the expansion, so that no lint of the user's speaks of it.
    let convert = quote_spanned! {span.resolved_at(Span::call_site())=>
        |__error| (&__error).handler_error_kind().make(__error)
    };
    quote! {
        #[allow(unused_imports)]
        use #private::{ActivityErrorKind as _, OtherErrorKind as _};
        #call.map_err(#convert)
    }
}
