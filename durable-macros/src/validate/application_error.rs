//! `#[derive(ApplicationError)]`: the rules for an enum or struct.
//!
//! After a mistake there is a model all the same, so that the user's code that needs the traits is not
//! told that they are missing.

use std::time::Duration;

use syn::{Attribute, Data, DeriveInput, Fields, Ident, Meta};

use super::settings;
use crate::diagnostics::{Errors, err};
use crate::model::{ApplicationError, ErrorKind, Setting, Value};
use crate::parse::{arguments, keys};
use crate::runtime_path::Private;

/// The attribute that says how an error becomes a failure.
const ATTRIBUTE: &str = "failure";

pub(crate) fn application_error(
    item: &DeriveInput,
    errors: &mut Errors,
) -> Option<ApplicationError> {
    let of_type = Failure::read(&item.attrs, keys::FAILURE, errors);
    if !item.generics.params.is_empty() {
        // The table at link time has types and not families of them.
        errors.push(err!(
            item.generics,
            "an application error has no parameters: it is one type, which is known by its name and \
             owns its values; put the concrete type in their place"
        ));
    }
    let kinds = match &item.data {
        Data::Struct(data) => {
            reject_on_fields(&data.fields, errors);
            vec![of_type.kind(&Failure::default(), &item.ident, None)]
        }
        Data::Enum(data) => {
            let variants = data.variants.iter().map(|variant| {
                reject_on_fields(&variant.fields, errors);
                let own = Failure::read(&variant.attrs, keys::VARIANT_FAILURE, errors);
                own.kind(&of_type, &variant.ident, Some(variant.ident.clone()))
            });
            variants.collect()
        }
        Data::Union(data) => {
            let message = "a union cannot be an application error; make it an enum";
            errors.push(err!(data.union_token, "{message}"));
            return None;
        }
    };
    item.generics.params.is_empty().then(|| ApplicationError {
        private: of_type.private.unwrap_or_default(),
        ident: item.ident.clone(),
        docs: item.attrs.iter().filter(|it| it.path().is_ident("doc")).cloned().collect(),
        kinds,
    })
}

fn reject_on_fields(fields: &Fields, errors: &mut Errors) {
    let attributes = fields.iter().flat_map(|field| &field.attrs);
    for attribute in attributes.filter(|attribute| attribute.path().is_ident(ATTRIBUTE)) {
        errors.push(err!(
            attribute,
            "`#[failure(..)]` goes on a variant or on the type; move it there"
        ));
    }
}

/// The contents of one `#[failure(..)]`.
#[derive(Default)]
struct Failure {
    private: Option<Private>,
    type_name: Option<String>,
    non_retryable: Option<Ident>,
    retryable: bool,
    next_retry_delay: Option<(Ident, Duration)>,
    benign: bool,
}

impl Failure {
    /// Reads it, and refuses what cannot be said together.
    fn read(attributes: &[Attribute], keys: &[keys::Key], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        let mut found = attributes.iter().filter(|attribute| attribute.path().is_ident(ATTRIBUTE));
        let Some(attribute) = found.next() else { return read };
        for second in found {
            errors.push(err!(second, "write one `#[failure(..)]`, with all keys in it"));
        }
        let Meta::List(list) = &attribute.meta else {
            errors.push(err!(
                attribute,
                "`#[failure]` needs keys in parentheses; write `#[failure(non_retryable)]`"
            ));
            return read;
        };
        for Setting { key, value } in arguments::read(list.tokens.clone(), keys, errors).settings {
            match (key.to_string().as_str(), value) {
                ("type_name", Value::Name(name)) => read.type_name = Some(name.value()),
                ("next_retry_delay", Value::Duration(delay)) => {
                    read.next_retry_delay = Some((key, delay));
                }
                ("non_retryable", _) => read.non_retryable = Some(key),
                ("retryable", _) => read.retryable = true,
                ("benign", _) => read.benign = true,
                (_, Value::Runtime(path)) => read.private = Some(path.into()),
                _ => {}
            }
        }
        read.contradictions(errors);
        read
    }

    fn contradictions(&self, errors: &mut Errors) {
        let Some(non_retryable) = &self.non_retryable else { return };
        if self.retryable {
            errors.push(err!(
                non_retryable,
                "an error is `retryable` or `non_retryable`; keep one of them"
            ));
        }
        if let Some((delay, _)) = &self.next_retry_delay {
            errors.push(err!(
                delay,
                "`next_retry_delay` says when it is tried again, and `non_retryable` that it is not; \
                 keep one of them"
            ));
        }
    }

    /// Combines the settings of a variant or struct with those of the enum, which yield.
    fn kind(&self, of_type: &Self, ident: &Ident, variant: Option<Ident>) -> ErrorKind {
        // A delay says that it is tried again, too.
        let says_retryable = self.retryable || self.next_retry_delay.is_some();
        let non_retryable =
            self.non_retryable.is_some() || (of_type.non_retryable.is_some() && !says_retryable);
        let delay = self.next_retry_delay.as_ref().or(of_type.next_retry_delay.as_ref());
        let type_name = self.type_name.as_ref().or(of_type.type_name.as_ref());
        ErrorKind {
            variant,
            type_name: type_name.cloned().unwrap_or_else(|| settings::default_name(ident)),
            non_retryable,
            next_retry_delay: delay.map(|(_, delay)| *delay).filter(|_| !non_retryable),
            benign: self.benign || of_type.benign,
        }
    }
}
