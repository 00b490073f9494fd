//! A trial of two weeks takes a fraction of a second here.

use durable::testing::TestEnv;
use trials::{Trial, send_mail};

#[durable::test]
async fn reminds_a_week_before_the_end(env: TestEnv) -> durable::Result<()> {
    let mails = env.mock::<send_mail>().returns(());

    let outcome = Trial::execute(env.client(), "ada".into(), "ada@example.com".into()).await?;

    assert_eq!(outcome, "the trial of ada is over");
    assert_eq!(mails.count(), 2);
    Ok(())
}

#[durable::test]
async fn ends_when_the_customer_subscribes(env: TestEnv) -> durable::Result<()> {
    let mails = env.mock::<send_mail>().returns(());
    let trial = Trial::start(env.client(), "ada".into(), "ada@example.com".into()).await?;

    trial.subscribe().await?;

    assert_eq!(trial.result().await?, "ada has subscribed");
    assert_eq!(mails.count(), 1);
    Ok(())
}
