//! A start together with a signal or an update, and what a start does when its id is taken.

use durable::Error;
use durable::client::{
    Idempotency, SearchAttributeKey, WorkflowExecutionStatus, WorkflowIdConflictPolicy,
    WorkflowIdReusePolicy,
};
use durable::prelude::*;
use durable_tests::plugged::flipping;
use durable_tests::unique;

use crate::client;

/// Keeps what is put into it until it is told to end, well or badly.
#[workflow(queue = "with-start", id = "cart-{}")]
#[derive(Default)]
struct CartWorkflow {
    items: Vec<String>,
    end: Option<bool>,
}

#[workflow_methods]
impl CartWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, customer: String) -> WorkflowResult<String> {
        ctx.wait_condition(|state| state.end.is_some()).await?;
        if ctx.state(|state| state.end == Some(false)) {
            return Err(ApplicationFailure::new("the cart was left behind").into());
        }
        Ok(format!("{customer}: {}", ctx.state(|state| state.items.join(", "))))
    }

    #[signal]
    fn add(&mut self, item: String) {
        self.items.push(item);
    }

    #[signal]
    fn end(&mut self, well: bool) {
        self.end = Some(well);
    }

    #[update]
    fn add_and_count(&mut self, item: String) -> usize {
        self.items.push(item);
        self.items.len()
    }

    #[update_validator(add_and_count)]
    fn check_add(&self, item: &str) -> Result<(), String> {
        if item.is_empty() { Err("nothing to add".to_owned()) } else { Ok(()) }
    }

    #[update]
    async fn check_out(ctx: &mut WorkflowContext<Self>) -> usize {
        // Ends after the run would, if nobody waited for it.
        let _ = ctx.sleep(Duration::from_millis(50)).await;
        ctx.state_mut(|state| {
            state.end = Some(true);
            state.items.len()
        })
    }
}

fn problem<T>(result: durable::Result<T>) -> String {
    let error = result.err().expect("it is refused");
    assert!(matches!(error, Error::InvalidOptions { .. }), "{error:?}");
    format!("{error:?}")
}

#[tokio::test]
async fn a_signal_starts_the_workflow_or_reaches_the_one_that_runs() -> durable::Result<()> {
    let client = client().await;
    let customer = unique("signal");
    let start = || CartWorkflow::start(&client, customer.clone());

    let cart = start().with_signal(|cart| cart.add("pear".to_owned())).await?;
    assert_eq!(cart.id(), format!("cart-{customer}"), "the id is that of the template");
    let same = start().with_signal(|cart| cart.add("fig".to_owned())).await?;
    assert_eq!(same.run_id(), cart.run_id());

    cart.end(true).await?;
    assert_eq!(cart.result().await?, format!("{customer}: pear, fig"));
    Ok(())
}

#[tokio::test]
async fn an_update_starts_the_workflow_or_reaches_the_one_that_runs() -> durable::Result<()> {
    let client = client().await;
    let customer = unique("update");
    let start = || CartWorkflow::start(&client, customer.clone());

    assert_eq!(start().with_update(|cart| cart.add_and_count("pear".to_owned())).await?, 1);
    assert_eq!(start().with_update(|cart| cart.add_and_count("fig".to_owned())).await?, 2);

    let update_id = unique("check-out");
    let update = start().with_update(|cart| cart.check_out().update_id(&update_id));
    let (cart, checking_out) = update.start().await?;
    assert_eq!(checking_out.id(), update_id);
    assert_eq!(checking_out.result().await?, 2);
    assert_eq!(cart.result().await?, format!("{customer}: pear, fig"));
    Ok(())
}

#[tokio::test]
async fn the_options_of_the_start_go_with_the_signal_and_the_update() -> durable::Result<()> {
    let connected = client().await;
    // A codec, so that what is not encoded would not be read.
    let client = Client::builder().address(connected.address()).data_converter(flipping());
    let client = client.connect().await?;
    let tier = SearchAttributeKey::keyword("CustomerTier");
    let queue = unique("nobody");
    let start = |id: &str| {
        CartWorkflow::start(&client, "x".to_owned())
            .id(id)
            .task_queue(&queue)
            .execution_timeout(Duration::from_secs(600))
            .run_timeout(Duration::from_secs(300))
            .memo("note", "fragile".to_owned())
            .search_attribute(&tier, "gold".to_owned())
            .summary("a cart")
            .request_id(format!("request-of-{id}"))
    };

    let delayed = start(&unique("delayed")).start_delay(Duration::from_secs(60));
    let signalled = delayed.with_signal(|cart| cart.add("pear".to_owned())).await?;
    let updating = unique("updating");
    let waiting = tokio::spawn(
        start(&updating).with_update(|cart| cart.add_and_count("pear".to_owned())).into_future(),
    );
    let updated = CartWorkflow::handle(&client, &updating);
    durable_tests::eventually("start", || async { updated.describe().await.ok() }).await;

    for cart in [&signalled, &updated] {
        let described = cart.describe().await?;
        assert_eq!(described.task_queue(), queue);
        assert_eq!(described.search_attributes().get(&tier), Some("gold".to_owned()));
        let note = described.memo().get::<String>("note").expect("it is text");
        assert_eq!(note.as_deref(), Some("fragile"));
        let config = described.raw().execution_config.clone().expect("it is there");
        assert_eq!(config.workflow_execution_timeout.map(|timeout| timeout.seconds), Some(600));
        assert_eq!(config.workflow_run_timeout.map(|timeout| timeout.seconds), Some(300));
        assert!(config.user_metadata.and_then(|metadata| metadata.summary).is_some());
    }
    let described = signalled.describe().await?;
    let waits = described
        .execution_time()
        .expect("a time")
        .duration_since(described.start_time().expect("a time"));
    assert_eq!(waits.expect("later").as_secs(), 60);

    waiting.abort();
    signalled.terminate("done").await?;
    updated.terminate("done").await
}

#[tokio::test]
async fn what_a_request_cannot_carry_is_refused() {
    let client = client().await;
    let start = || CartWorkflow::start(&client, unique("refused"));
    let pear = || "pear".to_owned();

    let fail = start().id_conflict_policy(WorkflowIdConflictPolicy::Fail);
    let text = problem(fail.with_signal(|cart| cart.add(pear())).await);
    assert!(text.contains("does not support the id conflict policy `Fail`"), "{text}");
    let text = problem(start().eager(true).with_signal(|cart| cart.add(pear())).await);
    assert!(text.contains("a signal-with-start cannot be eager"), "{text}");

    let many = start().cron_schedule("@daily").eager(true);
    let text = problem(many.with_update(|cart| cart.add_and_count(pear())).await);
    assert!(text.contains("does not support a cron schedule"), "{text}");
    assert!(text.contains("an update-with-start cannot be eager"), "{text}");
    let delayed = start().start_delay(Duration::from_secs(1));
    let text = problem(delayed.with_update(|cart| cart.add_and_count(pear())).await);
    assert!(text.contains("does not support a start delay"), "{text}");

    let other = CartWorkflow::handle(&client, "another-cart");
    let text = problem(start().with_signal(|_| other.add(pear())).await);
    assert!(text.contains("is addressed to workflow `another-cart`"), "{text}");
    let text = problem(start().with_update(|_| other.add_and_count(pear())).await);
    assert!(text.contains("the handle that is passed to the closure"), "{text}");
}

#[tokio::test]
async fn errors_of_a_start_with_an_update_are_those_of_the_part_that_failed() -> durable::Result<()>
{
    let client = client().await;
    let customer = unique("rejected");
    let start = || CartWorkflow::start(&client, customer.clone());

    let rejected = start().with_update(|cart| cart.add_and_count(String::new())).await;
    let rejected = rejected.expect_err("the validator rejects it");
    assert!(matches!(rejected, Error::UpdateFailed { .. }), "{rejected:?}");
    assert!(format!("{rejected:?}").contains("nothing to add"), "{rejected:?}");

    let cart = start().with_signal(|cart| cart.end(true)).await?;
    cart.result().await?;
    for policy in ["reuse policy", "idempotency"] {
        let start = || match policy {
            "reuse policy" => start().id_reuse_policy(WorkflowIdReusePolicy::RejectDuplicate),
            _ => start().idempotency(Idempotency::OncePerId),
        };
        let signalled = start().with_signal(|cart| cart.add("pear".to_owned())).await.map(drop);
        let updated = start().with_update(|cart| cart.add_and_count("pear".to_owned())).await;
        for refused in [signalled, updated.map(drop)] {
            let refused = refused.expect_err("the id may not be used again");
            let Error::AlreadyStarted { workflow_id, run_id } = refused else {
                panic!("{refused:?}")
            };
            assert_eq!((workflow_id.as_str(), run_id.as_deref()), (cart.id(), cart.run_id()));
        }
    }
    Ok(())
}

/// Starts again, and returns the result in the words of the table of [`Idempotency`].
async fn second(
    client: &Client,
    predecessor: &str,
    idempotency: Option<Idempotency>,
) -> durable::Result<&'static str> {
    let customer = unique("twice");
    let first = CartWorkflow::start(client, customer.clone()).await?;
    match predecessor {
        "completed" => first.end(true).await?,
        "failed" => first.end(false).await?,
        "terminated" => first.terminate("to see").await?,
        _ => {}
    }
    if predecessor != "running" {
        assert_eq!(first.result().await.is_ok(), predecessor == "completed");
    }
    let start = CartWorkflow::start(client, customer);
    let second = match idempotency {
        Some(idempotency) => start.idempotency(idempotency).await,
        None => start.await,
    };
    let said = match second {
        Err(Error::AlreadyStarted { run_id, .. }) => {
            assert_eq!(run_id.as_deref(), first.run_id());
            "refused"
        }
        Err(error) => return Err(error),
        Ok(second) if second.run_id() == first.run_id() => "its handle",
        Ok(second) => {
            assert_eq!(second.describe().await?.status(), WorkflowExecutionStatus::Running);
            second.terminate("done").await?;
            "starts"
        }
    };
    if predecessor == "running" {
        first.terminate("done").await?;
    }
    Ok(said)
}

#[tokio::test]
async fn a_second_start_of_an_id_does_what_its_idempotency_says() -> durable::Result<()> {
    let client = client().await;
    let table = [
        (Some(Idempotency::OncePerId), ["refused", "refused", "refused", "refused"]),
        (Some(Idempotency::RetryIfFailed), ["refused", "refused", "starts", "starts"]),
        (Some(Idempotency::AllowDuplicate), ["refused", "starts", "starts", "starts"]),
        (Some(Idempotency::UseExisting), ["its handle", "starts", "starts", "starts"]),
        (None, ["refused", "starts", "starts", "starts"]),
    ];
    for (idempotency, expected) in table {
        for (predecessor, expected) in
            ["running", "completed", "failed", "terminated"].into_iter().zip(expected)
        {
            let said = second(&client, predecessor, idempotency).await?;
            assert_eq!(said, expected, "{idempotency:?} after one that is {predecessor}");
        }
    }
    Ok(())
}
