//! In an environment, workflows that are started with a signal, with an update or by name are its
//! own like all others: time skips for them, and they are terminated and replayed at the end.

use durable::Result;
use durable::client::Payloads;
use durable::prelude::*;
use durable::testing::TestEnv;
use serde_json::json;

use crate::flows::DAY;

/// Ends a week after the last word, and counts them.
#[workflow(queue = "with-start", id = "talk-{}")]
#[derive(Default)]
struct Talk {
    words: u32,
}

#[workflow_methods]
impl Talk {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, _with: String) -> WorkflowResult<u32> {
        let week = Duration::from_secs(7 * DAY);
        loop {
            let heard = ctx.state(|state| state.words);
            if !ctx.wait_condition_timeout(|state| state.words > heard, week).await? {
                return Ok(heard);
            }
        }
    }

    #[signal]
    fn say(&mut self) {
        self.words += 1;
    }

    #[update]
    fn ask(&mut self) -> u32 {
        self.words += 1;
        self.words
    }
}

#[durable::test(time_skipping = "always")]
async fn time_skips_from_the_start_with_a_signal(env: TestEnv) -> Result<()> {
    let talk = Talk::start(env.client(), "ada".to_owned()).with_signal(TalkHandle::say).await?;
    // Nobody waits by `result()`, which would let time skip.
    assert_eq!(talk.result_within(Duration::from_secs(30)).await?, 1);
    Ok(())
}

#[durable::test(time_skipping = "always")]
async fn time_skips_from_the_start_with_an_update(env: TestEnv) -> Result<()> {
    let start = Talk::start(env.client(), "ada".to_owned());
    let (talk, asked) = start.with_update(TalkHandle::ask).start().await?;
    assert_eq!(asked.result().await?, 1);
    assert_eq!(talk.result_within(Duration::from_secs(30)).await?, 1);
    Ok(())
}

#[durable::test]
async fn what_they_started_is_skipped_by_hand_and_awaited(env: TestEnv) -> Result<()> {
    let start = || Talk::start(env.client(), "ada".to_owned());
    let talk = start().with_signal(TalkHandle::say).await?;
    env.skip(Duration::from_secs(6 * DAY)).await?;
    assert_eq!(start().with_update(TalkHandle::ask).await?, 2, "it runs still");
    assert_eq!(talk.result().await?, 2);

    let by_name = env.client().start("Talk", "with-start", json!("bob")).await?;
    assert_eq!(by_name.result().await?.json()?, json!(0));
    Ok(())
}

#[durable::test]
async fn what_they_started_is_terminated_at_the_end(_env: TestEnv) -> Result<()> {
    let env = TestEnv::start().await?;
    let start = |with: &str| Talk::start(env.client(), with.to_owned());
    start("signal").with_signal(TalkHandle::say).await?;
    start("update").with_update(TalkHandle::ask).await?;
    let by_name = env.client().start("Talk", "with-start", json!("name")).id("talk-name");
    by_name.with_update(|talk| talk.update("ask", Payloads::none())).await?;
    let finished = env.finish().await?;
    assert_eq!(finished.terminated, ["talk-name", "talk-signal", "talk-update"]);
    assert_eq!(finished.replayed, 3);
    Ok(())
}
