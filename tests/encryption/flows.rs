//! Workflows with a sentinel in each kind of value and each kind of failure.

use std::time::Duration;

use durable::error::ApplicationFailure;
use durable::options::RetryOptions;
use durable::prelude::*;
use durable::sdk::temporalio_sdk::TimerOptions;
use durable::workflow::{ContinueAsNewOptions, WorkflowTermination};

/// A text that nothing else contains. Dashes keep Base64 from containing it by accident.
pub(crate) fn sentinel(prefix: &str, kind: &str) -> String {
    format!("{prefix}-{kind}-sentinel")
}

/// An error with a cause.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct Chained {
    message: String,
    #[source]
    cause: Option<Box<Chained>>,
}

fn chained(prefix: &str, kind: &str) -> Chained {
    let cause = Chained { message: sentinel(prefix, &format!("{kind}-cause")), cause: None };
    Chained { message: sentinel(prefix, &format!("{kind}-message")), cause: Some(Box::new(cause)) }
}

fn failure(prefix: &str, kind: &str) -> ApplicationFailure {
    ApplicationFailure::builder(chained(prefix, kind))
        .type_name("Planned")
        .non_retryable(true)
        .details(sentinel(prefix, &format!("{kind}-details")))
        .build()
}

#[activity(queue = "sealed")]
pub(crate) async fn echo(text: String) -> String {
    text.replace("-input-", "-output-")
}

#[activity(queue = "sealed", retry(maximum_attempts = 1))]
async fn fail(prefix: String) -> Result<(), ActivityError> {
    Err(failure(&prefix, "activity").into())
}

#[activity(queue = "sealed", retry(maximum_attempts = 1))]
async fn fail_locally(prefix: String) -> Result<(), ActivityError> {
    Err(failure(&prefix, "local").into())
}

#[activity(queue = "sealed", retry(maximum_attempts = 1), start_to_close_timeout = "2s")]
async fn hang(ctx: ActivityContext, prefix: String) -> Result<(), ActivityError> {
    ctx.heartbeat(&sentinel(&prefix, "heartbeat")).await?;
    tokio::time::sleep(Duration::from_secs(4)).await;
    Ok(())
}

/// Ends as its input says.
#[workflow(queue = "sealed")]
#[derive(Default)]
pub(crate) struct Ends;

#[workflow_methods]
impl Ends {
    #[run]
    async fn run(
        _ctx: &mut WorkflowContext<Self>,
        (how, prefix, _text): (String, String, String),
    ) -> WorkflowResult<String> {
        match how.as_str() {
            "fail" => Err(failure(&prefix, "workflow").into()),
            "cancel" => {
                let details = sentinel(&prefix, "cancellation-details");
                Err(WorkflowTermination::cancelled_with_details(details))
            }
            "panic" => panic!("{}", sentinel(&prefix, "panic")),
            _ => Ok(sentinel(&prefix, "workflow-output")),
        }
    }
}

/// Has an `#[init]` that panics.
#[workflow(queue = "sealed")]
pub(crate) struct NeverMade;

#[workflow_methods]
impl NeverMade {
    #[init]
    fn new(prefix: String) -> Self {
        panic!("{}", sentinel(&prefix, "init-panic"))
    }

    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Ok(())
    }
}

/// Does everything that sends a value.
#[workflow(queue = "sealed")]
#[derive(Default)]
pub(crate) struct Everything {
    prefix: String,
    heard: u32,
}

#[workflow_methods]
impl Everything {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        (prefix, other, runs): (String, String, u32),
    ) -> WorkflowResult<()> {
        ctx.state_mut(|state| state.prefix.clone_from(&prefix));
        let s = |kind: &str| sentinel(&prefix, kind);
        if runs == 0 {
            return Ok(());
        }
        ctx.set_current_details(s("current-details"));
        ctx.set_memo("late", s("late-memo"))?;
        echo::execute(ctx, s("activity-input")).summary(s("activity-summary")).await?;
        echo::execute_local(ctx, s("local-input")).await?;
        let _ = fail::execute(ctx, prefix.clone()).await;
        let _ = fail_locally::execute_local(ctx, prefix.clone()).await;
        let _ = hang::execute(ctx, prefix.clone()).await;
        let mut timer = TimerOptions::from(Duration::from_millis(1));
        timer.summary = Some(s("timer-summary"));
        ctx.timer(timer).await;
        let input = ("succeed".to_owned(), prefix.clone(), s("child-input"));
        Ends::execute_child(ctx, input)
            .summary(s("child-summary"))
            .details(s("child-details"))
            .await?;
        let input = ("fail".to_owned(), prefix.clone(), String::new());
        let _ = Ends::execute_child(ctx, input).await;
        if !other.is_empty() {
            Self::external(ctx, other).tell(s("outgoing-signal-input")).await?;
        }
        ctx.wait_condition(|state| state.heard >= 3).await?;
        ctx.handlers_finished().await?;
        let mut memo = durable::sdk::temporalio_common::MemoValues::new();
        memo.insert("continued", s("continued-memo"));
        let mut options = ContinueAsNewOptions::default();
        options.memo = Some(memo);
        ctx.continue_as_new((prefix.clone(), s("continued-input"), 0), options)?;
        Ok(())
    }

    #[signal]
    fn tell(&mut self, _text: String) {
        self.heard += 1;
    }

    #[update]
    fn put(&mut self, text: String) -> Result<String, Box<ApplicationFailure>> {
        self.heard += 1;
        if text.ends_with("fails") {
            return Err(failure(&self.prefix, "update").into());
        }
        Ok(sentinel(&self.prefix, "update-output"))
    }

    #[update_validator(put)]
    #[allow(clippy::ptr_arg, reason = "it is the type of the input")]
    fn may_put(&self, text: &String) -> Result<(), String> {
        if text.is_empty() { Err("nothing to put".to_owned()) } else { Ok(()) }
    }

    #[query]
    fn ask(&self, text: String) -> Result<String, String> {
        if text == "fail" {
            return Err(sentinel(&self.prefix, "query-message"));
        }
        Ok(sentinel(&self.prefix, "query-output"))
    }
}

/// A workflow with two activities and a signal, of which many run at once.
#[workflow(queue = "sealed")]
#[derive(Default)]
pub(crate) struct Steps {
    goes_on: bool,
}

#[workflow_methods]
impl Steps {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, text: String) -> WorkflowResult<String> {
        let first = echo::execute(ctx, format!("{text}-input-"))
            .retry(RetryOptions::default().maximum_attempts(20))
            .await?;
        ctx.wait_condition(|state| state.goes_on).await?;
        let second =
            echo::execute(ctx, first).retry(RetryOptions::default().maximum_attempts(20)).await?;
        Ok(second)
    }

    #[signal]
    fn go_on(&mut self, _text: String) {
        self.goes_on = true;
    }
}
