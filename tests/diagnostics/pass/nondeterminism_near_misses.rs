//! Code that looks as if it broke replay, and doesn't.

#![deny(warnings)]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Instant, SystemTime};

use durable::prelude::*;
use durable::workflow::{join, join_all, select};

/// A clock of the user's own, which tells what it was told.
#[derive(Debug, Default)]
struct Clock(u64);

impl Clock {
    fn now() -> Self {
        Self(7)
    }

    fn elapsed(&self) -> u64 {
        self.0
    }
}

/// Functions of the user's own, with names that others have too.
mod store {
    pub(super) mod fs {
        pub(crate) fn read(name: &str) -> usize {
            name.len()
        }
    }

    pub(super) fn sleep(seconds: u64) -> u64 {
        seconds
    }
}

#[activity(queue = "nondeterminism-near")]
async fn nap() -> u64 {
    tokio::time::sleep(Duration::from_millis(1)).await;
    1
}

#[workflow(queue = "nondeterminism-near")]
#[derive(Default)]
struct Careful {
    naps: u64,
}

#[workflow_methods]
impl Careful {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        prices: HashMap<String, u64>,
    ) -> WorkflowResult<u64> {
        use store::sleep;

        // Nor does `SystemTime::now()` in a comment.
        let text = "std::fs::read and SystemTime::now()";
        let began: SystemTime = ctx.now();
        let (first, second) = join!(nap::execute(ctx), nap::execute(ctx));
        let all = join_all((0..3).map(|_| nap::execute(ctx))).await;
        let mut timer = std::pin::pin!(ctx.timer(Duration::from_secs(1)));
        select! {
            _ = timer => {}
            _ = ctx.cancelled() => {}
        }
        let took = ctx.now().duration_since(began).unwrap_or_default().as_secs();
        let sum = first? + second? + all.len() as u64 + took + sleep(store::fs::read(text) as u64);
        let sum =
            sum + prices.get("tea").copied().unwrap_or_default() + prices.values().sum::<u64>();
        Ok(sum + Self::sorted(prices) + Clock::now().elapsed() + Self::later(None))
    }

    /// A hash map in an order.
    fn sorted(prices: HashMap<String, u64>) -> u64 {
        let names: HashSet<&String> = prices.keys().collect();
        let mut names: Vec<_> = names.into_iter().collect();
        names.sort();
        let first = names.first().map(|name| name.len() as u64).unwrap_or_default();
        let prices: BTreeMap<_, _> = prices.into_iter().collect();
        prices.iter().fold(first, |sum, (_, price)| sum * 2 + price)
    }

    /// A type is no call, and other items are other code.
    fn later(than: Option<Instant>) -> u64 {
        fn of_the_machine() -> SystemTime {
            SystemTime::now()
        }
        let of_the_machine: fn() -> SystemTime = of_the_machine;
        u64::from(than.is_none()) + u64::from(std::hint::black_box(Some(of_the_machine)).is_some())
    }

    #[signal]
    fn sleep(&mut self, naps: u64) {
        self.naps = naps;
        if naps > 1 {
            self.sleep(1);
        }
    }
}

#[test]
fn it_is_registered() {
    assert_eq!(super::workflow("nondeterminism-near", "Careful").signals.len(), 1);
}
