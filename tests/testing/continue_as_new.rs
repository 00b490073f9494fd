//! Continuing as new when the server suggests it, on a server that suggests it early.

use durable::Result;
use durable::dev_server::DevServer;
use durable::prelude::*;
use durable::testing::TestEnv;

use crate::entity::{Notebook, notebook};

/// A server that finds 40 events a long history.
async fn impatient_server() -> Result<DevServer> {
    let server = DevServer::builder()
        .dynamic_config("limit.historyCount.suggestContinueAsNew", 40)
        .dynamic_config("frontend.WorkflowTimeSkippingEnabled", true)
        // Timers are up to a second late otherwise.
        .dynamic_config("history.timerProcessorMaxTimeShift", "10ms")
        .dynamic_config("history.timerProcessorMaxPollRPS", 1000)
        .dynamic_config("history.transferProcessorMaxPollRPS", 1000)
        .start();
    Ok(server.await?)
}

async fn environment(server: &DevServer) -> Result<TestEnv> {
    TestEnv::connect(server.address()).await
}

/// Adds up what signals and updates bring, each after a moment.
#[workflow(queue = "meters")]
struct Meter {
    total: Total,
}

/// The state that each run passes to the next.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Total {
    sum: u64,
    readings: u32,
    runs: u32,
    closed: bool,
}

#[workflow_methods]
impl Meter {
    #[init]
    fn new(total: Total) -> Self {
        Self { total: Total { runs: total.runs + 1, ..total } }
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Total> {
        while !ctx.state(|meter| meter.total.closed) {
            ctx.wait_condition(|meter| meter.total.closed || ctx.continue_as_new_suggested())
                .await?;
            ctx.continue_as_new_when_suggested(|meter| meter.total.clone()).await?;
        }
        ctx.handlers_finished().await?;
        Ok(ctx.state(|meter| meter.total.clone()))
    }

    #[signal]
    async fn read(ctx: &mut WorkflowContext<Self>, pulses: u64) {
        // A cancelled workflow reads at once.
        let _ = ctx.sleep(Duration::from_millis(3)).await;
        ctx.state_mut(|meter| meter.add(pulses));
    }

    /// Returns the sum with these pulses.
    #[update]
    async fn read_now(ctx: &mut WorkflowContext<Self>, pulses: u64) -> Result<u64, ActivityError> {
        ctx.sleep(Duration::from_millis(3)).await?;
        Ok(ctx.state_mut(|meter| meter.add(pulses)))
    }

    #[signal]
    fn close(&mut self) {
        self.total.closed = true;
    }
}

impl Meter {
    fn add(&mut self, pulses: u64) -> u64 {
        self.total.readings += 1;
        self.total.sum += pulses;
        self.total.sum
    }
}

#[tokio::test]
async fn handlers_that_wait_lose_nothing_when_runs_continue() -> Result<()> {
    const ROUNDS: u64 = 20;
    let server = impatient_server().await?;
    let env = environment(&server).await?;
    let meter = Meter::start(env.client(), Total::default()).await?;
    let mut last = 0;
    for _ in 0..ROUNDS {
        for pulses in 1..=10 {
            meter.read(pulses).await?;
        }
        let sum = meter.read_now(100).await?;
        assert!(sum >= last + 100, "{sum} after {last}");
        last = sum;
    }
    for pulses in 1..=10 {
        meter.read(pulses).await?;
    }
    meter.close().await?;
    let Total { sum, readings, runs, .. } = meter.result().await?;
    assert_eq!((u64::from(readings), sum), (11 * ROUNDS + 10, 155 * ROUNDS + 55));
    assert!(runs > 5, "{runs} runs");
    env.finish().await?;
    Ok(())
}

#[tokio::test]
async fn an_entity_continues_when_the_server_suggests_it() -> Result<()> {
    const NOTES: u32 = 60;
    let server = impatient_server().await?;
    let env = environment(&server).await?;
    let notebook = Notebook::start(env.client(), notebook(None)).await?;
    for number in 0..NOTES {
        // One that is answered is a task of its own, so the histories become long.
        if number % 2 == 0 {
            notebook.count_with(number).await?;
        } else {
            notebook.note(number).await?;
        }
    }
    notebook.finish().await?;
    let written = notebook.result().await?;
    assert_eq!(written.notes, (0..NOTES).collect::<Vec<_>>());
    assert!((4..NOTES).contains(&written.runs), "{} runs", written.runs);
    env.finish().await?;
    Ok(())
}
