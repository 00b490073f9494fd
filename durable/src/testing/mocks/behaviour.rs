//! The behaviour of a mock, and the builder with which a test sets it.

use std::future::Future;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use temporalio_common::error::ApplicationFailure;

use super::calls::{Calls, Log};
use crate::activity::ActivityError;
use crate::definition::debug;
use crate::error::{ApplicationError, outgoing::repeated};

/// The type name of a mock's failure if the test sets none.
const MOCK_FAILURE: &str = "MockFailure";

/// A builder of a mock, which takes effect once a method that returns [`Calls`] is called.
///
/// These methods set the answer: [`returns`](Self::returns), [`with`](Mock::with),
/// [`fails_with`](Self::fails_with), [`fails`](Self::fails), [`fails_for_good`](Self::fails_for_good),
/// [`times_out`](Self::times_out), [`hangs`](Self::hangs) and [`panics`](Self::panics). Before them,
/// [`fails_first`](Self::fails_first) and [`must_be_called`](Self::must_be_called) may be called. A
/// later mock of the same activity replaces an earlier one.
#[must_use = "a mock takes effect only when its answer is set"]
pub struct Mock<Arguments, Output> {
    must_be_called: bool,
    fails_first: usize,
    calls: Calls<Arguments>,
    install: Install<Arguments, Output>,
}

debug!([A, O] Mock[A, O]: must_be_called, fails_first);

type Install<Arguments, Output> = Box<dyn FnOnce(Rules, Answer<Arguments, Output>) + Send>;

type AnswerFunction<Arguments, Output> =
    Arc<dyn Fn(Arguments) -> BoxFuture<'static, Result<Output, ActivityError>> + Send + Sync>;

/// The answer of a mock.
pub(super) enum Answer<Arguments, Output> {
    Function(AnswerFunction<Arguments, Output>),
    Hang,
    Panic(String),
}

/// The rules that a mock applies before it answers.
pub(super) struct Rules {
    must_be_called: bool,
    fails_first: usize,
    times_out: bool,
    log: Log,
}

impl Rules {
    /// Records a call. Returns an error if it is one of the first calls that fail.
    pub(super) fn called(
        &self,
        arguments: Vec<temporalio_common::protos::temporal::api::common::v1::Payload>,
    ) -> Result<(), ActivityError> {
        let before = self.log.add(arguments);
        if before < self.fails_first {
            let message = format!("call {} of {} that fail", before + 1, self.fails_first);
            return Err(failure(MOCK_FAILURE, message, false));
        }
        Ok(())
    }

    pub(super) fn times_out(&self) -> bool {
        self.times_out
    }

    pub(super) fn missed(&self) -> bool {
        self.must_be_called && self.log.count() == 0
    }
}

impl<Arguments: 'static, Output: Send + 'static> Mock<Arguments, Output> {
    pub(super) fn new(
        calls: Calls<Arguments>,
        install: impl FnOnce(Rules, Answer<Arguments, Output>) + Send + 'static,
    ) -> Self {
        Self { must_be_called: false, fails_first: 0, calls, install: Box::new(install) }
    }

    /// Fails the test at its end if the mock was never called.
    pub fn must_be_called(mut self) -> Self {
        self.must_be_called = true;
        self
    }

    /// Fails the first `calls` calls, each with a retryable failure of the type `MockFailure`.
    pub fn fails_first(mut self, calls: usize) -> Self {
        self.fails_first = calls;
        self
    }

    /// Answers every call with a value.
    pub fn returns(self, output: Output) -> Calls<Arguments>
    where
        Output: Clone + Sync,
    {
        self.answers(move |_| ready(Ok(output.clone())).boxed())
    }

    /// Fails every call with an error of the program, whose type decides if it is retried.
    pub fn fails_with(self, error: impl ApplicationError) -> Calls<Arguments> {
        self.answers(move |_| ready(Err(ActivityError::application(repeated(&error)))).boxed())
    }

    /// Fails every call with a retryable failure of a type, such as `"ConnectionLost"`.
    pub fn fails(
        self,
        type_name: impl Into<String>,
        message: impl Into<String>,
    ) -> Calls<Arguments> {
        let (type_name, message) = (type_name.into(), message.into());
        self.answers(move |_| ready(Err(failure(&type_name, message.clone(), false))).boxed())
    }

    /// Fails every call with a non-retryable failure of a type, such as `"CardDeclined"`.
    pub fn fails_for_good(
        self,
        type_name: impl Into<String>,
        message: impl Into<String>,
    ) -> Calls<Arguments> {
        let (type_name, message) = (type_name.into(), message.into());
        self.answers(move |_| ready(Err(failure(&type_name, message.clone(), true))).boxed())
    }

    /// Does not answer, so that every attempt is timed out by the server, after 100 ms of real time. The
    /// retries are those of the call.
    #[allow(clippy::must_use_candidate, reason = "the record of the calls may be left")]
    pub fn times_out(self) -> Calls<Arguments> {
        self.install(Answer::Hang, true)
    }

    /// Does not answer until the activity is cancelled. It sends heartbeats.
    #[allow(clippy::must_use_candidate, reason = "the record of the calls may be left")]
    pub fn hangs(self) -> Calls<Arguments> {
        self.install(Answer::Hang, false)
    }

    /// Panics in every call, which the SDK turns into a retryable failure.
    pub fn panics(self, message: impl Into<String>) -> Calls<Arguments> {
        self.install(Answer::Panic(message.into()), false)
    }

    fn answers(
        self,
        function: impl Fn(Arguments) -> BoxFuture<'static, Result<Output, ActivityError>>
        + Send
        + Sync
        + 'static,
    ) -> Calls<Arguments> {
        self.install(Answer::Function(Arc::new(function)), false)
    }

    fn install(self, answer: Answer<Arguments, Output>, times_out: bool) -> Calls<Arguments> {
        let Self { must_be_called, fails_first, calls, install } = self;
        install(Rules { must_be_called, fails_first, times_out, log: calls.log() }, answer);
        calls
    }
}

fn failure(type_name: &str, message: String, for_good: bool) -> ActivityError {
    let failure = ApplicationFailure::builder(message)
        .type_name(type_name.to_owned())
        .non_retryable(for_good)
        .build();
    ActivityError::application(failure)
}

/// Implements `with` for each number of inputs.
macro_rules! with {
    ($($name:ident),*) => {
        impl<$($name: 'static,)* Output: Send + 'static> Mock<($($name,)*), Output> {
            /// Answers every call with the result of a function, whose parameters are those of the
            /// activity.
            #[allow(non_snake_case, reason = "variables are named after their types")]
            pub fn with<Function, Answered>(self, function: Function) -> Calls<($($name,)*)>
            where
                Function: Fn($($name),*) -> Answered + Send + Sync + 'static,
                Answered: Future<Output = Result<Output, ActivityError>> + Send + 'static,
            {
                self.answers(move |($($name,)*)| function($($name),*).boxed())
            }
        }
    };
}

with!();
with!(A);
with!(A, B);
with!(A, B, C);
with!(A, B, C, D);
with!(A, B, C, D, E);
with!(A, B, C, D, E, F);
