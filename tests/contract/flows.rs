//! Workflows and activities with types of every kind.

use durable::prelude::*;
use durable::schemars::JsonSchema;

/// A parcel on its way.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Parcel {
    /// The id on the label.
    pub(crate) id: String,
    pub(crate) grams: u32,
    /// Left at the door if nobody is at home.
    #[serde(default)]
    pub(crate) at_the_door: bool,
}

/// A type without a schema.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Opaque {
    pub(crate) anything: String,
}

/// The carrier refuses.
#[derive(Debug, thiserror::Error, Serialize, Deserialize, JsonSchema, ApplicationError)]
pub(crate) enum CarrierError {
    #[error("too heavy")]
    #[failure(non_retryable, benign)]
    TooHeavy { limit: u32 },
    #[error("the carrier is on strike")]
    #[failure(type_name = "Strike", next_retry_delay = "1m")]
    OnStrike,
}

/// An alias hides that it is a `Result`.
type Carried = Result<String, CarrierError>;

/// Hands a parcel to the carrier.
#[activity(queue = "contract-types", start_to_close_timeout = "10s")]
pub(crate) async fn carry(parcel: Parcel, opaque: Opaque) -> Carried {
    Ok(format!("{}{}", parcel.id, opaque.anything))
}

#[activity(queue = "contract-types", start_to_close_timeout = "10s")]
pub(crate) fn weigh(parcel: Parcel) -> u32 {
    parcel.grams
}

/// Delivers a parcel.
///
/// In the end.
#[workflow(queue = "contract-types", id = "parcel-{id}-{{x}}")]
#[derive(Default)]
pub(crate) struct Delivery {
    doors: Vec<String>,
}

#[workflow_methods]
impl Delivery {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, parcel: Parcel) -> WorkflowResult<Option<u32>> {
        ctx.wait_condition(|state| !state.doors.is_empty()).await?;
        carry::execute(ctx, parcel.clone(), Opaque::default()).await?;
        Ok(Some(weigh::execute(ctx, parcel).await?))
    }

    /// Says where the parcel may be left.
    #[signal]
    fn leave_at(&mut self, door: String, _times: Option<u8>) {
        self.doors.push(door);
    }

    #[query]
    fn doors(&self) -> Vec<String> {
        self.doors.clone()
    }

    #[cfg(any())]
    #[query]
    fn not_compiled(&self) -> Missing {
        Missing
    }

    #[update(name = "re-weigh")]
    fn reweigh(&mut self, _parcel: Parcel) -> Result<Opaque, CarrierError> {
        Err(CarrierError::TooHeavy { limit: 3 })
    }
}

/// A workflow without types.
#[workflow(queue = "contract-types")]
#[derive(Default)]
pub(crate) struct Bare;

#[workflow_methods]
impl Bare {
    #[run]
    async fn run(_: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Ok(())
    }
}

/// Names that other languages reserve, and "quotes" \ in texts.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(crate = "durable::schemars")]
pub(crate) struct Class {
    pub(crate) class: String,
    #[serde(rename = "a b")]
    pub(crate) spaced: u32,
}

/// Takes what is reserved elsewhere: """ and */.
#[workflow(queue = "contract-types", execution_timeout = "1h")]
#[derive(Default)]
pub(crate) struct Keywords {}

#[workflow_methods]
impl Keywords {
    #[run]
    async fn run(
        _: &mut WorkflowContext<Self>,
        client: String,
        def: Class,
    ) -> WorkflowResult<String> {
        Ok(format!("{client} {}", def.class))
    }

    #[query]
    fn result(&self) -> u32 {
        7
    }

    #[signal]
    fn import(&mut self, _self_: String) {}
}
