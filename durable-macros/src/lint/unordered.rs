//! Iteration over hash tables, and what takes the disorder out of it again.

use syn::{Expr, ExprMethodCall, GenericArgument, Local, Pat, Path, PathArguments, Stmt, Type};

use super::scope::{Binding, Scopes};
use super::table;

/// Methods of hash tables that hand out their entries one by one.
const ITERATIONS: &[&str] = &[
    "iter",
    "iter_mut",
    "into_iter",
    "keys",
    "into_keys",
    "values",
    "values_mut",
    "into_values",
    "drain",
    "extract_if",
    "union",
    "intersection",
    "difference",
    "symmetric_difference",
];

/// Methods of iterators whose result does not depend on the order.
const INDIFFERENT: &[&str] = &["all", "any", "count", "len", "is_empty", "max", "min"];

/// Methods of iterators by which later ones depend on the order.
const POSITIONAL: &[&str] = &[
    "take",
    "take_while",
    "skip",
    "skip_while",
    "step_by",
    "map_while",
    "enumerate",
    "zip",
    "scan",
    "chunks",
];

/// Collections that keep the order in which they are filled.
const SEQUENCES: &[&str] =
    &["Box", "IndexMap", "IndexSet", "LinkedList", "String", "Vec", "VecDeque"];

/// Numbers whose sum depends on the order, in its last digits.
const FLOATS: &[&str] = &["f32", "f64"];

/// The use of a chain of method calls, as far as its statement and the next one show it.
#[derive(Default)]
pub(super) struct Fate {
    ty: Option<Type>,
    sorted: bool,
}

impl Fate {
    /// The fate of what a `let` is given, where the next statement is this one.
    pub(super) fn of(local: &Local, next: Option<&Stmt>) -> Self {
        let (name, ty) = match &local.pat {
            Pat::Type(typed) => (name(&typed.pat), Some((*typed.ty).clone())),
            pat => (name(pat), None),
        };
        let sorted = matches!(next, Some(Stmt::Expr(Expr::MethodCall(call), _))
            if call.method.to_string().starts_with("sort")
                && matches!(&*call.receiver, Expr::Path(path)
                    if path.path.get_ident().is_some_and(|ident| Some(ident.to_string()) == name)));
        Self { ty, sorted }
    }
}

/// The variable of a pattern that is one.
pub(super) fn name(pat: &Pat) -> Option<String> {
    match pat {
        Pat::Ident(pat) => Some(pat.ident.to_string()),
        Pat::Type(pat) => name(&pat.pat),
        Pat::Reference(pat) => name(&pat.pat),
        Pat::Paren(pat) => name(&pat.pat),
        _ => None,
    }
}

/// Returns the meaning of a variable of this type, or with this value.
pub(super) fn binding(ty: Option<&Type>, value: Option<&Expr>, scopes: &Scopes) -> Binding {
    match ty {
        Some(ty) if is_table_type(ty, scopes) => Binding::Table,
        Some(ty) if !matches!(ty, Type::Infer(_)) => Binding::Other,
        _ => value.map_or(Binding::Other, |value| binding_of_value(value, scopes)),
    }
}

fn binding_of_value(value: &Expr, scopes: &Scopes) -> Binding {
    if is_table(value, scopes) {
        return Binding::Table;
    }
    match value {
        Expr::Path(_) if is_time(value, scopes) => Binding::Time,
        Expr::MethodCall(call) if call.method == "now" && call.args.is_empty() => Binding::Time,
        Expr::MethodCall(call) if call.method == "collect" => {
            let ty = call.turbofish.as_ref().and_then(|turbofish| first_type(&turbofish.args));
            binding(ty, None, scopes)
        }
        _ => Binding::Other,
    }
}

/// Returns true if the expression is a point in time.
pub(super) fn is_time(expr: &Expr, scopes: &Scopes) -> bool {
    match expr {
        Expr::MethodCall(call) => call.method == "now" && call.args.is_empty(),
        expr => stands_for(expr, &Binding::Time, scopes),
    }
}

fn stands_for(expr: &Expr, binding: &Binding, scopes: &Scopes) -> bool {
    let Expr::Path(path) = expr else { return false };
    let name = path.path.get_ident().map(ToString::to_string);
    name.is_some_and(|name| scopes.get(&name) == Some(binding))
}

/// Returns true if the expression shows that it is a hash table.
pub(super) fn is_table(expr: &Expr, scopes: &Scopes) -> bool {
    match expr {
        Expr::Path(_) => stands_for(expr, &Binding::Table, scopes),
        Expr::Group(group) => is_table(&group.expr, scopes),
        Expr::Paren(paren) => is_table(&paren.expr, scopes),
        Expr::Reference(reference) => is_table(&reference.expr, scopes),
        Expr::Unary(unary) => is_table(&unary.expr, scopes),
        Expr::MethodCall(call) if call.method == "clone" => is_table(&call.receiver, scopes),
        Expr::Call(call) => {
            matches!(&*call.func, Expr::Path(path) if makes_table(&path.path, scopes))
        }
        _ => false,
    }
}

/// Returns true if a function makes a hash table: `HashMap::new`, but not one with its own hasher.
fn makes_table(path: &Path, scopes: &Scopes) -> bool {
    const MAKERS: [&str; 5] = ["new", "with_capacity", "from", "from_iter", "default"];
    let mut ty = path.clone();
    let Some(maker) = ty.segments.pop() else { return false };
    ty.segments.pop_punct();
    MAKERS.iter().any(|name| maker.value().ident == name) && is_table_path(&ty, scopes)
}

fn is_table_type(ty: &Type, scopes: &Scopes) -> bool {
    match ty {
        Type::Group(ty) => is_table_type(&ty.elem, scopes),
        Type::Paren(ty) => is_table_type(&ty.elem, scopes),
        Type::Reference(ty) => is_table_type(&ty.elem, scopes),
        Type::Path(ty) => ty.qself.is_none() && is_table_path(&ty.path, scopes),
        _ => false,
    }
}

fn is_table_path(path: &Path, scopes: &Scopes) -> bool {
    let resolved = scopes.resolve(path);
    let own_hasher = path.segments.last().is_some_and(|last| {
        let expected = if resolved.last().is_some_and(|last| last == "HashSet") { 1 } else { 2 };
        matches!(&last.arguments, PathArguments::AngleBracketed(arguments)
            if arguments.args.len() > expected)
    });
    table::is_table(&resolved) && !own_hasher
}

/// Returns true if a method hands out the entries of the table that it is called on.
pub(super) fn iterates(call: &ExprMethodCall, scopes: &Scopes) -> bool {
    ITERATIONS.iter().any(|name| call.method == name) && is_table(&call.receiver, scopes)
}

/// Returns true if the order of an iterator no longer matters after these calls on it.
pub(super) fn is_settled(after: &[&ExprMethodCall], fate: &Fate) -> bool {
    for (place, call) in after.iter().enumerate() {
        let name = call.method.to_string();
        let name = name.as_str();
        if POSITIONAL.contains(&name) {
            return false;
        }
        if INDIFFERENT.contains(&name) || name.starts_with("sorted") {
            return true;
        }
        let is_last = place + 1 == after.len();
        let turbofish = call.turbofish.as_ref().and_then(|turbofish| first_type(&turbofish.args));
        let ty = turbofish.or(fate.ty.as_ref().filter(|_| is_last));
        let is_any = |names| ty.is_some_and(|ty| is_named(ty, names));
        // What cannot be seen is not refused.
        match name {
            "collect" => return !is_any(SEQUENCES) || (is_last && fate.sorted),
            "sum" | "product" => return !is_any(FLOATS),
            _ => {}
        }
    }
    false
}

/// Returns true if a type, or the type within a `Result` or `Option`, has one of the names.
fn is_named(ty: &Type, names: &[&str]) -> bool {
    let Type::Path(path) = ty else { return false };
    let Some(last) = path.path.segments.last() else { return false };
    if last.ident == "Result" || last.ident == "Option" {
        return match &last.arguments {
            PathArguments::AngleBracketed(arguments) => {
                first_type(&arguments.args).is_some_and(|ty| is_named(ty, names))
            }
            _ => false,
        };
    }
    names.iter().any(|name| last.ident == name)
}

fn first_type<'a>(arguments: impl IntoIterator<Item = &'a GenericArgument>) -> Option<&'a Type> {
    arguments.into_iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}
