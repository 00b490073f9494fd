//! Annotated code under every lint that users deny.

#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub, unsafe_code)]
#![deny(unused, nonstandard_style, rust_2018_idioms, let_underscore_drop, unused_qualifications)]
#![deny(missing_copy_implementations, single_use_lifetimes, trivial_casts, unused_results)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::cargo, clippy::unwrap_used)]
#![deny(clippy::absolute_paths, clippy::min_ident_chars, clippy::missing_docs_in_private_items)]

use durable::prelude::*;

/// An input.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Order {
    /// Its id.
    order_id: String,
}

/// An activity.
#[activity(queue = "strict", start_to_close_timeout = "30s")]
async fn charge(order_id: String, amount: f64) -> Result<String, ActivityError> {
    Ok(format!("{order_id} {amount}"))
}

/// An activity without inputs.
#[activity(queue = "strict")]
async fn look(ctx: ActivityContext) -> bool {
    ctx.worker_is_shutting_down()
}

/// A blocking activity that nobody calls.
#[activity(queue = "strict")]
fn nobody_calls_it(number: u32) -> u32 {
    number
}

/// A workflow.
#[workflow(queue = "strict", id = "order-{order_id}")]
#[derive(Debug, Default)]
struct Orders {
    /// `true` once it may go on.
    approved: bool,
}

#[workflow_methods]
impl Orders {
    /// The workflow.
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, order: Order) -> WorkflowResult<String> {
        ctx.wait_condition(|state| state.approved).await?;
        Ok(charge::execute(ctx, order.order_id, 1.0).await?)
    }

    /// A signal that waits for nothing and looks at nothing.
    #[signal]
    async fn wake(_ctx: &mut WorkflowContext<Self>, _reason: String) {}

    /// A signal.
    #[signal]
    fn approve(&mut self) {
        self.approved = true;
    }

    /// A query that reads nothing.
    #[query]
    fn version(&self) -> u32 {
        1
    }

    /// An update that cannot fail.
    #[update]
    fn reset(&mut self, approved: bool) -> Result<bool, ActivityError> {
        self.approved = approved;
        Ok(approved)
    }

    /// Its validator.
    #[update_validator(reset)]
    fn check(&self, approved: &bool) -> Result<(), String> {
        if *approved == self.approved { Err("nothing changes".to_owned()) } else { Ok(()) }
    }
}

#[test]
fn it_is_registered() {
    let workflow = super::workflow("strict", "Orders");
    assert_eq!(workflow.signals.len(), 2);
    assert!(workflow.source.file.ends_with("strict.rs"), "{}", workflow.source);
    assert_eq!(
        super::written(super::activity("strict", "charge").parameters),
        ["order_id: String", "amount: f64"]
    );
}
