//! The workflow on a real Temporal server, with time that skips and an activity that is mocked.

use durable::testing::TestEnv;
use my_project::activities::send_mail;
use my_project::workflows::{Customer, Outcome, WelcomeWorkflow};

fn ada() -> Customer {
    Customer { id: "7".to_owned(), address: "ada@example.com".to_owned() }
}

#[durable::test]
async fn reminds_a_customer_after_three_days(env: TestEnv) -> durable::Result<()> {
    let mails = env.mock::<send_mail>().returns(());

    let outcome = WelcomeWorkflow::execute(env.client(), ada()).await?;

    assert_eq!(outcome, Outcome::Reminded);
    assert_eq!(mails.count(), 2);
    Ok(())
}

#[durable::test]
async fn does_not_remind_a_customer_who_confirmed(env: TestEnv) -> durable::Result<()> {
    let mails = env.mock::<send_mail>().returns(());

    let welcome = WelcomeWorkflow::start(env.client(), ada()).await?;
    welcome.confirm().await?;

    assert_eq!(welcome.result().await?, Outcome::Confirmed);
    assert_eq!(mails.count(), 1);
    Ok(())
}
