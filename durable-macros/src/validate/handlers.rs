//! The rules for signals, queries, updates and their validators.

use syn::{Ident, Path, Signature, Type};

use super::{inputs, outputs, settings};
use crate::diagnostics::{Errors, err, list, nearest};
use crate::model::{Context, Handler, HandlerKind, Output, OutputKind, Validator, Value};
use crate::parse::methods::{Marker, Method};
use crate::parse::signature::{self, By, ContextType};
use crate::parse::types;

/// The handlers, each update with its validator.
pub(super) fn handlers(methods: Vec<Method>, target: &Path, errors: &mut Errors) -> Vec<Handler> {
    let mut handlers: Vec<Handler> = Vec::new();
    let mut validators = Vec::new();
    for method in methods {
        match &method.marker {
            Marker::Handler(kind) => {
                let handler = handler(handlers.len(), *kind, &method, target, errors);
                unique(&handler, &handlers, &method, errors);
                handlers.push(handler);
            }
            Marker::Validator(update) => validators.push((update.clone(), method)),
            Marker::Run | Marker::Init | Marker::Unclear => {}
        }
    }
    for (update, method) in &validators {
        validator(update, method, target, &mut handlers, errors);
    }
    handlers
}

pub(super) fn unique(handler: &Handler, earlier: &[Handler], method: &Method, errors: &mut Errors) {
    let same = |other: &&Handler| other.kind == handler.kind && other.name == handler.name;
    if let Some(other) = earlier.iter().find(same) {
        let (kind, name) = (handler.kind.word(), &handler.name);
        errors.push(err!(
            method.attribute,
            "two {kind} handlers have the name `{name}` on the server, `{}` and this one; give one \
             of them another, with `#[{kind}(name = \"..\")]`",
            other.ident,
        ));
    }
}

fn handler(
    number: usize,
    kind: HandlerKind,
    method: &Method,
    target: &Path,
    errors: &mut Errors,
) -> Handler {
    let signature = &method.function.sig;
    let word = kind.word();
    inputs::ordinary(signature, &format!("a `#[{word}]` method"), errors);
    let is_async = signature.asyncness.is_some();
    receiver(kind, signature, errors);
    let (allowed, by) = match kind {
        HandlerKind::Query => (ContextType::View, By::Reference),
        _ if is_async => (ContextType::Workflow, By::MutableReference),
        _ => (ContextType::SyncWorkflow, By::MutableReference),
    };
    let mut parameters = signature::parameters(signature);
    let context = inputs::context(&mut parameters, allowed, by, true, errors);
    Handler {
        number,
        kind,
        ident: signature.ident.clone(),
        name: name(method),
        docs: settings::attributes(&method.function.attrs, "doc"),
        conditions: settings::attributes(&method.function.attrs, "cfg"),
        deprecated: settings::attributes(&method.function.attrs, "deprecated"),
        is_async,
        context,
        inputs: inputs::owned(&parameters, Some(target), errors),
        output: output(kind, signature, target, errors),
        validator: None,
    }
}

/// The handler's name on the server.
pub(super) fn name(method: &Method) -> String {
    let given = method.settings.iter().find_map(|setting| match &setting.value {
        Value::Name(name) => Some(name.value()),
        _ => None,
    });
    given.unwrap_or_else(|| settings::default_name(&method.function.sig.ident))
}

fn receiver(kind: HandlerKind, signature: &Signature, errors: &mut Errors) {
    let word = kind.word();
    let receiver = inputs::receiver(signature);
    if kind == HandlerKind::Query {
        if let Some(asyncness) = &signature.asyncness {
            errors.push(err!(
                asyncness,
                "a query answers at once and cannot wait; make it a plain `fn`, or an `#[update]`"
            ));
        }
        match receiver {
            Some(receiver) if receiver.reference.is_some() && receiver.mutability.is_none() => {}
            Some(receiver) => errors.push(err!(
                receiver,
                "a query only reads, because it leaves no trace in the history; take `&self`, or \
                 make it an `#[update]`"
            )),
            None => errors.push(err!(signature.ident, "a query reads the state; take `&self`")),
        }
        return;
    }
    match (receiver, signature.asyncness) {
        (Some(receiver), Some(_)) => errors.push(err!(
            receiver,
            "an async {word} has no `self`, because others change the state while it waits; take \
             `ctx: &mut WorkflowContext<Self>`, and change the state with \
             `ctx.state_mut(|state| ..)`"
        )),
        (Some(receiver), None) if receiver.reference.is_none() => {
            errors.push(err!(receiver, "the state stays with the workflow; take `&mut self`"));
        }
        (None, None) => errors.push(err!(
            signature.ident,
            "a {word} takes `&mut self`, or is an `async fn` that takes \
             `ctx: &mut WorkflowContext<Self>`"
        )),
        (Some(_), None) | (None, Some(_)) => {}
    }
}

pub(super) fn output(
    kind: HandlerKind,
    signature: &Signature,
    target: &Path,
    errors: &mut Errors,
) -> Output {
    let output = outputs::without_self(&signature.output, target, errors);
    let nothing = match &output.kind {
        OutputKind::Nothing => true,
        OutputKind::Any(ty) | OutputKind::Result(ty) => {
            matches!(&**ty, Type::Tuple(tuple) if tuple.elems.is_empty())
        }
    };
    match kind {
        HandlerKind::Signal if !nothing => errors.push(err!(
            signature.output,
            "nobody waits for what a signal returns; return nothing, or make it an `#[update]`"
        )),
        HandlerKind::Query if nothing => {
            errors.push(err!(
                signature.ident,
                "a query answers something; write what it returns, such as `-> bool`"
            ));
        }
        _ => {}
    }
    output
}

fn validator(
    update: &Ident,
    method: &Method,
    target: &Path,
    handlers: &mut [Handler],
    errors: &mut Errors,
) {
    let signature = &method.function.sig;
    inputs::ordinary(signature, "a validator", errors);
    no_conditions(method, errors);
    let updates = || handlers.iter().filter(|handler| handler.kind == HandlerKind::Update);
    let Some(inputs) = updates().find(|handler| handler.ident == *update) else {
        let names: Vec<_> = updates().map(|handler| handler.ident.to_string()).collect();
        let names = || names.iter().map(String::as_str);
        let meant = nearest(&update.to_string(), names())
            .map(|name| format!("did you mean `{name}`? "))
            .unwrap_or_default();
        let message = format!("there is no `#[update]` method `{update}`; {meant}");
        errors.push(err!(update, "{message}updates of this workflow: {}", list(names())));
        return;
    };
    let expected = inputs.inputs.len();
    let context = validator_form(signature, expected, errors);
    let output = validator_output(signature, target, errors);
    for handler in handlers.iter_mut().filter(|handler| handler.ident == *update) {
        if let Some(first) = &handler.validator {
            let first = &first.ident;
            errors.push(err!(
                method.attribute,
                "`{update}` has a validator already, `{first}`; an update has one"
            ));
        } else if handler.kind == HandlerKind::Update {
            handler.validator = Some(Validator {
                ident: signature.ident.clone(),
                context: context.clone(),
                output: output.clone(),
            });
        }
    }
}

fn validator_form(signature: &Signature, expected: usize, errors: &mut Errors) -> Context {
    match inputs::receiver(signature) {
        Some(receiver) if receiver.reference.is_some() && receiver.mutability.is_none() => {}
        Some(receiver) => errors.push(err!(
            receiver,
            "a validator only reads, because a rejected update leaves no trace; take `&self`"
        )),
        None => errors.push(err!(signature.ident, "a validator reads the state; take `&self`")),
    }
    if let Some(asyncness) = &signature.asyncness {
        errors.push(err!(asyncness, "a validator cannot wait; make it a plain `fn`"));
    }
    let mut parameters = signature::parameters(signature);
    // Its inputs are references, too, so their number tells whether a context comes first.
    let has_more = parameters.len() > expected;
    let (allowed, by) = (ContextType::View, By::Reference);
    let context = inputs::context(&mut parameters, allowed, by, has_more, errors);
    for parameter in parameters.iter().filter(|parameter| parameter.by != By::Reference) {
        let ty = &parameter.original.ty;
        let text = types::text(ty);
        let borrowed = text.trim_start_matches("&mut ");
        errors.push(err!(
            ty,
            "a validator borrows its inputs, because the update takes them next; write \
             `&{borrowed}`"
        ));
    }
    if parameters.len() != expected {
        let got = parameters.len();
        errors.push(err!(
            signature.inputs,
            "a validator takes a reference to each input of its update, which has {expected}; this \
             one takes {got}"
        ));
    }
    context
}

/// The output of a validator, which must be a `Result`; rustc says whether it is.
fn validator_output(signature: &Signature, target: &Path, errors: &mut Errors) -> Output {
    let output = outputs::without_self(&signature.output, target, errors);
    let kind = match output.kind {
        OutputKind::Nothing => {
            let form = "it returns `Result<(), E>`, and the error is what the caller gets";
            errors.push(err!(signature.ident, "a validator accepts or rejects: {form}"));
            OutputKind::Nothing
        }
        OutputKind::Any(ty) | OutputKind::Result(ty) => OutputKind::Result(ty),
    };
    Output { kind, ..output }
}

/// Refuses `#[cfg]` where the rest of the workflow could not do without the method.
pub(super) fn no_conditions(method: &Method, errors: &mut Errors) {
    for condition in settings::attributes(&method.function.attrs, "cfg") {
        errors.push(err!(
            condition,
            "the workflow is made with this method in view, so it cannot come and go; put the \
             condition on the impl block, or within the method"
        ));
    }
}
