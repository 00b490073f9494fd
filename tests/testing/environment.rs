//! Environments: isolation, what is said at their end, and other servers.

use durable::client::SearchAttributeKey;
use durable::dev_server::{DevServer, SearchAttribute};
use durable::error::ConnectionError;
use durable::prelude::*;
use durable::testing::{TestEnv, TestEnvBuilder, TestingError};
use durable::{Error, Result};

use crate::flows::{Approval, DAY, Ledger, Order, Panicking, Sleeper, Waiting, Writing, charge};

#[durable::test]
async fn two_tests_may_use_one_id_on_one_queue(env: TestEnv) -> Result<()> {
    let other = TestEnv::start().await?;
    let here = Approval::start(env.client(), "same".to_owned()).await?;
    let there = Approval::start(other.client(), "same".to_owned()).await?;
    assert_eq!((here.id(), there.id()), ("approval-same", "approval-same"));
    here.approve().await?;
    assert_eq!(here.result().await?, "approved");
    assert_eq!(there.result().await?, "expired");
    other.finish().await?;
    Ok(())
}

#[durable::test]
async fn what_still_runs_is_terminated_and_said(_env: TestEnv) -> Result<()> {
    let env = TestEnv::start().await?;
    let waiting = Waiting::start(env.client()).id("left-behind").await?;
    // One that no worker has seen yet.
    Sleeper::schedule(env.client(), 1, Duration::from_secs(DAY)).id("delayed").await?;
    let finished = env.finish().await?;
    assert_eq!(finished.terminated, ["delayed", "left-behind"]);
    let outcome = waiting.result().await;
    assert!(matches!(outcome, Err(Error::Terminated { .. })), "{outcome:?}");
    Ok(())
}

#[durable::test]
async fn state_can_be_given_in_the_body(env: TestEnv) -> Result<()> {
    let ledger = Ledger::default();
    env.state(ledger.clone());
    assert_eq!(Writing::execute(env.client(), 2).await?, 2);
    let lines = ledger.0.lock().map(|lines| lines.clone()).unwrap_or_default();
    assert_eq!(lines, ["line 0", "line 1"]);
    Ok(())
}

#[durable::test]
async fn an_activity_that_was_given_nothing_says_what_it_needs(env: TestEnv) -> Result<()> {
    let error = Writing::start(env.client(), 1)
        .retry(durable::options::RetryOptions::default().maximum_attempts(1))
        .await?
        .result()
        .await
        .unwrap_err();
    let error = format!("{error:?}");
    assert!(error.contains("State<testing::flows::Ledger>"), "{error}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn it_works_without_the_macro_and_on_another_runtime() -> Result<()> {
    let env = TestEnv::start().await?;
    let charges = env.mock::<charge>().returns("mocked".to_owned());
    assert_eq!(Order::execute(env.client(), "7".to_owned()).await?, "mocked");
    assert_eq!(charges.count(), 1);
    let finished = env.finish().await?;
    assert_eq!((finished.replayed, finished.terminated.len()), (1, 0));
    Ok(())
}

#[tokio::test]
async fn an_environment_that_is_only_dropped_leaves_nothing_running() -> Result<()> {
    let env = TestEnv::start().await?;
    Sleeper::execute(env.client(), 1).await?;
    drop(env);
    Ok(())
}

#[tokio::test]
async fn it_runs_on_another_server_and_deletes_its_namespace() -> Result<()> {
    let server = DevServer::builder()
        .dynamic_config("frontend.WorkflowTimeSkippingEnabled", true)
        .start()
        .await?;
    let env = TestEnv::connect(server.address()).await?;
    let namespace = env.client().namespace().to_owned();
    // A server that isn't tuned for tests fires its timers up to a second late.
    let slept = Sleeper::execute(env.client(), DAY).await?;
    assert!((DAY..DAY + 60).contains(&slept), "{slept}");
    env.finish().await?;
    let again = Client::builder().address(server.address()).namespace(namespace).connect().await;
    assert!(
        matches!(again, Err(Error::Connection(ConnectionError::NamespaceNotFound { .. }))),
        "{again:?}"
    );
    server.shutdown().await?;
    Ok(())
}

#[tokio::test]
async fn a_server_that_does_not_skip_time_is_named() -> Result<()> {
    let server = DevServer::start().await?;
    let env = TestEnv::connect(server.address()).await?;
    let sleeper = Sleeper::start(env.client(), 1).await?;
    let error = env.skip(Duration::from_secs(1)).await.unwrap_err();
    assert!(
        matches!(error.downcast_ref(), Some(TestingError::TimeSkippingUnsupported { .. })),
        "{error:?}"
    );
    let error = error.to_string();
    assert!(error.contains(server.address()), "{error}");
    assert!(error.contains("1.32.0"), "says which version does: {error}");
    // What needs no skipping works all the same.
    assert!(sleeper.result().await? >= 1);
    assert!(Sleeper::execute(env.client(), 1).await? >= 1);
    env.finish().await?;
    server.shutdown().await?;
    Ok(())
}

#[tokio::test]
async fn no_server_is_an_error_that_says_where() {
    let error = TestEnv::connect("127.0.0.1:1").await.unwrap_err();
    assert!(matches!(&error, Error::Connection(ConnectionError::Unreachable { .. })), "{error:?}");
    assert!(error.to_string().contains("127.0.0.1:1"), "{error}");
}

fn impatient(env: TestEnvBuilder) -> TestEnvBuilder {
    env.timeout(Duration::from_secs(3))
}

#[durable::test(setup = impatient)]
#[should_panic(expected = "its workflow task fails: Workflow function panicked: out of luck")]
async fn a_test_that_hangs_says_what_it_waits_for(env: TestEnv) -> Result<()> {
    Panicking::execute(env.client()).await
}

durable::search_attributes! {
    const DECLARED: SearchAttributeKey<String> = SearchAttributeKey::keyword("TestedTier");
    // The server has it already, and refuses to be given it.
    const OWN: SearchAttributeKey<String> = SearchAttributeKey::keyword("WorkflowType");
}

#[durable::test]
async fn declared_search_attributes_exist(env: TestEnv) -> Result<()> {
    let start = Approval::start(env.client(), "declared".to_owned());
    let approval = start.search_attribute(&DECLARED, "gold".to_owned()).await?;
    approval.approve().await?;
    assert_eq!(approval.result().await?, "approved");
    let named = env.client().list::<Approval>().search_attribute(&OWN, "Approval".to_owned());
    named.count().await.map(drop)
}

#[tokio::test]
async fn a_search_attribute_has_one_type() {
    let builder = TestEnv::builder().search_attribute("TestedTier", SearchAttribute::Int);
    let error = builder.start().await.expect_err("it is declared as a keyword");
    let text = error.to_string();
    assert!(text.contains("set as Int, and declared as Keyword at tests/testing/"), "{text}");
}
