//! One workflow in three forms, each on a queue of its own: as it was when `histories/shipping.json`
//! was recorded; changed so that what is under way could not go on; and changed with a patch.
//!
//! A program has one form at a time, the last. The three stand here side by side so that a test can
//! replay the recorded history against each.

use durable::prelude::*;

/// Packs what was ordered.
#[activity(queue = "shipping", start_to_close_timeout = "10s")]
pub async fn pack(order: String) -> String {
    format!("parcel of {order}")
}

/// Insures a parcel; this came later.
#[activity(queue = "shipping", start_to_close_timeout = "10s")]
pub async fn insure(parcel: String) -> String {
    format!("insured {parcel}")
}

/// Hands a parcel to the carrier.
#[activity(queue = "shipping", start_to_close_timeout = "10s")]
pub async fn hand_over(parcel: String) -> String {
    format!("{parcel}, handed over")
}

/// As it was recorded.
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

/// Changed without a patch. A workflow that has come as far as the carrier cannot go on with it.
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

/// Changed with a patch: what is under way goes on as it began.
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
