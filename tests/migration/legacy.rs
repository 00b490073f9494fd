//! A workflow and an activity that workers in Python still serve, as this program declares them.

use durable::prelude::*;

/// Served by the workers in Python.
#[activity(queue = "python", name = "score_text", start_to_close_timeout = "10s")]
pub async fn score(text: String) -> Result<f64, ActivityError>;

#[workflow(queue = "python", name = "InvoiceWorkflow", id = "invoice-{}")]
pub trait Invoices {
    #[run]
    async fn run(number: u64) -> WorkflowResult<String>;

    #[signal]
    fn remind();
}

#[workflow(queue = "processing")]
#[derive(Default)]
pub struct ScoreWorkflow;

#[workflow_methods]
impl ScoreWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, text: String) -> WorkflowResult<f64> {
        Ok(score::execute(ctx, text).await?)
    }
}

async fn remind(client: &Client, number: u64) -> durable::Result<String> {
    let invoice = Invoices::start(client, number).await?;
    invoice.remind().await?;
    invoice.result().await
}

/// The workers in Python; these tests have others of the same names.
mod served {
    use durable::prelude::*;

    #[activity(queue = "python", name = "score_text")]
    async fn length(text: String) -> u32 {
        u32::try_from(text.len()).unwrap_or_default()
    }

    #[workflow(queue = "python", name = "InvoiceWorkflow")]
    #[derive(Default)]
    struct Invoice {
        reminders: u32,
    }

    #[workflow_methods]
    impl Invoice {
        #[run]
        async fn run(ctx: &mut WorkflowContext<Self>, number: u64) -> WorkflowResult<String> {
            ctx.wait_condition(|state| state.reminders > 0).await?;
            Ok(format!("invoice {number} is paid"))
        }

        #[signal]
        fn remind(&mut self) {
            self.reminders += 1;
        }
    }
}

mod tests {
    use durable::testing::TestEnv;

    use super::*;

    #[durable::test]
    async fn workers_of_another_language_are_called(env: TestEnv) -> durable::Result<()> {
        let score = ScoreWorkflow::execute(env.client(), "four".to_owned()).await?;
        assert!((score - 4.0).abs() < f64::EPSILON, "{score}");
        assert_eq!(remind(env.client(), 7).await?, "invoice 7 is paid");
        Ok(())
    }
}
