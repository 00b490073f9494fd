//! `#[durable::test]`: the rules for a test.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, FnArg, ItemFn, PatType, Signature, Type};

use super::inputs;
use crate::diagnostics::{Errors, err};
use crate::model::{Setting, Test, TimeSkipping, Value};
use crate::parse::{arguments, keys};
use crate::runtime_path::Private;

/// The model; `None` where there is no parameter to make it of.
pub(crate) fn test(tokens: TokenStream, function: &ItemFn, errors: &mut Errors) -> Option<Test> {
    let arguments = arguments::read(tokens, keys::TEST, errors);
    let signature = &function.sig;
    if signature.asyncness.is_none() {
        errors.push(err!(
            signature.fn_token,
            "`#[durable::test]` is for an `async fn`; make it one, or write `#[test]` for a test \
             that needs no server"
        ));
    }
    inputs::ordinary_because(signature, "a test", "nobody calls it with types", errors);
    for attribute in function.attrs.iter().filter(|attribute| makes_a_test(attribute)) {
        errors.push(err!(
            attribute,
            "`#[durable::test]` makes the test by itself; remove this attribute"
        ));
    }
    let parameter = parameter(signature, errors)?;
    Some(model(arguments.settings, parameter))
}

fn model(settings: Vec<Setting>, parameter: Type) -> Test {
    let mut test = Test {
        private: Private::default(),
        crash: false,
        time_skipping: TimeSkipping::default(),
        setup: None,
        parameter,
    };
    for setting in settings {
        match setting.value {
            Value::Flag => test.crash = true,
            Value::TimeSkipping(skipping) => test.time_skipping = skipping,
            Value::Function(path) => test.setup = Some(path),
            Value::Runtime(path) => test.private = path.into(),
            // The keys of a test take nothing else.
            _ => {}
        }
    }
    test
}

/// The type of the one parameter. Whether it is the right one is rustc's to say, which knows aliases.
fn parameter(signature: &Signature, errors: &mut Errors) -> Option<Type> {
    if let Some(receiver) = inputs::receiver(signature) {
        errors.push(err!(
            receiver,
            "a test is a free function; move it out of the impl block, and make what it needs of \
             `self` in it, or in a `setup`"
        ));
        return None;
    }
    let mut typed = signature.inputs.iter().filter_map(typed);
    let Some(first) = typed.next() else {
        errors.push(syn::Error::new(
            signature.paren_token.span.join(),
            "a test takes the environment that it runs in; write `(env: TestEnv)`",
        ));
        return None;
    };
    let others: TokenStream = typed.map(ToTokens::to_token_stream).collect();
    if !others.is_empty() {
        errors.push(err!(
            others,
            "a test takes its environment alone, `env: TestEnv`; what else it needs is made in it, \
             or in a `setup`"
        ));
    }
    if let Type::ImplTrait(_) = &*first.ty {
        errors.push(err!(first.ty, "a test takes a `TestEnv`; write that type"));
    }
    Some((*first.ty).clone())
}

fn typed(argument: &FnArg) -> Option<&PatType> {
    match argument {
        FnArg::Receiver(_) => None,
        FnArg::Typed(typed) => Some(typed),
    }
}

/// `#[test]`, `#[tokio::test]` and the like.
fn makes_a_test(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "test")
}

/// Returns true if an attribute means nothing on a function that is no test.
pub(crate) fn is_of_tests(attribute: &Attribute) -> bool {
    let path = attribute.path();
    makes_a_test(attribute) || path.is_ident("ignore") || path.is_ident("should_panic")
}
