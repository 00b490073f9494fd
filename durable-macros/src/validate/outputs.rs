//! The rules for outputs: owned, as they travel.

use syn::{Path, ReturnType};

use crate::diagnostics::{Errors, err};
use crate::model::{Output, OutputKind};
use crate::parse::{signature, types};

/// Makes the output of a method, where `Self` is the target.
pub(super) fn without_self(returned: &ReturnType, target: &Path, errors: &mut Errors) -> Output {
    let mut output = owned(returned, errors);
    if let OutputKind::Plain(ty) | OutputKind::Result(ty) = &mut output.kind {
        **ty = types::without_self(ty, target);
    }
    output
}

/// Makes the output of a return type, which must be owned.
pub(super) fn owned(returned: &ReturnType, errors: &mut Errors) -> Output {
    let success = signature::success(returned);
    if let Some(ty) = success
        && let Some(owned) = types::owned(ty)
    {
        let (ty_text, owned) = (types::text(ty), types::text(&owned));
        errors.push(err!(
            ty,
            "an output is owned, because it travels through the server; write `{owned}` instead \
             of `{ty_text}`"
        ));
        // What callers are told of it is then what they will be told.
        if let ReturnType::Type(arrow, ty) = returned
            && let Some(owned) = types::owned(ty)
        {
            return signature::output(&ReturnType::Type(*arrow, Box::new(owned)));
        }
    }
    signature::output(returned)
}
