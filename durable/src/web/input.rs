//! The extractor of inputs.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use serde::de::IgnoredAny;
use temporalio_common::data_converters::TemporalDeserializable;

use super::{Problem, kind};
use crate::definition::decode_body;

/// The body of a request as an input: JSON, decoded like a worker decodes it. The type is `Deserialize`.
///
/// A body that doesn't fit the type is answered with 422 and the path of the first value that doesn't:
///
/// ```json
/// {
///   "type": "urn:durable:problem:invalid-input",
///   "title": "The input is invalid",
///   "status": 422,
///   "code": "invalid-input",
///   "detail": "at `items[0].price`: invalid type: a string of 3 characters, expected f64",
///   "path": "items[0].price"
/// }
/// ```
///
/// Other answers are 415 for another type than `application/json` (or `application/*+json`), 400 for a body
/// that is not JSON, and 413 for one that is larger than axum's limit of 2 MB, which
/// [`DefaultBodyLimit`](axum::extract::DefaultBodyLimit) changes.
///
/// ```no_run
/// # use durable::prelude::*;
/// use durable::web::axum::extract::State;
/// use durable::web::{Input, Started};
///
/// # #[derive(Debug, Serialize, Deserialize)]
/// # struct Order {
/// #     id: String,
/// # }
/// #
/// # #[workflow(queue = "orders", id = "order-{id}")]
/// # #[derive(Default)]
/// # struct OrderWorkflow;
/// #
/// # #[workflow_methods]
/// # impl OrderWorkflow {
/// #     #[run]
/// #     async fn run(_ctx: &mut WorkflowContext<Self>, order: Order) -> WorkflowResult<String> {
/// #         Ok(order.id)
/// #     }
/// # }
/// #
/// async fn place(
///     State(client): State<Client>,
///     Input(order): Input<Order>,
/// ) -> durable::Result<Started> {
///     Ok(Started::of(&OrderWorkflow::start(&client, order).await?))
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::exhaustive_structs, reason = "it is taken apart in patterns")]
pub struct Input<T>(pub T);

impl<T, S> FromRequest<S> for Input<T>
where
    T: TemporalDeserializable + Send + 'static,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let detail = "send the input as `Content-Type: application/json`";
            return Err(Problem::of(kind::NOT_JSON, detail));
        }
        let body = Bytes::from_request(request, state).await.map_err(|error| unread(&error))?;
        decode(&body).map(Self)
    }
}

/// Decodes a body.
pub(super) fn decode<T: TemporalDeserializable + 'static>(body: &[u8]) -> Result<T, Problem> {
    if let Err(error) = serde_json::from_slice::<IgnoredAny>(body) {
        // The message of a syntax error has no values.
        return Err(Problem::of(kind::INVALID_JSON, error.to_string()));
    }
    decode_body(body.to_vec()).map_err(|error| {
        let problem = Problem::of(kind::INVALID_INPUT, error.to_string());
        match error.place() {
            Some((_, Some(path))) => problem.with("path", path),
            _ => problem,
        }
    })
}

fn unread(error: &BytesRejection) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::of(kind::TOO_LARGE, "the body is larger than the limit")
    } else {
        Problem::of(kind::INVALID_BODY, "the body can't be read to its end")
    }
}

/// Returns whether the body is declared as JSON.
fn is_json(headers: &HeaderMap) -> bool {
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Some(declared) = declared else { return false };
    let essence = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let Some(subtype) = essence.strip_prefix("application/") else { return false };
    subtype == "json" || subtype.ends_with("+json")
}
