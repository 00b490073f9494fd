//! Items of several kinds, each sent by another activity.

mod workflow;

use durable::prelude::*;
use durable_examples::Server;

use crate::workflow::{Item, SendItems};

#[durable::main]
async fn main() -> durable::Result<()> {
    let server = Server::find().await?;
    let workers = Workers::new(server.client()).start().await?;

    let items = vec![
        Item::Book { title: "Sense and Sensibility".to_owned() },
        Item::Furniture { kilograms: 80 },
        Item::Flowers { stems: 12 },
    ];
    for line in SendItems::execute(server.client(), items).await? {
        println!("{line}");
    }

    workers.shutdown().await?;
    server.end().await
}
