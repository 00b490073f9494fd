//! Finds the marked methods of an impl block, and takes the markers off.

use proc_macro2::TokenStream;
use syn::{Attribute, ImplItem, ImplItemFn, ItemImpl, Meta};

use super::{arguments, keys};
use crate::diagnostics::{Errors, err};
use crate::model::{HandlerKind, Setting};

/// The marker of a method.
pub(crate) enum Marker {
    Run,
    Init,
    Handler(HandlerKind),
    /// With the name of the update method.
    Validator(syn::Ident),
    /// A validator that does not say of what.
    Unclear,
}

/// A marked method.
pub(crate) struct Method {
    /// The attribute, to point at.
    pub(crate) attribute: Attribute,
    pub(crate) marker: Marker,
    pub(crate) settings: Vec<Setting>,
    /// The method without its marker.
    pub(crate) function: ImplItemFn,
}

/// Takes the markers off an impl block and returns the methods that had one.
pub(crate) fn take(block: &mut ItemImpl, errors: &mut Errors) -> Vec<Method> {
    let functions = block.items.iter_mut().filter_map(|item| match item {
        ImplItem::Fn(function) => Some(function),
        _ => None,
    });
    functions.filter_map(|function| take_marker(function, errors)).collect()
}

/// Takes the marker off a method; `None` where it has none.
pub(crate) fn take_marker(function: &mut ImplItemFn, errors: &mut Errors) -> Option<Method> {
    let (markers, others) = std::mem::take(&mut function.attrs).into_iter().partition(is_marker);
    function.attrs = others;
    let markers: Vec<Attribute> = markers;
    let (attribute, further) = markers.split_first()?;
    for second in further {
        let (first, second_name) = (name_of(attribute), name_of(second));
        let message = format!("a method has one role, and this one is already `#[{first}]`; ");
        errors.push(err!(second, "{message}remove `#[{second_name}]` or write a method for it"));
    }
    let mut settings = Vec::new();
    let marker = match name_of(attribute).as_str() {
        "run" => bare(attribute, Marker::Run, errors),
        "init" => bare(attribute, Marker::Init, errors),
        "update_validator" => validator(attribute, errors),
        handler => {
            settings =
                arguments::read(tokens_of(attribute, errors), keys::HANDLER, errors).settings;
            Marker::Handler(match handler {
                "signal" => HandlerKind::Signal,
                "query" => HandlerKind::Query,
                _ => HandlerKind::Update,
            })
        }
    };
    let attribute = attribute.clone();
    Some(Method { attribute, marker, settings, function: function.clone() })
}

const MARKERS: [&str; 6] = ["run", "init", "signal", "query", "update", "update_validator"];

fn is_marker(attribute: &Attribute) -> bool {
    MARKERS.contains(&name_of(attribute).as_str())
}

fn name_of(attribute: &Attribute) -> String {
    attribute.path().get_ident().map(ToString::to_string).unwrap_or_default()
}

fn bare(attribute: &Attribute, marker: Marker, errors: &mut Errors) -> Marker {
    if !matches!(attribute.meta, Meta::Path(_)) {
        let name = name_of(attribute);
        let hint = "what is set for a workflow stands in `#[workflow(..)]` on the struct";
        errors.push(err!(attribute, "`#[{name}]` takes nothing; {hint}"));
    }
    marker
}

fn validator(attribute: &Attribute, errors: &mut Errors) -> Marker {
    if let Ok(update) = attribute.parse_args::<syn::Ident>() {
        return Marker::Validator(update);
    }
    errors.push(err!(
        attribute,
        "`#[update_validator]` takes the name of the update method; write \
         `#[update_validator(rename)]`"
    ));
    Marker::Unclear
}

fn tokens_of(attribute: &Attribute, errors: &mut Errors) -> TokenStream {
    match &attribute.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(_) => {
            let name = name_of(attribute);
            errors.push(err!(attribute, "write `#[{name}(name = \"..\")]`, or only `#[{name}]`"));
            TokenStream::new()
        }
    }
}
