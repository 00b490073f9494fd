//! One workflow in three versions, each on its own queue: the version with which
//! `histories/shipping.json` was recorded, an incompatible change, and the same change with a patch.
//!
//! A program has one version at a time. All three are here so that a test can replay the recorded
//! history with each.

use durable::prelude::*;

/// Packs an order.
#[activity(queue = "shipping", start_to_close_timeout = "10s")]
pub async fn pack(order: String) -> String {
    format!("parcel of {order}")
}

/// Insures a parcel. It was added later.
#[activity(queue = "shipping", start_to_close_timeout = "10s")]
pub async fn insure(parcel: String) -> String {
    format!("insured {parcel}")
}

/// Hands a parcel to the carrier.
#[activity(queue = "shipping", start_to_close_timeout = "10s")]
pub async fn hand_over(parcel: String) -> String {
    format!("{parcel}, handed over")
}

/// The version that was recorded.
#[workflow(queue = "shipping", name = "Shipping", id = "shipping-{}")]
#[derive(Default)]
pub struct Shipping;

#[workflow_methods]
impl Shipping {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, order: String) -> WorkflowResult<String> {
        let parcel = pack::execute(ctx, order).await?;
        Ok(hand_over::execute(ctx, parcel).await?)
    }
}

/// Changed without a patch. A workflow that has already called the carrier cannot continue with it.
#[workflow(queue = "shipping-changed", name = "Shipping", id = "shipping-{}")]
#[derive(Default)]
pub struct ChangedShipping;

#[workflow_methods]
impl ChangedShipping {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, order: String) -> WorkflowResult<String> {
        let parcel = pack::execute(ctx, order).await?;
        let parcel = insure::execute(ctx, parcel).await?;
        Ok(hand_over::execute(ctx, parcel).await?)
    }
}

/// Changed with a patch: running workflows continue as they began.
#[workflow(queue = "shipping-patched", name = "Shipping", id = "shipping-{}")]
#[derive(Default)]
pub struct PatchedShipping;

#[workflow_methods]
impl PatchedShipping {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, order: String) -> WorkflowResult<String> {
        let mut parcel = pack::execute(ctx, order).await?;
        if ctx.patched("insure") {
            parcel = insure::execute(ctx, parcel).await?;
        }
        Ok(hand_over::execute(ctx, parcel).await?)
    }
}
