//! `#[workflow]` and `#[workflow_methods]`.

use expect_test::expect_file;

use super::{expand_workflow, expand_workflow_methods};

#[test]
fn a_workflow_struct() {
    let expansion = expand_workflow(
        r#"queue = "orders", id = "order-{order_id}", execution_timeout = "24h""#,
        "
        /// An order.
        #[derive(Default)]
        pub struct Order {
            approved: bool,
        }
        ",
    );
    expect_file!["snapshots/workflow.txt"].assert_eq(&expansion);
}

#[test]
fn workflow_methods_of_every_kind() {
    let expansion = expand_workflow_methods(
        "",
        "
        impl Order {
            #[run]
            async fn run(ctx: &mut WorkflowContext<Self>, input: Input) -> WorkflowResult<String> {
                todo!()
            }

            /// Approves the order.
            #[signal]
            fn approve(&mut self, by: String) {
                self.approved = true;
            }

            #[query]
            fn approved(&self) -> bool {
                self.approved
            }

            #[update]
            async fn rename(
                ctx: &mut WorkflowContext<Self>,
                name: String,
                times: u32,
            ) -> Result<String, NameError> {
                todo!()
            }

            #[update_validator(rename)]
            fn check(&self, name: &str, times: &u32) -> Result<(), NameError> {
                todo!()
            }
        }
        ",
    );
    expect_file!["snapshots/workflow_methods.txt"].assert_eq(&expansion);
}

#[test]
fn a_mistake_leaves_the_methods_that_callers_name() {
    let expansion = expand_workflow_methods(
        "",
        "
        impl Order {
            #[run]
            async fn run(ctx: &mut WorkflowContext<Self>, input: Input) -> WorkflowResult<String> {
                todo!()
            }

            #[signal]
            fn approve(&mut self, by: &str, reason: String) {
                self.approved = true;
            }
        }
        ",
    );
    expect_file!["snapshots/workflow_methods_fallback.txt"].assert_eq(&expansion);
}
