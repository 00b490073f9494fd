//! Where a test environment comes between a worker and its activities. Without the feature
//! `testing` there is nothing here.

use std::any::{Any, TypeId};
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use temporalio_common::ActivityDefinition;
use temporalio_sdk::activities::{ActivityContext, ActivityError, ExecutableActivity};

use crate::definition::{Activity, Dependencies};

/// What stands in for an activity: its future, with the output behind `Any`.
pub(crate) type StandIn = BoxFuture<'static, Result<Box<dyn Any + Send>, ActivityError>>;

/// What a test environment does about the activities of its workers.
pub(crate) trait Intervention: Send + Sync {
    /// An attempt begins.
    fn attempt(&self);

    /// The values of `State<T>` that the test has given.
    fn dependencies(&self) -> Arc<Dependencies>;

    /// What runs instead of the activity, or `None` where it runs for real. `input` is an
    /// `Option<A::Input>`, which what stands in takes.
    fn stand_in(
        &self,
        activity: TypeId,
        context: &ActivityContext,
        input: &mut dyn Any,
    ) -> Option<StandIn>;
}

/// Runs an attempt as the test environment wants it.
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
    let stand_in = intervention.stand_in(TypeId::of::<A>(), &context, &mut input);
    match (stand_in, input) {
        (Some(stand_in), _) => stand_in.map(output::<A>).boxed(),
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

/// Mocks are typed by the activity, so this is a mistake of the environment's.
fn mismatch<A: Activity>(what: &str) -> ActivityError {
    let message = format!("the mock of activity {} has another {what} type", A::NAME);
    temporalio_common::error::ApplicationFailure::builder(message).build().into()
}
