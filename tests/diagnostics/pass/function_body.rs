//! Annotated items within a function.

use durable::prelude::*;

#[test]
fn a_function_can_hold_workflows_and_activities() {
    #[activity(queue = "function-body")]
    async fn inner(number: u32) -> u32 {
        number
    }

    #[workflow(queue = "function-body", id = "inner-{}")]
    #[derive(Default)]
    struct Inner;

    #[workflow_methods]
    impl Inner {
        #[run]
        async fn run(ctx: &mut WorkflowContext<Self>, number: u32) -> WorkflowResult<u32> {
            Ok(inner::execute(ctx, number).await?)
        }

        #[query]
        fn number(&self) -> u32 {
            7
        }
    }

    assert_eq!(super::activity("function-body", "inner").output, "u32");
    assert_eq!(super::workflow("function-body", "Inner").queries[0].name, "number");
}
