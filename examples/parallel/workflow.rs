//! A travel offer: what does not depend on each other is asked for at once, and put together when all
//! of it is there.

use durable::prelude::*;
use durable::workflow::{TimerResult, join, join_all, select};

use super::activities::{
    ask_supplier, exchange_rate, find_flight, find_hotel, find_sight, translate,
};

/// The time that the suppliers have for an answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The destination, and the sights to see there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Wish {
    pub city: String,
    pub sights: Vec<String>,
}

/// The planned trip.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    pub flight: String,
    pub hotel: String,
    pub rate: f64,
    pub sights: Vec<String>,
    pub not_found: Vec<String>,
    /// The first supplier that offered a car, if one did.
    pub car: Option<String>,
}

/// Makes an offer.
#[workflow(queue = "parallel", id = "offer-{city}")]
#[derive(Default)]
pub struct TravelOffer;

#[workflow_methods]
impl TravelOffer {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, wish: Wish) -> WorkflowResult<Offer> {
        let Wish { city, sights } = wish;
        // Of different types: `join!`. Each branch may be several steps.
        let (flight, hotel, rate, (sights, not_found), car) = join!(
            find_flight::execute(ctx, city.clone()),
            Self::hotel(ctx, city.clone()),
            exchange_rate::execute(ctx, city.clone()),
            Self::sights(ctx, sights),
            Self::car(ctx, city.clone()),
        );
        // The first failure is the workflow's; by then the other branches have ended.
        Ok(Offer { flight: flight?, hotel: hotel?, rate: rate?, sights, not_found, car: car? })
    }
}

impl TravelOffer {
    async fn hotel(ctx: &WorkflowContext<Self>, city: String) -> WorkflowResult<String> {
        let hotel = find_hotel::execute(ctx, city).await?;
        Ok(translate::execute(ctx, hotel).await?)
    }

    /// Many of one type: `join_all`, which keeps their order. Here one may fail without the others.
    async fn sights(
        ctx: &WorkflowContext<Self>,
        sights: Vec<String>,
    ) -> (Vec<String>, Vec<String>) {
        let searches = sights.iter().map(|sight| find_sight::execute(ctx, sight.clone()));
        let (mut found, mut not_found) = (Vec::new(), Vec::new());
        for (sight, outcome) in sights.iter().zip(join_all(searches).await) {
            match outcome {
                Ok(address) => found.push(address),
                Err(_) => not_found.push(sight.clone()),
            }
        }
        (found, not_found)
    }

    /// The first that answers: `select!`. The others are cancelled.
    async fn car(ctx: &WorkflowContext<Self>, city: String) -> WorkflowResult<Option<String>> {
        let mut near = ask_supplier::start(ctx, "near".to_owned(), city.clone());
        let mut far = ask_supplier::start(ctx, "far".to_owned(), city);
        let mut patience = ctx.timer(PATIENCE);
        let first = select! {
            offer = near => Some(offer?),
            offer = far => Some(offer?),
            waited = patience => match waited {
                TimerResult::Fired | TimerResult::Cancelled => None,
            },
        };
        near.cancel();
        far.cancel();
        Ok(first)
    }
}
