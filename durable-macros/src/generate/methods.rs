//! The expansion of `#[workflow_methods]`: functions by which callers start the workflow, and code by
//! which a worker runs it.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Ident;

use super::{children, contract, handle, handlers, named, registration, shared};
use crate::model::{GENERATED, Handler, HandlerKind, Init, Input, Methods, OutputKind, Run};
use crate::parse::types::Spanned as _;
use crate::runtime_path::Private;

pub(super) fn methods(model: &Methods) -> TokenStream {
    let conditions = &model.conditions;
    let starts = starts(model, inputs(model));
    let definition = definition(model);
    let code = code(model);
    let handlers = model.handlers.iter().map(|handler| handlers::handler(model, handler));
    let handle = handle::methods(model);
    let registration = registration::workflow(&model.private, &model.target, false);
    let contract = contract::methods(model, inputs(model));
    let block = model.private.block(quote! {
        #starts #definition #code #(#handlers)* #handle #registration #contract
    });
    quote!(#(#conditions)* #block)
}

/// The workflow's inputs, which one of `#[init]` and `#[run]` takes.
pub(super) fn inputs(model: &Methods) -> &[Input] {
    let init = model.init.as_ref().map_or(&[][..], |init| &init.inputs);
    if init.is_empty() { &model.run.inputs } else { init }
}

fn place(model: &Methods) -> Span {
    let Methods { run, target, .. } = model;
    match (inputs(model), &run.output.kind) {
        ([input], OutputKind::Nothing) => input.ty.span(),
        ([], OutputKind::Any(_) | OutputKind::Result(_)) => run.output.span(),
        _ => target.span(),
    }
}

/// The span of items that mention the inputs alone: the type of the input if there is one.
fn input_place(model: &Methods) -> Span {
    shared::input_place(inputs(model), place(model))
}

/// The functions of [`GENERATED`], but for those that the user has written.
pub(super) fn starts(model: &Methods, inputs: &[Input]) -> TokenStream {
    let Methods { private, target, taken, .. } = model;
    let parameters = shared::parameters(inputs);
    let value = shared::input_value(private, &shared::names(inputs));
    let (client, delay, id) =
        (shared::own("client"), shared::own("delay"), shared::own("workflow_id"));
    let here = private.at(place(model));
    let new = quote_spanned!(place(model)=> #here::start(#client, #value));
    let delayed = quote_spanned!(place(model)=> #here::start(#client, #value).start_delay(#delay));
    let start = quote! {
        /// Starts the workflow on its queue. Awaiting it gives the handle; until then options
        /// can be set. The id comes from the annotation's template, or is a UUID.
        pub fn start(#client: &#private::Client, #(#parameters),*) -> #private::StartCall<Self> {
            #new
        }
    };
    let execute = quote! {
        /// Starts the workflow like `start`; awaiting it waits for the workflow's output.
        pub fn execute(#client: &#private::Client, #(#parameters),*) -> #private::ExecuteCall<Self> {
            #new
        }
    };
    let schedule = quote! {
        /// Starts the workflow like `start`, with its first task after `delay`.
        pub fn schedule(
            #client: &#private::Client,
            #(#parameters,)*
            #delay: ::core::time::Duration,
        ) -> #private::StartCall<Self> {
            #delayed
        }
    };
    let handle = quote! {
        /// A handle of the workflow of this id. The server is not asked.
        #[must_use]
        pub fn handle(
            #client: &#private::Client,
            #id: impl ::core::convert::Into<::std::string::String>,
        ) -> <Self as #private::HasHandle>::Handle {
            #private::handle::<Self>(#client, #id)
        }
    };
    let children = children::functions(model, &parameters, &value, place(model));
    let all = [start, execute, schedule, handle].into_iter().chain(children);
    let all = GENERATED.into_iter().zip(all);
    let free = all.filter(|(name, _)| !taken.contains(name)).map(|(_, function)| function);
    quote! {
        #[allow(dead_code, reason = "a worker may serve what this program does not call")]
        #[cfg_attr(clippy, allow(clippy::too_many_arguments, reason = "a client and a delay join the inputs"))]
        impl #target { #(#free)* }
    }
}

pub(super) fn definition(model: &Methods) -> TokenStream {
    let Methods { private, target, run, .. } = model;
    let inputs = inputs(model);
    let input_item = shared::input_item(&private.at(place(model)), inputs);
    let output_item = shared::output_item(private, &run.output);
    let head = |name| shared::impl_head(private, name, &quote!(#target), place(model));
    let (head, workflow) = (head("WorkflowDefinition"), head("Workflow"));
    let with_methods = named::with_methods(model, inputs, place(model), input_place(model));
    let base_workflow = base_workflow(model);
    let arguments = shared::types(inputs);
    let arguments = quote_spanned!(input_place(model)=> type Arguments = (#(#arguments,)*););
    let output_text = shared::output_text(private, &run.output, "WorkflowDefinition");
    let parameters = shared::parameter_list(private, inputs);
    quote! {
        #[automatically_derived]
        #head {
            #input_item
            #output_item

            fn name(&self) -> &str {
                #private::workflow_name::<Self>()
            }
        }

        #with_methods

        #[automatically_derived]
        impl #private::HasWorkflowDefinition for #target {
            type Run = Self;
        }

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        #workflow {
            #arguments
            const SIGNATURE: #private::Signature =
                #private::signature(#parameters, #output_text);
        }

        #base_workflow
    }
}

/// `impl BaseWorkflow<Order, Receipt> for OrderWorkflow`. All that it does is in the trait.
fn base_workflow(model: &Methods) -> TokenStream {
    let Methods { private, target, run, .. } = model;
    let value = match shared::types(inputs(model)).as_slice() {
        [only] => quote!(#only),
        several => quote!((#(#several),*)),
    };
    let output = shared::output_of(private, &run.output, place(model), "WorkflowDefinition");
    let here = private.at(place(model));
    quote_spanned! {place(model)=>
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #here::BaseWorkflow<#value, #output> for #target {}
    }
}

fn of_kind(handlers: &[Handler], kind: HandlerKind) -> impl Iterator<Item = &Handler> {
    handlers.iter().filter(move |handler| handler.kind == kind)
}

/// The tables of the handlers: the arguments of `code`.
pub(super) struct Tables {
    pub(super) signals: TokenStream,
    pub(super) queries: TokenStream,
    pub(super) updates: TokenStream,
}

pub(super) fn tables(model: &Methods, is_declared: bool) -> Tables {
    let private = &model.private;
    let table = |kind, ty: &str| {
        let ty = format_ident!("{ty}");
        let handlers = of_kind(&model.handlers, kind).map(|handler| {
            let conditions = &handler.conditions;
            let constructor = match handler.is_async {
                _ if is_declared => quote!(declared),
                true => quote!(asynchronous),
                false => quote!(plain),
            };
            let place = handlers::place(handler);
            let here = private.at(place);
            let number = shared::number(&here, handler.number);
            let entry = quote_spanned!(place=> #here::#ty::#constructor::<Self, #number>());
            quote!(#(#conditions)* #entry)
        });
        quote!(&[#(#handlers),*])
    };
    Tables {
        signals: table(HandlerKind::Signal, "SignalHandler"),
        queries: table(HandlerKind::Query, "QueryHandler"),
        updates: table(HandlerKind::Update, "UpdateHandler"),
    }
}

fn code(model: &Methods) -> TokenStream {
    let Methods { private, target, init, .. } = model;
    let has_init = init.is_some();
    let init_takes_input = init.as_ref().is_some_and(|init| !init.inputs.is_empty());
    let Tables { signals, queries, updates } = tables(model, false);
    let (init, run) = (init_call(model), run_call(model, &model.run));
    let (context, given) = (shared::own("__context"), shared::own("__input"));
    let input = shared::input_of(private, inputs(model), place(model), "WorkflowDefinition");
    let input = quote_spanned!(place(model)=> ::core::option::Option<#input>);
    let output = shared::output_of(private, &model.run.output, place(model), "WorkflowDefinition");
    let run = quote!(::std::boxed::Box::pin(async move { #run }));
    let place = place(model);
    let private = &private.at(place);
    let of = quote!(#target);
    let head = shared::impl_head(private, "WorkflowCode", &of, place);
    let init = quote_spanned! {place=>
        fn init(#context: &#private::WorkflowContextView, #given: #input) -> Self {
            #init
        }
    };
    let run = quote_spanned! {place=>
        fn run(
            mut #context: #private::WorkflowContext<Self>,
            #given: #input,
        ) -> #private::LocalBoxFuture<
            'static,
            ::core::result::Result<#output, #private::WorkflowTermination>,
        > {
            #run
        }
    };
    quote! {
        #[automatically_derived]
        #head {
            const CODE: #private::CodeFacts =
                #private::code(#has_init, #init_takes_input, #signals, #queries, #updates);

            fn serialized(&self) -> #private::Serialized {
                (&#private::StateOf(self)).serialized()
            }

            #init
            #run
        }
    }
}

fn init_call(model: &Methods) -> TokenStream {
    let Methods { private, target, .. } = model;
    let Some(Init { ident, context, inputs }) = &model.init else {
        return quote!(<#target as #private::DefaultState>::default_state());
    };
    let view = quote!(#private::WorkflowContextView);
    let context = shared::context(private, context, &shared::own("__context"), true, &view);
    let (given, names) = given(private, inputs);
    quote!(#given #target::#ident(#context #(#names),*))
}

fn run_call(model: &Methods, run: &Run) -> TokenStream {
    let Methods { private, target, .. } = model;
    let ident = &run.ident;
    let expected = quote!(#private::WorkflowContext<#target>);
    let context = shared::own("__context");
    let context = shared::context(private, &run.context, &context, false, &expected);
    let (given, names) = given(private, &run.inputs);
    let call = quote!(#target::#ident(#context #(#names),*).await);
    let result = shared::result(private, &run.output, &call, "run_result");
    quote!(#given #result)
}

/// The statement that takes the inputs apart, where there are any, and the variables that it makes.
fn given(private: &Private, inputs: &[Input]) -> (Option<TokenStream>, Vec<Ident>) {
    let locals = shared::locals(inputs);
    let pattern = shared::input_value(private, &locals);
    let input = shared::own("__input");
    let given = (!inputs.is_empty()).then(|| quote!(let #pattern = #private::given(#input);));
    (given, locals)
}
