//! Which activity runs is decided by the input.

use durable::prelude::*;

/// A message to send. Each kind has its own values and its own activity.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Item {
    Book { title: String },
    Furniture { kilograms: u32 },
    Flowers { stems: u32 },
}

#[activity(queue = "activity-choice", start_to_close_timeout = "5s")]
pub async fn post(title: String) -> String {
    format!("posted `{title}`")
}

#[activity(queue = "activity-choice", start_to_close_timeout = "5s")]
pub async fn freight(kilograms: u32) -> String {
    format!("put {kilograms} kg on a lorry")
}

#[activity(queue = "activity-choice", start_to_close_timeout = "5s")]
pub async fn courier(stems: u32) -> String {
    format!("gave {stems} stems to a courier")
}

/// Sends each item in the way that is right for it. Adding a kind of item is a compile error here,
/// until it is said how it is sent.
#[workflow(queue = "activity-choice")]
#[derive(Default)]
pub struct SendItems;

#[workflow_methods]
impl SendItems {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, items: Vec<Item>) -> WorkflowResult<Vec<String>> {
        let mut sent = Vec::new();
        for item in items {
            sent.push(match item {
                Item::Book { title } => post::execute(ctx, title).await?,
                Item::Furniture { kilograms } => freight::execute(ctx, kilograms).await?,
                Item::Flowers { stems } => courier::execute(ctx, stems).await?,
            });
        }
        Ok(sent)
    }
}
