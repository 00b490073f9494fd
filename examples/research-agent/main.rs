//! An agent: steps of a language model that survive its failures and the worker's, and a person who
//! has the say. The model is a stand-in, so that the example needs no network and no key.
//!
//! `cargo run --example research-agent`

mod model;
mod workflow;

use durable::prelude::*;
use durable_examples::Server;

use crate::model::Parrot;
use crate::workflow::{Research, Review, Stage, shared, waiting};

#[durable::main]
async fn main() -> durable::Result<()> {
    let server = Server::find().await?;
    let client = server.client();
    let workers = Workers::new(client).shared_state(shared(Parrot)).start().await?;

    let research = Research::start(client, "durable execution".to_owned()).await?;
    if let Stage::Proposed(questions) = waiting(&research).await? {
        println!("it asks: {}", questions.join(" "));
        let one_more = ["is it new?".to_owned()];
        let approved = research.approve([questions, one_more.to_vec()].concat()).await?;
        println!("approved, with one more: {approved} questions");
    }
    waiting(&research).await?;
    research.review(Review::Revise { remark: "shorter, please".to_owned() }).await?;
    println!("the first draft is sent back");
    // The agent takes the review up, and drafts again.
    tokio::time::sleep(Duration::from_millis(300)).await;
    waiting(&research).await?;
    research.review(Review::Accept).await?;
    println!("\n{}", research.result().await?);

    workers.shutdown().await?;
    server.end().await
}
