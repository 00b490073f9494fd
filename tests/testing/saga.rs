//! Sagas: what undoes the steps of a workflow, whatever ends it.

use durable::prelude::*;
use durable::testing::{Calls, TestEnv};
use durable::workflow::Saga;
use durable::{Error, Result};

/// Books a part of a trip.
#[activity(
    queue = "trips",
    start_to_close_timeout = "10s",
    retry(initial_interval = "10ms", maximum_attempts = 6)
)]
async fn book(part: String) -> Result<String, ActivityError> {
    Ok(format!("{part} booked"))
}

/// Undoes a booking.
#[activity(
    queue = "trips",
    start_to_close_timeout = "10s",
    retry(initial_interval = "10ms", maximum_attempts = 6)
)]
async fn cancel(booking: String) -> Result<String, ActivityError> {
    Ok(format!("{booking} cancelled"))
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Plan {
    parts: Vec<String>,
    at_once: bool,
    /// `true` to wait for a confirmation once everything is booked.
    confirmed: bool,
}

#[workflow(queue = "trips")]
#[derive(Default)]
struct Trip {
    confirmed: bool,
}

#[workflow_methods]
impl Trip {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, plan: Plan) -> WorkflowResult<usize> {
        let mut saga = if plan.at_once { Saga::new().at_once() } else { Saga::new() };
        let booked = Self::book(ctx, &mut saga, plan).await;
        saga.end(booked).await
    }

    #[signal]
    fn confirm(&mut self) {
        self.confirmed = true;
    }
}

impl Trip {
    async fn book<'a>(
        ctx: &'a WorkflowContext<Self>,
        saga: &mut Saga<'a>,
        plan: Plan,
    ) -> WorkflowResult<usize> {
        let mut booked = 0;
        for part in plan.parts {
            let booking = book::execute(ctx, part).await?;
            saga.undo_with(cancel::execute(ctx, booking));
            booked += 1;
        }
        if plan.confirmed {
            ctx.wait_condition(|state| state.confirmed).await?;
        }
        Ok(booked)
    }
}

fn plan(parts: &[&str]) -> Plan {
    let parts = parts.iter().map(|part| (*part).to_owned()).collect();
    Plan { parts, at_once: false, confirmed: false }
}

/// Lets the booking of one part fail for good.
fn refuse(env: &TestEnv, refused: &'static str) {
    env.mock::<book>().with(move |part| async move {
        if part == refused {
            return Err(ApplicationFailure::non_retryable("fully booked").into());
        }
        Ok(part)
    });
}

/// The bookings that were cancelled; an attempt that was lost with its worker is made again.
fn cancelled(calls: &Calls<(String,)>) -> Vec<String> {
    let mut cancelled: Vec<_> = calls.arguments().into_iter().map(|(booking,)| booking).collect();
    cancelled.dedup();
    cancelled
}

#[durable::test]
async fn what_succeeds_is_not_undone(env: TestEnv) -> Result<()> {
    let cancels = env.mock::<cancel>().returns(String::new());
    assert_eq!(Trip::execute(env.client(), plan(&["hotel", "flight"])).await?, 2);
    assert_eq!(cancels.count(), 0);
    Ok(())
}

#[durable::test(crash)]
async fn steps_are_undone_in_reverse_through_crashes(env: TestEnv) -> Result<()> {
    refuse(&env, "car");
    let cancels = env.mock::<cancel>().returns(String::new());
    let outcome = Trip::execute(env.client(), plan(&["hotel", "flight", "car", "museum"])).await;
    let error = format!("{:?}", outcome.unwrap_err());
    assert!(error.contains("fully booked"), "{error}");
    assert_eq!(cancelled(&cancels), ["flight", "hotel"]);
    Ok(())
}

#[durable::test]
async fn they_can_be_undone_at_once(env: TestEnv) -> Result<()> {
    refuse(&env, "car");
    let cancels = env.mock::<cancel>().returns(String::new());
    let plan = Plan { at_once: true, ..plan(&["hotel", "flight", "car"]) };
    Trip::execute(env.client(), plan).await.unwrap_err();
    let mut cancelled = cancelled(&cancels);
    cancelled.sort();
    assert_eq!(cancelled, ["flight", "hotel"]);
    Ok(())
}

#[durable::test]
async fn one_that_fails_is_reported_and_does_not_stop_the_others(env: TestEnv) -> Result<()> {
    refuse(&env, "museum");
    let cancels = env.mock::<cancel>().with(|booking| async move {
        if booking == "hotel" {
            return Ok(booking);
        }
        Err(ApplicationFailure::non_retryable(format!("no refund for the {booking}")).into())
    });
    for at_once in [false, true] {
        let plan = Plan { at_once, ..plan(&["hotel", "flight", "car", "museum"]) };
        let Err(Error::Failed { failure, .. }) = Trip::execute(env.client(), plan).await else {
            panic!("it fails");
        };
        assert_eq!(failure.type_name(), Some("CompensationFailed"));
        let message = failure.message();
        let expected = "these compensations failed: `cancel` (no refund for the car), \
                        `cancel` (no refund for the flight)";
        assert!(message.contains("fully booked"), "says why it was undone: {message}");
        assert!(message.ends_with(expected), "{message}");
    }
    assert_eq!(cancels.count(), 6, "three in each run");
    Ok(())
}

#[durable::test(crash)]
async fn steps_are_undone_when_the_workflow_is_cancelled(env: TestEnv) -> Result<()> {
    let cancels = env.mock::<cancel>().returns(String::new());
    let plan = Plan { confirmed: true, ..plan(&["hotel", "flight"]) };
    let books = env.mock::<book>().with(|part| async move { Ok(part) });
    let trip = Trip::start(env.client(), plan).await?;
    durable_tests::eventually("booking", || async {
        books.arguments().contains(&("flight".to_owned(),)).then_some(())
    })
    .await;
    trip.cancel("rain").await?;
    let outcome = trip.result().await;
    assert!(matches!(outcome, Err(Error::Cancelled { .. })), "{outcome:?}");
    // The cancellation may come before the second booking is known to the workflow.
    assert_eq!(cancelled(&cancels).last().map(String::as_str), Some("hotel"));
    Ok(())
}
