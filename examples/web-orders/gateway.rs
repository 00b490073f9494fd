//! The gateway for other programs of the shop, which have a key.

use durable::Client;
use durable::web::axum::Router;
use durable::web::gateway::{Access, Caller, Denied, GatewayError, Operation, gateway};

use crate::workflow::OrderWorkflow;

/// Returns the gateway's routes. A caller with the key may look at orders, and neither start nor end them.
pub fn routes(client: &Client, key: String) -> Result<Router, GatewayError> {
    gateway()
        .authorize(move |access: Access| {
            let key = key.clone();
            async move {
                match access.headers.get("x-api-key") {
                    Some(given) if given == key.as_str() => {
                        Ok(Caller::new("a program of the shop"))
                    }
                    Some(_) => Err(Denied::forbidden("this key is not valid")),
                    None => Err(Denied::unauthenticated("send the header X-Api-Key")),
                }
            }
        })
        .allow::<OrderWorkflow>([Operation::Describe, Operation::List, Operation::Document])
        .router(client)
}
