//! Free trials of a product.

use durable::prelude::*;

const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Sends a mail. This one prints it.
#[activity(queue = "trials", start_to_close_timeout = "10s")]
pub async fn send_mail(to: String, text: String) -> Result<(), ActivityError> {
    if !to.contains('@') {
        return Err(ApplicationFailure::non_retryable("the address has no `@`").into());
    }
    println!("mail to {to}: {text}");
    Ok(())
}

/// A trial: a reminder after a week, and the end after two.
#[workflow(queue = "trials", id = "trial-{customer}")]
#[derive(Default)]
pub struct Trial {
    subscribed: bool,
}

#[workflow_methods]
impl Trial {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        customer: String,
        address: String,
    ) -> WorkflowResult<String> {
        for text in ["welcome", "one week is left"] {
            send_mail::execute(ctx, address.clone(), text.to_owned()).await?;
            if ctx.wait_condition_timeout(|trial| trial.subscribed, WEEK).await? {
                return Ok(format!("{customer} has subscribed"));
            }
        }
        Ok(format!("the trial of {customer} is over"))
    }

    /// Ends the trial: the customer pays.
    #[signal]
    fn subscribe(&mut self) {
        self.subscribed = true;
    }
}
