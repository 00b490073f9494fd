//! The rules for outputs: owned, as they travel.

use syn::{Path, ReturnType};

use crate::diagnostics::{Errors, err};
use crate::model::{Output, OutputKind};
use crate::parse::{signature, types};

/// Makes the output of a method, where `Self` is the target.
pub(super) fn without_self(returned: &ReturnType, target: &Path, errors: &mut Errors) -> Output {
    let mut output = owned(returned, errors);
    if let OutputKind::Any(ty) | OutputKind::Result(ty) = &mut output.kind {
        **ty = types::without_self(ty, target);
    }
    if let Some(argument) = &mut output.argument {
        *argument.ty = types::without_self(&argument.ty, target);
    }
    output
}

/// Makes the output of a return type, which must be owned.
pub(super) fn owned(returned: &ReturnType, errors: &mut Errors) -> Output {
    if let ReturnType::Type(arrow, ty) = returned
        && let Some(owned) = types::owned_output(ty)
    {
        let (ty_text, owned_text) = (types::text(ty), types::text(&owned));
        errors.push(err!(
            ty,
            "an output is owned, because it travels through the server; write `{owned_text}` \
             instead of `{ty_text}`"
        ));
        // What callers are told of it is then what they will be told.
        return signature::output(&ReturnType::Type(*arrow, Box::new(owned)));
    }
    signature::output(returned)
}
