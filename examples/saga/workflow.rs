//! An order that is fulfilled in steps of three services, all of them or none: each step that succeeds
//! registers what undoes it.

use durable::prelude::*;
use durable::workflow::Saga;

use super::activities::{
    book_courier, cancel_courier, charge_card, refund_card, release_stock, reserve_stock,
};

/// An order, with its destination.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Parcel {
    pub order: String,
    pub destination: String,
    pub amount: f64,
}

/// Fulfils an order.
#[workflow(queue = "saga", id = "fulfilment-{order}")]
#[derive(Default)]
pub struct Fulfilment {
    ready: bool,
    picked_up: bool,
}

#[workflow_methods]
impl Fulfilment {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, parcel: Parcel) -> WorkflowResult<String> {
        let mut saga = Saga::new();
        let outcome = Self::fulfil(ctx, &mut saga, parcel).await;
        // Undoes the steps, the last first, unless the outcome is a success; also after a cancellation.
        saga.end(outcome).await
    }

    /// The courier has the parcel.
    #[signal]
    fn picked_up(&mut self) {
        self.picked_up = true;
    }

    /// Returns whether the parcel waits for the courier.
    #[query]
    fn is_ready(&self) -> bool {
        self.ready
    }
}

impl Fulfilment {
    async fn fulfil<'a>(
        ctx: &'a WorkflowContext<Self>,
        saga: &mut Saga<'a>,
        Parcel { order, destination, amount }: Parcel,
    ) -> WorkflowResult<String> {
        let stock = reserve_stock::execute(ctx, order.clone()).await?;
        saga.undo_with(release_stock::execute(ctx, stock));

        let payment = charge_card::execute(ctx, order.clone(), amount).await?;
        saga.undo_with(refund_card::execute(ctx, payment));

        let courier = book_courier::execute(ctx, order, destination).await?;
        saga.undo_with(cancel_courier::execute(ctx, courier.clone()));

        ctx.state_mut(|state| state.ready = true);
        ctx.wait_condition(|state| state.picked_up).await?;
        Ok(courier)
    }
}
