//! The ids of spans. Those of workflow code follow from the run id.

use std::cell::Cell;

use opentelemetry::trace::{SpanId, TraceId};

/// Returns a random id of a span outside of workflow code.
pub(super) fn random_span_id() -> SpanId {
    SpanId::from(nonzero(random().0))
}

/// Returns a random id of a trace.
pub(super) fn random_trace_id() -> TraceId {
    let (high, low) = random();
    TraceId::from(((u128::from(high) << 64) | u128::from(low)).max(1))
}

fn random() -> (u64, u64) {
    // A version 4 UUID has 6 fixed bits, which mixing spreads over ids that are cut from it.
    let (high, low) = uuid::Uuid::new_v4().as_u64_pair();
    (mix(high ^ low.rotate_left(32)), mix(low))
}

/// The ids of the spans of a run, the same on every replay.
pub(super) struct RunIds {
    seed: u64,
    next: Cell<u64>,
}

impl RunIds {
    pub(super) fn new(run_id: &str) -> Self {
        Self { seed: hash(run_id), next: Cell::new(1) }
    }

    /// Returns the id of the span of the run itself.
    pub(super) fn run(&self) -> SpanId {
        self.at(0)
    }

    /// Returns the id of the next span. The order of the calls is the same on every replay.
    pub(super) fn next(&self) -> SpanId {
        let number = self.next.get();
        self.next.set(number + 1);
        self.at(number)
    }

    /// Returns the id of the trace, if it begins with this run.
    pub(super) fn trace(&self) -> TraceId {
        let (high, low) = (mix(self.seed ^ 0xD00B), mix(self.seed ^ 0xB00D));
        TraceId::from(((u128::from(high) << 64) | u128::from(low)).max(1))
    }

    fn at(&self, number: u64) -> SpanId {
        SpanId::from(nonzero(mix(self.seed.wrapping_add(mix(number)))))
    }
}

fn nonzero(id: u64) -> u64 {
    id.max(1)
}

/// FNV-1a. The hash of std may differ between the versions of two workers.
fn hash(text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

/// The output function of `SplitMix64`.
fn mix(number: u64) -> u64 {
    let mut number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::RunIds;

    fn ids(run: &str) -> Vec<String> {
        let ids = RunIds::new(run);
        let spans = (0..100).map(|_| ids.next().to_string());
        [ids.trace().to_string(), ids.run().to_string()].into_iter().chain(spans).collect()
    }

    #[test]
    fn a_replay_has_the_same_ids_and_another_run_has_others() {
        let [first, second] =
            ["0195a7c4-0000-7000-8000-00000000000", "0195a7c4-0000-7000-8000-00000000001"];
        assert_eq!(ids(first), ids(first));
        let all: BTreeSet<_> = ids(first).into_iter().chain(ids(second)).collect();
        assert_eq!(all.len(), 204);
    }

    #[test]
    fn ids_stay_those_of_earlier_versions() {
        // A workflow may be replayed by a newer version, whose spans must have the same ids.
        let ids = RunIds::new("run");
        let seen = [ids.trace().to_string(), ids.run().to_string(), ids.next().to_string()];
        assert_eq!(seen, PINNED);
    }

    const PINNED: [&str; 3] =
        ["51e39cf33c6acb30dd579a9de71dfb96", "c173c5177cf59998", "e4c5fb4b591adcca"];
}
