//! Chaos: workflows under random kills of workers and server, cuts of connections, and workflow code that
//! panics or doesn't yield. None is lost, none runs twice beyond at-least-once, and a healthy queue is
//! served all the time.

mod faults;
mod flows;
mod front;

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use durable::client::AnyWorkflowHandle;
use durable::{Client, Error};
use faults::{Machines, Random};
use serde_json::{Value, json};

/// The size of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) workflows: usize,
    pub(crate) duration: Duration,
    pub(crate) workers: usize,
    pub(crate) seed: u64,
}

/// The limit of the healthy queue for one answer, a restart of the server included, and of each workflow
/// for its end after the last fault.
const PATIENCE: Duration = Duration::from_secs(90);

/// The steps of a journey.
const STEPS: u32 = 5;

/// One workflow of the chaos.
struct Started {
    id: String,
    workflow_type: &'static str,
    healed_at: Option<Instant>,
}

impl Started {
    fn expected(&self) -> Value {
        if self.workflow_type == "Journey" { json!([1, 2, 3, 4, 5]) } else { json!([STEPS]) }
    }
}

/// Runs the chaos, and returns a report.
///
/// # Panics
/// Panics if a workflow is lost or wrong, a step ran twice in one attempt, or the healthy queue was not
/// served.
pub(crate) async fn run(plan: Plan) -> String {
    let folder = tempfile::tempdir().expect("there is room");
    let mut machines = Machines::start(folder.path(), plan.workers).await;
    let client = Client::connect(&machines.address()).await.expect("the server answers");
    let ended = Arc::new(AtomicBool::new(false));
    let probing = tokio::spawn(probe(client.clone(), Arc::clone(&ended)));

    let mut random = Random::new(plan.seed);
    let started = inflict(&plan, &mut machines, &client, folder.path(), &mut random).await;
    machines.revive();
    for workflow in &started {
        // It may have been due after the last fault.
        heal(folder.path(), workflow);
    }
    let wrong = ends(&mut machines, &client, &started).await;
    ended.store(true, Ordering::Relaxed);
    let (probes, slowest) = probing.await.expect("the healthy queue is served");
    let (executions, mut doubled) = executions(folder.path(), &started);
    let mut problems = wrong;
    problems.append(&mut doubled);
    let log = fs::read_to_string(folder.path().join("workers.log")).unwrap_or_default();
    let stuck = log.matches("workflow code has not yielded").count();
    let panics = log.matches("isn't healed yet").count();
    if stuck == 0 || panics == 0 {
        problems.push(format!("no chaos: {stuck} workflows were stuck, and {panics} panicked"));
    }
    if !problems.is_empty() {
        let from = log.len().saturating_sub(5000);
        panic!("{plan:?}: {}\n{}", problems.join("\n"), log.get(from..).unwrap_or_default());
    }
    format!(
        "{plan:?}: {} workflows were exact after {:?}, {stuck} times of stuck code and {panics} panics; \
         their steps ran {executions} times; the healthy queue answered {probes} times, after {slowest:?} \
         at the slowest",
        started.len(),
        machines.faults,
    )
}

/// Starts the workflows and lets things fail, until the time is over.
async fn inflict(
    plan: &Plan,
    machines: &mut Machines,
    client: &Client,
    folder: &Path,
    random: &mut Random,
) -> Vec<Started> {
    let mut started = Vec::new();
    let began = Instant::now();
    let pause = plan.duration / u32::try_from(plan.workflows).unwrap_or(u32::MAX);
    let is_due = |number: u32| began.elapsed() >= pause * number;
    let mut next_fault = began + Duration::from_secs(3);
    while began.elapsed() < plan.duration || started.len() < plan.workflows {
        // They begin evenly over the time, and several at once after the server was away.
        while started.len() < plan.workflows
            && is_due(u32::try_from(started.len()).unwrap_or(u32::MAX))
        {
            started.push(start(client, started.len()).await);
        }
        machines.revive();
        let now = Instant::now();
        for workflow in started.iter().filter(|it| it.healed_at.is_some_and(|at| at <= now)) {
            heal(folder, workflow);
        }
        if now >= next_fault {
            machines.fail(random).await;
            let pause = 1500 + random.below(2500);
            next_fault = Instant::now() + Duration::from_millis(pause as u64);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    started
}

fn heal(folder: &Path, workflow: &Started) {
    if workflow.healed_at.is_some() {
        fs::write(flows::healed(folder, &workflow.id), "").expect("it can be written");
    }
}

/// Starts a workflow, however often it takes.
async fn start(client: &Client, number: usize) -> Started {
    let (workflow_type, input) = match number % 15 {
        7 => ("Stuck", STEPS),
        3 | 11 => ("Panicking", STEPS),
        _ => ("Journey", STEPS),
    };
    let id = format!("chaos-{number}");
    retried(|| async {
        let start = client.start(workflow_type, "chaos", json!(input)).id(&id);
        match start.task_timeout(Duration::from_secs(2)).await {
            Ok(_) | Err(Error::AlreadyStarted { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    })
    .await
    .unwrap_or_else(|error| panic!("workflow {id} cannot be started: {error:?}"));
    let healed_at = (workflow_type != "Journey").then(|| Instant::now() + Duration::from_secs(10));
    Started { id, workflow_type, healed_at }
}

/// Repeats a call until it succeeds, because the server may be away.
async fn retried<T, F>(mut call: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    let began = Instant::now();
    loop {
        match call().await {
            Err(_) if began.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            ended => return ended,
        }
    }
}

/// Waits for all workflows, and returns what is wrong with them.
async fn ends(machines: &mut Machines, client: &Client, started: &[Started]) -> Vec<String> {
    let mut wrong = Vec::new();
    for workflow in started {
        let handle: AnyWorkflowHandle = client.workflow(&workflow.id);
        let began = Instant::now();
        let result = loop {
            machines.revive();
            match handle.result_within(Duration::from_secs(2)).await {
                Err(Error::NoResultYet { .. } | Error::Connection(_))
                    if began.elapsed() < PATIENCE => {}
                ended => break ended.and_then(|output| output.json()),
            }
        };
        match result {
            Ok(output) if output == workflow.expected() => {}
            other => wrong.push(format!("{} {}: {other:?}", workflow.workflow_type, workflow.id)),
        }
    }
    wrong
}

/// Asks the healthy queue again and again.
async fn probe(client: Client, ended: Arc<AtomicBool>) -> (usize, Duration) {
    let (mut probes, mut slowest) = (0, Duration::ZERO);
    while !ended.load(Ordering::Relaxed) {
        let (id, began) = (format!("probe-{probes}"), Instant::now());
        let answer = retried(|| async {
            let start = client.start("Probe", "chaos-healthy", json!("well")).id(&id);
            match start.task_timeout(Duration::from_secs(2)).await {
                Ok(_) | Err(Error::AlreadyStarted { .. }) => {}
                Err(error) => return Err(error),
            }
            client.workflow(&id).result_within(Duration::from_secs(5)).await?.json()
        })
        .await;
        assert_eq!(answer.expect("the healthy queue is served"), json!("well"));
        probes += 1;
        slowest = slowest.max(began.elapsed());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    (probes, slowest)
}

/// Returns the number of executions of steps, and the steps that were lost or ran twice in one attempt.
fn executions(folder: &Path, started: &[Started]) -> (usize, Vec<String>) {
    let journal = fs::read_to_string(flows::journal(folder)).unwrap_or_default();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for line in journal.lines() {
        *counts.entry(line).or_default() += 1;
    }
    let doubled = counts.iter().filter(|(_, count)| **count > 1);
    let mut problems: Vec<_> =
        doubled.map(|(line, count)| format!("{count} executions of one attempt: {line}")).collect();
    for workflow in started {
        let id = &workflow.id;
        let (first, of_child) = match workflow.workflow_type {
            "Journey" => (1, format!("{id}-child {STEPS} ")),
            _ => (STEPS, format!("{id} {STEPS} ")),
        };
        let own = (first..STEPS).map(|number| format!("{id} {number} "));
        for step in own.chain([of_child]) {
            if !counts.keys().any(|line| line.starts_with(&step)) {
                problems.push(format!("step never ran: {step}"));
            }
        }
    }
    (journal.lines().count(), problems)
}
