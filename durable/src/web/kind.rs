//! The kinds of problems with which a request is answered: the one table of their codes.

use std::time::Duration;

use axum::http::StatusCode;

/// A kind of problem. Its code never changes, because programs decide by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) title: &'static str,
    /// The time after which a caller may try again, if that can help.
    pub(crate) retry_after: Option<Duration>,
}

const SOON: Option<Duration> = Some(Duration::from_secs(1));
const LATER: Option<Duration> = Some(Duration::from_secs(5));

/// Declares the kinds, and the list of all.
macro_rules! kinds {
    ($($name:ident = $status:ident $code:literal $title:literal $retry_after:expr;)*) => {
        $(
            pub(crate) const $name: Kind = Kind {
                status: StatusCode::$status,
                code: $code,
                title: $title,
                retry_after: $retry_after,
            };
        )*

        /// Every kind. docs/web.md has a row for each.
        #[allow(dead_code, reason = "for tests, and for descriptions of an interface")]
        pub(crate) const ALL: &[Kind] = &[$($name),*];
    };
}

kinds! {
    INVALID_JSON = BAD_REQUEST "invalid-json" "The body is not JSON" None;
    INVALID_BODY = BAD_REQUEST "invalid-body" "The body can't be read" None;
    INVALID_QUERY = BAD_REQUEST "invalid-query" "The list filter is invalid" None;
    NOT_FOUND = NOT_FOUND "not-found" "The workflow was not found, or has ended" None;
    UPDATE_NOT_FOUND = NOT_FOUND "update-not-found" "The update was not found" None;
    SCHEDULE_NOT_FOUND = NOT_FOUND "schedule-not-found" "The schedule was not found" None;
    ACTIVITY_NOT_FOUND = NOT_FOUND "activity-not-found" "The activity was not found, or has ended" None;
    ALREADY_STARTED = CONFLICT "already-started" "The workflow is already started" None;
    FAILED = CONFLICT "workflow-failed" "The workflow failed" None;
    CANCELLED = CONFLICT "workflow-cancelled" "The workflow was cancelled" None;
    TERMINATED = CONFLICT "workflow-terminated" "The workflow was terminated" None;
    TIMED_OUT = CONFLICT "workflow-timed-out" "The workflow timed out" None;
    CONTINUED_AS_NEW = CONFLICT "workflow-continued-as-new" "The run continued as a new run" None;
    QUERY_REJECTED = CONFLICT "query-rejected" "The query was rejected because of the workflow's status" None;
    SCHEDULE_EXISTS = CONFLICT "schedule-exists" "The schedule already exists" None;
    NO_RESET_POINT = CONFLICT "no-reset-point" "The workflow can't be reset to this point" None;
    WRONG_STATE = CONFLICT "wrong-state" "The workflow's state doesn't allow the request" None;
    TOO_LARGE = PAYLOAD_TOO_LARGE "too-large" "The request is too large" None;
    NOT_JSON = UNSUPPORTED_MEDIA_TYPE "not-json" "The body's type is not application/json" None;
    INVALID_INPUT = UNPROCESSABLE_ENTITY "invalid-input" "The input is invalid" None;
    INVALID_OPTIONS = UNPROCESSABLE_ENTITY "invalid-options" "The options of the workflow are invalid" None;
    INVALID_SCHEDULE = UNPROCESSABLE_ENTITY "invalid-schedule" "The schedule is invalid" None;
    QUERY_FAILED = UNPROCESSABLE_ENTITY "query-failed" "The query failed" None;
    UPDATE_FAILED = UNPROCESSABLE_ENTITY "update-failed" "The update was rejected, or failed" None;
    REFUSED = UNPROCESSABLE_ENTITY "refused" "The Temporal server refused the request as invalid" None;
    INTERNAL = INTERNAL_SERVER_ERROR "internal" "The program has an error" None;
    MISCONFIGURED = INTERNAL_SERVER_ERROR "misconfigured" "The program is not configured correctly" None;
    WRONG_TYPE = INTERNAL_SERVER_ERROR "wrong-type" "A value doesn't fit its type" None;
    UPSTREAM_UNAUTHENTICATED = BAD_GATEWAY "upstream-unauthenticated" "The Temporal server refuses this program" None;
    UPSTREAM_INVALID = BAD_GATEWAY "upstream-invalid" "No Temporal server answers, but something else" None;
    UPSTREAM_FAILED = BAD_GATEWAY "upstream-failed" "The Temporal server has an error" None;
    UNREACHABLE = SERVICE_UNAVAILABLE "unreachable" "The Temporal server can't be reached" LATER;
    OVERLOADED = SERVICE_UNAVAILABLE "overloaded" "The Temporal server has too many requests" SOON;
    TOO_MANY_STREAMS = SERVICE_UNAVAILABLE "too-many-streams" "Too many clients follow workflows" LATER;
    DISABLED = SERVICE_UNAVAILABLE "disabled" "Temporal is disabled" None;
    NO_RESULT_YET = GATEWAY_TIMEOUT "no-result-yet" "The workflow has no result yet" None;
    CALL_TIMED_OUT = GATEWAY_TIMEOUT "call-timed-out" "The Temporal server didn't answer in time" None;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ALL;

    #[test]
    fn every_kind_has_a_code_of_its_own_and_a_row_in_the_documentation() {
        let codes: BTreeSet<_> = ALL.iter().map(|kind| kind.code).collect();
        assert_eq!(codes.len(), ALL.len());
        let documented = include_str!("../../../docs/web.md");
        for kind in ALL {
            let row = format!("| {} | `{}` |", kind.status.as_u16(), kind.code);
            assert!(documented.contains(&row), "docs/web.md has no row {row}");
        }
    }
}
