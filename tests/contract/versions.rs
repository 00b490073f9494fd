//! Workflows in an old and a new version, on two queues. Those of one name are one workflow.

use durable::prelude::*;

use crate::changes;

pub(crate) const OLD: &str = "contract-old";
pub(crate) const NEW: &str = "contract-new";

/// Workflows that read the type of a change and end.
macro_rules! readers {
    ($($change:ident $name:literal;)*) => {
        $(
            mod $change {
                use super::*;

                #[workflow(queue = "contract-old", name = $name)]
                #[derive(Default)]
                pub(crate) struct Old;

                #[workflow_methods]
                impl Old {
                    #[run]
                    async fn run(
                        _: &mut WorkflowContext<Self>,
                        _it: changes::$change::old::Value,
                    ) -> WorkflowResult<()> {
                        Ok(())
                    }
                }

                #[workflow(queue = "contract-new", name = $name)]
                #[derive(Default)]
                pub(crate) struct New;

                #[workflow_methods]
                impl New {
                    #[run]
                    async fn run(
                        _: &mut WorkflowContext<Self>,
                        _it: changes::$change::new::Value,
                    ) -> WorkflowResult<()> {
                        Ok(())
                    }
                }
            }
        )*
    };
}

readers! {
    required_field_added "required_field_added";
    defaulted_field_added "defaulted_field_added";
    optional_field_added_to_strict "optional_field_added_to_strict";
    field_removed "field_removed";
    field_removed_from_strict "field_removed_from_strict";
    field_renamed "field_renamed";
    optional_to_required "optional_to_required";
    required_to_optional "required_to_optional";
    number_to_text "number_to_text";
    integer_widened "integer_widened";
    integer_narrowed "integer_narrowed";
    one_to_many "one_to_many";
    nested_field_added "nested_field_added";
    variant_added "variant_added";
    variant_removed "variant_removed";
    field_of_variant_added "field_of_variant_added";
    tagged_variant_removed "tagged_variant_removed";
    map_value_changed "map_value_changed";
    tuple_grown "tuple_grown";
    flattened_field_added "flattened_field_added";
}

#[activity(queue = "contract-old", name = "wrap_parcel", start_to_close_timeout = "10s")]
pub(crate) async fn wrap_old() -> String {
    "wrapped".to_owned()
}

#[activity(queue = "contract-new", name = "wrap_the_parcel", start_to_close_timeout = "10s")]
pub(crate) async fn wrap_new() -> String {
    "wrapped".to_owned()
}

/// Its handlers are all gone in the new version, and its activity is renamed.
#[workflow(queue = "contract-old", name = "Handled")]
#[derive(Default)]
pub(crate) struct HandledOld {
    is_done: bool,
}

#[workflow_methods]
impl HandledOld {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<String> {
        let wrapped = wrap_old::execute(ctx).await?;
        ctx.wait_condition(|state| state.is_done).await?;
        Ok(wrapped)
    }

    #[signal]
    fn finish(&mut self) {
        self.is_done = true;
    }

    #[query]
    fn is_done(&self) -> bool {
        self.is_done
    }

    #[update]
    fn finish_now(&mut self) -> bool {
        self.is_done = true;
        true
    }
}

#[workflow(queue = "contract-new", name = "Handled")]
#[derive(Default)]
pub(crate) struct HandledNew;

#[workflow_methods]
impl HandledNew {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<String> {
        let wrapped = wrap_new::execute(ctx).await?;
        ctx.sleep(Duration::from_secs(60)).await?;
        Ok(wrapped)
    }
}

/// The output gets a variant.
#[workflow(queue = "contract-old", name = "Answering")]
#[derive(Default)]
pub(crate) struct AnsweringOld;

#[workflow_methods]
impl AnsweringOld {
    #[run]
    async fn run(
        _: &mut WorkflowContext<Self>,
    ) -> WorkflowResult<changes::variant_added::old::Value> {
        Ok(changes::variant_added::old::Value::Open)
    }
}

#[workflow(queue = "contract-new", name = "Answering")]
#[derive(Default)]
pub(crate) struct AnsweringNew;

#[workflow_methods]
impl AnsweringNew {
    #[run]
    async fn run(
        _: &mut WorkflowContext<Self>,
    ) -> WorkflowResult<changes::variant_added::new::Value> {
        Ok(changes::variant_added::new::Value::Paused)
    }
}
