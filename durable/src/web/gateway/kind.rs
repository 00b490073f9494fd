//! The kinds of problems that only the gateway has. docs/gateway.md has a row for each.

use axum::http::StatusCode;

use crate::web::kind::Kind;

/// Declares the kinds, and the list of all.
macro_rules! kinds {
    ($($name:ident = $status:ident $code:literal $title:literal;)*) => {
        $(
            pub(super) const $name: Kind = Kind {
                status: StatusCode::$status,
                code: $code,
                title: $title,
                retry_after: None,
            };
        )*

        #[cfg(test)]
        pub(in crate::web) const ALL: &[Kind] = &[$($name),*];
    };
}

kinds! {
    INVALID_PATH = BAD_REQUEST "invalid-path" "The path is invalid";
    INVALID_PARAMETER = BAD_REQUEST "invalid-parameter" "A parameter is invalid";
    INVALID_KEY = BAD_REQUEST "invalid-idempotency-key" "The idempotency key is invalid";
    UNAUTHENTICATED = UNAUTHORIZED "unauthenticated" "The caller is not authenticated";
    FORBIDDEN = FORBIDDEN "forbidden" "The caller may not do this";
    UNKNOWN_PATH = NOT_FOUND "unknown-path" "There is nothing at this path";
    UNKNOWN_TYPE = NOT_FOUND "unknown-workflow-type" "The workflow type is unknown";
    UNKNOWN_HANDLER = NOT_FOUND "unknown-handler" "The signal, query or update is unknown";
    WRONG_METHOD = METHOD_NOT_ALLOWED "method-not-allowed" "The path doesn't have this method";
    KEY_IN_USE = CONFLICT "idempotency-key-in-use" "The id belongs to another request";
    KEY_REUSED = UNPROCESSABLE_ENTITY "idempotency-key-reused" "The idempotency key was used for another request";
    AUTHORIZATION_FAILED = INTERNAL_SERVER_ERROR "authorization-failed" "The authorization failed";
    TOO_MANY_WAITS = SERVICE_UNAVAILABLE "too-many-waits" "Too many requests wait for workflows";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ALL;

    #[test]
    fn every_kind_has_a_code_of_its_own_and_a_row_in_the_documentation() {
        let others = crate::web::kind::ALL.iter();
        let codes: BTreeSet<_> = ALL.iter().chain(others.clone()).map(|kind| kind.code).collect();
        assert_eq!(codes.len(), ALL.len() + others.len());
        let documented = include_str!("../../../../docs/gateway.md");
        for kind in ALL {
            let row = format!("| {} | `{}` |", kind.status.as_u16(), kind.code);
            assert!(documented.contains(&row), "docs/gateway.md has no row {row}");
        }
    }
}
