//! The processes of the sides, as this one starts and asks them.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::foreign::Foreign;
use crate::rows::{Row, SideName};
use crate::serve::Setup;
use crate::work::{Measured, Order, Work};

/// A process that this one has started. It ends with its standard input.
pub struct Process {
    child: Child,
    orders: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(mut command: Command) -> Self {
        let command = command.env_remove("RUST_LOG").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the side starts");
        let orders = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        Self { child, orders, answers }
    }

    /// Lets the process begin.
    pub fn ask(&mut self, order: Order) {
        let orders = self.orders.as_mut().expect("it is there until the end");
        let line = serde_json::to_string(&order).expect("an order is JSON");
        writeln!(orders, "{line}").expect("the side reads");
    }

    /// Waits for the end of the work.
    pub fn answer(&mut self) -> Measured {
        let line = self.answers.next().expect("the side answers").expect("it is text");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("`{line}`: {error}"))
    }

    pub fn work(&mut self, order: Order) -> Measured {
        self.ask(order);
        self.answer()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.orders.take());
        // Its workers have open calls, for which there is no need to wait.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The processes of all sides, which start when they are needed.
pub struct Processes<'a> {
    address: String,
    foreign: &'a Foreign,
    running: BTreeMap<(SideName, Setup), Process>,
}

impl<'a> Processes<'a> {
    pub fn new(address: &str, foreign: &'a Foreign) -> Self {
        Self { address: address.to_owned(), foreign, running: BTreeMap::new() }
    }

    /// Returns the others of a row that this machine can run.
    pub fn available(&self, row: &Row) -> Vec<(SideName, f64)> {
        let others = row.against.iter().copied();
        others.filter(|(side, _)| self.foreign.can_run(*side)).collect()
    }

    /// Measures all sides once, in this order.
    pub fn round(&mut self, row: &Row, sides: &[SideName]) -> Vec<Measured> {
        let Row { work, count, at_once, setup, .. } = *row;
        let order = Order { work, count, at_once };
        // One process polls a queue.
        self.running.retain(|(_, running), _| *running == setup);
        if setup == Setup::Fresh {
            let warm_up = Order { work: Work::NoOp, count: 100, at_once: 20 };
            for side in sides {
                self.get(*side, setup).work(warm_up);
            }
        }
        let measured = if work == Work::Idle {
            // They don't disturb each other.
            for side in sides {
                self.get(*side, setup).ask(order);
            }
            sides.iter().map(|side| self.get(*side, setup).answer()).collect()
        } else {
            sides.iter().map(|side| self.get(*side, setup).work(order)).collect()
        };
        self.running.retain(|(_, setup), _| *setup == Setup::Shared);
        measured
    }

    /// Makes what a row needs before its rounds: the histories that processes without a cache replay, with
    /// processes that have one.
    pub fn prepare(&mut self, row: &Row, sides: &[SideName]) {
        if row.setup != Setup::NoCache {
            return;
        }
        for side in sides {
            let order = Order { work: Work::History, count: 1, at_once: 1 };
            self.get(*side, Setup::Shared).work(order);
            self.running.remove(&(*side, Setup::Shared));
        }
    }

    fn get(&mut self, side: SideName, setup: Setup) -> &mut Process {
        let (address, foreign) = (&self.address, self.foreign);
        self.running.entry((side, setup)).or_insert_with(|| {
            Process::start(foreign.command(side, address).unwrap_or_else(|| {
                let this = std::env::current_exe().expect("it has a path");
                let mut command = Command::new(this);
                command.args(["serve", side.name(), setup.name(), address]);
                command
            }))
        })
    }
}
