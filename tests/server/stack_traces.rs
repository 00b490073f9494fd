//! `stack_trace`: what the code of a workflow waits for, and where.

use durable::prelude::*;
use durable::workflow::entity::{self, Entity, EntityOptions, Inbox};
use durable::workflow::{TimerOptions, select};
use durable_tests::{eventually, unique};

use crate::children::{Deliver, Fate, Parcel};
use crate::client;

const LONG: Duration = Duration::from_secs(3600);

/// Ends when it is cancelled, with its workflow.
#[activity(queue = "stack-work", heartbeat_timeout = "10s", retry(maximum_attempts = 1))]
async fn carry(ctx: ActivityContext) -> Result<(), ActivityError> {
    loop {
        tokio::select! {
            () = ctx.cancelled() => return Ok(()),
            () = tokio::time::sleep(Duration::from_millis(100)) => ctx.record_heartbeat(()).await?,
        }
    }
}

/// The kinds of waits.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Kind {
    Sleep,
    Timer,
    Condition,
    Timeout,
    Cancellation,
    Activity,
    Child,
    ChildHandle,
    Race,
    Over,
    Foreign,
}

#[workflow(queue = "stack")]
#[derive(Default)]
struct Waiter {
    name: Option<String>,
}

#[workflow_methods]
impl Waiter {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, kind: Kind, id: String) -> WorkflowResult<()> {
        let parcel = || Parcel { number: id.clone(), fate: Fate::Wait };
        match kind {
            Kind::Sleep => ctx.sleep(LONG).summary(format!("payment of {id}")).await?, // sleep
            Kind::Timer => {
                let options = TimerOptions::builder(LONG).summary("a break".to_owned());
                ctx.timer(options.build()).await; // timer
            }
            Kind::Condition => ctx.wait_condition(|_| false).summary("the money").await?, // condition
            Kind::Timeout => {
                ctx.wait_condition_timeout(|_| false, LONG).summary("the money").await?; // timeout
            }
            Kind::Cancellation => drop(ctx.cancelled().await), // cancellation
            Kind::Activity => {
                carry::execute(ctx).activity_id("c-1").summary("to the door").await?; // activity
            }
            Kind::Child => drop(Deliver::execute_child(ctx, parcel()).await?), // child
            Kind::ChildHandle => {
                let child = Deliver::start_child(ctx, parcel()).await?;
                child.result().await?; // child handle
            }
            Kind::Race => {
                let mut dropped = ctx.sleep(LONG);
                select! {
                    slept = dropped => slept?,
                    now = ctx.sleep(Duration::from_millis(10)) => now?,
                }
                drop(dropped);
                let mut slow = carry::start(ctx); // race, activity
                select! {
                    carried = slow => carried?,
                    named = ctx.wait_condition(|state: &Self| state.name.is_some()) => named?, // race
                }
            }
            Kind::Over => {
                ctx.sleep(Duration::from_millis(10)).await?;
                ctx.handlers_finished().await?; // handlers
            }
            Kind::Foreign => {
                durable::sdk::temporalio_sdk::WorkflowContext::timer(ctx, LONG).await;
            }
        }
        Ok(())
    }

    #[update]
    async fn rename(ctx: &mut WorkflowContext<Self>, secret: String) -> usize {
        let held = ctx.wait_condition(|state| state.name.is_some()).await; // rename
        held.map_or(0, |()| secret.len())
    }

    #[signal]
    async fn annoy(ctx: &mut WorkflowContext<Self>) {
        let _ = ctx.sleep(LONG).await; // annoy
    }

    #[signal]
    fn name(&mut self, name: String) {
        self.name = Some(name);
    }
}

/// Returns the trace as soon as it contains a text, without times and with the marks in the source
/// instead of the lines.
async fn trace<W: durable::client::HasHandle>(
    handle: &durable::WorkflowHandle<W>,
    expected: &str,
) -> Vec<String> {
    let text = eventually(expected, || async {
        let text = handle.stack_trace().await.expect("the worker answers");
        text.contains(expected).then_some(text)
    });
    text.await.lines().map(line).collect()
}

fn line(line: &str) -> String {
    if let Some((_, place)) = line.split_once("at ").filter(|_| line.starts_with("      at ")) {
        let number = place.strip_prefix(concat!(file!(), ":")).expect(place);
        let number: usize = number.split(':').next().expect(place).parse().expect(place);
        let source = include_str!("stack_traces.rs").lines().nth(number - 1).expect(place);
        return format!("at {}", source.split_once(" // ").map_or(source, |(_, mark)| mark));
    }
    let words = line.split(' ').map(|word| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        if digits == 14 && word.contains('T') { "TIME".to_owned() } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn lists_each_kind_of_wait_with_its_place() {
    let client = client().await;
    for (kind, wait, place) in [
        (Kind::Sleep, "timer of 1h \"payment of ID\", until TIME", "sleep"),
        (Kind::Timer, "timer of 1h \"a break\", until TIME", "timer"),
        (Kind::Condition, "condition \"the money\", since TIME", "condition"),
        (Kind::Timeout, "condition for at most 1h \"the money\", until TIME", "timeout"),
        (Kind::Cancellation, "the cancellation of this workflow, since TIME", "cancellation"),
        (
            Kind::Activity,
            "activity `carry` with id `c-1` on queue `stack-work` \"to the door\", since TIME",
            "activity",
        ),
        (Kind::Child, "child workflow Deliver with id `parcel-ID`, since TIME", "child"),
        (
            Kind::ChildHandle,
            "child workflow Deliver with id `parcel-ID`, since TIME",
            "child handle",
        ),
    ] {
        let id = unique("stack");
        let waiter = Waiter::start(&client, kind, id.clone()).id(&id).await.expect("it starts");
        let first = wait.replace("ID", &id);
        let mut expected = vec!["`#[run]`, since TIME waits for".to_owned()];
        expected.extend([format!("  {first}"), format!("at {place}")]);
        let begin = first.split(',').next().expect("a text");
        // The start of a child is a wait too, before the one for its result.
        eventually(wait, || async { (trace(&waiter, begin).await == expected).then_some(()) })
            .await;
        // A worker replays a closed workflow to answer.
        waiter.terminate("enough").await.expect("it ends");
        assert_eq!(trace(&waiter, begin).await, expected, "{kind:?}, terminated");
    }
}

#[tokio::test]
async fn lists_waits_of_races_and_of_running_handlers_alone() {
    let id = unique("stack");
    let waiter = Waiter::start(&client().await, Kind::Race, id.clone()).id(&id).await.unwrap();
    let mut race = vec![
        "`#[run]`, since TIME waits for",
        "  activity `carry` on queue `stack-work`, since TIME",
        "at race, activity",
        "  condition, since TIME",
        "at race",
    ];
    assert_eq!(trace(&waiter, "condition").await, race);
    let update = waiter.rename("a secret".to_owned()).start().await.expect("it is accepted");
    waiter.annoy().await.expect("it is sent");
    race.extend([
        "update `rename`, since TIME waits for",
        "  condition, since TIME",
        "at rename",
        "signal `annoy`, since TIME waits for",
        "  timer of 1h, until TIME",
        "at annoy",
    ]);
    assert_eq!(trace(&waiter, "annoy").await, race);
    waiter.name("Ada".to_owned()).await.expect("it is sent");
    assert_eq!(update.result().await.expect("it ends"), 8);
    waiter.result().await.expect("it ends");
    assert_eq!(trace(&waiter, "").await, ["the workflow has ended"]);
}

#[tokio::test]
async fn names_the_wait_for_handlers_and_a_future_of_another_crate() {
    let client = client().await;
    let id = unique("stack");
    let waiter = Waiter::start(&client, Kind::Over, id.clone()).id(&id).await.expect("it starts");
    waiter.annoy().await.expect("it is sent");
    let traced = trace(&waiter, "handlers").await;
    let expected = "  the end of all signal and update handlers, since TIME";
    assert!(traced.iter().any(|line| line == expected), "{traced:?}");
    assert!(traced.contains(&"at handlers".to_owned()), "{traced:?}");
    waiter.terminate("enough").await.expect("it ends");
    let waiter = Waiter::start(&client, Kind::Foreign, id.clone()).await.expect("it starts");
    let expected = "`#[run]`, since TIME waits for a future that isn't of `durable`";
    assert_eq!(trace(&waiter, "future").await, [expected]);
    waiter.terminate("enough").await.expect("it ends");
}

/// An entity that waits for a name.
#[workflow(queue = "stack")]
#[derive(Default, Serialize)]
struct Desk {
    inbox: Inbox<String>,
}

impl Entity for Desk {
    type Command = String;
    type Reply = ();

    fn inbox(&self) -> &Inbox<String> {
        &self.inbox
    }

    fn carry(&self, _inbox: Inbox<String>) -> Self::Input {}
}

#[workflow_methods]
impl Desk {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let options = EntityOptions::default().idle_timeout(LONG);
        let handled = entity::run(ctx, options, async |ctx, _| {
            carry::execute(ctx).await?; // command
            Ok(())
        });
        handled.await?;
        Ok(())
    }

    #[update]
    async fn serve(ctx: &mut WorkflowContext<Self>) -> Result<(), ActivityError> {
        Ok(entity::ask(ctx, "a customer".to_owned()).await?) // ask
    }
}

#[tokio::test]
async fn says_what_an_entity_waits_for() {
    let desk = Desk::start(&client().await).await.expect("it starts");
    let place = "at         let handled = entity::run(ctx, options, async |ctx, _| {";
    assert_eq!(
        trace(&desk, "idle").await,
        [
            "`#[run]`, since TIME waits for",
            "  timer of 1h \"idle timeout\", until TIME",
            place,
            "  the next command of the entity, since TIME",
            place,
        ]
    );
    let _served = desk.serve().start().await.expect("it is accepted");
    let traced = trace(&desk, "carry").await;
    for expected in ["at command", "  the reply of the entity, since TIME", "at ask"] {
        assert!(traced.iter().any(|line| line == expected), "{expected} is missing in {traced:?}");
    }
    desk.terminate("enough").await.expect("it ends");
}
