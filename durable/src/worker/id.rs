//! The name of an SDK worker.

use std::fmt;

/// One SDK worker of a set, which its successors replace: its queue, and the number of its thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WorkerId {
    pub(super) queue: &'static str,
    /// Counted from zero.
    pub(super) thread: u32,
}

impl fmt::Display for WorkerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.thread {
            0 => f.write_str(self.queue),
            thread => write!(f, "{}-{}", self.queue, thread + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::WorkerId;

    #[test]
    fn the_first_thread_has_the_name_of_the_queue() {
        let name = |thread| WorkerId { queue: "orders", thread }.to_string();
        assert_eq!([name(0), name(1)], ["orders", "orders-2"]);
    }
}
