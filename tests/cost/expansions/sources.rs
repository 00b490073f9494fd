//! The sources of the two crates: the same program, once for each way of writing it.

/// The number of workflows, each in a module of its own.
pub const WORKFLOWS: usize = 100;

/// The sources of one crate. `NUMBER` stands for the number of the workflow.
pub struct Sources {
    module: &'static str,
    before: &'static str,
    of_each: &'static str,
    after: &'static str,
}

impl Sources {
    pub fn module(&self, number: usize) -> String {
        self.module.replace("NUMBER", &number.to_string())
    }

    pub fn root(&self) -> String {
        let modules = (0..WORKFLOWS).map(|number| format!("mod orders{number};\n"));
        let each = (0..WORKFLOWS).map(|number| self.of_each.replace("NUMBER", &number.to_string()));
        let (modules, each): (String, String) = (modules.collect(), each.collect());
        [&modules, self.before, &each, self.after].concat()
    }
}

pub const ANNOTATED: Sources = Sources {
    module: r#"
use durable::prelude::*;

#[derive(Debug, Serialize, Deserialize)]
pub struct Order {
    id: String,
    amount: f64,
}

#[activity(queue = "payments", name = "charge_NUMBER", start_to_close_timeout = "30s", retry(maximum_attempts = 3))]
pub async fn charge(order_id: String, amount: f64) -> Result<String, ActivityError> {
    Ok(format!("charged {amount} for order {order_id}"))
}

#[activity(queue = "payments", name = "refund_NUMBER", start_to_close_timeout = "30s", retry(maximum_attempts = 3))]
pub async fn refund(order_id: String) -> Result<bool, ActivityError> {
    Ok(order_id.len() > 3)
}

#[workflow(queue = "orders")]
#[derive(Default)]
pub struct OrderWorkflowNUMBER {
    approved: bool,
    note: String,
}

#[workflow_methods]
impl OrderWorkflowNUMBER {
    #[run]
    pub async fn run(ctx: &mut WorkflowContext<Self>, order: Order) -> WorkflowResult<String> {
        ctx.wait_condition(|state| state.approved).await?;
        let receipt = charge::execute(ctx, order.id.clone(), order.amount).await?;
        refund::execute(ctx, order.id).await?;
        Ok(receipt)
    }

    #[signal]
    pub fn approve(&mut self) {
        self.approved = true;
    }

    #[signal]
    pub fn annotate(&mut self, note: String) {
        self.note = note;
    }

    #[query]
    pub fn note(&self) -> String {
        self.note.clone()
    }
}
"#,
    before: r#"
#[tokio::main]
async fn main() -> durable::Result<()> {
    let client = durable::Client::connect("http://localhost:7233").await?;
    durable::Workers::new(&client).run().await
}
"#,
    of_each: "",
    after: "",
};

pub const BY_HAND: Sources = Sources {
    module: r#"
use std::time::Duration;

use serde::{Deserialize, Serialize};
use temporalio_common::RetryPolicy;
use temporalio_common::data_converters::MultiArgs2;
use temporalio_macros::{activities, workflow, workflow_methods};
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use temporalio_sdk::{ActivityOptions, SyncWorkflowContext, WorkflowContext, WorkflowContextView, WorkflowResult};

#[derive(Debug, Serialize, Deserialize)]
pub struct Order {
    id: String,
    amount: f64,
}

pub struct Payments;

#[activities]
impl Payments {
    #[activity(name = "charge_NUMBER")]
    pub async fn charge(_ctx: ActivityContext, order_id: String, amount: f64) -> Result<String, ActivityError> {
        Ok(format!("charged {amount} for order {order_id}"))
    }

    #[activity(name = "refund_NUMBER")]
    pub async fn refund(_ctx: ActivityContext, order_id: String) -> Result<bool, ActivityError> {
        Ok(order_id.len() > 3)
    }
}

fn options() -> ActivityOptions {
    ActivityOptions::with_start_to_close_timeout(Duration::from_secs(30))
        .task_queue("payments")
        .retry_policy(RetryPolicy::builder().maximum_attempts(3).build())
        .build()
}

#[workflow]
#[derive(Default)]
pub struct OrderWorkflowNUMBER {
    approved: bool,
    note: String,
}

#[workflow_methods]
impl OrderWorkflowNUMBER {
    #[run]
    pub async fn run(ctx: &mut WorkflowContext<Self>, order: Order) -> WorkflowResult<String> {
        ctx.wait_condition(|state| state.approved).await?;
        let input = MultiArgs2(order.id.clone(), order.amount);
        let receipt = ctx.execute_activity(Payments::charge, input, options()).await?;
        ctx.execute_activity(Payments::refund, order.id, options()).await?;
        Ok(receipt)
    }

    #[signal]
    pub fn approve(&mut self, _ctx: &mut SyncWorkflowContext<Self>) {
        self.approved = true;
    }

    #[signal]
    pub fn annotate(&mut self, _ctx: &mut SyncWorkflowContext<Self>, note: String) {
        self.note = note;
    }

    #[query]
    pub fn note(&self, _ctx: &WorkflowContextView) -> String {
        self.note.clone()
    }
}
"#,
    before: r#"
use temporalio_client::{Client, ClientOptions, Connection, ConnectionOptions, Url};
use temporalio_sdk::runtime::RuntimeOptions;
use temporalio_sdk::{Runtime, Worker, WorkerOptions};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let target = Url::parse("http://localhost:7233")?;
    let connection = Connection::connect(ConnectionOptions::new(target).build()).await?;
    let client = Client::new(connection, ClientOptions::new("default").build())?;
    let runtime = Runtime::from_current_tokio(RuntimeOptions::default())?;
    let mut orders = WorkerOptions::new("orders");
    let mut payments = WorkerOptions::new("payments");
"#,
    of_each: "    orders = orders.register_workflow::<ordersNUMBER::OrderWorkflowNUMBER>()?;
    payments = payments.register_activities(ordersNUMBER::Payments);
",
    after: r"
    let mut orders = Worker::new(&runtime, client.clone(), orders.build())?;
    let mut payments = Worker::new(&runtime, client.clone(), payments.build())?;
    let (orders, payments) = tokio::join!(orders.run(), payments.run());
    orders?;
    payments?;
    Ok(())
}
",
};
