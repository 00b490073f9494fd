//! `#[workflow_methods]`: the rules for an impl block and for `#[run]` and `#[init]`.

use proc_macro2::{Span, TokenStream};
use quote::format_ident;
use syn::{Ident, ImplItem, ItemImpl, Path, ReturnType, Type, Visibility};

use super::{handlers, inputs, outputs, settings};
use crate::diagnostics::{Errors, err};
use crate::lint;
use crate::model::{
    Context, GENERATED, Init, Input, Item, Methods, Output, OutputKind, Run, Workflow,
};
use crate::parse::methods::{self, Marker, Method};
use crate::parse::signature::{self, By, ContextType};
use crate::parse::{arguments, keys, types};

/// Takes the markers off the block; `None` when it is not the impl block of a struct at all.
pub(crate) fn methods(
    tokens: TokenStream,
    block: &mut ItemImpl,
    errors: &mut Errors,
) -> Option<Methods> {
    let arguments = arguments::read(tokens, keys::WORKFLOW_METHODS, errors);
    let annotation = settings::Annotation::new(arguments.settings);
    let repeats = lint::check(block, errors);
    let marked = methods::take(block, errors);
    let target = target(block, errors)?;
    let taken = taken_names(block, errors);
    let mut run = Vec::new();
    let mut init = Vec::new();
    let mut others = Vec::new();
    for method in marked {
        match method.marker {
            Marker::Run => run.push(method),
            Marker::Init => init.push(method),
            _ => others.push(method),
        }
    }
    let init = only("init", init, errors).map(|method| self::init(&method, &target, errors));
    let run = only("run", run, errors).map(|method| self::run(&method, &target, errors));
    let mut run = run.unwrap_or_else(|| missing_run(block, &target, errors));
    if let (Some(taken), Some(input)) =
        (init.as_ref().and_then(|init| init.inputs.first()), run.inputs.first())
    {
        errors.push(err!(
            input.ty,
            "`#[init]` takes the inputs already (`{}: {}`); leave them out here, and keep in the \
             struct what `#[run]` needs of them",
            taken.name,
            taken.text,
        ));
        run.inputs.clear();
    }
    Some(Methods {
        private: annotation.private,
        conditions: settings::attributes(&block.attrs, "cfg"),
        taken,
        run,
        init,
        handlers: handlers::handlers(others, &target, errors),
        repeats,
        target,
    })
}

/// Takes the markers off a second block of a struct. That it is there is its mistake; what else is wrong
/// is told once the methods are in one block.
pub(crate) fn second_block(block: &mut ItemImpl, errors: &mut Errors) {
    let mut others = Errors::default();
    lint::check(block, &mut others);
    methods::take(block, &mut others);
    errors.push(err!(
        block.self_ty,
        "`{}` has two `#[workflow_methods]` blocks; move the methods into one",
        types::text(&block.self_ty),
    ));
}

/// The annotation that the struct of a block lacks, for the fallback. Its absence is the mistake.
pub(crate) fn missing_annotation(
    model: &Methods,
    visibility: Visibility,
    errors: &mut Errors,
) -> Option<Workflow> {
    let ident = model.target.get_ident()?;
    errors.push(err!(
        ident,
        "`{ident}` has workflow methods but is not annotated as a workflow; put \
         `#[workflow(queue = \"..\")]` on the struct",
    ));
    let (docs, deprecated) = (Vec::new(), Vec::new());
    let conditions = model.conditions.clone();
    let item = Item { ident: ident.clone(), visibility, docs, conditions, deprecated };
    let private = model.private.clone();
    let (name, queue) = (settings::default_name(ident), String::new());
    Some(Workflow { private, item, name, queue, id: None, settings: Vec::new() })
}

/// The struct that the block is of; `None` where it is none, or generic.
fn target(block: &ItemImpl, errors: &mut Errors) -> Option<Path> {
    if let Some((_, path, _)) = &block.trait_ {
        errors.push(err!(
            path,
            "`#[workflow_methods]` goes on the struct's own impl block; write `impl {} {{ .. }}`",
            types::text(&block.self_ty),
        ));
    }
    if !block.generics.params.is_empty() {
        errors.push(err!(
            block.generics,
            "a workflow cannot be generic, because the server knows it by one name; write the \
             concrete types"
        ));
        return None;
    }
    if let Some(clause) = &block.generics.where_clause {
        errors.push(err!(clause, "a workflow cannot have a where clause"));
    }
    match &*block.self_ty {
        Type::Path(ty)
            if ty.qself.is_none() && ty.path.segments.iter().all(|s| s.arguments.is_none()) =>
        {
            Some(ty.path.clone())
        }
        ty => {
            errors.push(err!(
                ty,
                "a workflow is a struct of its own without generic arguments; write the name of one \
                 that has `#[workflow]`"
            ));
            None
        }
    }
}

fn taken_names(block: &ItemImpl, errors: &mut Errors) -> Vec<&'static str> {
    let mut taken = Vec::new();
    for item in &block.items {
        if let ImplItem::Fn(function) = item {
            taken.extend(taken_name(&function.sig.ident, errors));
        }
    }
    taken
}

pub(super) fn taken_name(method: &Ident, errors: &mut Errors) -> Option<&'static str> {
    let name = GENERATED.into_iter().find(|&name| method == name)?;
    errors.push(err!(
        method,
        "`{name}` is generated, by which callers start or find the workflow; give this method \
         another name, and a handler its name on the server with `name = \"{name}\"`"
    ));
    Some(name)
}

/// The one method of a role.
pub(super) fn only(role: &str, mut methods: Vec<Method>, errors: &mut Errors) -> Option<Method> {
    for second in methods.iter().skip(1) {
        let first = &methods[0].function.sig.ident;
        errors.push(err!(
            second.attribute,
            "a workflow has one `#[{role}]`, and `{first}` is it; remove this attribute"
        ));
    }
    methods.truncate(1);
    methods.pop()
}

fn run(method: &Method, target: &Path, errors: &mut Errors) -> Run {
    let signature = &method.function.sig;
    inputs::ordinary(signature, "a `#[run]` method", errors);
    handlers::no_conditions(method, errors);
    if let Some(receiver) = inputs::receiver(signature) {
        errors.push(err!(
            receiver,
            "`#[run]` has no `self`, because handlers change the state while it waits; take \
             `ctx: &mut WorkflowContext<Self>`, and reach the state with `ctx.state(|state| ..)` \
             and `ctx.state_mut(|state| ..)`"
        ));
    }
    if signature.asyncness.is_none() {
        errors.push(err!(
            signature.fn_token,
            "`#[run]` is async; write `async fn {}`",
            signature.ident
        ));
    }
    let by = By::MutableReference;
    let (context, inputs) = context_and_inputs(method, ContextType::Workflow, by, target, errors);
    let output = outputs::without_self(&signature.output, target, errors);
    let kind = match output.kind {
        OutputKind::Nothing => {
            errors.push(err!(
                signature.ident,
                "`#[run]` returns a result; write `-> WorkflowResult<()>`, and end with `Ok(())`"
            ));
            OutputKind::Nothing
        }
        // Whatever the alias is called, rustc knows whether it is a `Result`.
        OutputKind::Any(ty) | OutputKind::Result(ty) => OutputKind::Result(ty),
    };
    Run { ident: signature.ident.clone(), context, inputs, output: Output { kind, ..output } }
}

fn init(method: &Method, target: &Path, errors: &mut Errors) -> Init {
    let signature = &method.function.sig;
    inputs::ordinary(signature, "an `#[init]` method", errors);
    handlers::no_conditions(method, errors);
    if let Some(receiver) = inputs::receiver(signature) {
        errors.push(err!(
            receiver,
            "`#[init]` makes the state, so there is no `self` yet; remove it"
        ));
    }
    if let Some(asyncness) = &signature.asyncness {
        errors.push(err!(
            asyncness,
            "`#[init]` cannot wait; make it a plain `fn`, and do the rest in `#[run]`"
        ));
    }
    if matches!(signature.output, ReturnType::Default) {
        errors.push(err!(signature.ident, "`#[init]` returns the state; write `-> Self`"));
    }
    let by = By::Reference;
    let (context, inputs) = context_and_inputs(method, ContextType::View, by, target, errors);
    Init { ident: signature.ident.clone(), context, inputs }
}

fn context_and_inputs(
    method: &Method,
    allowed: ContextType,
    by: By,
    target: &Path,
    errors: &mut Errors,
) -> (Context, Vec<Input>) {
    let mut parameters = signature::parameters(&method.function.sig);
    let context = inputs::context(&mut parameters, allowed, by, true, errors);
    (context, inputs::owned(&parameters, Some(target), errors))
}

/// A stand-in, made of the method that was most likely meant.
fn missing_run(block: &ItemImpl, target: &Path, errors: &mut Errors) -> Run {
    let meant = block.items.iter().find_map(|item| match item {
        ImplItem::Fn(function) if function.sig.ident == "run" => Some(function),
        _ => None,
    });
    if let Some(function) = meant {
        errors.push(err!(
            function.sig.ident,
            "this impl block has no `#[run]` method; write `#[run]` on this one if it is meant"
        ));
        let mut parameters = signature::parameters(&function.sig);
        let (by, ignored) = (By::MutableReference, &mut Errors::default());
        let context = inputs::context(&mut parameters, ContextType::Workflow, by, true, ignored);
        let inputs = inputs::owned(&parameters, Some(target), ignored);
        let output = signature::output(&function.sig.output);
        return Run { ident: function.sig.ident.clone(), context, inputs, output };
    }
    // Whoever annotated a trait impl, which is a mistake already, has the methods elsewhere.
    if block.trait_.is_none() {
        errors.push(err!(
            block.self_ty,
            "this workflow has no `#[run]` method; write `#[run] async fn run(ctx: &mut \
             WorkflowContext<Self>, input: ..) -> WorkflowResult<..> {{ .. }}`"
        ));
    }
    Run {
        ident: format_ident!("run", span = Span::call_site()),
        context: Context::None,
        inputs: Vec::new(),
        output: signature::output(&ReturnType::Default),
    }
}
