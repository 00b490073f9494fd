//! Tests with all that `#[durable::test]` takes, and what it hands to the runtime.
//!
//! The runtime is a stand-in, so that no server is started for what is known without one.

#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub, unsafe_code)]
#![deny(unused, nonstandard_style, rust_2018_idioms, let_underscore_drop, unused_qualifications)]
#![deny(missing_copy_implementations, single_use_lifetimes, trivial_casts, unused_results)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::cargo, clippy::unwrap_used)]
#![deny(clippy::absolute_paths, clippy::min_ident_chars, clippy::missing_docs_in_private_items)]

use platform::{Env, EnvBuilder, ran};

/// As a crate does that offers `durable` to its users.
mod platform {
    use std::cell::Cell;
    use std::panic::Location;
    use std::pin::pin;
    use std::task::{Context, Waker};

    /// The environment of a test.
    #[derive(Debug)]
    pub(super) struct Env {
        /// `true` if `setup` was called.
        pub(super) has_ledger: bool,
    }

    /// The builder of an [`Env`].
    #[derive(Debug)]
    pub(super) struct EnvBuilder {
        /// `true` if `setup` was called.
        pub(super) has_ledger: bool,
    }

    thread_local! {
        static LAST: Cell<Option<(__private::Test, u32)>> = const { Cell::new(None) };
    }

    /// Runs a test, and returns its annotation and the line where it would fail.
    pub(super) fn ran(test: fn()) -> (__private::Test, u32) {
        test();
        LAST.take().expect("the test was handed to the runtime")
    }

    /// The names that generated code uses.
    pub(super) mod __private {
        use super::{Context, Env, EnvBuilder, LAST, Location, Waker, pin};

        pub(in super::super) use durable::__private::{TestOutput, TimeSkipping};

        /// The settings of a test's annotation.
        pub(in super::super) struct Test {
            /// Its path.
            pub(in super::super) name: &'static str,
            /// `true` if it crashes workers.
            pub(in super::super) crash: bool,
            /// The time skipping of the test.
            pub(in super::super) time_skipping: TimeSkipping,
            /// The function that changes the environment.
            pub(in super::super) setup: Option<fn(EnvBuilder) -> EnvBuilder>,
        }

        /// A parameter of a test.
        pub(in super::super) trait TestParameter {
            /// Returns the value of the parameter.
            fn given(env: Env) -> Self;
        }

        impl TestParameter for Env {
            fn given(env: Env) -> Self {
                env
            }
        }

        /// Runs a test that waits for nothing.
        #[track_caller]
        pub(in super::super) fn run_test<F, Fut>(test: Test, body: F)
        where
            F: Fn(Env) -> Fut,
            Fut: Future<Output: TestOutput>,
        {
            let builder = EnvBuilder { has_ledger: false };
            let builder = match test.setup {
                Some(setup) => setup(builder),
                None => builder,
            };
            LAST.set(Some((test, Location::caller().line())));
            let test = pin!(body(Env { has_ledger: builder.has_ledger }));
            assert!(test.poll(&mut Context::from_waker(Waker::noop())).is_ready());
        }
    }
}

/// A setup.
const fn with_ledger(mut builder: EnvBuilder) -> EnvBuilder {
    builder.has_ledger = true;
    builder
}

/// An alias is a type like any other.
type Surroundings = Env;

/// A test that says nothing, and neither waits nor looks at what it is given.
#[durable::test(crate = platform)]
async fn with_nothing(_: Surroundings) {}

/// A test that says everything.
#[durable::test(
    crash,
    time_skipping = "never",
    setup = with_ledger,
    crate = platform,
)]
#[allow(clippy::inline_always, reason = "attributes are kept")]
pub(crate) async fn r#with_everything(mut env: Env) -> Result<(), String> {
    #![allow(unused_assignments)]
    assert!(env.has_ledger);
    env = Env { has_ledger: false };
    Ok(())
}

/// The line of the name below, where its failure is reported.
const LINE_OF_RUN: u32 = line!() + 4;

/// A test with a name that generated code uses.
#[durable::test(time_skipping = "always", crate = platform)]
async fn run(env: Env) -> durable::Result<()> {
    assert!(!env.has_ledger);
    Ok(())
}

/// A test that must fail.
#[durable::test(time_skipping = "when-awaited", crate = platform)]
#[should_panic(expected = "no ledger")]
async fn must_panic(env: Env) {
    assert!(env.has_ledger, "no ledger");
}

#[test]
fn what_is_left_out_has_defaults() {
    let (test, _) = ran(with_nothing);
    assert_eq!(test.name, concat!(module_path!(), "::with_nothing"));
    assert!(!test.crash);
    assert_eq!(test.time_skipping, platform::__private::TimeSkipping::WhenAwaited);
    assert!(test.setup.is_none());
}

#[test]
fn what_is_said_reaches_the_runtime() {
    let (test, _) = ran(with_everything);
    assert_eq!(test.name, concat!(module_path!(), "::with_everything"));
    assert!(test.crash);
    assert_eq!(test.time_skipping, platform::__private::TimeSkipping::Never);
    assert!(test.setup.is_some());
    let (test, line) = ran(run);
    assert_eq!(test.time_skipping, platform::__private::TimeSkipping::Always);
    assert_eq!(line, LINE_OF_RUN);
}
