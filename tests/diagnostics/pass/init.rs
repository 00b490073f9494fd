//! Every form of `#[init]`, and ids from inputs.

use durable::definition::WorkflowAnnotation;
use durable::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Customer {
    name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Order {
    order_id: u64,
    customer: Customer,
}

#[workflow(queue = "init", id = "{customer.name}/{{{order_id}}}")]
struct TakesInput {
    order: Order,
}

#[workflow_methods]
impl TakesInput {
    #[init]
    fn new(_ctx: &WorkflowContextView, order: Order) -> Self {
        Self { order }
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u64> {
        Ok(ctx.state(|state| state.order.order_id))
    }
}

#[workflow(queue = "init", id = "number-{}")]
struct TakesNothing(u64);

#[workflow_methods]
impl TakesNothing {
    #[init]
    fn start_at() -> Self {
        Self(1)
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, number: u64) -> WorkflowResult<u64> {
        Ok(ctx.state(|state| state.0) + number)
    }
}

#[workflow(queue = "init", id = "only-one")]
#[derive(Default)]
struct Singleton {}

#[workflow_methods]
impl Singleton {
    #[run]
    async fn run() -> WorkflowResult<Self> {
        Err(durable::workflow::WorkflowTermination::cancelled())
    }
}

impl Serialize for Singleton {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de> Deserialize<'de> for Singleton {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <()>::deserialize(deserializer).map(|()| Self {})
    }
}

#[test]
fn ids_come_from_the_input() {
    let order = Order { order_id: 7, customer: Customer { name: "ada".to_owned() } };
    assert_eq!(TakesInput::workflow_id(&order).as_deref(), Some("ada/{7}"));
    assert_eq!(TakesNothing::workflow_id(&7).as_deref(), Some("number-7"));
    assert_eq!(Singleton::workflow_id(&()).as_deref(), Some("only-one"));
}

#[test]
fn the_input_of_init_is_the_input_of_the_workflow() {
    assert_eq!(super::written(super::workflow("init", "TakesInput").parameters), ["order: Order"]);
    assert_eq!(super::workflow("init", "Singleton").output, "Self");
}
