//! The README's program, written with the SDK alone: what `durable` saves.

#![allow(missing_docs, clippy::missing_errors_doc, reason = "the SDK's macros make public items")]

use std::time::Duration;

use serde::{Deserialize, Serialize};
use temporalio_client::{
    Client, ClientOptions, Connection, ConnectionOptions, Url, WorkflowGetResultOptions,
    WorkflowSignalOptions, WorkflowStartOptions,
};
use temporalio_common::RetryPolicy;
use temporalio_common::data_converters::MultiArgs2;
use temporalio_macros::{activities, workflow, workflow_methods};
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use temporalio_sdk::runtime::RuntimeOptions;
use temporalio_sdk::{
    ActivityOptions, Runtime, SyncWorkflowContext, Worker, WorkerOptions, WorkflowContext,
    WorkflowResult,
};

#[derive(Debug, Serialize, Deserialize)]
pub struct Order {
    id: String,
    amount: f64,
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
}

#[workflow_methods]
impl OrderWorkflow {
    #[run]
    pub async fn run(ctx: &mut WorkflowContext<Self>, order: Order) -> WorkflowResult<String> {
        ctx.wait_condition(|state| state.approved).await?;
        let options = ActivityOptions::with_start_to_close_timeout(Duration::from_secs(30))
            .task_queue("payments")
            .retry_policy(RetryPolicy::builder().maximum_attempts(3).build())
            .build();
        let input = MultiArgs2(order.id, order.amount);
        Ok(ctx.execute_activity(Payments::charge, input, options).await?)
    }

    #[signal]
    pub fn approve(&mut self, _ctx: &mut SyncWorkflowContext<Self>) {
        self.approved = true;
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::var("TEMPORAL_ADDRESS").unwrap_or("localhost:7233".to_owned());
    let target = Url::parse(&format!("http://{address}"))?;
    let connection = Connection::connect(ConnectionOptions::new(target).build()).await?;
    let client = Client::new(connection, ClientOptions::new("default").build())?;

    let runtime = Runtime::from_current_tokio(RuntimeOptions::default())?;
    let orders = WorkerOptions::new("orders").register_workflow::<OrderWorkflow>()?.build();
    let payments = WorkerOptions::new("payments").register_activities(Payments).build();
    let mut orders = Worker::new(&runtime, client.clone(), orders)?;
    let mut payments = Worker::new(&runtime, client.clone(), payments)?;
    let (stop_orders, stop_payments) = (orders.shutdown_handle(), payments.shutdown_handle());

    let program = async {
        let order = Order { id: "7".to_owned(), amount: 12.5 };
        let options = WorkflowStartOptions::new("orders", format!("order-{}", order.id)).build();
        let handle = client.start_workflow(OrderWorkflow::run, order, options).await?;
        handle.signal(OrderWorkflow::approve, (), WorkflowSignalOptions::default()).await?;
        println!("{}", handle.get_result(WorkflowGetResultOptions::default()).await?);
        stop_orders();
        stop_payments();
        Ok::<_, Box<dyn std::error::Error>>(())
    };
    let (program, orders, payments) = tokio::join!(program, orders.run(), payments.run());
    program?;
    orders?;
    payments?;
    Ok(())
}
