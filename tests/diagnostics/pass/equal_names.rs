//! Several workflows in one module whose handlers have equal names, and an activity and an input type
//! with the name of a handler.

use durable::prelude::*;

#[expect(non_camel_case_types, reason = "it has the name of the signal that takes it")]
#[derive(Debug, Serialize, Deserialize)]
struct approve {
    by: String,
}

#[activity(queue = "equal-names")]
async fn charge(amount: u32) -> u32 {
    amount
}

#[workflow(queue = "equal-names")]
#[derive(Default)]
struct First {
    by: Option<String>,
}

#[workflow_methods]
impl First {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u32> {
        Ok(charge::execute(ctx, 1).await?)
    }

    #[signal]
    fn approve(&mut self, approve: approve) {
        self.by = Some(approve.by);
    }

    #[signal]
    fn charge(&mut self, charge: u32) {
        self.by = Some(charge.to_string());
    }

    #[query]
    fn by(&self) -> Option<String> {
        self.by.clone()
    }
}

#[workflow(queue = "equal-names")]
#[derive(Default)]
struct Second {
    approved: bool,
}

#[workflow_methods]
impl Second {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<bool> {
        Ok(ctx.state(|state| state.approved))
    }

    #[update]
    fn approve(&mut self) -> bool {
        self.approved = true;
        self.approved
    }

    #[query]
    fn by(&self) -> bool {
        self.approved
    }
}

#[test]
fn each_has_its_own() {
    let first = super::workflow("equal-names", "First");
    assert_eq!(super::written(first.signals[0].parameters), ["approve: approve"]);
    assert_eq!(super::workflow("equal-names", "Second").updates[0].output, "bool");
}
