//! Interceptors of workflows and activities that panic: in the constructor, in each method, and in what
//! their futures do later.

use std::sync::OnceLock;

use durable::prelude::*;
use durable::sdk::temporalio_sdk::interceptors::{
    ActivityInboundInterceptor, ExecuteActivityInput, ExecuteActivityOutput, Next,
};
use durable::sdk::temporalio_sdk::workflow_interceptors::*;
use durable::sdk::temporalio_sdk::workflows::WorkflowError;
use durable::worker::RunningWorkers;
use durable::workflow::ContinueAsNewOptions;
use durable_tests::{Shared, failed_task, unique};
use serde_json::json;

/// The start of the id of a workflow whose interceptor panics. The method follows, up to a dot.
const POISONED: &str = "intercepted-";

const QUEUE: &str = "faults-intercepted";

#[activity(
    queue = "faults-intercepted",
    start_to_close_timeout = "20s",
    retry(maximum_attempts = 1)
)]
async fn mend(text: String) -> String {
    text
}

/// Makes the call that an interceptor of the same name sees.
#[workflow(queue = "faults-intercepted")]
#[derive(Default)]
struct Intercepted;

#[workflow_methods]
impl Intercepted {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, call: String) -> WorkflowResult<String> {
        let nobody = Self::external(ctx, "nobody");
        match call.as_str() {
            "start_timer" => ctx.sleep(Duration::from_millis(1)).await?,
            "schedule_activity" | "activity" | "activity_later" => {
                mend::execute(ctx, call.clone()).await?;
            }
            "schedule_local_activity" => {
                mend::execute_local(ctx, call.clone()).await?;
            }
            "start_child_workflow" => {
                Self::execute_child(ctx, String::new()).await?;
            }
            "signal_workflow" => nobody.told().await?,
            "cancel_external_workflow" => nobody.cancel("why not").await?,
            "continue_as_new" => {
                ctx.continue_as_new(String::new(), ContinueAsNewOptions::default())?;
            }
            "wait" => ctx.wait_condition(|_| false).await?,
            _ => {}
        }
        Ok(call)
    }

    #[signal]
    fn told(&mut self) {}

    #[query]
    fn asked(&self) -> bool {
        true
    }

    #[update]
    fn changed(&mut self) -> bool {
        true
    }

    #[update_validator(changed)]
    fn may_be_changed(&self) -> Result<(), String> {
        Ok(())
    }
}

/// Panics in the method that the workflow's id names.
struct Poisoned(Option<String>);

impl Poisoned {
    fn new(view: &WorkflowContextView) -> Self {
        let id = view.workflow_id().strip_prefix(POISONED);
        let this = Self(id.and_then(|id| id.split_once('.')).map(|(method, _)| method.to_owned()));
        this.enter("constructor");
        this
    }

    fn enter(&self, method: &str) {
        assert!(self.0.as_deref() != Some(method), "poison in `{method}`");
    }
}

impl Drop for Poisoned {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.enter("drop");
        }
    }
}

/// Methods whose future belongs to the instance. They may panic later, too.
macro_rules! inbound {
    ($($method:ident, $input:ty, $output:ty;)*) => {
        $(
            fn $method<'a>(
                &'a self,
                _: WorkflowInterceptorContext,
                input: $input,
                next: WorkflowNext<'a, $input, WorkflowInterceptorFuture<'a, $output>>,
            ) -> WorkflowInterceptorFuture<'a, $output> {
                self.enter(stringify!($method));
                WorkflowInterceptorFuture::new(async move {
                    let output = next.run(input).await;
                    self.enter(concat!(stringify!($method), "_later"));
                    output
                })
            }
        )*
    };
}

macro_rules! sync {
    ($($method:ident, $context:ty, $input:ty, $output:ty, $next:lifetime;)*) => {
        $(
            fn $method(
                &self,
                _: $context,
                input: $input,
                next: WorkflowNext<$next, $input, $output>,
            ) -> $output {
                self.enter(stringify!($method));
                next.run(input)
            }
        )*
    };
}

type Cancellable<T> = CancellableWorkflowOutboundFuture<T>;
type Timer = durable::sdk::temporalio_sdk::TimerResult;

impl WorkflowInterceptor for Poisoned {
    inbound! {
        execute, ExecuteWorkflowInput, ExecuteWorkflowResult;
        handle_signal, HandleSignalInput, HandleSignalResult;
        handle_update, HandleUpdateInput, HandleUpdateResult;
    }

    sync! {
        handle_query, SyncWorkflowInterceptorContext, HandleQueryInput, HandleQueryResult, '_;
        validate_update, SyncWorkflowInterceptorContext, ValidateUpdateInput, Result<(), WorkflowError>, '_;
        start_timer, WorkflowInterceptorContext, StartTimerInput, Cancellable<Timer>, 'static;
        schedule_activity, WorkflowInterceptorContext, ScheduleActivityInput,
            Cancellable<ScheduleActivityResult>, 'static;
        schedule_local_activity, WorkflowInterceptorContext, ScheduleLocalActivityInput,
            Cancellable<ScheduleActivityResult>, 'static;
        start_child_workflow, WorkflowInterceptorContext, StartChildWorkflowInput,
            Cancellable<StartChildWorkflowResult>, 'static;
        signal_workflow, WorkflowInterceptorContext, SignalWorkflowInput,
            Cancellable<SignalWorkflowResult>, 'static;
        cancel_external_workflow, WorkflowInterceptorContext, CancelExternalWorkflowInput,
            WorkflowOutboundFuture<CancelExternalWorkflowResult>, 'static;
        continue_as_new, SyncWorkflowInterceptorContext, ContinueAsNewInput, ContinueAsNewResult, 'static;
    }
}

/// Does nothing, outside of the one that panics.
struct Outer;

impl WorkflowInterceptor for Outer {}

/// An interceptor of activities that panics as the input says.
struct OfActivities;

impl ActivityInboundInterceptor for OfActivities {
    fn execute_activity<'a>(
        &'a self,
        input: ExecuteActivityInput,
        next: Next<'a, ExecuteActivityInput, ExecuteActivityOutput<'a>>,
    ) -> ExecuteActivityOutput<'a> {
        let id = input.activity_info().workflow_id.clone().unwrap_or_default();
        assert!(!id.starts_with("intercepted-activity."), "poison in `activity`");
        Box::pin(async move {
            let output = next.run(input).await;
            assert!(!id.starts_with("intercepted-activity_later."), "poison in `activity_later`");
            output
        })
    }
}

fn workers() -> &'static RunningWorkers {
    static WORKERS: OnceLock<RunningWorkers> = OnceLock::new();
    WORKERS.get_or_init(|| {
        let start = async {
            let client = Client::builder().address(Shared::get().address());
            Workers::new(&client.connect().await.expect("the server answers"))
                .queues([QUEUE])
                .workflow_interceptor(|_| Outer)
                .workflow_interceptor(Poisoned::new)
                .worker_options(|options| {
                    options.activity_inbound_interceptor(OfActivities);
                })
                .max_restarts(0)
                .start()
                .await
                .expect("the workers start")
        };
        Shared::get().runtime().block_on(start)
    })
}

enum Outcome {
    Fails,
    TaskFails,
    Refused,
    Completes,
}

use Outcome::{Completes, Fails, Refused, TaskFails};

/// The method that panics, and the outcome.
const TABLE: &[(&str, Outcome)] = &[
    ("constructor", TaskFails),
    ("drop", Completes),
    ("execute", TaskFails),
    ("execute_later", TaskFails),
    ("handle_signal", TaskFails),
    ("handle_signal_later", TaskFails),
    ("handle_update", TaskFails),
    ("handle_update_later", TaskFails),
    ("handle_query", Refused),
    ("validate_update", Refused),
    ("start_timer", TaskFails),
    ("schedule_activity", TaskFails),
    ("schedule_local_activity", TaskFails),
    ("start_child_workflow", TaskFails),
    ("signal_workflow", TaskFails),
    ("cancel_external_workflow", TaskFails),
    ("continue_as_new", TaskFails),
    ("activity", Fails),
    ("activity_later", Fails),
];

async fn holds(client: Client, method: &'static str, outcome: &'static Outcome) {
    let is_message = method.starts_with("handle") || method.starts_with("validate");
    let call = if is_message { "wait" } else { method };
    let id = format!("{POISONED}{method}.{}", unique("of"));
    let start = client.start("Intercepted", QUEUE, [json!(call)]);
    let workflow = start.id(id).await.expect("it starts");
    let none = durable::client::Payloads::none;
    let sent = {
        let (workflow, method) = (workflow.clone(), method.to_owned());
        tokio::spawn(async move {
            match method.as_str() {
                "handle_query" => workflow.query("asked", none()).await.map(drop),
                "handle_signal" | "handle_signal_later" => workflow.signal("told", none()).await,
                "handle_update" | "handle_update_later" | "validate_update" => {
                    workflow.update("changed", none()).await.map(drop)
                }
                _ => Ok(()),
            }
        })
    };
    let poison = format!("poison in `{method}`");
    let said = match outcome {
        TaskFails => failed_task(&workflow).await,
        Fails => format!("{:?}", workflow.result().await.expect_err("it fails")),
        Refused => format!("{:?}", sent.await.expect("no panic").expect_err("it is refused")),
        Completes => {
            workflow.result().await.expect("it completes");
            poison.clone()
        }
    };
    assert!(said.contains(&poison), "{method}: {said}");
    assert!(said.matches("interceptor panicked").count() <= 1, "{method}: {said}");
    // It may have ended.
    let _ = workflow.terminate("seen enough").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_of_an_interceptor_is_answered_and_the_worker_lives() {
    tokio::task::spawn_blocking(workers).await.expect("the workers start");
    let client = durable_tests::client().await;
    let mut wrong = Vec::new();
    for rows in TABLE.chunks(7) {
        let running = rows.iter().map(|(method, outcome)| {
            let holds = tokio::spawn(holds(client.clone(), method, outcome));
            async move { holds.await.map_err(|error| format!("{method}: {error}")) }
        });
        let ended = futures_util::future::join_all(running).await;
        wrong.extend(ended.into_iter().filter_map(Result::err));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let healthy = Intercepted::execute(&client, "schedule_activity".to_owned()).await;
    assert_eq!(healthy.expect("the queue is served"), "schedule_activity");
    let health = workers().health().workers();
    assert!(health.iter().all(|worker| worker.deaths == 0), "{health:?}");
}
