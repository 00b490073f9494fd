//! Entities: commands by signals and updates, over many runs, none lost and none twice.

use durable::prelude::*;
use durable::testing::{Replayer, TestEnv};
use durable::workflow::entity::{self, Entity, EntityEnd, EntityOptions, Inbox};
use durable::{Error, Result};
use durable_tests::eventually;

use crate::flows::DAY;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Command {
    Note(u32),
    Slowly(u32),
    /// Waits until the workflow is cancelled, and notes it.
    Stubborn(u32),
    Close,
}

/// Notes numbers in the order in which they come.
#[workflow(queue = "notebooks", id = "notebook-{name}")]
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Notebook {
    name: String,
    continue_after: Option<u32>,
    idle_days: u64,
    #[serde(default)]
    closed: bool,
    #[serde(default)]
    notes: Vec<u32>,
    #[serde(default)]
    runs: u32,
    #[serde(default)]
    inbox: Inbox<Command, usize>,
}

impl Entity for Notebook {
    type Command = Command;
    type Reply = usize;

    fn inbox(&self) -> &Inbox<Command, usize> {
        &self.inbox
    }

    fn carry(&self, inbox: Inbox<Command, usize>) -> Self {
        Self { inbox, ..self.clone() }
    }

    fn has_ended(&self) -> bool {
        self.closed
    }
}

/// The final state of a notebook.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Written {
    pub notes: Vec<u32>,
    pub runs: u32,
    idle: bool,
}

#[workflow_methods]
impl Notebook {
    #[init]
    fn new(notebook: Notebook) -> Self {
        Self { runs: notebook.runs + 1, ..notebook }
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Written> {
        let (after, idle_days) = ctx.state(|state| (state.continue_after, state.idle_days));
        // These workers are no deployment version, to which the last option makes no difference.
        let mut options = EntityOptions::default()
            .idle_timeout(Duration::from_secs(idle_days * DAY))
            .continue_on_current_version();
        if let Some(commands) = after {
            options = options.continue_after(commands);
        }
        let end = entity::run(ctx, options, async |ctx, command| {
            match command {
                Command::Note(number) => ctx.state_mut(|state| state.notes.push(number)),
                Command::Slowly(number) => {
                    ctx.sleep(Duration::from_millis(5)).await?;
                    ctx.state_mut(|state| state.notes.push(number));
                }
                Command::Stubborn(number) => {
                    ctx.cancelled().await;
                    ctx.state_mut(|state| state.notes.push(number));
                }
                Command::Close => ctx.state_mut(|state| state.closed = true),
            }
            Ok(ctx.state(|state| state.notes.len()))
        });
        let idle = end.await? == EntityEnd::Idle;
        Ok(ctx.state(|state| Written { notes: state.notes.clone(), runs: state.runs, idle }))
    }

    #[signal]
    fn note(&mut self, number: u32) {
        self.inbox.push(Command::Note(number));
    }

    /// Takes a moment before it is a command.
    #[signal]
    async fn note_later(ctx: &mut WorkflowContext<Self>, number: u32) {
        // A cancelled workflow takes the note at once.
        let _ = ctx.sleep(Duration::from_millis(20)).await;
        ctx.state_mut(|state| state.inbox.push(Command::Slowly(number)));
    }

    #[signal]
    fn close(&mut self) {
        self.inbox.push(Command::Close);
    }

    /// Notes a number, and returns how many there are with it.
    #[update]
    async fn count_with(
        ctx: &mut WorkflowContext<Self>,
        number: u32,
    ) -> Result<usize, ActivityError> {
        Ok(entity::ask(ctx, Command::Slowly(number)).await?)
    }

    /// Notes a number twice, and returns how many there are with each of them.
    #[update]
    async fn count_twice(
        ctx: &mut WorkflowContext<Self>,
        number: u32,
    ) -> Result<(usize, usize), ActivityError> {
        let first = entity::ask(ctx, Command::Note(number)).await?;
        Ok((first, entity::ask(ctx, Command::Note(number)).await?))
    }

    /// Closes, and returns how many notes there are.
    #[update]
    async fn finish(ctx: &mut WorkflowContext<Self>) -> Result<usize, ActivityError> {
        Ok(entity::ask(ctx, Command::Close).await?)
    }

    #[query]
    fn runs(&self) -> u32 {
        self.runs
    }
}

pub fn notebook(continue_after: impl Into<Option<u32>>) -> Notebook {
    Notebook { name: "n".to_owned(), continue_after: continue_after.into(), ..Notebook::default() }
}

/// The history of each run is replayed at the end of the test, too.
#[durable::test]
async fn hundreds_of_signals_over_many_runs_are_handled_once_and_in_order(
    env: TestEnv,
) -> Result<()> {
    const SIGNALS: u32 = 300;
    let notebook = Notebook::start(env.client(), notebook(6)).await?;
    for number in 0..SIGNALS {
        notebook.note(number).await?;
    }
    notebook.close().await?;
    let written = notebook.result().await?;
    assert_eq!(written.notes, (0..SIGNALS).collect::<Vec<_>>());
    assert!(written.runs > 40, "{} runs", written.runs);
    Ok(())
}

/// Senders that do not wait for each other: each one's signals stay in order.
#[durable::test]
async fn signals_and_updates_of_many_senders_at_once_are_handled_once(env: TestEnv) -> Result<()> {
    let notebook = Notebook::start(env.client(), notebook(5)).await?;
    let sender = |sender: u32| {
        let notebook = &notebook;
        async move {
            for number in 0..25 {
                let number = sender * 1000 + number;
                match number % 10 {
                    3 => drop(notebook.count_with(number).await?),
                    7 => notebook.note_later(number).await?,
                    _ => notebook.note(number).await?,
                }
            }
            Ok::<_, Error>(())
        }
    };
    let sent = tokio::join!(sender(1), sender(2), sender(3), sender(4), sender(5), sender(6));
    for sent in [sent.0, sent.1, sent.2, sent.3, sent.4, sent.5] {
        sent?;
    }
    let counted = notebook.finish().await?;
    let written = notebook.result().await?;
    // Those of `note_later` may come behind.
    assert!(counted <= 150, "{counted}");
    // There is hardly a moment without an update under way, and only there a run can end.
    assert!(written.runs > 1, "{} runs", written.runs);
    let mut sorted = written.notes.clone();
    sorted.sort_unstable();
    let all = (1..=6).flat_map(|sender| (0..25).map(move |number| sender * 1000 + number));
    assert_eq!(sorted, all.collect::<Vec<_>>());
    for sender in 1..=6 {
        let ordered = |number: &&u32| **number / 1000 == sender && **number % 10 != 7;
        let of_sender: Vec<_> = written.notes.iter().filter(ordered).collect();
        assert!(of_sender.is_sorted(), "{of_sender:?}");
    }
    Ok(())
}

#[durable::test(crash)]
async fn an_entity_survives_crashes(env: TestEnv) -> Result<Vec<u32>> {
    let notebook = Notebook::start(env.client(), notebook(2)).await?;
    for number in 0..6 {
        notebook.note(number).await?;
        notebook.count_with(10 + number).await?;
    }
    notebook.close().await?;
    let written = notebook.result().await?;
    assert_eq!(written.notes, [0, 10, 1, 11, 2, 12, 3, 13, 4, 14, 5, 15]);
    Ok(written.notes)
}

#[durable::test]
async fn an_update_is_answered_by_the_command_that_it_asked(env: TestEnv) -> Result<()> {
    let notebook = Notebook::start(env.client(), notebook(1)).await?;
    notebook.note(1).await?;
    assert_eq!(notebook.count_with(2).await?, 2);
    assert_eq!(notebook.count_with(3).await?, 3);
    // The end of its life waits for the reply, too.
    assert_eq!(notebook.finish().await?, 3);
    let written = notebook.result().await?;
    assert_eq!((written.notes, written.idle), (vec![1, 2, 3], false));
    Ok(())
}

/// The server may call an update again in the next run. So does a caller who has no answer and uses the same id.
#[durable::test]
async fn an_update_of_an_earlier_run_is_answered_and_not_handled_again(env: TestEnv) -> Result<()> {
    let notebook = Notebook::start(env.client(), notebook(2)).await?;
    let twice = || notebook.count_twice(5).update_id("five");
    assert_eq!(twice().await?, (1, 2));
    for number in 6..10 {
        notebook.note(number).await?;
    }
    eventually("further run", async || (notebook.runs().await.ok()? > 2).then_some(())).await;
    assert_eq!(twice().await?, (1, 2));
    assert_eq!(notebook.count_twice(10).await?, (7, 8));
    notebook.close().await?;
    let written = notebook.result().await?;
    assert_eq!(written.notes, [5, 5, 6, 7, 8, 9, 10, 10]);
    Ok(())
}

#[durable::test]
async fn what_comes_behind_the_end_is_handled_as_well(env: TestEnv) -> Result<()> {
    let mut behind = notebook(None);
    behind.inbox = [Command::Note(1), Command::Close, Command::Slowly(2)].into_iter().collect();
    let written = Notebook::execute(env.client(), behind).await?;
    assert_eq!(written.notes, [1, 2]);
    Ok(())
}

#[durable::test]
async fn an_entity_without_commands_ends_after_its_idle_timeout(env: TestEnv) -> Result<()> {
    let lonely = Notebook { idle_days: 30, ..notebook(None) };
    let notebook = Notebook::start(env.client(), lonely).await?;
    env.skip(Duration::from_secs(20 * DAY)).await?;
    assert_eq!(notebook.count_with(1).await?, 1);
    // The 30 days begin anew.
    env.skip(Duration::from_secs(20 * DAY)).await?;
    assert_eq!(notebook.count_with(2).await?, 2);
    let written = notebook.result().await?;
    assert_eq!((written.notes, written.idle), (vec![1, 2], true));
    Ok(())
}

#[durable::test]
async fn each_run_stays_short(env: TestEnv) -> Result<()> {
    let client = env.client();
    let notebook = Notebook::start(client, notebook(10)).await?;
    for number in 0..60 {
        notebook.count_with(number).await?;
    }
    let run = notebook.describe().await?.run_id().to_owned();
    assert_eq!(notebook.runs().await?, 7);
    let last = notebook.with_run_id(run);
    let lengths =
        (durable_tests::events(&notebook).await.len(), durable_tests::events(&last).await.len());
    assert!(lengths.0 < 150 && lengths.1 < 20, "{lengths:?} events");
    Replayer::new().history(notebook.history()).history(last.history()).run().await?;
    notebook.cancel("seen enough").await?;
    let ended = notebook.result().await;
    assert!(matches!(ended, Err(Error::Cancelled { .. })), "{ended:?}");
    Ok(())
}

/// The next run would not know of the cancellation.
#[durable::test]
async fn a_cancelled_entity_does_not_continue(env: TestEnv) -> Result<()> {
    let mut stubborn = notebook(1);
    stubborn.inbox = [Command::Stubborn(1), Command::Note(2)].into_iter().collect();
    let notebook = Notebook::start(env.client(), stubborn).await?;
    assert_eq!(notebook.runs().await?, 1);
    notebook.cancel("seen enough").await?;
    let ended = notebook.result_within(Duration::from_secs(20)).await;
    assert!(matches!(ended, Err(Error::Cancelled { .. })), "{ended:?}");
    Ok(())
}

#[durable::test]
async fn a_command_that_fails_fails_the_entity(env: TestEnv) -> Result<()> {
    let failing = Fragile::start(env.client(), Fragile::default()).await?;
    failing.hit("hard".to_owned()).await?;
    let Err(Error::Failed { failure, .. }) = failing.result().await else { panic!("it fails") };
    assert_eq!(failure.root().message(), "hard");
    Ok(())
}

/// Fails with its first command.
#[workflow(queue = "notebooks")]
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Fragile {
    inbox: Inbox<String>,
}

impl Entity for Fragile {
    type Command = String;
    type Reply = ();

    fn inbox(&self) -> &Inbox<String> {
        &self.inbox
    }

    fn carry(&self, inbox: Inbox<String>) -> Self {
        Self { inbox }
    }
}

#[workflow_methods]
impl Fragile {
    #[init]
    fn new(fragile: Fragile) -> Self {
        fragile
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        entity::run(ctx, EntityOptions::default(), async |_, hit| {
            Err(ApplicationFailure::non_retryable(hit).into())
        })
        .await?;
        Ok(())
    }

    #[signal]
    fn hit(&mut self, how: String) {
        self.inbox.push(how);
    }
}
