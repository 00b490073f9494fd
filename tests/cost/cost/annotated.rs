//! The workflows with `durable`.

use std::sync::atomic::{AtomicUsize, Ordering};

use durable::prelude::*;
use durable::workflow::join_all;
use durable::{Client, Workers};
use futures::future::{BoxFuture, FutureExt as _};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use crate::serve::{Setup, Side};
use crate::work::{
    LARGE, LARGE_TEXT, LONG_STEPS, PARALLEL, SIGNALS, SIGNALS_AT_ONCE, UPDATES, UPDATES_AT_ONCE,
    Work,
};

/// The workflows in the cache.
static CACHED: AtomicUsize = AtomicUsize::new(0);

#[activity(queue = "durable")]
async fn greet(name: String) -> Result<String, ActivityError> {
    Ok(format!("Hello, {name}!"))
}

#[activity(queue = "durable")]
async fn echo(text: String) -> Result<String, ActivityError> {
    Ok(text)
}

#[workflow(queue = "durable")]
#[derive(Default)]
struct NoOp;

#[workflow_methods]
impl NoOp {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Ok(())
    }
}

#[workflow(queue = "durable")]
#[derive(Default)]
struct OneActivity;

#[workflow_methods]
impl OneActivity {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, name: String) -> WorkflowResult<String> {
        Ok(greet::execute(ctx, name).await?)
    }
}

#[workflow(queue = "durable")]
#[derive(Default)]
struct OneLocalActivity;

#[workflow_methods]
impl OneLocalActivity {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, name: String) -> WorkflowResult<String> {
        Ok(greet::execute_local(ctx, name).await?)
    }
}

#[workflow(queue = "durable")]
#[derive(Default)]
struct Parallel;

#[workflow_methods]
impl Parallel {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, name: String) -> WorkflowResult<u32> {
        let greetings = (0..PARALLEL).map(|_| greet::execute(ctx, name.clone()));
        let greetings = join_all(greetings).await.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(greetings.iter().map(|_| 1).sum())
    }
}

#[workflow(queue = "durable")]
#[derive(Default)]
struct Parent;

#[workflow_methods]
impl Parent {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, id: String) -> WorkflowResult<()> {
        Ok(NoOp::execute_child(ctx).id(format!("{id}-child")).await?)
    }
}

/// Counts signals and updates up to a number.
#[workflow(queue = "durable")]
#[derive(Default)]
struct Counter {
    count: u32,
}

#[workflow_methods]
impl Counter {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, end: u32) -> WorkflowResult<u32> {
        ctx.wait_condition(|state| state.count >= end).await?;
        Ok(ctx.state(|state| state.count))
    }

    #[signal]
    fn add(&mut self, number: u32) {
        self.count += number;
    }

    #[query]
    fn count(&self) -> u32 {
        self.count
    }

    #[update]
    fn add_and_get(&mut self, number: u32) -> u32 {
        self.count += number;
        self.count
    }
}

#[workflow(queue = "durable")]
#[derive(Default)]
struct Large;

#[workflow_methods]
impl Large {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, text: String) -> WorkflowResult<String> {
        Ok(echo::execute(ctx, text).await?)
    }
}

#[workflow(queue = "durable")]
#[derive(Default)]
struct Long {
    steps: u32,
}

#[workflow_methods]
impl Long {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, name: String) -> WorkflowResult<()> {
        for _ in 0..LONG_STEPS {
            greet::execute(ctx, name.clone()).await?;
            ctx.state_mut(|state| state.steps += 1);
        }
        Ok(())
    }

    #[query]
    fn steps(&self) -> u32 {
        self.steps
    }
}

/// Waits until it is told to end, which nobody does.
#[workflow(queue = "durable")]
#[derive(Default)]
struct Waiting {
    ended: bool,
}

#[workflow_methods]
impl Waiting {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, _name: String) -> WorkflowResult<()> {
        CACHED.fetch_add(1, Ordering::Relaxed);
        ctx.wait_condition(|state| state.ended).await?;
        Ok(())
    }

    #[signal]
    fn end(&mut self) {
        self.ended = true;
    }
}

/// A client, with the workers in the same process.
pub struct Annotated(Client);

impl Annotated {
    pub async fn serve(address: &str, setup: Setup) -> durable::Result<Self> {
        let client = Client::connect(address).await?;
        let workers = Workers::new(&client);
        let cache = setup.cache_size();
        let workers = workers.worker_options(move |options| options.max_cached_workflows = cache);
        // The process ends with its standard input, and the workers with it.
        std::mem::forget(workers.start().await?);
        Ok(Self(client))
    }

    async fn messages(&self, id: String) -> durable::Result<bool> {
        let handle = Counter::start(&self.0, 2).id(id).await?;
        handle.add(1).await?;
        let before = handle.count().await?;
        Ok(handle.add_and_get(1).await? == 2 && before == 1 && handle.result().await? == 2)
    }

    async fn signals(&self, id: String) -> durable::Result<bool> {
        let handle = Counter::start(&self.0, SIGNALS).id(id).await?;
        let sent = stream::iter(0..SIGNALS).map(Ok);
        sent.try_for_each_concurrent(SIGNALS_AT_ONCE, |_| async { handle.add(1).await }).await?;
        Ok(handle.result().await? == SIGNALS)
    }

    async fn updates(&self, id: String) -> durable::Result<bool> {
        let handle = Counter::start(&self.0, UPDATES).id(id).await?;
        let sent = stream::iter(0..UPDATES).map(Ok);
        sent.try_for_each_concurrent(UPDATES_AT_ONCE, |_| async {
            handle.add_and_get(1).await.map(drop)
        })
        .await?;
        Ok(handle.result().await? == UPDATES)
    }

    async fn one(&self, work: Work, id: String) -> durable::Result<bool> {
        let (client, name) = (&self.0, "durable".to_owned());
        Ok(match work {
            Work::NoOp => NoOp::execute(client).id(id).await.map(|()| true)?,
            Work::Activity => OneActivity::execute(client, name).id(id).await?.starts_with("Hello"),
            Work::LocalActivity => {
                OneLocalActivity::execute(client, name).id(id).await?.starts_with("Hello")
            }
            Work::Parallel => Parallel::execute(client, name).id(id).await? == PARALLEL,
            Work::Child => Parent::execute(client, id.clone()).id(id).await.map(|()| true)?,
            Work::Messages => self.messages(id).await?,
            Work::Payload => {
                Large::execute(client, LARGE_TEXT.clone()).id(id).await?.len() == LARGE
            }
            Work::Signals => self.signals(id).await?,
            Work::Updates => self.updates(id).await?,
            Work::History => Long::execute(client, name).id(id).await.map(|()| true)?,
            Work::Replay => Long::handle(client, id).steps().await? == LONG_STEPS,
            Work::Cached => Waiting::start(client, name).id(id).await.map(|_| true)?,
            Work::Start | Work::Idle => unreachable!("the caller does it"),
        })
    }
}

impl Side for Annotated {
    async fn run(&self, work: Work, id: String) {
        let done = self.one(work, id).await;
        assert!(done.expect("it succeeds"), "a wrong result of {work:?}");
    }

    async fn start(&self, id: String) -> BoxFuture<'static, ()> {
        let handle = NoOp::start(&self.0).id(id).await.expect("it starts");
        async move { handle.result().await.expect("it succeeds") }.boxed()
    }

    fn cached(&self) -> usize {
        CACHED.load(Ordering::Relaxed)
    }
}
