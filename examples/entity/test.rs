//! The account, as a user runs it, and through years and crashes.

#![allow(dead_code, reason = "what only the program uses is not used here")]

mod workflow;

use durable::testing::TestEnv;
use durable::{Error, Result};

use workflow::{Account, Closing, transfer};

#[test]
fn it_takes_orders_and_loses_none() {
    let text = crate::printed("entity");
    for line in [
        "50 deposits of 10 sent",
        "after a transfer of 120: 380",
        "1000 to grace is refused: there is no 1000 on the account",
        "5 to nobody is refused: there is no such account",
        "0 to grace is refused: nothing is to be transferred",
        "closed with 380",
    ] {
        assert!(text.lines().any(|printed| printed == line), "no line {line:?} in\n{text}");
    }
    // A run ends between two orders, and only when no update waits for its answer.
    assert!(text.contains("the account ended with 380 in run "), "{text}");
    assert!(!text.contains("in run 1\n"), "{text}");
}

#[durable::test(crash)]
async fn an_account_survives_crashes(env: TestEnv) -> Result<u64> {
    env.mock::<transfer>().returns("receipt".to_owned());
    let account = Account::start(env.client(), Account::of("ada")).await?;
    for amount in 1..=12 {
        account.deposit(amount).await?;
        account.transfer("grace".to_owned(), 1).await?;
    }
    account.close().await?;
    let Closing { balance, runs, abandoned } = account.result().await?;
    assert_eq!((balance, abandoned), (66, false));
    assert!(runs > 1, "{runs} runs");
    Ok(balance)
}

#[durable::test]
async fn orders_behind_the_end_are_refused_and_not_lost(env: TestEnv) -> Result<()> {
    let account = Account::start(env.client(), Account::of("ada")).await?;
    account.deposit(5).await?;
    let (closed, late) = tokio::join!(account.close(), account.transfer("grace".to_owned(), 1));
    // Which of the two came first is not known; both were answered, or the account was gone.
    let left = closed?;
    match late {
        Ok(balance) => assert_eq!((balance, left), (4, 4)),
        Err(Error::UpdateFailed { failure, .. }) => {
            assert!(failure.to_string().contains("closed"), "{failure}");
        }
        Err(other) => assert!(matches!(other, Error::NotFound { .. }), "{other:?}"),
    }
    Ok(())
}

#[durable::test]
async fn an_account_without_orders_is_abandoned_after_ten_years(env: TestEnv) -> Result<()> {
    let account = Account::start(env.client(), Account::of("ada")).await?;
    account.deposit(5).await?;
    let closing = account.result().await?;
    assert_eq!(closing, Closing { balance: 5, runs: 1, abandoned: true });
    Ok(())
}
