//! Names of one's own, raw identifiers, and handlers with the names of the handle's methods.

use durable::prelude::*;

#[activity(queue = "names", name = "Charge Payment/v2")]
async fn charge(r#type: String) -> String {
    r#type
}

#[activity(queue = "names")]
async fn r#move(r#in: u32) -> u32 {
    r#in
}

#[workflow(queue = "names", name = "orders.v2", id = "{number}")]
#[derive(Default)]
pub(crate) struct Orders {
    r#type: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Input {
    r#type: String,
    number: u32,
}

#[workflow_methods]
impl Orders {
    #[run]
    async fn r#loop(ctx: &mut WorkflowContext<Self>, r#in: Input) -> WorkflowResult<String> {
        let number = r#move::execute(ctx, r#in.number).await?;
        Ok(charge::execute(ctx, format!("{}{number}", r#in.r#type)).await?)
    }

    #[signal(name = "set-type")]
    fn r#type(&mut self, r#type: String) {
        self.r#type = r#type;
    }

    /// The workflow's own, which the handle then has instead of its id.
    #[query(name = "ident")]
    fn id(&self) -> String {
        self.r#type.clone()
    }

    #[update(name = "end")]
    fn cancel(&mut self) -> String {
        std::mem::take(&mut self.r#type)
    }
}

#[test]
fn names_are_those_of_the_annotations() {
    let workflow = super::workflow("names", "orders.v2");
    assert_eq!(super::written(workflow.parameters), ["in: Input"]);
    assert_eq!(workflow.signals[0].name, "set-type");
    assert_eq!(super::written(workflow.signals[0].parameters), ["type: String"]);
    assert_eq!(workflow.queries[0].name, "ident");
    assert_eq!(workflow.updates[0].name, "end");
    assert_eq!(super::activity("names", "Charge Payment/v2").output, "String");
    assert_eq!(super::written(super::activity("names", "move").parameters), ["in: u32"]);
}

/// The user's methods win over the handle's; it is compiled only.
#[expect(dead_code, reason = "there is no server here")]
async fn callers(handle: OrdersHandle) -> durable::Result<()> {
    handle.r#type("a".to_owned()).await?;
    let _: String = handle.id().await?;
    let _: String = handle.cancel().await?;
    (*handle).cancel("the handle's own").await
}
