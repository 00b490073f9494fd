//! The client and the worker with the SDK alone.

use std::sync::atomic::Ordering;
use std::sync::mpsc;

use futures::future::{BoxFuture, FutureExt as _};
use futures::stream::{self, StreamExt as _};
use temporalio_client::{
    Client, ClientOptions, Connection, ConnectionOptions, Url, WorkflowExecuteUpdateOptions,
    WorkflowGetResultOptions, WorkflowHandle, WorkflowQueryOptions, WorkflowSignalOptions,
    WorkflowStartOptions,
};
use temporalio_common::HasWorkflowDefinition;
use temporalio_sdk::runtime::RuntimeOptions;
use temporalio_sdk::{Runtime, Worker, WorkerOptions};

use crate::hand::{
    CACHED, Counter, Greetings, Large, Long, NoOp, OneActivity, OneLocalActivity, Parallel, Parent,
    Waiting,
};
use crate::serve::{Setup, Side};
use crate::work::{
    LARGE, LARGE_TEXT, LONG_STEPS, PARALLEL, SIGNALS, SIGNALS_AT_ONCE, UPDATES, UPDATES_AT_ONCE,
    Work,
};

/// A client, with a worker in the same process.
pub struct ByHand {
    client: Client,
    queue: &'static str,
    /// `true` with the settings that `durable` has by default, `false` with those of the SDK.
    tuned: bool,
}

impl ByHand {
    pub async fn serve(address: &str, setup: Setup, tuned: bool) -> Self {
        let target = Url::parse(&format!("http://{address}")).expect("an address");
        let connection = Connection::connect(ConnectionOptions::new(target).build()).await;
        let client = Client::new(
            connection.expect("the server answers"),
            ClientOptions::new("default").build(),
        )
        .expect("the options are valid");
        let queue = if tuned { "by-hand" } else { "sdk-defaults" };
        work(client.clone(), queue, setup.cache_size());
        Self { client, queue, tuned }
    }

    async fn start<W>(&self, workflow: W, input: W::Input, id: String) -> Handle<W>
    where
        W: HasWorkflowDefinition,
        W::Input: Send,
    {
        let options = WorkflowStartOptions::new(self.queue, id);
        let options = options.enable_eager_workflow_start(self.tuned).build();
        self.client.start_workflow(workflow, input, options).await.expect("it starts")
    }

    async fn messages(&self, id: String) -> bool {
        let handle = self.start(Counter::run, 2, id).await;
        let signaled = handle.signal(Counter::add, 1, WorkflowSignalOptions::default()).await;
        signaled.expect("it is signaled");
        let before = handle.query(Counter::count, (), WorkflowQueryOptions::default()).await;
        let options = WorkflowExecuteUpdateOptions::default();
        let after = handle.execute_update(Counter::add_and_get, 1, options).await;
        let result = handle.get_result(WorkflowGetResultOptions::default()).await;
        before.expect("it answers") == 1
            && after.expect("it answers") == 2
            && result.expect("it succeeds") == 2
    }

    async fn signals(&self, id: String) -> bool {
        let handle = self.start(Counter::run, SIGNALS, id).await;
        let sent = stream::iter(0..SIGNALS).for_each_concurrent(SIGNALS_AT_ONCE, |_| async {
            let sent = handle.signal(Counter::add, 1, WorkflowSignalOptions::default()).await;
            sent.expect("it is signaled");
        });
        sent.await;
        let result = handle.get_result(WorkflowGetResultOptions::default()).await;
        result.expect("it succeeds") == SIGNALS
    }

    async fn updates(&self, id: String) -> bool {
        let handle = self.start(Counter::run, UPDATES, id).await;
        let sent = stream::iter(0..UPDATES).for_each_concurrent(UPDATES_AT_ONCE, |_| async {
            let options = WorkflowExecuteUpdateOptions::default();
            let sent = handle.execute_update(Counter::add_and_get, 1, options).await;
            sent.expect("it is updated");
        });
        sent.await;
        let result = handle.get_result(WorkflowGetResultOptions::default()).await;
        result.expect("it succeeds") == UPDATES
    }

    async fn replay(&self, id: String) -> bool {
        let handle: Handle<_> = self.client.get_workflow_handle::<Long>(id);
        let steps = handle.query(Long::steps, (), WorkflowQueryOptions::default()).await;
        steps.expect("it answers") == LONG_STEPS
    }

    async fn one(&self, work: Work, id: String) -> bool {
        let (options, name) = (WorkflowGetResultOptions::default(), "durable".to_owned());
        match work {
            Work::NoOp => self.start(NoOp::run, (), id).await.get_result(options).await.is_ok(),
            Work::Activity => {
                let handle = self.start(OneActivity::run, name, id).await;
                handle.get_result(options).await.is_ok_and(|text| text.starts_with("Hello"))
            }
            Work::LocalActivity => {
                let handle = self.start(OneLocalActivity::run, name, id).await;
                handle.get_result(options).await.is_ok_and(|text| text.starts_with("Hello"))
            }
            Work::Parallel => {
                let handle = self.start(Parallel::run, name, id).await;
                handle.get_result(options).await.is_ok_and(|count| count == PARALLEL)
            }
            Work::Child => {
                let handle = self.start(Parent::run, id.clone(), id).await;
                handle.get_result(options).await.is_ok()
            }
            Work::Messages => self.messages(id).await,
            Work::Payload => {
                let handle = self.start(Large::run, LARGE_TEXT.clone(), id).await;
                handle.get_result(options).await.is_ok_and(|text| text.len() == LARGE)
            }
            Work::Signals => self.signals(id).await,
            Work::Updates => self.updates(id).await,
            Work::History => {
                let handle = self.start(Long::run, name, id).await;
                handle.get_result(options).await.is_ok()
            }
            Work::Replay => self.replay(id).await,
            Work::Cached => {
                self.start(Waiting::run, name, id).await;
                true
            }
            Work::Start | Work::Idle => unreachable!("the caller does it"),
        }
    }
}

type Handle<W> = WorkflowHandle<Client, W>;

/// Serves a queue as `durable` does it: on a thread of its own.
fn work(client: Client, queue: &'static str, cache: usize) {
    let handle = tokio::runtime::Handle::current();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let _entered = handle.enter();
        let runtime = Runtime::from_current_tokio(RuntimeOptions::default()).expect("a runtime");
        let options = register(WorkerOptions::new(queue).max_cached_workflows(cache).build());
        let mut worker = Worker::new(&runtime, client, options).expect("a worker");
        sender.send(()).expect("the caller waits");
        handle.block_on(worker.run()).expect("the worker runs");
    });
    receiver.recv().expect("the worker is made");
}

fn register(mut options: WorkerOptions) -> WorkerOptions {
    options.register_activities(Greetings);
    let registered = options
        .register_workflow::<NoOp>()
        .and_then(|options| options.register_workflow::<OneActivity>())
        .and_then(|options| options.register_workflow::<OneLocalActivity>())
        .and_then(|options| options.register_workflow::<Parallel>())
        .and_then(|options| options.register_workflow::<Parent>())
        .and_then(|options| options.register_workflow::<Counter>())
        .and_then(|options| options.register_workflow::<Large>())
        .and_then(|options| options.register_workflow::<Long>())
        .and_then(|options| options.register_workflow::<Waiting>());
    registered.expect("each is there once");
    options
}

impl Side for ByHand {
    async fn run(&self, work: Work, id: String) {
        assert!(self.one(work, id).await, "a wrong result of {work:?}");
    }

    async fn start(&self, id: String) -> BoxFuture<'static, ()> {
        let handle = self.start(NoOp::run, (), id).await;
        async move {
            let result = handle.get_result(WorkflowGetResultOptions::default()).await;
            result.expect("it succeeds");
        }
        .boxed()
    }

    fn cached(&self) -> usize {
        CACHED.load(Ordering::Relaxed)
    }
}
