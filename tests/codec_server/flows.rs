//! The workflow whose values the codec server shows.

use durable::prelude::*;

/// A text in the input, which nobody sees without the codec.
pub(crate) const INPUT: &str = "the-customer-of-the-input";
/// The same in the output.
pub(crate) const OUTPUT: &str = "the-receipt-of-the-output";

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) customer: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Receipt {
    pub(crate) receipt: String,
}

#[workflow(queue = "codec-server")]
#[derive(Default)]
pub(crate) struct Sell;

#[workflow_methods]
impl Sell {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>, order: Order) -> WorkflowResult<Receipt> {
        assert_eq!(order.customer, INPUT);
        Ok(Receipt { receipt: OUTPUT.to_owned() })
    }
}
