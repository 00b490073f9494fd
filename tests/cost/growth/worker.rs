//! A worker in a process of its own, and its memory and CPU time as Linux tells them.

use std::env;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdin, Command, Stdio};

use durable::{Client, Workers};
use temporalio_sdk::runtime::PollerBehavior::SimpleMaximum;
use temporalio_sdk::runtime::worker_tuner::{FixedSizeSlotSupplier, SlotSupplier, TunerHolder};

/// The settings of a worker, which its process gets as arguments. Zero means the default.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    pub workflow_pollers: usize,
    pub activity_pollers: usize,
    pub slots: usize,
    /// The activities after which the worker is replaced.
    pub recycle_after: usize,
}

/// A worker in a process of its own. It ends when this is dropped.
pub struct WorkerProcess {
    child: Child,
    /// The process ends when this is closed.
    input: Option<ChildStdin>,
}

/// The resources that a process uses.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// The resident memory, in MiB.
    pub memory: f64,
    /// The CPU time since the start, in seconds.
    pub cpu: f64,
}

impl WorkerProcess {
    /// Starts this program again as a worker, and waits until it polls.
    pub fn start(address: &str, namespace: &str, queue: &str, settings: Settings) -> Self {
        let program = env::current_exe().expect("the program has a file");
        let Settings { workflow_pollers, activity_pollers, slots, recycle_after } = settings;
        let mut child = Command::new(program)
            .args(["--worker", address, namespace, queue])
            .args(
                [workflow_pollers, activity_pollers, slots, recycle_after]
                    .map(|count| count.to_string()),
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the worker starts");
        let output = child.stdout.take().expect("it is piped");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("it prints text");
        assert_eq!(line.trim(), "running", "the worker doesn't run");
        Self { input: child.stdin.take(), child }
    }

    pub fn usage(&self) -> Usage {
        usage(self.child.id())
    }

    /// Lets the worker drain, and waits for its end.
    pub fn stop(mut self) {
        drop(self.input.take());
        let status = self.child.wait().expect("it is a child");
        assert!(status.success(), "the worker ended with {status}");
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        // It has ended already unless a benchmark failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the resources that a process uses.
pub fn usage(process: u32) -> Usage {
    /// The unit of CPU times in `/proc`, which is the same on all systems.
    const TICKS_PER_SECOND: f64 = 100.0;
    let read = |file: &str| {
        let path = format!("/proc/{process}/{file}");
        std::fs::read_to_string(path).expect("the benchmark runs on Linux")
    };
    let status = read("status");
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = resident.and_then(|text| text.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    let stat = read("stat");
    // The name in parentheses may have spaces.
    let (_, fields) = stat.rsplit_once(')').expect("there is a name");
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|it| it.parse::<f64>().ok());
    Usage {
        memory: kibibytes.expect("there is a line for it") / 1024.0,
        cpu: ticks.sum::<f64>() / TICKS_PER_SECOND,
    }
}

pub async fn connect(address: &str, namespace: &str) -> durable::Result<Client> {
    Client::builder().address(address).namespace(namespace).connect().await
}

/// Serves as a worker if the program was started as one. Returns `false` otherwise.
pub async fn served_as_worker() -> durable::Result<bool> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [role, address, namespace, queue, numbers @ ..] = &arguments[..] else { return Ok(false) };
    if role != "--worker" {
        return Ok(false);
    }
    let numbers: Vec<u32> = numbers.iter().filter_map(|it| it.parse().ok()).collect();
    let [workflow_pollers, activity_pollers, slots, recycle_after] = numbers[..] else {
        return Ok(false);
    };
    let client = connect(address, namespace).await?;
    let workers = Workers::new(&client).queues([queue]).worker_options(move |options| {
        if workflow_pollers > 0 {
            options.workflow_task_poller_behavior = Some(SimpleMaximum(workflow_pollers as usize));
        }
        if activity_pollers > 0 {
            options.activity_task_poller_behavior = Some(SimpleMaximum(activity_pollers as usize));
        }
        if slots > 0 {
            let slots = || SlotSupplier::from(FixedSizeSlotSupplier::new(slots as usize));
            options.tuner = TunerHolder::builder()
                .workflow_task_slot_supplier(slots())
                .activity_task_slot_supplier(slots())
                .local_activity_task_slot_supplier(slots())
                .nexus_task_slot_supplier(FixedSizeSlotSupplier::new(1))
                .build()
                .into();
        }
    });
    let workers = match recycle_after {
        0 => workers,
        count => workers.recycle_after_activities(count),
    };
    let workers = workers.start().await?;
    workers.health().running().await;
    println!("running");
    let closed = || std::io::stdin().read_to_end(&mut Vec::new());
    let _ = tokio::task::spawn_blocking(closed).await;
    workers.shutdown().await?;
    Ok(true)
}
