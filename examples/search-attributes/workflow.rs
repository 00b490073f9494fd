//! A ticket of a help desk, which says of itself who has it and how much it matters.

use durable::prelude::*;
use durable::workflow::SearchAttributeKey;

// `dev`, a `DevServer` and tests create what is declared here; other servers have to be told.
durable::search_attributes! {
    /// The team that has the ticket.
    pub const TEAM: SearchAttributeKey<String> = SearchAttributeKey::keyword("TicketTeam");
    /// The severity of the ticket, from 1.
    pub const SEVERITY: SearchAttributeKey<i64> = SearchAttributeKey::int("TicketSeverity");
}

/// A ticket, from the first call to the answer.
#[workflow(queue = "search-attributes", id = "ticket-{number}")]
#[derive(Default)]
pub struct TicketWorkflow {
    answer: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ticket {
    pub number: u32,
    pub subject: String,
    pub severity: i64,
}

#[workflow_methods]
impl TicketWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, ticket: Ticket) -> WorkflowResult<String> {
        ctx.set_search_attribute(&TEAM, "first line".to_owned())?;
        ctx.set_search_attribute(&SEVERITY, ticket.severity)?;
        // Read with the description and in lists, not searched by.
        ctx.set_memo("subject", ticket.subject.clone())?;
        // Several lines of Markdown for the web UI, as often as there is something to say.
        ctx.set_current_details(format!("**{}**\n\nwaits for an answer", ticket.subject));

        ctx.wait_condition(|ticket| ticket.answer.is_some()).await?;
        // An answered ticket is nobody's any more.
        ctx.remove_search_attribute(&TEAM);
        ctx.set_current_details(format!("**{}**\n\nanswered", ticket.subject));
        Ok(ctx.state(|ticket| ticket.answer.clone()).unwrap_or_default())
    }

    /// Hands the ticket over.
    #[signal]
    fn escalate(&mut self, ctx: &mut SyncWorkflowContext<Self>, team: String) {
        // It fails for numbers that are none, and for times; never for text.
        let _ = ctx.set_search_attribute(&TEAM, team);
    }

    /// Ends the ticket.
    #[signal]
    fn answer(&mut self, text: String) {
        self.answer = Some(text);
    }
}
