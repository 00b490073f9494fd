//! Fan-out with a bound, through crashes and replays.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use durable::Result;
use durable::prelude::*;
use durable::testing::{TestEnv, TestEnvBuilder};
use durable::workflow::{join_all_bounded, select};

/// The number of running activities, and the highest number so far.
#[derive(Default)]
struct Gauge {
    now: AtomicUsize,
    most: AtomicUsize,
}

/// One that runs, until this is dropped: also when its worker is killed.
struct Running<'a>(&'a Gauge);

impl<'a> Running<'a> {
    fn begin(gauge: &'a Gauge) -> Self {
        let now = gauge.now.fetch_add(1, Ordering::SeqCst) + 1;
        gauge.most.fetch_max(now, Ordering::SeqCst);
        Self(gauge)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

#[activity(
    queue = "fan-out",
    start_to_close_timeout = "10s",
    retry(initial_interval = "10ms", maximum_attempts = 10)
)]
async fn square(gauge: State<Gauge>, number: u64) -> Result<u64, ActivityError> {
    let _running = Running::begin(&gauge);
    tokio::time::sleep(Duration::from_millis(20)).await;
    Ok(number * number)
}

/// Squares some numbers, a few at a time.
#[workflow(queue = "fan-out")]
#[derive(Default)]
struct Squares;

#[workflow_methods]
impl Squares {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, at_once: usize) -> WorkflowResult<Vec<u64>> {
        let calls = (1..=12).map(|number| square::execute(ctx, number));
        let squares = join_all_bounded(at_once, calls).await;
        Ok(squares.into_iter().collect::<Result<_, _>>()?)
    }
}

/// Waits for many timers, and gives up before they have all fired.
#[workflow(queue = "fan-out")]
#[derive(Default)]
struct GivesUp;

#[workflow_methods]
impl GivesUp {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<bool> {
        let naps = (0..4).map(|_| ctx.timer(Duration::from_secs(60)));
        let mut naps = join_all_bounded(2, naps);
        let mut patience = ctx.timer(Duration::from_secs(90));
        Ok(select! {
            _ = naps => true,
            _ = patience => false,
        })
    }
}

const SQUARES: [u64; 12] = [1, 4, 9, 16, 25, 36, 49, 64, 81, 100, 121, 144];

#[durable::test]
async fn no_more_than_the_bound_run_at_once(env: TestEnv) -> Result<()> {
    let gauge = Arc::new(Gauge::default());
    env.shared_state(Arc::clone(&gauge));
    for at_once in [1, 3] {
        gauge.most.store(0, Ordering::SeqCst);
        assert_eq!(Squares::execute(env.client(), at_once).await?, SQUARES);
        assert_eq!(gauge.most.load(Ordering::SeqCst), at_once);
    }
    Ok(())
}

fn with_gauge(env: TestEnvBuilder) -> TestEnvBuilder {
    env.state(Gauge::default())
}

#[durable::test(crash, setup = with_gauge)]
async fn it_survives_crashes(env: TestEnv) -> Result<Vec<u64>> {
    Squares::execute(env.client(), 4).await
}

#[durable::test]
async fn it_can_be_given_up(env: TestEnv) -> Result<()> {
    assert!(!GivesUp::execute(env.client()).await?);
    Ok(())
}
