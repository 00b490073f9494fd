//! `#[derive(ApplicationError)]`: the rules for an enum or struct.
//!
//! After a mistake there is a model all the same, so that the user's code that needs the traits is not
//! told that they are missing.

use std::time::Duration;

use syn::{Attribute, Data, DeriveInput, Ident, Meta};

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
    generics(item, errors);
    let mut of_whole = None;
    let kinds = match &item.data {
        Data::Struct(_) => {
            let kind = of_type.kind(&Failure::default(), errors);
            vec![ErrorKind {
                type_name: kind.type_name.clone().unwrap_or_else(|| name(&item.ident)),
                ..kind.into_kind(None, Vec::new())
            }]
        }
        Data::Enum(data) => {
            of_whole = Some(&of_type);
            let variants = data.variants.iter().map(|variant| {
                reject_on_fields(variant.fields.iter().map(|field| &*field.attrs), errors);
                let own = Failure::read(&variant.attrs, keys::VARIANT_FAILURE, errors);
                let kind = own.kind(&of_type, errors);
                let conditions = settings::attributes(&variant.attrs, "cfg");
                ErrorKind {
                    type_name: kind.type_name.clone().unwrap_or_else(|| name(&variant.ident)),
                    ..kind.into_kind(Some(variant.ident.clone()), conditions)
                }
            });
            variants.collect()
        }
        Data::Union(data) => {
            errors.push(err!(
                data.union_token,
                "a union cannot be an application error; make it an enum"
            ));
            return None;
        }
    };
    if let Data::Struct(data) = &item.data {
        reject_on_fields(data.fields.iter().map(|field| &*field.attrs), errors);
    }
    if let Some(of_type) = of_whole {
        of_type.contradictions(errors);
    }
    item.generics.params.is_empty().then(|| ApplicationError {
        private: of_type.private.unwrap_or_default(),
        ident: item.ident.clone(),
        kinds,
    })
}

fn name(ident: &Ident) -> String {
    settings::default_name(ident)
}

/// The table at link time has types and not families of them.
fn generics(item: &DeriveInput, errors: &mut Errors) {
    if !item.generics.params.is_empty() {
        errors.push(err!(
            item.generics,
            "an application error has no parameters: it is one type, which is known by its name and \
             owns its values; put the concrete type in their place"
        ));
    }
}

fn reject_on_fields<'a>(fields: impl Iterator<Item = &'a [Attribute]>, errors: &mut Errors) {
    for attribute in fields.flatten().filter(|attribute| attribute.path().is_ident(ATTRIBUTE)) {
        errors.push(err!(
            attribute,
            "`#[failure(..)]` goes on a variant or on the type; move it there"
        ));
    }
}

/// What one `#[failure(..)]` says.
#[derive(Default)]
struct Failure {
    private: Option<Private>,
    type_name: Option<String>,
    non_retryable: Option<Ident>,
    retryable: Option<Ident>,
    next_retry_delay: Option<(Ident, Duration)>,
    benign: bool,
}

impl Failure {
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
                ("retryable", _) => read.retryable = Some(key),
                ("benign", _) => read.benign = true,
                (_, Value::Runtime(path)) => read.private = Some(path.into()),
                _ => {}
            }
        }
        read
    }

    /// Refuses what cannot be said together.
    fn contradictions(&self, errors: &mut Errors) {
        let Some(non_retryable) = &self.non_retryable else { return };
        if self.retryable.is_some() {
            errors.push(err!(
                non_retryable,
                "an error is `retryable` or `non_retryable`; keep one of them"
            ));
        }
        if let Some((delay, _)) = &self.next_retry_delay {
            errors.push(syn::Error::new(
                delay.span(),
                "`next_retry_delay` says when it is tried again, and `non_retryable` that it is not; \
                 keep one of them",
            ));
        }
    }

    /// What holds for a variant: what it says itself, and else what the enum says.
    fn kind(&self, of_type: &Self, errors: &mut Errors) -> Merged {
        self.contradictions(errors);
        let delay = self.next_retry_delay.as_ref().map(|(_, delay)| *delay);
        let non_retryable = match (&self.non_retryable, &self.retryable) {
            (Some(_), _) => true,
            (None, Some(_)) => false,
            // A delay says that it is tried again.
            (None, None) => of_type.non_retryable.is_some() && delay.is_none(),
        };
        let inherited = of_type.next_retry_delay.as_ref().map(|(_, delay)| *delay);
        Merged {
            type_name: self.type_name.clone().or_else(|| of_type.type_name.clone()),
            non_retryable,
            next_retry_delay: delay.or(inherited).filter(|_| !non_retryable),
            benign: self.benign || of_type.benign,
        }
    }
}

/// What holds for a variant.
struct Merged {
    type_name: Option<String>,
    non_retryable: bool,
    next_retry_delay: Option<Duration>,
    benign: bool,
}

impl Merged {
    fn into_kind(self, variant: Option<Ident>, conditions: Vec<Attribute>) -> ErrorKind {
        ErrorKind {
            variant,
            conditions,
            type_name: self.type_name.unwrap_or_default(),
            non_retryable: self.non_retryable,
            next_retry_delay: self.next_retry_delay,
            benign: self.benign,
        }
    }
}
