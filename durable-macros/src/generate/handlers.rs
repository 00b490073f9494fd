//! The impl for a signal, query or update, by which a worker calls the user's method.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Ident;

use super::shared::{self, Definition};
use crate::model::{Handler, HandlerKind, Methods, Output, OutputKind, Validator};
use crate::runtime_path::Private;

/// The type that stands for the handler: a type of the runtime for the workflow and a number.
pub(super) fn marker(model: &Methods, handler: &Handler, place: Span) -> TokenStream {
    let (private, target) = (model.private.at(place), &model.target);
    let name = match handler.kind {
        HandlerKind::Signal => "Signal",
        HandlerKind::Query => "Query",
        HandlerKind::Update => "Update",
    };
    let (name, number) = (Ident::new(name, place), shared::number(&private, handler.number));
    quote_spanned!(place=> #private::#name<#target, #number>)
}

/// The trait of the handler, which the workflow implements.
fn definition(handler: &Handler) -> Definition {
    let name = match handler.kind {
        HandlerKind::Signal => "HandleSignal",
        HandlerKind::Query => "AnswerQuery",
        HandlerKind::Update => "HandleUpdate",
    };
    Definition::Handler(name, handler.number)
}

/// The span of items that mention several types of the handler.
pub(super) fn place(handler: &Handler) -> Span {
    shared::place(&handler.ident, &handler.inputs, &handler.output)
}

/// The impl of a handler with the user's method.
pub(super) fn handler(model: &Methods, handler: &Handler) -> TokenStream {
    let calls = match handler.kind {
        HandlerKind::Signal => signal(model, handler),
        HandlerKind::Query => query(model, handler),
        HandlerKind::Update => update(model, handler),
    };
    implementation(model, handler, &calls)
}

/// The impl of a handler: its name and its types, and the functions that call the user's methods.
pub(super) fn implementation(
    model: &Methods,
    handler: &Handler,
    calls: &TokenStream,
) -> TokenStream {
    let Methods { private, target, .. } = model;
    let Handler { kind, name, inputs, output, conditions, .. } = handler;
    let description = super::description::text(&handler.docs);
    let (place, definition) = (place(handler), definition(handler));
    let input_item = shared::input_item(&private.at(place), inputs);
    let (output_item, output_text) = if *kind == HandlerKind::Signal {
        (None, quote!("()"))
    } else {
        let output_text = shared::output_text(private, output, definition);
        (Some(shared::output_item(private, output)), output_text)
    };
    let head = shared::impl_head(private, definition, &quote!(#target), place);
    let parameters = shared::parameter_list(private, inputs);
    quote! {
        #(#conditions)*
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        #head {
            #input_item
            #output_item
            const FACTS: #private::HandlerFacts =
                #private::handler(#name, #parameters, #output_text, #description);
            #calls
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
    let place = place(handler);
    let private = &model.private.at(place);
    let taken = Taken::new(place);
    let Call { inputs, call } = call(model, handler, &taken);
    let Taken { state, context, input } = &taken;
    let input_type = shared::input_of(private, &handler.inputs, place, definition(handler));
    if handler.is_async {
        let body = quote!(::std::boxed::Box::pin(async move { #inputs #call.await; }));
        quote_spanned! {place=>
            fn handle_async(
                mut #context: #private::WorkflowContext<Self>,
                #input: #input_type,
            ) -> #private::LocalBoxFuture<'static, ()> {
                #body
            }
        }
    } else {
        let body = quote!(#inputs #call;);
        quote_spanned! {place=>
            fn handle(
                #state: &mut Self,
                #context: &mut #private::SyncWorkflowContext<Self>,
                #input: #input_type,
            ) {
                #body
            }
        }
    }
}

fn query(model: &Methods, handler: &Handler) -> TokenStream {
    let place = place(handler);
    let private = &model.private.at(place);
    let taken = Taken::new(place);
    let Call { inputs, call } = call(model, handler, &taken);
    let Taken { state, context, input } = &taken;
    let answer = converted(private, &handler.output, &call);
    let body = quote!(#inputs #answer);
    let input_type = shared::input_of(private, &handler.inputs, place, definition(handler));
    let output = result_of(private, handler, place);
    quote_spanned! {place=>
        fn answer(
            #state: &Self,
            #context: &#private::WorkflowContextView,
            #input: #input_type,
        ) -> #output {
            #body
        }
    }
}

fn update(model: &Methods, handler: &Handler) -> TokenStream {
    let place = place(handler);
    let private = &model.private.at(place);
    let validate = handler.validator.as_ref().map(|given| validate(model, handler, given));
    let taken = Taken::new(place);
    let Call { inputs, call } = call(model, handler, &taken);
    let Taken { state, context, input } = &taken;
    let input_type = shared::input_of(private, &handler.inputs, place, definition(handler));
    let output = result_of(private, handler, place);
    let handle = if handler.is_async {
        let result = converted(private, &handler.output, &quote!(#call.await));
        let body = quote!(::std::boxed::Box::pin(async move { #inputs #result }));
        quote_spanned! {place=>
            fn handle_async(
                mut #context: #private::WorkflowContext<Self>,
                #input: #input_type,
            ) -> #private::LocalBoxFuture<'static, #output> {
                #body
            }
        }
    } else {
        let result = converted(private, &handler.output, &call);
        let body = quote!(#inputs #result);
        quote_spanned! {place=>
            fn handle(
                #state: &mut Self,
                #context: &mut #private::SyncWorkflowContext<Self>,
                #input: #input_type,
            ) -> #output {
                #body
            }
        }
    };
    quote!(#validate #handle)
}

/// The return type of a handler with an output.
fn result_of(private: &Private, handler: &Handler, place: Span) -> TokenStream {
    let output = shared::output_of(private, &handler.output, place, definition(handler));
    let span = match handler.output.kind {
        OutputKind::Nothing => place,
        OutputKind::Any(_) | OutputKind::Result(_) => handler.output.span(),
    };
    let private = private.at(span);
    quote_spanned!(span=> ::core::result::Result<#output, #private::HandlerError>)
}

fn validate(model: &Methods, handler: &Handler, validator: &Validator) -> TokenStream {
    let Methods { private, target, .. } = model;
    let locals = shared::locals(&handler.inputs);
    let pattern = shared::input_value(private, &locals);
    let ident = &validator.ident;
    let Taken { state, context, input } = &Taken::new(ident.span());
    let input_type =
        shared::input_of(private, &handler.inputs, place(handler), definition(handler));
    let view = quote!(#private::WorkflowContextView);
    let given = shared::context(private, &validator.context, context, true, &view);
    let call = quote!(#target::#ident(#state, #given #(#locals),*));
    let result = converted(private, &validator.output, &call);
    quote! {
        const HAS_VALIDATOR: bool = true;

        fn validate(
            #state: &Self,
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
