//! An annotated activity in the form in which the SDK's test environment runs one.

use std::marker::PhantomData;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use temporalio_common::ActivityDefinition;
use temporalio_sdk::activities::{
    ActivityContext, ActivityDefinitions, ActivityError, ActivityImplementer, ExecutableActivity,
};

use crate::definition::{Activity, Dependencies};

/// An activity as the SDK's environment takes it: with an implementer that registers it.
pub(super) struct Alone<A>(PhantomData<fn() -> A>);

/// The values that the activity is given. [`Dependencies`] are those of every activity, so they cannot tell the
/// environment which one they are meant for.
pub(super) struct Given<A> {
    dependencies: Arc<Dependencies>,
    activity: PhantomData<fn() -> A>,
}

impl<A> Given<A> {
    /// For one run.
    pub(super) fn new(dependencies: Dependencies) -> Self {
        Self { dependencies: Arc::new(dependencies), activity: PhantomData }
    }
}

impl<A> ActivityImplementer for Given<A>
where
    A: Activity + ExecutableActivity<Implementer = Dependencies>,
    A::Input: Send + Sync,
    A::Output: Send + Sync,
{
    fn register_all(self: Arc<Self>, definitions: &mut ActivityDefinitions) {
        definitions.register_activity::<Alone<A>>(self);
    }
}

impl<A: Activity> ActivityDefinition for Alone<A> {
    type Input = A::Input;
    type Output = A::Output;

    fn name(&self) -> &str {
        A::NAME
    }
}

impl<A> ExecutableActivity for Alone<A>
where
    A: Activity + ExecutableActivity<Implementer = Dependencies>,
    A::Input: Send + Sync,
    A::Output: Send + Sync,
{
    type Implementer = Given<A>;
    const REQUIRES_INSTANCE: bool = true;

    fn definition() -> Self {
        Self(PhantomData)
    }

    fn execute(
        given: Option<Arc<Given<A>>>,
        context: ActivityContext,
        input: Self::Input,
    ) -> BoxFuture<'static, Result<Self::Output, ActivityError>> {
        A::execute(given.map(|given| Arc::clone(&given.dependencies)), context, input)
    }
}
