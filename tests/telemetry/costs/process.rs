//! A process with one case, which works when it is told to.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use cpu_time::ProcessTime;
use durable::telemetry::Telemetry;
use durable::{Client, Workers};
use durable_tests::eventually;
use futures_util::future::try_join_all;

use crate::cases::{Case, Work};
use crate::flows::Observed;
use crate::model::Order;
use crate::workflow::OrderWorkflow;

/// Many at once, so that what is measured is work and not the idling of pollers between two answers.
pub const AT_ONCE: u32 = 20;

/// The server, the namespace and the files of a process.
pub struct Place<'a> {
    pub address: &'a str,
    pub namespace: &'a str,
    pub collector: &'a str,
    /// The file of its log.
    pub log: PathBuf,
}

/// A process that this one has started. It ends with its standard input.
pub struct Process {
    child: Child,
    orders: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Process {
    pub fn start(case: Case, place: &Place<'_>) -> Self {
        let Place { address, namespace, collector, log } = place;
        let mut child = Command::new(std::env::current_exe().expect("it has a path"))
            .args(["serve", case.name(), *address, *namespace, *collector])
            .env_remove("RUST_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(log).expect("the file can be written"))
            .spawn()
            .expect("it starts");
        let orders = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        Self { child, orders, answers }
    }

    /// Lets the process run so many workflows, and returns their CPU time, in milliseconds.
    pub fn work(&mut self, work: Work, workflows: u32) -> f64 {
        let orders = self.orders.as_mut().expect("it is there until the end");
        writeln!(orders, "{work:?} {workflows}").expect("the process reads");
        let answer = self.answers.next().expect("the process answers").expect("it is text");
        answer.parse().expect("a number")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.child.wait();
    }
}

/// Serves, and works at each line of the standard input.
pub async fn serve(arguments: &[String]) {
    let [name, address, namespace, collector] = arguments else { panic!("four arguments") };
    let case = Case::ALL.into_iter().find(|case| case.name() == name).expect("a case");
    let telemetry = case.telemetry(collector);
    let builder = Client::builder().address(address).namespace(namespace).codec(case.codecs());
    // The server takes a moment until all its parts know a new namespace.
    let client = eventually("namespace", || async { builder.clone().connect().await.ok() }).await;
    let workers = Workers::new(&client).start().await.expect("they start");
    let (sender, mut lines) = tokio::sync::mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            let _ = sender.blocking_send(line);
        }
    });
    let mut number = 0;
    while let Some(line) = lines.recv().await {
        let (work, count) = line.split_once(' ').expect("a kind of work and a number");
        let count = count.parse().expect("a number");
        number += 1;
        let time = measure(&client, telemetry.as_ref(), work, number, count).await;
        println!("{time}");
    }
    workers.shutdown().await.expect("they stop");
}

async fn measure(
    client: &Client,
    telemetry: Option<&Telemetry>,
    work: &str,
    number: u32,
    count: u32,
) -> f64 {
    let before = ProcessTime::now();
    for begin in (0..count).step_by(AT_ONCE as usize) {
        let each = (begin..count.min(begin + AT_ONCE)).map(|index| async move {
            if work == "Order" {
                let order_id = format!("order-{number}-{index}");
                let (customer, card) = ("Ada".to_owned(), "4111".to_owned());
                let order = Order { order_id, customer, amount: 45.1, card };
                OrderWorkflow::execute(client, order).await.map(drop)
            } else {
                let id = format!("observed-{number}-{index}");
                Observed::execute(client, "costs".to_owned()).id(id).await.map(drop)
            }
        });
        try_join_all(each).await.expect("they complete");
    }
    // What is still to be exported is part of the cost.
    if let Some(telemetry) = telemetry {
        telemetry.flush().await;
    }
    before.elapsed().as_secs_f64() * 1e3
}
