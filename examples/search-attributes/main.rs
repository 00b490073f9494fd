//! Tickets that say of themselves who has them and how much they matter, and a program that finds
//! them by it: lists, counts, and a handle of what was found.
//!
//! `cargo run --example search-attributes` uses the Temporal server at `TEMPORAL_ADDRESS` or
//! `localhost:7233` if one answers there, and starts its own otherwise.

mod workflow;

use durable::Error;
use durable::client::{Idempotency, ListWorkflowsCall, WorkflowExecutionStatus};
use durable::prelude::*;
use durable_examples::Server;

use crate::workflow::{SEVERITY, TEAM, Ticket, TicketWorkflow};

#[tokio::main]
async fn main() -> durable::Result<()> {
    let server = Server::find().await?;
    let client = server.client().clone();
    if !knows_the_attributes(&client).await? {
        println!("this server does not know the search attributes of the example; run");
        println!("  temporal operator search-attribute create \\");
        println!("    --name {} --type Keyword --name {} --type Int", TEAM.name(), SEVERITY.name());
        return server.end().await;
    }
    let workers = Workers::new(&client).queues(["search-attributes"]).start().await?;

    for (number, subject, severity) in
        [(1, "no invoice", 2), (2, "the shop is down", 5), (3, "it's slow", 4), (4, "a typo", 1)]
    {
        let ticket = Ticket { number, subject: subject.to_owned(), severity };
        // An example that was interrupted may have left its tickets behind.
        TicketWorkflow::start(&client, ticket).idempotency(Idempotency::UseExisting).await?;
    }
    // Lists lag a moment behind what was said.
    show("in the first line", open(&client).search_attribute(&TEAM, "first line".into()), 4)
        .await?;

    // What was found has a typed handle.
    let severe = open(&client).search_attribute_in(&SEVERITY, 4..);
    for ticket in show("severe", severe, 2).await? {
        ticket.handle().escalate("engineers".to_owned()).await?;
    }
    let engineers = || open(&client).search_attribute(&TEAM, "engineers".to_owned());
    for ticket in show("with the engineers", engineers(), 2).await? {
        ticket.handle().answer("it is repaired".to_owned()).await?;
        ticket.handle().result().await?;
    }
    show("still with the engineers", engineers(), 0).await?;

    let tickets = client.list::<TicketWorkflow>().id_starting_with("ticket-");
    let counts = tickets.count_by_status().await?;
    let count = |status| counts.get(&status).copied().unwrap_or_default();
    println!("{} are open", count(WorkflowExecutionStatus::Running));
    println!("some are answered: {}", count(WorkflowExecutionStatus::Completed) >= 2);

    for ticket in open(&client).await? {
        ticket.handle().terminate("the example ends").await?;
    }
    workers.shutdown().await?;
    server.end().await
}

/// Tickets that nobody has answered.
fn open(client: &Client) -> ListWorkflowsCall<TicketWorkflow> {
    client.list::<TicketWorkflow>().status(WorkflowExecutionStatus::Running)
}

/// Asks for them: a server that lacks one cannot answer.
async fn knows_the_attributes(client: &Client) -> durable::Result<bool> {
    let tickets = client.list_all().search_attribute(&TEAM, "nobody".to_owned());
    match tickets.search_attribute(&SEVERITY, 1).count().await {
        Ok(_) => Ok(true),
        Err(Error::InvalidQuery { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Prints what the list holds, once it is as much as it must come to.
async fn show(
    what: &str,
    list: ListWorkflowsCall<TicketWorkflow>,
    expected: usize,
) -> durable::Result<Vec<durable::client::ListedWorkflow<TicketWorkflow>>> {
    while list.count().await? != expected {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    println!("{expected} {what}");
    let mut found = list.await?;
    found.sort_by_key(|ticket| ticket.id().to_owned());
    for ticket in &found {
        let subject: Option<String> = ticket.memo().get("subject").ok().flatten();
        println!("  {}: {}", ticket.id(), subject.unwrap_or_default());
    }
    Ok(found)
}
