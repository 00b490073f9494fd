//! User code of workflows that panics, or calls an activity as a function: each is answered, the worker
//! goes on, and so does every other workflow.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use durable::Error;
use durable::prelude::*;
use durable_tests::{eventually, failed_task, unique};

use crate::client;
use crate::serving::replaying_worker;

/// The orders that were charged.
static CHARGED: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// The order that nothing must charge.
const NEVER: u32 = 7;

fn pay_for(order: u32) -> u32 {
    CHARGED.lock().unwrap_or_else(PoisonError::into_inner).push(order);
    order
}

fn is_charged(order: u32) -> bool {
    CHARGED.lock().unwrap_or_else(PoisonError::into_inner).contains(&order)
}

#[activity(queue = "user-code")]
async fn charge(order: u32, amount: f64) -> u32 {
    assert!(amount > 0.0);
    pay_for(order)
}

/// A blocking one, with a name of its own.
#[activity(queue = "user-code", name = "Bill")]
fn bill(order: u32) -> u32 {
    pay_for(order)
}

/// An activity may call another as a function, and is no workflow.
#[activity(queue = "user-code")]
async fn charge_and_bill(order: u32) -> u32 {
    charge(order, 1.0).await + bill(order)
}

/// Panics when it is decoded, if its text says so.
#[derive(Clone, Debug, Default, Serialize)]
struct Poison(String);

impl<'de> Deserialize<'de> for Poison {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        assert!(text != "decode", "a value that panics when it is decoded");
        Ok(Self(text))
    }
}

/// The number of values that panicked when they were dropped.
static DROPPED: AtomicU32 = AtomicU32::new(0);

/// Panics when it is dropped.
struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::SeqCst);
        panic!("a value that panics when it is dropped");
    }
}

/// Panics when it is serialised.
#[derive(Clone, Debug, Default, Deserialize)]
struct PanicsWhenSerialised;

impl Serialize for PanicsWhenSerialised {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("a value that panics when it is serialised")
    }
}

/// Panics when it is printed.
#[derive(Debug)]
struct PanicsWhenPrinted;

impl std::fmt::Display for PanicsWhenPrinted {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("an error that panics when it is printed")
    }
}

impl std::error::Error for PanicsWhenPrinted {}

#[workflow(queue = "user-code")]
#[derive(Default)]
struct Register {
    entries: Vec<u32>,
    done: bool,
    dropped: Option<PanicsWhenDropped>,
}

#[workflow_methods]
impl Register {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, poison: Poison) -> WorkflowResult<u32> {
        let held = (poison.0 == "drop in run").then(|| PanicsWhenDropped);
        if poison.0 == "drop the state" {
            ctx.state_mut(|register| register.dropped = Some(PanicsWhenDropped));
        }
        ctx.wait_condition(|register| register.done).await?;
        // It panics when the future is dropped, and not when the method returns.
        if let Some(held) = held {
            std::mem::forget(held);
        }
        let one = charge::execute_local(ctx, 1, 1.0).await?;
        Ok(one + charge_and_bill::execute_local(ctx, 1).await?)
    }

    #[signal]
    fn close(&mut self) {
        self.done = true;
    }

    #[signal]
    fn add(&mut self, poison: Poison) {
        self.entries.push(u32::try_from(poison.0.len()).unwrap_or_default());
    }

    #[query]
    fn last(&self) -> u32 {
        self.entries[self.entries.len() - 1]
    }

    #[query]
    fn count(&self) -> usize {
        self.entries.len()
    }

    #[query]
    fn output_of_poison(&self) -> PanicsWhenSerialised {
        PanicsWhenSerialised
    }

    #[query]
    fn error_of_poison(&self) -> Result<u32, PanicsWhenPrinted> {
        Err(PanicsWhenPrinted)
    }

    #[query]
    fn billed(&self) -> u32 {
        bill(NEVER)
    }

    #[update]
    fn change(&mut self, entry: u32) {
        self.entries.push(entry);
    }

    #[update_validator(change)]
    fn may_change(&self, entry: &u32) -> Result<(), PanicsWhenPrinted> {
        match entry {
            0 => panic!("a validator that panics"),
            1 => Err(PanicsWhenPrinted),
            2 => {
                bill(NEVER);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    #[update]
    fn swallow(&mut self, poison: Poison) -> usize {
        poison.0.len()
    }
}

/// Calls activities as functions, in every place where that is possible.
#[workflow(queue = "user-code")]
#[derive(Default)]
struct Careless {
    done: bool,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Place {
    Run,
    Blocking,
    Nested,
    Signal,
    PlainSignal,
    Update,
}

#[workflow_methods]
impl Careless {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, place: Place) -> WorkflowResult<u32> {
        match place {
            Place::Run => Ok(pay(NEVER).await),
            Place::Blocking => Ok(bill(NEVER)),
            Place::Nested => {
                let (one, two) = durable::workflow::join!(Box::pin(pay(NEVER)), ctx.sleep(LONG));
                two?;
                Ok(one)
            }
            _ => {
                ctx.wait_condition(|careless| careless.done).await?;
                Ok(0)
            }
        }
    }

    #[signal]
    async fn late(_ctx: &mut WorkflowContext<Self>) {
        pay(NEVER).await;
    }

    #[signal]
    fn plain(&mut self) {
        bill(NEVER);
    }

    #[update]
    async fn changed(_ctx: &mut WorkflowContext<Self>) -> u32 {
        pay(NEVER).await
    }
}

const LONG: Duration = Duration::from_secs(600);

/// Calls an activity as a function, outside of the method that the lint reads.
async fn pay(order: u32) -> u32 {
    charge(order, 2.0).await
}

async fn goes_on(register: &RegisterHandle) -> durable::Result<()> {
    register.close().await?;
    assert_eq!(register.result_within(Duration::from_secs(10)).await?, 3);
    Ok(())
}

#[tokio::test]
async fn a_query_that_panics_while_a_task_is_open_is_the_callers_error() -> durable::Result<()> {
    let client = client().await;
    // Right after the start it mostly comes with the first task; ten times make it sure.
    for _ in 0..10 {
        let register = Register::start(&client, Poison::default()).await?;
        let answer = register.last().await;
        let Err(Error::QueryFailed { cause, .. }) = &answer else { panic!("{answer:?}") };
        let said = cause.to_string();
        assert!(said.contains("query `last` of workflow Register panicked: attempt to"), "{said}");
        goes_on(&register).await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_answer_that_panics_on_its_way_is_the_callers_error() -> durable::Result<()> {
    let register = Register::start(&client().await, Poison::default()).await?;
    let answer = register.output_of_poison().await.expect_err("it cannot be serialised");
    assert!(format!("{answer:?}").contains("when it is serialised"), "{answer:?}");
    let answer = register.error_of_poison().await.expect_err("it is an error");
    assert!(format!("{answer:?}").contains("when it is printed"), "{answer:?}");
    let answer = register.billed().await.expect_err("a query calls no activity");
    let said = format!("{answer:?}");
    assert!(said.contains("activity `Bill` was called as a function by query `billed`"), "{said}");
    assert!(said.contains("in `#[run]`, or in an async signal or update"), "{said}");
    goes_on(&register).await
}

#[tokio::test]
async fn a_validator_that_panics_rejects_the_update() -> durable::Result<()> {
    let register = Register::start(&client().await, Poison::default()).await?;
    for (entry, message) in [
        (0, "the validator of update `change` of workflow Register panicked: a validator that"),
        (1, "panicked: an error that panics when it is printed"),
        (2, "activity `Bill` was called as a function by the validator of update `change`"),
    ] {
        let answer = register.change(entry).await;
        let Err(Error::UpdateFailed { failure, .. }) = &answer else { panic!("{answer:?}") };
        assert!(failure.message().contains(message), "{failure:?}");
    }
    assert_eq!(register.count().await?, 0);
    register.change(3).await?;
    assert_eq!(register.count().await?, 1);
    goes_on(&register).await
}

#[tokio::test]
async fn an_input_that_panics_when_it_is_decoded_fails_its_workflow_alone() -> durable::Result<()> {
    let client = client().await;
    let other = Register::start(&client, Poison::default()).await?;
    let poisoned = Register::start(&client, Poison("decode".to_owned())).await?;
    let end = poisoned.result_within(Duration::from_secs(10)).await;
    let Err(Error::Failed { failure, .. }) = &end else { panic!("{end:?}") };
    assert_eq!(failure.type_name(), Some("InvalidInput"));
    assert!(failure.message().ends_with("its `Deserialize` panicked"), "{failure:?}");
    goes_on(&other).await
}

#[tokio::test]
async fn a_message_that_panics_when_it_is_decoded_is_dropped_or_answered() -> durable::Result<()> {
    let register = Register::start(&client().await, Poison::default()).await?;
    register.add(Poison("decode".to_owned())).await?;
    register.add(Poison("fine".to_owned())).await?;
    let answer = register.swallow(Poison("decode".to_owned())).await;
    let Err(Error::UpdateFailed { failure, .. }) = &answer else { panic!("{answer:?}") };
    assert!(failure.message().contains("its `Deserialize` panicked"), "{failure:?}");
    assert_eq!(register.count().await?, 1, "the signal that fits is there");
    goes_on(&register).await
}

#[tokio::test]
async fn a_drop_that_panics_leaves_the_worker_running() -> durable::Result<()> {
    let client = client().await;
    // Without a cache, a workflow is dropped with what it holds at the end of each task.
    let queue = unique("user-code");
    let workers = replaying_worker(&client, "user-code", &queue).await?;
    for poison in ["drop in run", "drop the state"] {
        let before = DROPPED.load(Ordering::SeqCst);
        let poison = Poison(poison.to_owned());
        let register = Register::start(&client, poison).task_queue(&queue).await?;
        eventually("drop", || async { (DROPPED.load(Ordering::SeqCst) > before).then_some(()) })
            .await;
        let next = Register::start(&client, Poison::default()).task_queue(&queue).await?;
        goes_on(&next).await?;
        goes_on(&register).await?;
    }
    workers.shutdown().await
}

#[tokio::test]
async fn an_activity_that_is_called_as_a_function_fails_the_task_and_does_nothing()
-> durable::Result<()> {
    let client = client().await;
    for (place, by) in [
        (Place::Run, "`#[run]`"),
        (Place::Nested, "`#[run]`"),
        (Place::Signal, "signal `late`"),
        (Place::Update, "update `changed`"),
        (Place::Blocking, "`#[run]`"),
        (Place::PlainSignal, "signal `plain`"),
    ] {
        let careless = Careless::start(&client, place).await?;
        match place {
            Place::Signal => careless.late().await?,
            Place::PlainSignal => careless.plain().await?,
            Place::Update => {
                let asked = careless.clone();
                tokio::spawn(async move { asked.changed().await });
            }
            Place::Run | Place::Blocking | Place::Nested => {}
        }
        let (name, call) = match place {
            Place::Blocking | Place::PlainSignal => ("Bill", "bill::execute(ctx, order).await"),
            _ => ("charge", "charge::execute(ctx, order, amount).await"),
        };
        let said = failed_task(&careless).await;
        let expected = format!(
            "activity `{name}` was called as a function by {by} of workflow `Careless` (workflow id \
             `{}`), where it would run again on every replay; write `{call}`",
            careless.id()
        );
        assert_eq!(said, expected, "{place:?}");
        careless.terminate("seen enough").await?;
    }
    assert!(!is_charged(NEVER));
    Ok(())
}

#[tokio::test]
async fn elsewhere_an_activity_stays_a_function() {
    assert_eq!(charge_and_bill(2).await, 4);
    assert!(is_charged(2));
}
