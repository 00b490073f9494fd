//! The interface through which a test environment replaces activities of its workers, such as by mocks.
//!
//! It exists only with the feature `testing`.

use std::any::{Any, TypeId};
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use temporalio_common::ActivityDefinition;
use temporalio_sdk::activities::{ActivityContext, ActivityError, ExecutableActivity};

use crate::definition::{Activity, Dependencies};

/// The future of a replaced activity, with the output as `Any`.
pub(crate) type StandIn = BoxFuture<'static, Result<Box<dyn Any + Send>, ActivityError>>;

/// A test environment's hooks for the activities of its workers.
pub(crate) trait Intervention: Send + Sync {
    /// Notes that an attempt begins.
    fn attempt(&self);

    /// Returns the values of `State<T>` that the test has set.
    fn dependencies(&self) -> Arc<Dependencies>;

    /// Returns the future that runs instead of the activity, or `None` if the activity itself runs.
    /// `input` is an `Option<A::Input>`, from which the replacement takes the input.
    fn stand_in(
        &self,
        activity: TypeId,
        context: &ActivityContext,
        input: &mut dyn Any,
    ) -> Option<StandIn>;
}

/// Runs an attempt: the activity, or its replacement by the test environment.
pub(super) fn execute<A>(
    intervention: &Arc<dyn Intervention>,
    dependencies: &Dependencies,
    context: ActivityContext,
    input: A::Input,
) -> BoxFuture<'static, Result<A::Output, ActivityError>>
where
    A: Activity + ExecutableActivity<Implementer = Dependencies>,
    A::Output: Send,
{
    intervention.attempt();
    let mut input = Some(input);
    let replacement = intervention.stand_in(TypeId::of::<A>(), &context, &mut input);
    match (replacement, input) {
        (Some(replacement), _) => replacement.map(output::<A>).boxed(),
        (None, Some(input)) => {
            let given = intervention.dependencies().over(dependencies);
            A::execute(Some(Arc::new(given)), context, input)
        }
        (None, None) => ready(Err(mismatch::<A>("input"))).boxed(),
    }
}

fn output<A: Activity>(
    output: Result<Box<dyn Any + Send>, ActivityError>,
) -> Result<<A as ActivityDefinition>::Output, ActivityError> {
    output?.downcast().map(|output| *output).map_err(|_| mismatch::<A>("output"))
}

/// Creates the error of a mock of another type. Mocks are typed, so it indicates a bug of this crate.
fn mismatch<A: Activity>(what: &str) -> ActivityError {
    let message = format!("the mock of activity {} has another {what} type", A::NAME);
    temporalio_common::error::ApplicationFailure::builder(message).build().into()
}
