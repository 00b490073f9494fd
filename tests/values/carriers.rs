//! Everything that carries values, with one that is not of the expected type.

use std::error::Error as StdError;
use std::fmt::Write as _;

use durable::Error;
use durable::prelude::*;
use durable::workflow::PayloadConversionError;
use durable_tests::{events, eventually, unique};
use serde::{Deserializer, Serializer};

use crate::LOG;

/// A value that no message may contain.
pub(crate) const CARD: &str = "4929-1234-5678-9012";

/// The description of the value in messages.
pub(crate) const KIND: &str = "a string of 19 characters";

/// A card number. It is written as text, and read as a number.
#[derive(Debug, Clone)]
struct Card;

impl Serialize for Card {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(CARD)
    }
}

impl<'de> Deserialize<'de> for Card {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer).map(|_| Self)
    }
}

#[activity(queue = "values", retry(maximum_attempts = 1))]
async fn take(_card: Card) {}

#[activity(queue = "values", retry(maximum_attempts = 1))]
async fn give() -> Card {
    Card
}

/// Fails with the error of the SDK for progress of another type.
#[activity(
    queue = "values",
    heartbeat_timeout = "30s",
    retry(maximum_attempts = 2, initial_interval = "10ms")
)]
async fn resume(ctx: ActivityContext) -> Result<(), ActivityError> {
    if ctx.info().attempt == 1 {
        ctx.heartbeat(&Card).await?;
        return Err(ApplicationFailure::new("not done yet").into());
    }
    assert!(ctx.progress::<Card>().is_none());
    ctx.heartbeat_details().deserialize::<Card>()?;
    Ok(())
}

#[activity(queue = "values", retry(maximum_attempts = 1))]
async fn decline() -> Result<(), ActivityError> {
    Err(ApplicationFailure::builder("declined").details(Card).build().into())
}

#[workflow(queue = "values")]
#[derive(Default)]
struct Taker;

#[workflow_methods]
impl Taker {
    #[run]
    async fn run(_card: Card) -> WorkflowResult<()> {
        Ok(())
    }
}

#[workflow(queue = "values")]
#[derive(Default)]
struct Giver;

#[workflow_methods]
impl Giver {
    #[run]
    async fn run() -> WorkflowResult<Card> {
        Ok(Card)
    }
}

#[workflow(queue = "values")]
struct Keeper;

#[workflow_methods]
impl Keeper {
    #[init]
    fn new(_card: Card) -> Self {
        Self
    }

    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Ok(())
    }
}

/// Passes a card on, or reads one.
#[workflow(queue = "values")]
#[derive(Default)]
struct Caller;

#[workflow_methods]
impl Caller {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, carrier: String) -> WorkflowResult<()> {
        match carrier.as_str() {
            "input of activity" => take::execute(ctx, Card).await?,
            "input of local activity" => take::execute_local(ctx, Card).await?,
            "output of activity" => {
                give::execute(ctx).await?;
            }
            "output of local activity" => {
                give::execute_local(ctx).await?;
            }
            "heartbeat" => resume::execute(ctx).await?,
            "details" => decline::execute(ctx).await?,
            "input of child" => Taker::execute_child(ctx, Card).await?,
            "output of child" => {
                Giver::execute_child(ctx).await?;
            }
            "memo" => drop(ctx.memo().get::<u64>("card")?),
            other => panic!("there is no carrier {other}"),
        }
        Ok(())
    }
}

const CALLS: [&str; 9] = [
    "input of activity",
    "input of local activity",
    "output of activity",
    "output of local activity",
    "heartbeat",
    "details",
    "input of child",
    "output of child",
    "memo",
];

/// Takes and gives cards while it runs.
#[workflow(queue = "values")]
#[derive(Default)]
struct Shop {
    is_closed: bool,
}

#[workflow_methods]
impl Shop {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Ok(ctx.wait_condition(|shop| shop.is_closed).await?)
    }

    #[signal]
    fn pay(&mut self, _card: Card) {}

    #[signal]
    fn close(&mut self) {
        self.is_closed = true;
    }

    #[query]
    fn is_paid(&self, _card: Card) -> bool {
        true
    }

    #[query]
    fn card(&self) -> Card {
        Card
    }

    #[query]
    fn read(&self) -> Result<u64, PayloadConversionError> {
        unreadable()
    }

    #[update]
    fn buy(&mut self, _card: Card) {}

    #[update]
    fn refund(&mut self) -> Card {
        Card
    }

    #[update]
    fn reread(&mut self) -> Result<u64, PayloadConversionError> {
        unreadable()
    }
}

/// Fails like the SDK's conversions.
fn unreadable() -> Result<u64, PayloadConversionError> {
    serde_json::from_str(&format!("\"{CARD}\""))
        .map_err(|error| PayloadConversionError::EncodingError(error.into()))
}

/// Sends a card by each carrier, and returns what the caller and the history say.
pub(crate) async fn all(client: &Client) -> Vec<(&'static str, String)> {
    let mut said = vec![
        ("input", of_taker(client).await),
        ("input of `#[init]`", of_keeper(client).await),
        ("output", of_giver(client).await),
    ];
    for carrier in CALLS {
        said.push((carrier, of_caller(client, carrier).await));
    }
    said.extend(of_shop(client).await);
    said
}

async fn of_taker(client: &Client) -> String {
    let taker = Taker::start(client, Card).id(unique("taker")).await.expect("it starts");
    let error = taker.result().await.expect_err("its input is invalid");
    text(&error) + &history(client, taker.id()).await
}

async fn of_keeper(client: &Client) -> String {
    let keeper = Keeper::start(client, Card).id(unique("keeper")).await.expect("it starts");
    let error = keeper.result().await.expect_err("its input is invalid");
    text(&error) + &history(client, keeper.id()).await
}

async fn of_giver(client: &Client) -> String {
    let giver = Giver::start(client).id(unique("giver")).await.expect("it starts");
    text(&giver.result().await.expect_err("its output is invalid"))
}

async fn of_caller(client: &Client, carrier: &'static str) -> String {
    let start = Caller::start(client, carrier.to_owned()).memo("card", CARD.to_owned());
    let caller = start.id(unique("caller")).await.expect("it starts");
    let error = caller.result().await.expect_err(carrier);
    let mut said = text(&error);
    if let Error::Failed { failure, .. } = &error
        && let Err(error) = failure.root().details::<Card>()
    {
        said += &text(&error);
    }
    said + &history(client, caller.id()).await
}

/// Returns what the handlers of a running workflow say.
async fn of_shop(client: &Client) -> Vec<(&'static str, String)> {
    let shop = Shop::start(client).id(unique("shop")).await.expect("it starts");
    shop.pay(Card).await.expect("the server takes it");
    let logged = eventually("dropped signal", || async {
        Some(LOG.text()).filter(|log| log.contains("signal dropped"))
    });
    let mut said = vec![
        ("signal", logged.await),
        ("query", text(&shop.is_paid(Card).await.expect_err("its input is invalid"))),
        ("output of query", text(&shop.card().await.expect_err("its output is invalid"))),
        ("error of query", text(&shop.read().await.expect_err("it fails"))),
        ("update", text(&shop.buy(Card).await.expect_err("its input is invalid"))),
        ("output of update", text(&shop.refund().await.expect_err("its output is invalid"))),
        ("error of update", text(&shop.reread().await.expect_err("it fails"))),
    ];
    shop.close().await.expect("the server takes it");
    shop.result().await.expect("it ends");
    said.push(("history of handlers", history(client, shop.id()).await));
    said
}

/// Returns an error and its causes, in every form in which they are printed.
fn text(error: &(dyn StdError + 'static)) -> String {
    let mut text = String::new();
    for link in std::iter::successors(Some(error), |&link| link.source()) {
        let _ = writeln!(text, "{link}\n{link:#}\n{link:?}\n{link:#?}");
    }
    text
}

/// Returns a history as JSON, in which payloads are numbers.
async fn history(client: &Client, id: &str) -> String {
    let events = events(&client.workflow(id)).await;
    serde_json::to_string(&events).expect("it is JSON")
}
