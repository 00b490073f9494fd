//! Code that would break replay, or that repeats, and that is allowed for a reason.

#![deny(warnings, clippy::pedantic)]

use std::collections::HashMap;
use std::time::{Instant, SystemTime};

use durable::prelude::*;

#[workflow(queue = "nondeterminism-allowed")]
#[derive(Default)]
struct Measured {
    calls: u32,
}

#[workflow_methods]
impl Measured {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        prices: HashMap<String, u64>,
    ) -> WorkflowResult<u64> {
        #[allow_nondeterministic("it is logged, and decides nothing")]
        let began = Instant::now();
        let mut sum = 0;
        #[allow_nondeterministic("a sum of integers is the same in every order")]
        for price in prices.values() {
            sum += price;
        }
        #[allow_nondeterministic("the one who looks at the terminal wants to see replays")]
        println!("summed");
        if !ctx.is_replaying() {
            eprintln!("summed for the first time");
        }
        tracing::info!(took = ?began.elapsed(), "summed");
        Self::log(sum);
        ctx.state_mut(Self::count);
        Ok(sum)
    }

    /// Only prints.
    #[allow(deprecated)]
    fn log(sum: u64) {
        println!("{sum}");
    }

    #[allow_nondeterministic("nobody calls it while it runs")]
    #[query]
    fn calls(&self) -> String {
        let now = SystemTime::now();
        let on = std::env::var("HOST");
        format!("{} calls at {now:?} on {on:?}", self.calls)
    }

    fn count(&mut self) {
        #[allow_nondeterministic("an example of a statement without a semicolon")]
        if std::env::var_os("COUNT").is_some() {
            self.calls += 1;
        }
    }

    fn host() -> Option<String> {
        #[allow_nondeterministic("an example of an expression at the end")]
        std::env::var("HOST").ok()
    }

    #[signal]
    fn note(&mut self) {
        let host = Self::host();
        #[allow_nondeterministic("an example of an assignment")]
        self.calls = std::env::args().count().try_into().unwrap_or_default();
        self.calls += u32::from(host.is_some());
    }
}

#[test]
fn the_attribute_is_gone_and_the_methods_are_there() {
    let workflow = super::workflow("nondeterminism-allowed", "Measured");
    assert_eq!((workflow.signals.len(), workflow.queries.len()), (1, 1));
}
