//! The workflows: deterministic code that survives crashes and calls activities for everything else.

use durable::prelude::*;

use crate::activities::send_mail;

/// The time that a customer has to confirm before the reminder.
pub const PATIENCE: Duration = Duration::from_secs(3 * 86_400);

/// A new customer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    pub id: String,
    pub address: String,
}

/// The end of a welcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Confirmed,
    Reminded,
}

/// Welcomes a customer, and reminds one who hasn't confirmed within three days.
#[workflow(queue = "my-project", id = "welcome-{id}")]
#[derive(Default)]
pub struct WelcomeWorkflow {
    confirmed: bool,
}

#[workflow_methods]
impl WelcomeWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, customer: Customer) -> WorkflowResult<Outcome> {
        let welcome = "Welcome! Please confirm your address.".to_owned();
        send_mail::execute(ctx, customer.address.clone(), welcome).await?;
        if ctx.wait_condition_timeout(|state| state.confirmed, PATIENCE).await? {
            return Ok(Outcome::Confirmed);
        }
        let reminder = "Please remember to confirm your address.".to_owned();
        send_mail::execute(ctx, customer.address, reminder).await?;
        Ok(Outcome::Reminded)
    }

    /// Confirms the address.
    #[signal]
    fn confirm(&mut self) {
        self.confirmed = true;
    }
}
