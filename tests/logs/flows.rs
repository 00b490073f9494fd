//! Workflows and activities that log.

use std::sync::Mutex;

use durable::prelude::*;
use tracing::info;

/// Returns its input, and logs that with both kinds of macros.
#[activity(queue = "logs")]
pub(crate) async fn echo(number: u32) -> u32 {
    info!("activity {number} through tracing");
    log::info!("activity {number} through log");
    number
}

/// Logs on a thread for blocking code.
#[activity(queue = "logs")]
pub(crate) fn block() {
    info!("blocking activity");
}

/// Fails in its first attempts.
#[activity(queue = "logs", retry(maximum_attempts = 3, initial_interval = "20ms"))]
pub(crate) async fn fail(ctx: ActivityContext, until: u32) -> Result<u32, ActivityError> {
    let attempt = ctx.info().attempt;
    if attempt < until {
        let failure = ApplicationFailure::builder("the bank is closed").type_name("Closed");
        return Err(failure.build().into());
    }
    Ok(attempt)
}

/// Panics.
#[activity(queue = "logs", retry(maximum_attempts = 1))]
pub(crate) async fn panics() {
    panic!("the teller has left");
}

/// Logs everywhere.
#[workflow(queue = "logs")]
pub(crate) struct Talker {
    rounds: u32,
}

#[workflow_methods]
impl Talker {
    #[init]
    fn new(_ctx: &WorkflowContextView, rounds: u32) -> Self {
        info!("init {rounds}");
        Self { rounds: 0 }
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u32> {
        for round in 0..5 {
            info!("round {round} begins");
            let number = echo::execute(ctx, round).await?;
            log::warn!("round {number} has its number");
            ctx.sleep(Duration::from_millis(1)).await?;
            tracing::error!("round {round} has slept");
            let span = tracing::info_span!("own", round);
            span.in_scope(|| info!("round {round} ends"));
            ctx.state_mut(|state| state.rounds += 1);
        }
        Ok(5)
    }
}

/// Logs in its handlers.
#[workflow(queue = "logs")]
#[derive(Default)]
pub(crate) struct Listener {
    heard: Vec<String>,
    done: bool,
}

#[workflow_methods]
impl Listener {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Vec<String>> {
        info!("listening");
        ctx.wait_condition(|state| state.done).await?;
        info!("done");
        Ok(ctx.state(|state| state.heard.clone()))
    }

    #[signal]
    fn say(&mut self, word: String) {
        info!("signal {word}");
        self.heard.push(word);
    }

    #[signal]
    async fn say_slowly(ctx: &mut WorkflowContext<Self>, word: String) {
        info!("slow signal {word} begins");
        let _ = ctx.sleep(Duration::from_millis(1)).await;
        info!("slow signal {word} ends");
        ctx.state_mut(|state| state.heard.push(word));
    }

    #[update]
    fn add(&mut self, word: String) -> usize {
        info!("update {word}");
        self.heard.push(word);
        self.heard.len()
    }

    #[update_validator(add)]
    fn validate_add(&self, word: &String) -> Result<(), String> {
        info!("validator {word}");
        if word.is_empty() { Err("say something".to_owned()) } else { Ok(()) }
    }

    #[update]
    async fn add_slowly(ctx: &mut WorkflowContext<Self>, word: String) -> WorkflowResult<u32> {
        info!("slow update {word} begins");
        let number = echo::execute(ctx, 7).await?;
        info!("slow update {word} ends");
        Ok(number)
    }

    #[query]
    fn heard(&self) -> usize {
        info!("query");
        self.heard.len()
    }

    #[signal]
    fn stop(&mut self) {
        self.done = true;
    }
}

/// The workflows whose [`Late`] line is to be reached from now on.
pub(crate) static REACHED: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn late(when: &str) {
    info!("a late line, {when}");
}

/// Reaches a line first in a replay, and then again.
#[workflow(queue = "logs")]
#[derive(Default)]
pub(crate) struct Late {
    go: bool,
}

#[workflow_methods]
impl Late {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        if REACHED.lock().is_ok_and(|ids| ids.iter().any(|id| id == ctx.workflow_id())) {
            late("replayed");
        }
        ctx.wait_condition(|state| state.go).await?;
        late("live");
        Ok(())
    }

    #[signal]
    fn go(&mut self) {
        self.go = true;
    }
}

/// Calls the activities that log on other threads, fail and panic.
#[workflow(queue = "logs")]
#[derive(Default)]
pub(crate) struct Caller;

#[workflow_methods]
impl Caller {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, until: u32) -> WorkflowResult<u32> {
        block::execute(ctx).await?;
        let _ = panics::execute(ctx).await;
        Ok(fail::execute(ctx, until).await?)
    }
}

/// Fails, or calls a child or an activity that fails.
#[workflow(queue = "logs")]
#[derive(Default)]
pub(crate) struct Failing;

#[workflow_methods]
impl Failing {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, how: String) -> WorkflowResult<u32> {
        match how.as_str() {
            "itself" => {
                let failure = ApplicationFailure::builder("sold out").type_name("SoldOut");
                Err(failure.build().into())
            }
            "activity" => Ok(fail::execute(ctx, 9).await?),
            _ => Ok(Self::execute_child(ctx, "itself".to_owned()).await?),
        }
    }
}

/// The workflows that panic no longer.
pub(crate) static CORRECTED: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn panic_unless_corrected(id: &str) {
    let is_corrected = CORRECTED.lock().is_ok_and(|ids| ids.iter().any(|other| other == id));
    assert!(is_corrected, "the shelf fell down");
}

/// Panics until it is corrected.
#[workflow(queue = "logs")]
#[derive(Default)]
pub(crate) struct Panicking;

#[workflow_methods]
impl Panicking {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        panic_unless_corrected(ctx.workflow_id());
        Ok(())
    }
}
