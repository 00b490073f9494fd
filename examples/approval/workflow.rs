//! A purchase that a person approves: asked, reminded, and given up on.

use durable::prelude::*;

/// The time that a person has before a reminder is sent. In a company it would be days, and the code would
/// be the same.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// The number of reminders.
const REMINDERS: u32 = 2;

/// A request to buy something.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    pub number: u32,
    pub what: String,
}

/// A person's decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub by: String,
    pub approved: bool,
}

/// The outcome of the purchase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Ordered { approved_by: String },
    Rejected { by: String },
    NobodyAnswered,
}

/// Asks a person, by mail or chat. Here a line on the terminal has to do.
#[activity(queue = "approval", start_to_close_timeout = "10s")]
pub async fn ask(request: Request, reminder: u32) -> Result<(), ActivityError> {
    let word = if reminder == 0 { "may we buy" } else { "still waiting:" };
    println!("  to the manager: {word} {}?", request.what);
    Ok(())
}

#[activity(queue = "approval", start_to_close_timeout = "10s")]
pub async fn place_order(request: Request) -> Result<(), ActivityError> {
    println!("  ordered: {}", request.what);
    Ok(())
}

/// A purchase, from the request to the order. It outlives every worker that runs it.
#[workflow(queue = "approval", id = "purchase-{number}")]
#[derive(Default)]
pub struct Purchase {
    decision: Option<Decision>,
    asked: u32,
}

#[workflow_methods]
impl Purchase {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, request: Request) -> WorkflowResult<Outcome> {
        for reminder in 0..=REMINDERS {
            ask::execute(ctx, request.clone(), reminder).await?;
            ctx.state_mut(|purchase| purchase.asked += 1);
            if ctx.wait_condition_timeout(|it| it.decision.is_some(), PATIENCE).await? {
                break;
            }
        }
        match ctx.state(|purchase| purchase.decision.clone()) {
            Some(Decision { by, approved: true }) => {
                place_order::execute(ctx, request).await?;
                Ok(Outcome::Ordered { approved_by: by })
            }
            Some(Decision { by, .. }) => Ok(Outcome::Rejected { by }),
            None => Ok(Outcome::NobodyAnswered),
        }
    }

    /// A person's decision. An update and not a signal, so that the person learns whether it counts.
    #[update]
    fn decide(&mut self, decision: Decision) -> String {
        let answer = if decision.approved { "approved" } else { "rejected" };
        let thanks = format!("thank you, {}: {answer}", decision.by);
        self.decision = Some(decision);
        thanks
    }

    /// One decision is enough. What is refused here leaves no trace in the workflow's history.
    #[update_validator(decide)]
    fn undecided(&self, _decision: &Decision) -> Result<(), String> {
        match &self.decision {
            Some(earlier) => Err(format!("{} has decided already", earlier.by)),
            None => Ok(()),
        }
    }

    /// Returns the number of times that somebody was asked.
    #[query]
    fn asked(&self) -> u32 {
        self.asked
    }
}
