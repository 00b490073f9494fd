//! Activities in modules of their own name, which are imported beside the module.

use durable::prelude::*;

mod charge {
    use durable::prelude::*;

    /// Charges a customer.
    #[activity(queue = "same-name", start_to_close_timeout = "30s")]
    pub(super) async fn charge(ctx: ActivityContext, amount: u32) -> Result<u32, ActivityError> {
        drop(ctx);
        Ok(amount)
    }

    #[activity(queue = "same-name")]
    pub(super) async fn twice(amount: u32) -> u32 {
        2 * amount
    }

    #[workflow(queue = "same-name")]
    #[derive(Default)]
    struct Within;

    #[workflow_methods]
    impl Within {
        #[run]
        async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u32> {
            let charged: u32 = charge::execute(ctx, 1).await?;
            Ok(twice::execute(ctx, charged).await?)
        }
    }
}
use charge::{charge, twice};

mod payments {
    pub(super) mod refund {
        use durable::prelude::*;

        #[activity(queue = "same-name")]
        pub(in super::super) fn refund() -> u32 {
            3
        }
    }
    pub(super) use self::refund::refund;
}
use payments::refund;

#[workflow(queue = "same-name")]
#[derive(Default)]
struct Beside;

#[workflow_methods]
impl Beside {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u32> {
        let started = charge::start(ctx, 1);
        let local: u32 = charge::execute_local(ctx, 1).await?;
        let charged: u32 = charge::execute(ctx, local).summary("once more").await?;
        let refunded: u32 = refund::execute(ctx).await?;
        let twice: u32 = twice::execute(ctx, charged).await?;
        Ok(started.await? + refunded + twice)
    }
}

#[test]
fn they_are_registered() {
    let charge = super::activity("same-name", "charge");
    assert_eq!(super::written(charge.parameters), ["amount: u32"]);
    assert_eq!(super::activity("same-name", "refund").output, "u32");
}

#[test]
fn they_stay_functions_and_have_a_type() {
    assert_eq!(refund(), 3);
    assert_eq!(size_of_val(&charge), 0, "a function has no size");
    assert_eq!(<charge::Activity as durable::definition::Activity>::NAME, "charge");
}
