//! Workflow tasks that are too large by many small parts, or by what comes on top of them: the call that
//! doesn't fit is refused by name, nothing is repeated for ever, and every run replays.

use durable::Error;
use durable::error::INVALID_CALL;
use durable::options::WorkflowOptions;
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::testing::Replayer;
use durable::workflow::{ContinueAsNewOptions, TimerOptions};
use durable_tests::{attributes, failed_task, unique};

use crate::client;

/// The server's limit of a request, in bytes.
const REQUEST: usize = 4 << 20;

/// The size of a value of which two fit in a task, in bytes.
const LARGE: usize = 1_500_000;

fn text(bytes: usize) -> String {
    "x".repeat(bytes)
}

#[activity(queue = "large-tasks", retry(maximum_attempts = 1))]
async fn take(text: String) -> usize {
    text.len()
}

#[activity(queue = "large-tasks", retry(maximum_attempts = 1))]
async fn give(bytes: usize) -> String {
    text(bytes)
}

#[workflow(queue = "large-tasks", task_timeout = "60s")]
#[derive(Default)]
struct Many {
    done: bool,
}

impl Many {
    /// Sets a memo of a small value again and again until one is refused, and returns the number of the
    /// others with the error.
    fn fill(ctx: &WorkflowContext<Self>) -> (usize, String) {
        for accepted in 0..20_000 {
            if let Err(error) = ctx.set_memo("note", text(900)) {
                // All that follow are refused, too.
                assert!((0..500).all(|_| ctx.set_memo("note", text(900)).is_err()));
                return (accepted, format!("{error:?}"));
            }
        }
        (usize::MAX, String::new())
    }

    /// Polls a call once, so that it is made, and returns its error if it is refused.
    async fn made<E: std::fmt::Debug, T>(
        call: impl Future<Output = Result<T, E>>,
    ) -> Option<String> {
        let mut call = Box::pin(call);
        let polled = futures_util::poll!(&mut call);
        match polled {
            std::task::Poll::Ready(Err(error)) => Some(format!("{error:?}")),
            _ => None,
        }
    }
}

#[workflow_methods]
impl Many {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, how: String) -> WorkflowResult<(usize, String)> {
        match how.as_str() {
            "memos" => Ok(Self::fill(ctx)),
            "activities and signals" => {
                for number in 0..1900 {
                    let taken = take::execute(ctx, text(1000)).summary(text(300));
                    let heard = Self::external(ctx, "nobody");
                    let refused = match Self::made(taken).await {
                        None => Self::made(heard.hear(text(1000))).await,
                        refused => refused,
                    };
                    if let Some(refused) = refused {
                        return Ok((number, refused));
                    }
                }
                Ok((usize::MAX, String::new()))
            }
            "children" => {
                for number in 0..1000 {
                    let options = WorkflowOptions::new().details(text(15_000));
                    let child = Self::execute_child(ctx, "wait".to_owned()).options(options);
                    if let Some(refused) = Self::made(child).await {
                        return Ok((number, refused));
                    }
                }
                Ok((usize::MAX, String::new()))
            }
            "timers" => {
                for _ in 0..12_000 {
                    let timer = TimerOptions::builder(Duration::from_secs(1));
                    let timer = timer.summary(text(390)).build();
                    drop(ctx.timer(timer));
                }
                ctx.sleep(Duration::from_millis(1)).await?;
                Ok((usize::MAX, String::new()))
            }
            "outputs of local activities" => {
                for _ in 0..3 {
                    give::execute_local(ctx, LARGE).await?;
                }
                Ok((usize::MAX, String::new()))
            }
            "a call beside them" => {
                for _ in 0..2 {
                    give::execute_local(ctx, LARGE).await?;
                }
                let refused = take::execute(ctx, text(LARGE)).await.expect_err("it is refused");
                Ok((2, format!("{refused:?}")))
            }
            "failure" => {
                Self::fill(ctx);
                let failure = ApplicationFailure::builder(text(100_000));
                let failure = failure.type_name("Declined".to_owned()).details(text(900_000));
                Err(failure.non_retryable(true).build().into())
            }
            "output" => {
                let (accepted, _) = Self::fill(ctx);
                Ok((accepted, text(1_000_000)))
            }
            "continue as new" => {
                Self::fill(ctx);
                let next = text(1_000_000);
                match ctx.continue_as_new(next, ContinueAsNewOptions::default())? {}
            }
            _ => {
                ctx.wait_condition(|state| state.done).await?;
                Ok((0, how))
            }
        }
    }

    #[signal]
    fn hear(&mut self, _text: String) {}

    #[signal]
    fn finish(&mut self) {
        self.done = true;
    }

    #[update]
    async fn answer(ctx: &mut WorkflowContext<Self>) -> String {
        Self::fill(ctx);
        text(1_000_000)
    }

    #[update]
    async fn refuse(ctx: &mut WorkflowContext<Self>) -> Result<(), ApplicationFailure> {
        Self::fill(ctx);
        let failure = ApplicationFailure::builder(text(100_000));
        Err(failure.type_name("Declined".to_owned()).details(text(900_000)).build())
    }
}

#[activity(queue = "large-tasks", retry(maximum_attempts = 1))]
async fn give_later(bytes: usize) -> String {
    tokio::time::sleep(Duration::from_secs(3)).await;
    text(bytes)
}

/// Its local activities are longer than a task, so each result is recorded by another one.
#[workflow(queue = "large-tasks", task_timeout = "3s")]
#[derive(Default)]
struct Slow;

#[workflow_methods]
impl Slow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<usize> {
        let mut given = 0;
        for _ in 0..3 {
            given += give_later::execute_local(ctx, LARGE).await?.len();
        }
        Ok(given)
    }
}

async fn start(how: &str) -> ManyHandle {
    let start = Many::start(&client().await, how.to_owned());
    start.id(unique("large-tasks")).await.expect("it starts")
}

/// Checks that no task of a run failed, and that it replays.
async fn check(run: &ManyHandle, how: &str) {
    assert!(attributes(run, EventType::WorkflowTaskFailed).await.is_empty(), "{how}");
    let replayed = Replayer::new().history(run.history()).run().await;
    replayed.unwrap_or_else(|error| panic!("{how}: {error:?}"));
}

const SOON: Duration = Duration::from_secs(60);

#[tokio::test]
async fn many_small_calls_are_refused_by_name_once_they_fill_a_task() {
    for (how, bytes, what) in [
        ("memos", 900, "the memo `note`"),
        ("activities and signals", 2300, "the input of "),
        ("children", 15_000, "the input of child workflow `Many`"),
    ] {
        let run = start(how).await;
        let (accepted, refused) = run.result_within(SOON).await.unwrap_or_else(|error| {
            panic!("{how}: {error:?}");
        });
        assert!(refused.contains(what) && refused.contains("in one task"), "{how}: {refused}");
        // Most of the room was used.
        assert!((REQUEST / 2..REQUEST).contains(&(accepted * bytes)), "{how}: {accepted}");
        check(&run, how).await;
    }
}

#[tokio::test]
async fn calls_that_cannot_be_refused_fail_the_task_by_name() {
    for how in ["timers", "outputs of local activities"] {
        let run = start(how).await;
        let said = failed_task(&run).await;
        assert!(said.contains("the commands of this workflow task have about"), "{how}: {said}");
        run.terminate("seen enough").await.expect("it runs");
    }
}

#[tokio::test]
async fn a_call_that_does_not_fit_beside_outputs_of_local_activities_is_refused_by_name() {
    let how = "a call beside them";
    let run = start(how).await;
    let (_, refused) = run.result_within(SOON).await.expect("it completes");
    assert!(refused.contains("the input of activity `take`"), "{refused}");
    assert!(refused.contains("in one task"), "{refused}");
    check(&run, how).await;
}

#[tokio::test]
async fn outputs_of_local_activities_that_several_tasks_record_fit() {
    let start = Slow::start(&client().await).id(unique("large-tasks"));
    let run = start.await.expect("it starts");
    assert_eq!(run.result_within(SOON).await.expect("it completes"), 3 * LARGE);
    let failed = attributes(&run, EventType::WorkflowTaskFailed).await;
    assert!(failed.is_empty(), "{failed:?}");
    Replayer::new().history(run.history()).run().await.expect("it replays");
}

#[tokio::test]
async fn an_end_that_does_not_fit_beside_small_calls_is_cut_or_refused() {
    for (how, type_name) in
        [("failure", "Declined"), ("output", INVALID_CALL), ("continue as new", INVALID_CALL)]
    {
        let run = start(how).await;
        let error = run.result_within(SOON).await.expect_err(how);
        let Error::Failed { failure, .. } = &error else { panic!("{how}: {error:?}") };
        assert_eq!(failure.root().type_name(), Some(type_name), "{how}");
        if how == "failure" {
            assert!(
                failure.root().message().contains("bytes cut)"),
                "{}",
                failure.root().message()
            );
        }
        check(&run, how).await;
    }
}

#[tokio::test]
async fn an_update_that_does_not_fit_beside_small_calls_fails_and_its_workflow_goes_on() {
    let run = start("wait").await;
    for (how, type_name, ended) in [
        ("output", INVALID_CALL, run.answer().await.map(drop)),
        ("failure", "Declined", run.refuse().await),
    ] {
        let Err(Error::UpdateFailed { failure, .. }) = ended else { panic!("{how}: {ended:?}") };
        assert_eq!(failure.root().type_name(), Some(type_name), "{how}");
    }
    run.finish().await.expect("it runs");
    run.result_within(SOON).await.expect("it completes");
    check(&run, "update").await;
}
