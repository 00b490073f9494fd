//! A ticket: somebody takes it, and somebody closes it.

use durable::prelude::*;

/// A request for support.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ticket {
    pub id: String,
    pub title: String,
    #[serde(default)]
    pub urgent: bool,
}

/// One ticket, from its arrival until it is closed.
#[workflow(queue = "cli", id = "ticket-{id}")]
#[derive(Default)]
pub struct TicketWorkflow {
    person: Option<String>,
    minutes: Option<u32>,
}

#[workflow_methods]
impl TicketWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, ticket: Ticket) -> WorkflowResult<String> {
        // A panic, as by a mistake in the code, fails the task: the ticket is stuck until the code is corrected.
        assert!(!ticket.title.is_empty(), "the ticket has no title");
        ctx.wait_condition(|state| state.person.is_some()).summary("somebody takes it").await?;
        let person = ctx.state(|state| state.person.clone()).unwrap_or_default();
        tell_person::execute(ctx, person.clone(), ticket.title).await?;
        ctx.wait_condition(|state| state.minutes.is_some()).summary("it is closed").await?;
        let minutes = ctx.state(|state| state.minutes).unwrap_or_default();
        Ok(format!("{person} took {minutes} minutes"))
    }

    /// Gives the ticket to a person.
    #[signal]
    fn assign(&mut self, person: String) {
        self.person = Some(person);
    }

    /// Returns the person who has the ticket.
    #[query]
    fn status(&self) -> String {
        match (&self.person, self.minutes) {
            (_, Some(_)) => "closed".to_owned(),
            (Some(person), None) => format!("with {person}"),
            (None, None) => "open".to_owned(),
        }
    }

    /// Closes the ticket, and answers with what is to be paid.
    #[update]
    fn close(&mut self, note: String, minutes: u32) -> String {
        self.minutes = Some(minutes);
        format!("{note}: {} EUR", minutes * 2)
    }
}

/// Tells a person of a ticket.
#[activity(queue = "cli", start_to_close_timeout = "10s")]
pub async fn tell_person(person: String, title: String) -> Result<(), ActivityError> {
    if person == "Nobody" {
        let unknown = ApplicationFailure::builder("nobody has this name");
        return Err(unknown.type_name("NoSuchPerson").non_retryable(true).build().into());
    }
    println!("{person}, there is a ticket: {title}");
    Ok(())
}
