//! The same order with the SDK alone and with this crate, for the guide for users of the SDK.

#![allow(missing_docs, clippy::missing_errors_doc, reason = "the SDK's macros make public items")]

pub mod by_hand {
    use std::time::Duration;

    use serde::{Deserialize, Serialize};
    use temporalio_client::{
        Client, ClientOptions, Connection, ConnectionOptions, Url, WorkflowExecuteUpdateOptions,
        WorkflowGetResultOptions, WorkflowHistory, WorkflowQueryOptions, WorkflowSignalOptions,
        WorkflowStartOptions,
    };
    use temporalio_common::RetryPolicy;
    use temporalio_common::data_converters::MultiArgs2;
    use temporalio_macros::{activities, workflow, workflow_methods};
    use temporalio_sdk::activities::{ActivityContext, ActivityError};
    use temporalio_sdk::runtime::RuntimeOptions;
    use temporalio_sdk::workflow_replayer::{WorkflowReplayer, WorkflowReplayerOptions};
    use temporalio_sdk::{
        ActivityOptions, Runtime, SyncWorkflowContext, Worker, WorkerOptions, WorkflowContext,
        WorkflowContextView, WorkflowResult,
    };

    #[derive(Debug, Serialize, Deserialize)]
    pub struct Order {
        pub id: String,
        pub amount: f64,
    }

    pub struct Payments;

    #[activities]
    impl Payments {
        #[activity(name = "charge")]
        pub async fn charge(
            _ctx: ActivityContext,
            order_id: String,
            amount: f64,
        ) -> Result<String, ActivityError> {
            Ok(format!("charged {amount} for order {order_id}"))
        }
    }

    #[workflow]
    #[derive(Default)]
    pub struct OrderWorkflow {
        approved: bool,
        note: String,
    }

    #[workflow_methods]
    impl OrderWorkflow {
        #[run]
        pub async fn run(ctx: &mut WorkflowContext<Self>, order: Order) -> WorkflowResult<String> {
            ctx.wait_condition(|state| state.approved).await?;
            let options = ActivityOptions::with_start_to_close_timeout(Duration::from_secs(30))
                .task_queue("payments-by-hand")
                .retry_policy(RetryPolicy::builder().maximum_attempts(3).build())
                .build();
            let input = MultiArgs2(order.id, order.amount);
            Ok(ctx.execute_activity(Payments::charge, input, options).await?)
        }

        #[signal]
        pub fn approve(&mut self, _ctx: &mut SyncWorkflowContext<Self>) {
            self.approved = true;
        }

        #[query]
        pub fn approved(&self, _ctx: &WorkflowContextView) -> bool {
            self.approved
        }

        #[update]
        pub fn annotate(&mut self, _ctx: &mut SyncWorkflowContext<Self>, note: String) -> String {
            std::mem::replace(&mut self.note, note)
        }
    }

    pub async fn connect(address: &str) -> Result<Client, Box<dyn std::error::Error>> {
        let target = Url::parse(&format!("http://{address}"))?;
        let connection = Connection::connect(ConnectionOptions::new(target).build()).await?;
        Ok(Client::new(connection, ClientOptions::new("default").build())?)
    }

    pub async fn talk(client: &Client, order: Order) -> Result<String, Box<dyn std::error::Error>> {
        let id = format!("order-by-hand-{}", order.id);
        let options = WorkflowStartOptions::new("orders-by-hand", id).build();
        let handle = client.start_workflow(OrderWorkflow::run, order, options).await?;

        let update = WorkflowExecuteUpdateOptions::default();
        handle.execute_update(OrderWorkflow::annotate, "a present".to_owned(), update).await?;
        handle.signal(OrderWorkflow::approve, (), WorkflowSignalOptions::default()).await?;
        let query = WorkflowQueryOptions::default();
        assert!(handle.query(OrderWorkflow::approved, (), query).await?);
        Ok(handle.get_result(WorkflowGetResultOptions::default()).await?)
    }

    pub async fn serve(
        client: &Client,
        program: impl Future<Output = ()>,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let runtime = Runtime::from_current_tokio(RuntimeOptions::default())?;
        let orders =
            WorkerOptions::new("orders-by-hand").register_workflow::<OrderWorkflow>()?.build();
        let payments = WorkerOptions::new("payments-by-hand").register_activities(Payments).build();
        let mut orders = Worker::new(&runtime, client.clone(), orders)?;
        let mut payments = Worker::new(&runtime, client.clone(), payments)?;
        let (stop_orders, stop_payments) = (orders.shutdown_handle(), payments.shutdown_handle());

        let program = async {
            program.await;
            stop_orders();
            stop_payments();
        };
        let ((), orders, payments) = tokio::join!(program, orders.run(), payments.run());
        orders?;
        payments?;
        Ok(())
    }

    pub async fn replay(history: WorkflowHistory) -> Result<(), Box<dyn std::error::Error>> {
        let options = WorkflowReplayerOptions::new().register_workflow::<OrderWorkflow>()?.build();
        WorkflowReplayer::new(options)?.replay_workflow(history).await?;
        Ok(())
    }
}

pub mod with_durable {
    use durable::client::WorkflowHistory;
    use durable::prelude::*;
    use durable::testing::Replayer;

    #[derive(Debug, Serialize, Deserialize)]
    pub struct Order {
        pub id: String,
        pub amount: f64,
    }

    #[activity(queue = "payments", start_to_close_timeout = "30s", retry(maximum_attempts = 3))]
    pub async fn charge(order_id: String, amount: f64) -> Result<String, ActivityError> {
        Ok(format!("charged {amount} for order {order_id}"))
    }

    #[workflow(queue = "orders", id = "approved-order-{id}")]
    #[derive(Default)]
    pub struct ApprovedOrderWorkflow {
        approved: bool,
        note: String,
    }

    #[workflow_methods]
    impl ApprovedOrderWorkflow {
        #[run]
        async fn run(ctx: &mut WorkflowContext<Self>, order: Order) -> WorkflowResult<String> {
            ctx.wait_condition(|state| state.approved).await?;
            Ok(charge::execute(ctx, order.id, order.amount).await?)
        }

        #[signal]
        fn approve(&mut self) {
            self.approved = true;
        }

        #[query]
        fn approved(&self) -> bool {
            self.approved
        }

        #[update]
        fn annotate(&mut self, note: String) -> String {
            std::mem::replace(&mut self.note, note)
        }
    }

    pub async fn talk(client: &Client, order: Order) -> durable::Result<String> {
        let handle = ApprovedOrderWorkflow::start(client, order).await?;

        handle.annotate("a present".to_owned()).await?;
        handle.approve().await?;
        assert!(handle.approved().await?);
        handle.result().await
    }

    pub async fn serve(client: &Client) -> durable::Result<()> {
        let workers = Workers::new(client).queues(["orders", "payments"]).start().await?;
        workers.shutdown().await
    }

    pub async fn replay(history: WorkflowHistory) -> durable::Result<()> {
        Replayer::new().history(history).run().await?;
        Ok(())
    }
}

/// The order by hand, moved to this crate while workflows run.
mod moved {
    use durable::prelude::*;

    #[activity(queue = "payments-by-hand", start_to_close_timeout = "30s")]
    pub async fn charge(order_id: String, amount: f64) -> Result<String, ActivityError> {
        Ok(format!("charged {amount} for order {order_id}"))
    }

    #[workflow(queue = "orders-by-hand", name = "OrderWorkflow")]
    #[derive(Default)]
    pub struct MovedOrderWorkflow {
        approved: bool,
        note: String,
    }

    #[workflow_methods]
    impl MovedOrderWorkflow {
        #[run]
        async fn run(
            ctx: &mut WorkflowContext<Self>,
            order: super::with_durable::Order,
        ) -> WorkflowResult<String> {
            ctx.wait_condition(|state| state.approved).await?;
            Ok(charge::execute(ctx, order.id, order.amount).await?)
        }

        #[signal]
        fn approve(&mut self) {
            self.approved = true;
        }

        #[update]
        fn annotate(&mut self, note: String) -> String {
            std::mem::replace(&mut self.note, note)
        }
    }
}

mod tests {
    use durable::testing::{Replayer, TestEnv};
    use durable_tests::unique;
    use temporalio_client::WorkflowFetchHistoryOptions;

    use super::{by_hand, with_durable};

    #[tokio::test(flavor = "multi_thread")]
    async fn an_order_by_hand_is_served_and_replayed() {
        let server = tokio::task::spawn_blocking(durable_tests::Shared::get);
        let address = server.await.expect("it starts").address();
        let client = by_hand::connect(address).await.expect("it connects");
        let id = unique("order");
        let order = by_hand::Order { id: id.clone(), amount: 12.5 };
        let talking = client.clone();
        let program = async move {
            let charged = by_hand::talk(&talking, order).await.expect("it is charged");
            assert_eq!(charged, format!("charged 12.5 for order {id}"));
            let handle = talking
                .get_workflow_handle::<by_hand::OrderWorkflow>(format!("order-by-hand-{id}"));
            let history = || handle.fetch_history(WorkflowFetchHistoryOptions::default());
            by_hand::replay(history()).await.expect("it replays");
            let moved = Replayer::new().task_queue("orders-by-hand").history(history());
            moved.run().await.expect("it goes on with this crate");
        };
        by_hand::serve(&client, program).await.expect("it serves");
    }

    #[durable::test]
    async fn the_same_order_is_served_and_replayed(env: TestEnv) -> durable::Result<()> {
        let order = with_durable::Order { id: "7".to_owned(), amount: 12.5 };
        let charged = with_durable::talk(env.client(), order).await?;
        assert_eq!(charged, "charged 12.5 for order 7");
        let id = "approved-order-7";
        let handle = with_durable::ApprovedOrderWorkflow::handle(env.client(), id);
        with_durable::replay(handle.history()).await
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn workers_of_two_queues_start_and_stop() -> durable::Result<()> {
        with_durable::serve(&durable_tests::client().await).await
    }
}
