//! Mocks of activities.

use std::any::{Any, TypeId};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::ready;
use futures_util::{FutureExt as _, TryFutureExt as _};
use temporalio_sdk::activities::ActivityContext;

use super::behaviour::{Answer, Mock, Rules};
use super::calls::{Calls, record, replayed};
use super::{Installed, Mocks};
use crate::activity::ActivityError;
use crate::activity::intervention::StandIn;
use crate::definition::{Activity, Arguments as _, Payload};
use crate::testing::lock;

/// The interval of the heartbeats of a mock that hangs. Their answers tell it of a cancellation.
const HEARTBEAT: Duration = Duration::from_millis(50);

/// A mock of any activity. The input is an `Option<A::Input>` behind `Any`.
pub(super) trait AnyActivityMock: Send + Sync {
    fn call(
        &self,
        rules: &Rules,
        context: &ActivityContext,
        input: &mut dyn Any,
    ) -> Option<StandIn>;
}

struct ActivityMock<A: Activity> {
    answer: Answer<A::Arguments, A::Output>,
}

impl Mocks {
    /// Returns a mock of an activity.
    pub(in crate::testing) fn mock<A>(self: &Arc<Self>) -> Mock<A::Arguments, A::Output>
    where
        A: Activity,
        A::Input: Payload,
        A::Output: Send,
    {
        let mocks = Arc::clone(self);
        let calls =
            Calls::new(|payloads| replayed::<A::Input>(payloads).map(A::Arguments::from_wire));
        Mock::new(calls, move |rules, answer| {
            let mock = Arc::new(ActivityMock::<A> { answer });
            let installed = Installed { name: A::NAME, rules: Arc::new(rules), mock: mock as _ };
            lock(&mocks.activities).insert(TypeId::of::<A>(), installed);
        })
    }

    /// Returns a mock's answer to a call, or `None` if the activity has no mock and runs for real.
    pub(in crate::testing) fn stand_in(
        &self,
        activity: TypeId,
        context: &ActivityContext,
        input: &mut dyn Any,
    ) -> Option<StandIn> {
        let Installed { rules, mock, .. } = self.activity(activity)?;
        mock.call(&rules, context, input)
    }
}

impl<A> AnyActivityMock for ActivityMock<A>
where
    A: Activity,
    A::Input: Payload,
    A::Output: Send,
{
    fn call(
        &self,
        rules: &Rules,
        context: &ActivityContext,
        input: &mut dyn Any,
    ) -> Option<StandIn> {
        let input = input.downcast_mut::<Option<A::Input>>()?.take()?;
        if let Err(failure) = rules.called(record(&input)) {
            return Some(ready(Err(failure.into_sdk())).boxed());
        }
        Some(match &self.answer {
            Answer::Function(function) => function(A::Arguments::from_wire(input))
                .map(|output| match output {
                    Ok(output) => Ok(Box::new(output) as Box<dyn Any + Send>),
                    Err(error) => Err(error.into_sdk()),
                })
                .boxed(),
            Answer::Hang => hang(context.clone()).map_err(ActivityError::into_sdk).boxed(),
            Answer::Panic(message) => {
                let message = message.clone();
                async move { panic!("{message}") }.boxed()
            }
        })
    }
}

/// Waits for the cancellation, of which the server tells an activity only in its answer to a heartbeat.
pub(super) async fn hang<T>(context: ActivityContext) -> Result<T, ActivityError> {
    loop {
        tokio::select! {
            () = context.cancelled() => return Err(ActivityError::cancelled()),
            () = tokio::time::sleep(HEARTBEAT) => context.record_heartbeat(()).await?,
        }
    }
}
