//! Types decide what is a failure, whatever they are called.

use std::sync::atomic::{AtomicU32, Ordering};

use durable::prelude::*;
use durable::testing::TestEnv;

#[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]
enum PaymentError {
    #[error("declined")]
    Declined,
    #[error("amount {0} is too small")]
    TooSmall(u32),
}

type Outcome<T> = Result<T, PaymentError>;

#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PaymentResult {
    paid: u32,
}

/// The attempts of `decline`, which one test calls.
static ATTEMPTS: AtomicU32 = AtomicU32::new(0);

#[activity(queue = "types", retry(maximum_attempts = 3, initial_interval = "10ms"))]
async fn decline(_amount: u32) -> Outcome<()> {
    ATTEMPTS.fetch_add(1, Ordering::SeqCst);
    Err(PaymentError::Declined)
}

#[activity(queue = "types")]
fn pay(amount: u32) -> PaymentResult {
    PaymentResult { paid: amount }
}

#[workflow(queue = "types")]
#[derive(Default)]
struct Declined;

#[workflow_methods]
impl Declined {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        decline::execute(ctx, 1).await?;
        Ok(())
    }
}

type Purchasing = WorkflowContext<Purchase>;

#[workflow(queue = "types")]
#[derive(Default)]
struct Purchase {
    limit: u32,
    ended: bool,
}

#[workflow_methods]
impl Purchase {
    #[run]
    async fn run(ctx: &mut Purchasing, amount: u32) -> WorkflowResult<PaymentResult> {
        ctx.wait_condition(|state| state.ended).await?;
        Ok(pay::execute(ctx, amount).await?)
    }

    #[signal]
    async fn end(ctx: &mut Purchasing) {
        ctx.state_mut(|state| state.ended = true);
    }

    #[query]
    fn above(&self, amount: u32) -> Outcome<PaymentResult> {
        if amount > self.limit {
            Ok(PaymentResult { paid: amount })
        } else {
            Err(PaymentError::TooSmall(amount))
        }
    }

    #[query]
    fn limit(&self) -> PaymentResult {
        PaymentResult { paid: self.limit }
    }

    #[update]
    fn set_limit(&mut self, limit: u32) -> Outcome<u32> {
        if limit == 0 { Err(PaymentError::TooSmall(limit)) } else { Ok(self.replace(limit)) }
    }

    #[update]
    async fn pay(ctx: &mut Purchasing, amount: u32) -> PaymentResult {
        ctx.state_mut(|state| state.limit = amount);
        PaymentResult { paid: amount }
    }

    fn replace(&mut self, limit: u32) -> u32 {
        std::mem::replace(&mut self.limit, limit)
    }
}

#[durable::test]
async fn retries_an_activity_whose_result_has_another_name(env: TestEnv) {
    let bought = Declined::execute(env.client()).await;
    let error = bought.expect_err("the payment is declined");
    assert!(matches!(error.downcast::<PaymentError>(), Some(PaymentError::Declined)), "{error:?}");
    assert_eq!(ATTEMPTS.load(Ordering::SeqCst), 3);
}

#[durable::test]
async fn returns_what_is_only_called_a_result(env: TestEnv) -> durable::Result<()> {
    let purchase = Purchase::start(env.client(), 7).await?;
    assert_eq!(purchase.limit().await?, PaymentResult { paid: 0 });
    assert_eq!(purchase.pay(5).await?, PaymentResult { paid: 5 });
    purchase.end().await?;
    assert_eq!(purchase.result().await?, PaymentResult { paid: 7 });
    Ok(())
}

#[durable::test]
async fn fails_a_query_and_an_update_whose_result_has_another_name(
    env: TestEnv,
) -> durable::Result<()> {
    let purchase = Purchase::start(env.client(), 7).await?;
    assert_eq!(purchase.set_limit(3).await?, 0);
    let refused = purchase.set_limit(0).await.expect_err("the limit is refused");
    assert!(format!("{refused:?}").contains("too small"), "{refused:?}");
    assert_eq!(purchase.above(4).await?, PaymentResult { paid: 4 });
    let refused = purchase.above(2).await.expect_err("the query fails");
    assert!(format!("{refused:?}").contains("too small"), "{refused:?}");
    purchase.end().await?;
    purchase.result().await.map(drop)
}

#[durable::test]
async fn binds_a_generated_handle_to_a_run(env: TestEnv) -> durable::Result<()> {
    let purchase = Purchase::start(env.client(), 7).await?;
    let run_id = purchase.run_id().expect("a started workflow has a run").to_owned();
    let run = purchase.with_run_id(&run_id);
    assert_eq!(run.run_id(), Some(run_id.as_str()));
    assert_eq!(run.set_limit(2).await?, 0);
    run.end().await?;
    assert_eq!(run.result().await?, PaymentResult { paid: 7 });
    let other = purchase.with_run_id("00000000-0000-4000-8000-000000000000");
    assert!(other.limit().await.is_err(), "there is no such run");
    Ok(())
}
