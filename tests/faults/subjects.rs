//! The workflows and activities that run poisoned code.

use durable::prelude::*;
use durable::workflow::ContinueAsNewOptions;

use crate::plugged::{
    CODEC_DECODE, CODEC_ENCODE, CODEC_ENCODE_LATER, FAILURE_CONVERTER, INTERCEPTOR,
};
use crate::poison::{DESERIALIZE, DISPLAY, DROP, FINE, Poison, PoisonError, SERIALIZE, SOURCE};

/// The user code that panics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Place {
    /// At the input.
    Deserialize,
    /// At the output, or the input of a continue-as-new.
    Serialize,
    /// At the output.
    Drop,
    /// At an error that is returned.
    DropOfError,
    Body,
    /// At an error that is returned.
    Display,
    Source,
    FailureConverter,
    /// The codec, at the output or the input of a continue-as-new.
    CodecEncode,
    CodecEncodeLater,
    /// The codec, at the input.
    CodecDecode,
    Interceptor,
    IdTemplate,
    Validator,
}

impl Place {
    /// Returns the input with which a carrier is called.
    pub(crate) fn input(self) -> &'static str {
        match self {
            Self::Deserialize => DESERIALIZE,
            Self::CodecDecode => CODEC_DECODE,
            _ => FINE,
        }
    }

    /// Returns what a carrier returns, or panics.
    fn behave(self) -> Result<Poison, PoisonError> {
        match self {
            Self::Body => panic!("poison in the body"),
            Self::Serialize => Ok(Poison::new(SERIALIZE)),
            Self::Drop => Ok(Poison::new(DROP)),
            Self::CodecEncode => Ok(Poison::new(CODEC_ENCODE)),
            Self::CodecEncodeLater => Ok(Poison::new(CODEC_ENCODE_LATER)),
            Self::DropOfError => Err(PoisonError(DROP)),
            Self::Display => Err(PoisonError(DISPLAY)),
            Self::Source => Err(PoisonError(SOURCE)),
            Self::FailureConverter => Err(PoisonError(FAILURE_CONVERTER)),
            _ => Ok(Poison::new(FINE)),
        }
    }
}

/// The way to the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Carrier {
    Workflow,
    Activity,
    BlockingActivity,
    LocalActivity,
    Signal,
    Query,
    Update,
    Child,
    ContinueAsNew,
}

pub(crate) const QUEUE: &str = "faults-table";

#[activity(queue = "faults-table", start_to_close_timeout = "20s", retry(maximum_attempts = 1))]
async fn act(place: Place, _input: Poison) -> Result<Poison, PoisonError> {
    place.behave()
}

#[activity(queue = "faults-table", start_to_close_timeout = "20s", retry(maximum_attempts = 1))]
fn block(place: Place, _input: Poison) -> Result<Poison, PoisonError> {
    place.behave()
}

/// Runs poisoned code, itself or by way of what it calls.
#[workflow(queue = "faults-table")]
#[derive(Default)]
pub(crate) struct Subject;

#[workflow_methods]
impl Subject {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        carrier: Carrier,
        place: Place,
        input: Poison,
    ) -> WorkflowResult<Poison> {
        let given = Poison::new(place.input());
        match carrier {
            Carrier::Workflow if place == Place::IdTemplate => {
                let id = Poison::new(DISPLAY);
                Ok(Templated::execute_child(ctx, id).await?)
            }
            Carrier::Workflow => {
                place.behave().map_err(|error| ApplicationFailure::new(error).into())
            }
            Carrier::Activity => {
                let mut call = act::execute(ctx, place, given);
                if place == Place::Interceptor {
                    call = call.activity_id(INTERCEPTOR);
                }
                Ok(call.await?)
            }
            Carrier::BlockingActivity => Ok(block::execute(ctx, place, given).await?),
            Carrier::LocalActivity => Ok(act::execute_local(ctx, place, given).await?),
            Carrier::Signal | Carrier::Query | Carrier::Update => {
                ctx.wait_condition(|_| false).await?;
                Ok(input)
            }
            Carrier::Child => {
                let id = format!("{}-child", ctx.workflow_id());
                Ok(Self::execute_child(ctx, Carrier::Workflow, place, given).id(id).await?)
            }
            // The second run.
            Carrier::ContinueAsNew if input.0 != FINE => Ok(input),
            Carrier::ContinueAsNew => {
                let next = match place {
                    Place::Serialize => SERIALIZE,
                    Place::CodecEncode => CODEC_ENCODE,
                    _ => place.input(),
                };
                let next = (carrier, place, Poison::new(next));
                ctx.continue_as_new(next, ContinueAsNewOptions::default())?;
                Ok(input)
            }
        }
    }

    #[signal]
    fn signalled(&mut self, place: Place, _input: Poison) {
        drop(place.behave());
    }

    #[query]
    fn asked(&self, place: Place, _input: Poison) -> Result<Poison, PoisonError> {
        place.behave()
    }

    #[update]
    fn updated(&mut self, place: Place, _input: Poison) -> Result<Poison, PoisonError> {
        place.behave()
    }

    #[update_validator(updated)]
    fn may_be_updated(&self, place: &Place, _input: &Poison) -> Result<(), PoisonError> {
        assert!(*place != Place::Validator, "poison in the validator");
        Ok(())
    }
}

/// Its id template prints the input.
#[workflow(queue = "faults-table", id = "templated-{}")]
#[derive(Default)]
pub(crate) struct Templated;

#[workflow_methods]
impl Templated {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>, input: Poison) -> WorkflowResult<Poison> {
        Ok(input)
    }
}

/// Its state's `Default` panics.
#[workflow(queue = "faults-table")]
pub(crate) struct PoisonedDefault;

impl Default for PoisonedDefault {
    fn default() -> Self {
        panic!("poison in `Default`")
    }
}

#[workflow_methods]
impl PoisonedDefault {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Ok(())
    }
}

/// Its `#[init]` panics.
#[workflow(queue = "faults-table")]
pub(crate) struct PoisonedInit;

#[workflow_methods]
impl PoisonedInit {
    #[init]
    fn new() -> Self {
        panic!("poison in `#[init]`")
    }

    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Ok(())
    }
}

/// The `Drop` of its state panics.
#[workflow(queue = "faults-table")]
pub(crate) struct PoisonedState {
    _poison: Poison,
}

impl Default for PoisonedState {
    fn default() -> Self {
        Self { _poison: Poison::new(DROP) }
    }
}

#[workflow_methods]
impl PoisonedState {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Ok(())
    }
}

/// Nothing is wrong with it.
#[activity(queue = "faults-table", start_to_close_timeout = "20s")]
async fn heal(text: String) -> String {
    text
}

#[workflow(queue = "faults-table")]
#[derive(Default)]
pub(crate) struct Healthy;

#[workflow_methods]
impl Healthy {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, text: String) -> WorkflowResult<String> {
        Ok(heal::execute(ctx, text).await?)
    }
}
