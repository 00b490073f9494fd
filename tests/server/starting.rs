//! Starting: by handle, by output, with a delay; ids, and what a second start says.

use std::time::{Duration, Instant};

use durable::Error;
use durable::client::{WorkflowIdConflictPolicy, WorkflowIdReusePolicy, start_all};
use durable::prelude::*;
use durable_tests::unique;

use crate::client;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Parcel {
    number: String,
    to: Address,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Address {
    city: String,
}

fn parcel(number: &str) -> Parcel {
    Parcel { number: number.to_owned(), to: Address { city: "Turin".to_owned() } }
}

/// Ends when it is told to.
#[workflow(queue = "starting", id = "parcel-{number}-{to.city}")]
#[derive(Default)]
struct ParcelWorkflow {
    delivered: bool,
}

#[workflow_methods]
impl ParcelWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, parcel: Parcel) -> WorkflowResult<String> {
        ctx.wait_condition(|state| state.delivered).await?;
        Ok(format!("{} is in {}", parcel.number, parcel.to.city))
    }

    #[signal]
    fn deliver(&mut self) {
        self.delivered = true;
    }
}

/// Takes no input, has no id template and ends at once.
#[workflow(queue = "starting")]
#[derive(Default)]
pub(crate) struct NothingWorkflow;

#[workflow_methods]
impl NothingWorkflow {
    #[run]
    async fn run() -> WorkflowResult<u8> {
        Ok(7)
    }
}

/// Takes its input in `#[init]`, and its id is the whole input.
#[workflow(queue = "starting", id = "{}")]
struct CountdownWorkflow {
    from: String,
}

#[workflow_methods]
impl CountdownWorkflow {
    #[init]
    fn new(from: String) -> Self {
        Self { from }
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<usize> {
        Ok(ctx.state(|state| state.from.len()))
    }
}

#[tokio::test]
async fn start_gives_a_handle_and_the_id_comes_from_the_template() -> durable::Result<()> {
    let client = client().await;
    let number = unique("start");
    let parcel = ParcelWorkflow::start(&client, parcel(&number)).await?;

    assert_eq!(parcel.id(), format!("parcel-{number}-Turin"));
    assert!(parcel.run_id().is_some());
    parcel.deliver().await?;
    assert_eq!(parcel.result().await?, format!("{number} is in Turin"));
    Ok(())
}

#[tokio::test]
async fn execute_gives_the_output_and_an_id_that_is_set_wins() -> durable::Result<()> {
    let client = client().await;
    assert_eq!(NothingWorkflow::execute(&client).await?, 7);
    let id = unique("countdown");
    assert_eq!(CountdownWorkflow::execute(&client, "ten".to_owned()).id(&id).await?, 3);
    assert_eq!(CountdownWorkflow::handle(&client, id).result().await?, 3);
    Ok(())
}

#[tokio::test]
async fn without_a_template_the_id_is_a_uuid_of_its_own() -> durable::Result<()> {
    let client = client().await;
    let (one, other) = tokio::try_join!(
        NothingWorkflow::start(&client).into_future(),
        NothingWorkflow::start(&client).into_future(),
    )?;
    assert_ne!(one.id(), other.id());
    assert_eq!(one.id().len(), 36, "{}", one.id());
    Ok(())
}

#[tokio::test]
async fn schedule_starts_after_the_delay() -> durable::Result<()> {
    let client = client().await;
    let delay = Duration::from_millis(1500);
    let before = Instant::now();
    let nothing = NothingWorkflow::schedule(&client, delay).await?;
    assert!(before.elapsed() < delay, "the start itself does not wait");
    assert_eq!(nothing.result().await?, 7);
    assert!(before.elapsed() >= delay, "it ran after {:?}", before.elapsed());
    Ok(())
}

#[tokio::test]
async fn a_handle_by_id_reaches_a_workflow_that_somebody_else_started() -> durable::Result<()> {
    let client = client().await;
    let number = unique("by-id");
    let started = ParcelWorkflow::start(&client, parcel(&number)).await?;
    let found = ParcelWorkflow::handle(&client, started.id());
    found.deliver().await?;
    assert_eq!(found.result().await?, format!("{number} is in Turin"));
    Ok(())
}

#[tokio::test]
async fn a_second_start_is_told_which_run_has_the_id() -> durable::Result<()> {
    let client = client().await;
    let number = unique("twice");
    let first = ParcelWorkflow::start(&client, parcel(&number)).await?;

    let second = ParcelWorkflow::start(&client, parcel(&number)).await;
    let error = second.map(drop).expect_err("the id is taken");
    let text = error.to_string();
    assert!(text.contains(first.run_id().expect("it was started here")), "{text}");
    assert!(text.contains("idempotency"), "{text}");
    match error {
        Error::AlreadyStarted { workflow_id, run_id } => {
            assert_eq!(workflow_id, first.id());
            assert_eq!(run_id.as_deref(), first.run_id());
        }
        other => panic!("{other:?}"),
    }
    let same = ParcelWorkflow::start(&client, parcel(&number))
        .id_conflict_policy(WorkflowIdConflictPolicy::UseExisting)
        .await?;
    assert_eq!(same.run_id(), first.run_id());

    first.deliver().await?;
    first.result().await?;
    let after = ParcelWorkflow::start(&client, parcel(&number))
        .id_reuse_policy(WorkflowIdReusePolicy::RejectDuplicate)
        .await;
    assert!(matches!(after, Err(Error::AlreadyStarted { .. })), "{after:?}");
    Ok(())
}

#[tokio::test]
async fn a_request_id_makes_the_start_idempotent() -> durable::Result<()> {
    let client = client().await;
    let number = unique("idempotent");
    let request = unique("request");
    let first = ParcelWorkflow::start(&client, parcel(&number)).request_id(&request).await?;
    let again = ParcelWorkflow::start(&client, parcel(&number)).request_id(&request).await?;
    assert_eq!(first.run_id(), again.run_id());
    first.terminate("done with it").await
}

#[tokio::test]
async fn many_can_be_started_at_once() -> durable::Result<()> {
    let client = client().await;
    let prefix = unique("batch");
    let numbers = (0..50).map(|index| format!("{prefix}-{index}"));
    let starts = numbers.map(|number| ParcelWorkflow::start(&client, parcel(&number)));
    let started = start_all(starts).await;

    assert_eq!(started.len(), 50);
    for (index, started) in started.iter().enumerate() {
        let parcel = started.as_ref().expect("no other has its id");
        assert_eq!(parcel.id(), format!("parcel-{prefix}-{index}-Turin"), "in order");
        parcel.deliver().await?;
        parcel.result().await?;
    }
    let twice = [&prefix, &prefix].map(|number| ParcelWorkflow::start(&client, parcel(number)));
    let twice = start_all(twice).await;
    let (started, refused): (Vec<_>, Vec<_>) = twice.into_iter().partition(Result::is_ok);
    assert!(matches!(refused.as_slice(), [Err(Error::AlreadyStarted { .. })]), "{refused:?}");
    started.into_iter().next().expect("one of two")?.terminate("enough").await
}

#[tokio::test]
async fn impossible_starts_are_refused_before_anything_is_sent() {
    let client = client().await;
    let refused = |problem: &'static str, result: durable::Result<()>| {
        let error = result.expect_err(problem);
        assert!(matches!(error, Error::InvalidOptions { .. }), "{error:?}");
        assert!(format!("{error:?}").contains(problem), "{error:?}");
    };
    let start = || NothingWorkflow::start(&client);
    refused("the workflow id is empty", start().id("").await.map(drop));
    refused(
        "exclude each other",
        start().cron_schedule("@daily").start_delay(Duration::from_secs(1)).await.map(drop),
    );
    refused("10000 years", start().start_delay(Duration::MAX).await.map(drop));
    refused(
        "set execution_timeout too",
        start()
            .run_timeout(Duration::from_secs(999_999))
            .execution_timeout(Duration::from_secs(60))
            .await
            .map(drop),
    );
}
