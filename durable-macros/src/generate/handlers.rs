//! The type that stands for a signal, query or update, and how a worker calls the user's method.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Ident;

use super::shared;
use crate::model::{Handler, HandlerKind, Methods, Output, OutputKind, Validator};
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
    let description = super::description::text(&handler.docs);
    let place = shared::place(&handler.ident, inputs, output);
    let input_item = shared::input_item(&private.at(place), inputs);
    let (definition, output_item) = match kind {
        HandlerKind::Signal => ("SignalDefinition", None),
        HandlerKind::Query => ("QueryDefinition", Some(shared::output_item(private, output))),
        HandlerKind::Update => ("UpdateDefinition", Some(shared::output_item(private, output))),
    };
    let inputs_type = shared::input_of(private, inputs, place, definition);
    let head = shared::impl_head(private, definition, &marker, place);
    let here = private.at(place);
    let name_of = quote_spanned!(place=> <Self as #here::Handler>::NAME);
    let inputs_place = shared::input_place(inputs, place);
    let inputs_item = quote_spanned!(inputs_place=> type Inputs = #inputs_type;);
    let handler_head = shared::impl_head(private, "Handler", &marker, place);
    let output_text = match kind {
        HandlerKind::Signal => quote!("()"),
        HandlerKind::Query => shared::output_text(private, output, "QueryDefinition"),
        HandlerKind::Update => shared::output_text(private, output, "UpdateDefinition"),
    };
    let parameters = shared::parameter_list(private, inputs);
    quote! {
        #(#conditions)*
        #[automatically_derived]
        #head {
            type Workflow = #target;
            #input_item
            #output_item

            fn name(&self) -> &str {
                #name_of
            }
        }

        #(#conditions)*
        #[automatically_derived]
        #handler_head {
            #inputs_item
            const FACTS: #private::HandlerFacts =
                #private::handler(#name, #parameters, #output_text, #description);
        }
    }
}

/// The names of what the generated methods take. They are hygienic: whatever macro passed the user's
/// method on, the name of a parameter and its uses are one.
struct Taken {
    state: Ident,
    context: Ident,
    input: Ident,
}

impl Taken {
    fn new(place: Span) -> Self {
        let [state, context, input] =
            ["__state", "__context", "__input"].map(|name| shared::own_at(name, place));
        Self { state, context, input }
    }
}

/// A call of the user's method, with what it takes.
struct Call {
    /// The statement that takes the input apart.
    inputs: TokenStream,
    call: TokenStream,
}

fn call(model: &Methods, handler: &Handler, taken: &Taken) -> Call {
    let Methods { private, target, .. } = model;
    let Taken { state, context, input } = taken;
    let locals = shared::locals(&handler.inputs);
    let pattern = shared::input_value(private, &locals);
    let ident = &handler.ident;
    let state = (!handler.is_async).then(|| quote!(#state,));
    let ty = match handler.kind {
        HandlerKind::Query => quote!(#private::WorkflowContextView),
        _ if handler.is_async => quote!(#private::WorkflowContext<#target>),
        _ => quote!(#private::SyncWorkflowContext<#target>),
    };
    let is_reference = !handler.is_async;
    let context = shared::context(private, &handler.context, context, is_reference, &ty);
    Call {
        inputs: quote!(let #pattern = #input;),
        call: quote!(#target::#ident(#state #context #(#locals),*)),
    }
}

fn signal(model: &Methods, handler: &Handler) -> TokenStream {
    let Methods { private, target, .. } = model;
    let place = shared::place(&handler.ident, &handler.inputs, &handler.output);
    let private = &private.at(place);
    let marker = marker(model, handler);
    let taken = Taken::new(place);
    let Call { inputs, call } = call(model, handler, &taken);
    let Taken { state, context, input } = &taken;
    let input_type = shared::input_of(private, &handler.inputs, place, "SignalDefinition");
    let (name, handle) = if handler.is_async {
        let body = quote!(::std::boxed::Box::pin(async move { #inputs #call.await; }));
        let handle = quote_spanned! {place=>
            fn handle(
                mut #context: #private::WorkflowContext<#target>,
                #input: #input_type,
            ) -> #private::LocalBoxFuture<'static, ()> {
                #body
            }
        };
        ("HandleSignalAsync", handle)
    } else {
        let body = quote!(#inputs #call;);
        let handle = quote_spanned! {place=>
            fn handle(
                #state: &mut #target,
                #context: &mut #private::SyncWorkflowContext<#target>,
                #input: #input_type,
            ) {
                #body
            }
        };
        ("HandleSignal", handle)
    };
    implementation(private, name, &marker, place, &handle)
}

fn query(model: &Methods, handler: &Handler) -> TokenStream {
    let Methods { private, target, .. } = model;
    let place = shared::place(&handler.ident, &handler.inputs, &handler.output);
    let private = &private.at(place);
    let marker = marker(model, handler);
    let taken = Taken::new(place);
    let Call { inputs, call } = call(model, handler, &taken);
    let Taken { state, context, input } = &taken;
    let answer = converted(private, &handler.output, &call);
    let body = quote!(#inputs #answer);
    let input_type = shared::input_of(private, &handler.inputs, place, "QueryDefinition");
    let output = result_of(private, handler, place, "QueryDefinition");
    let handle = quote_spanned! {place=>
        fn answer(
            #state: &#target,
            #context: &#private::WorkflowContextView,
            #input: #input_type,
        ) -> #output {
            #body
        }
    };
    implementation(private, "AnswerQuery", &marker, place, &handle)
}

fn update(model: &Methods, handler: &Handler) -> TokenStream {
    let Methods { private, target, .. } = model;
    let place = shared::place(&handler.ident, &handler.inputs, &handler.output);
    let private = &private.at(place);
    let marker = marker(model, handler);
    let conditions = &handler.conditions;
    let validate = validator(model, handler, &marker, place);
    let taken = Taken::new(place);
    let Call { inputs, call } = call(model, handler, &taken);
    let Taken { state, context, input } = &taken;
    let input_type = shared::input_of(private, &handler.inputs, place, "UpdateDefinition");
    let output = result_of(private, handler, place, "UpdateDefinition");
    let (name, handle) = if handler.is_async {
        let result = converted(private, &handler.output, &quote!(#call.await));
        let body = quote!(::std::boxed::Box::pin(async move { #inputs #result }));
        let handle = quote_spanned! {place=>
            fn handle(
                mut #context: #private::WorkflowContext<#target>,
                #input: #input_type,
            ) -> #private::LocalBoxFuture<'static, #output> {
                #body
            }
        };
        ("HandleUpdateAsync", handle)
    } else {
        let result = converted(private, &handler.output, &call);
        let body = quote!(#inputs #result);
        let handle = quote_spanned! {place=>
            fn handle(
                #state: &mut #target,
                #context: &mut #private::SyncWorkflowContext<#target>,
                #input: #input_type,
            ) -> #output {
                #body
            }
        };
        ("HandleUpdate", handle)
    };
    let implementation = implementation(private, name, &marker, place, &handle);
    quote!(#validate #(#conditions)* #implementation)
}

/// The impl of a trait that has one method.
fn implementation(
    private: &Private,
    name: &str,
    marker: &TokenStream,
    place: Span,
    method: &TokenStream,
) -> TokenStream {
    let head = shared::impl_head(private, name, marker, place);
    quote! {
        #[automatically_derived]
        #head {
            #method
        }
    }
}

/// The return type of a handler with an output.
fn result_of(private: &Private, handler: &Handler, place: Span, definition: &str) -> TokenStream {
    let output = shared::output_of(private, &handler.output, place, definition);
    let span = match handler.output.kind {
        OutputKind::Nothing => place,
        OutputKind::Any(_) | OutputKind::Result(_) => handler.output.span(),
    };
    let private = private.at(span);
    quote_spanned!(span=> ::core::result::Result<#output, #private::HandlerError>)
}

/// Every update has the trait of a validator, whose defaults stand for none.
fn validator(model: &Methods, handler: &Handler, marker: &TokenStream, place: Span) -> TokenStream {
    let validate = handler.validator.as_ref().map(|given| validate(model, handler, given));
    let validate = validate.unwrap_or_default();
    implementation(&model.private, "ValidateUpdate", marker, place, &validate)
}

fn validate(model: &Methods, handler: &Handler, validator: &Validator) -> TokenStream {
    let Methods { private, target, .. } = model;
    let locals = shared::locals(&handler.inputs);
    let pattern = shared::input_value(private, &locals);
    let ident = &validator.ident;
    let Taken { state, context, input } = &Taken::new(ident.span());
    let place = shared::place(&handler.ident, &handler.inputs, &handler.output);
    let input_type = shared::input_of(private, &handler.inputs, place, "UpdateDefinition");
    let view = quote!(#private::WorkflowContextView);
    let given = shared::context(private, &validator.context, context, true, &view);
    let call = quote!(#target::#ident(#state, #given #(#locals),*));
    let result = converted(private, &validator.output, &call);
    quote! {
        const HAS_VALIDATOR: bool = true;

        fn validate(
            #state: &#target,
            #context: &#view,
            #input: &#input_type,
        ) -> ::core::result::Result<(), #private::HandlerError> {
            let #pattern = #input;
            #result
        }
    }
}

/// The value of a call as a `Result` with the SDK's error. Method resolution picks the conversion; see
/// `FromActivityError` in the runtime.
fn converted(private: &Private, output: &Output, call: &TokenStream) -> TokenStream {
    let result = shared::into_result(private, output, call);
    if let OutputKind::Nothing = output.kind {
        return result;
    }
    // Of the expansion, so that no lint of the user's speaks of it.
    let span = output.span().resolved_at(Span::call_site());
    let error = shared::own_at("error", span);
    let output = shared::own_at("output", span);
    let convert = quote_spanned!(span=> (&#error).handler_error_kind().make(#error));
    quote! {
        match #result {
            ::core::result::Result::Ok(#output) => ::core::result::Result::Ok(#output),
            ::core::result::Result::Err(#error) => ::core::result::Result::Err(#convert),
        }
    }
}
