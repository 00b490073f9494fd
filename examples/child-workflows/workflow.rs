//! An order and its parcels: a parent, its children, and a workflow that belongs to nobody.

use durable::prelude::*;
use durable::workflow::{ParentClosePolicy, join_all};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    pub number: u32,
    pub parcels: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Parcel {
    pub number: String,
    pub contents: String,
}

/// Carries a parcel to its next stop.
#[activity(queue = "parcels", start_to_close_timeout = "10s")]
pub async fn carry(parcel: Parcel, express: bool) -> Result<String, ActivityError> {
    if parcel.contents.contains("glass") {
        let broken = ApplicationFailure::builder(format!("the {} broke", parcel.contents))
            .type_name("Broken")
            .non_retryable(true)
            .build();
        return Err(broken.into());
    }
    Ok(if express { "by plane" } else { "by ship" }.to_owned())
}

/// A parcel on its way: on the queue of the parcel service, with an id of its own.
#[workflow(queue = "parcels", id = "parcel-{number}")]
#[derive(Default)]
pub struct ShipParcel {
    released: bool,
    express: bool,
}

#[workflow_methods]
impl ShipParcel {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, parcel: Parcel) -> WorkflowResult<String> {
        ctx.wait_condition(|state| state.released).await?;
        let express = ctx.state(|state| state.express);
        let how = carry::execute(ctx, parcel.clone(), express).await?;
        Ok(format!("{} came {how}", parcel.contents))
    }

    /// Lets the parcel go.
    #[signal]
    fn release(&mut self, express: bool) {
        self.released = true;
        self.express = express;
    }
}

/// Asks how it was, when everything is over. It goes on when its parent has ended.
#[workflow(queue = "child-workflows", id = "survey-{}")]
#[derive(Default)]
pub struct Survey {
    stars: Option<u32>,
}

#[workflow_methods]
impl Survey {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, _order: u32) -> WorkflowResult<u32> {
        ctx.wait_condition(|state| state.stars.is_some()).await?;
        Ok(ctx.state(|state| state.stars.unwrap_or_default()))
    }

    #[signal]
    fn rate(&mut self, stars: u32) {
        self.stars = Some(stars);
    }
}

/// Counts the orders of a day. Nobody's child: orders know its id.
#[workflow(queue = "child-workflows", id = "statistics")]
#[derive(Default)]
pub struct Statistics {
    orders: u32,
    closed: bool,
}

#[workflow_methods]
impl Statistics {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u32> {
        ctx.wait_condition(|state| state.closed).await?;
        Ok(ctx.state(|state| state.orders))
    }

    #[signal]
    fn count(&mut self) {
        self.orders += 1;
    }

    #[signal]
    fn close(&mut self) {
        self.closed = true;
    }
}

/// The parent.
#[workflow(queue = "child-workflows", id = "parcels-of-{number}")]
#[derive(Default)]
pub struct ShipOrder;

#[workflow_methods]
impl ShipOrder {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, order: Order) -> WorkflowResult<Vec<String>> {
        let parcels = order.parcels.iter().enumerate().map(|(index, contents)| Parcel {
            number: format!("{}-{index}", order.number),
            contents: contents.clone(),
        });
        // All are started before any is waited for, each on its own queue.
        let started = join_all(parcels.map(|parcel| ShipParcel::start_child(ctx, parcel))).await;
        let parcels = started.into_iter().collect::<Result<Vec<_>, _>>()?;
        // A child's signals are methods of its handle.
        for (index, parcel) in parcels.iter().enumerate() {
            parcel.release(index == 0).await?;
        }
        let shipped = join_all(parcels.iter().map(|parcel| parcel.result())).await;
        // A child that fails is the parent's to judge: here the others still count.
        let outcomes = shipped.into_iter().map(|outcome| match outcome {
            Ok(shipped) => shipped,
            Err(error) => format!("lost: {}", reason(&error)),
        });
        let outcomes = outcomes.collect();
        let survey = Survey::start_child(ctx, order.number);
        survey.parent_close_policy(ParentClosePolicy::Abandon).await?;
        // Any workflow can be reached by its id. That nobody counts today is an error, and no matter.
        let _ = Statistics::external(ctx, "statistics").count().await;
        Ok(outcomes)
    }
}

/// The innermost of the reasons.
fn reason(error: &durable::workflow::ChildWorkflowError) -> String {
    let links = std::iter::successors(error.cause(), |link| link.cause());
    links.last().map_or_else(|| error.to_string(), |link| link.failure().message.clone())
}
