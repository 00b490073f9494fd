//! Lists and counts of workflows, and what workflows say of themselves for others to find.

use std::time::SystemTime;

use durable::Error;
use durable::client::{
    AnyWorkflow, ListWorkflowsCall, Payloads, SearchAttributeKey, WorkflowExecutionStatus,
};
use durable::prelude::*;
use durable::workflow::PayloadConversionError;
use durable_tests::{eventually, unique};
use serde_json::json;

use crate::client;

const TIER: SearchAttributeKey<String> = SearchAttributeKey::keyword("CustomerTier");
const AMOUNT: SearchAttributeKey<f64> = SearchAttributeKey::float("Amount");

/// Says of itself what it is told to, until it is told to end.
#[workflow(queue = "listing")]
#[derive(Default)]
struct SaleWorkflow {
    end: Option<bool>,
}

#[workflow_methods]
impl SaleWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        ctx.wait_condition(|state| state.end.is_some()).await?;
        if ctx.state(|state| state.end == Some(false)) {
            return Err(ApplicationFailure::new("it was not sold").into());
        }
        Ok(())
    }

    #[signal]
    fn end(&mut self, well: bool) {
        self.end = Some(well);
    }

    #[update]
    fn describe_as(
        &mut self,
        ctx: &mut SyncWorkflowContext<Self>,
        tier: String,
        amount: f64,
    ) -> Result<Option<f64>, PayloadConversionError> {
        ctx.set_search_attribute(&TIER, tier.clone())?;
        // JSON has no such number, so it cannot be an input.
        let amount = if amount < 0.0 { f64::INFINITY } else { amount };
        ctx.set_search_attribute(&AMOUNT, amount)?;
        ctx.set_memo("tier", tier.clone())?;
        ctx.set_memo("amount", amount)?;
        ctx.set_current_details(format!("**{tier}**, {amount}"));
        Ok(ctx.search_attributes().get(&AMOUNT))
    }

    #[update]
    fn forget_amount(
        &mut self,
        ctx: &mut SyncWorkflowContext<Self>,
    ) -> Result<Option<f64>, PayloadConversionError> {
        ctx.remove_search_attribute(&AMOUNT);
        ctx.remove_memo("amount")?;
        Ok(ctx.search_attributes().get(&AMOUNT))
    }
}

/// Never runs.
#[workflow(queue = "listing")]
#[derive(Default)]
struct OtherSaleWorkflow;

#[workflow_methods]
impl OtherSaleWorkflow {
    #[run]
    async fn run() -> WorkflowResult<()> {
        Ok(())
    }
}

/// The ids of a list, once there are as many as expected, sorted.
async fn ids<W: durable::client::HasHandle>(
    expected: usize,
    list: impl Fn() -> ListWorkflowsCall<W>,
) -> Vec<String> {
    let what = format!("list of {expected} for {}", list().query());
    eventually(&what, || async {
        let mut ids: Vec<_> =
            list().await.expect("it lists").iter().map(|it| it.id().to_owned()).collect();
        ids.sort();
        (ids.len() == expected).then_some(ids)
    })
    .await
}

#[tokio::test]
async fn what_a_workflow_says_of_itself_is_found_and_read() -> durable::Result<()> {
    let client = client().await;
    let tier = unique("tier");
    let sale = SaleWorkflow::start(&client).id(unique("sale")).await?;
    // It sees itself what it said, at once.
    assert_eq!(sale.describe_as(tier.clone(), 12.5).await?, Some(12.5));

    let described = sale.describe().await?;
    assert_eq!(described.search_attributes().get(&TIER), Some(tier.clone()));
    assert_eq!(described.search_attributes().get(&AMOUNT), Some(12.5));
    assert_eq!(described.memo().get::<f64>("amount").expect("a number"), Some(12.5));
    let found = || client.list::<SaleWorkflow>().search_attribute(&TIER, tier.clone());
    assert_eq!(ids(1, found).await, [sale.id()]);
    let within = || found().search_attribute_in(&AMOUNT, 12.0..=12.5);
    assert_eq!(ids(1, within).await, [sale.id()]);
    assert_eq!(found().search_attribute_in(&AMOUNT, 12.0..12.5).await?.len(), 0);
    let listed = found().await?;
    assert_eq!(listed[0].search_attributes().get(&AMOUNT), Some(12.5));
    assert_eq!(listed[0].memo().get::<String>("tier").expect("text"), Some(tier.clone()));

    // The web UI reads the current details so.
    let metadata = client.workflow(sale.id());
    let metadata = metadata.query("__temporal_workflow_metadata", Payloads::none()).await?;
    assert_eq!(metadata.json()?["currentDetails"], json!(format!("**{tier}**, 12.5")));

    assert_eq!(sale.forget_amount().await?, None);
    let described = sale.describe().await?;
    assert!(!described.search_attributes().contains_key(&AMOUNT));
    assert!(described.search_attributes().contains_key(&TIER));
    assert_eq!(described.memo().get::<f64>("amount").expect("nothing"), None);
    ids(0, within).await;
    assert_eq!(ids(1, || found().matching("Amount IS NULL")).await, [sale.id()]);

    let infinite = sale.describe_as(tier, -1.0).await.expect_err("it cannot be stored");
    assert!(format!("{infinite:?}").contains("the search attribute `Amount`"), "{infinite:?}");
    sale.end(true).await?;
    sale.result().await
}

#[tokio::test]
async fn a_list_is_narrowed_by_what_workflows_are() -> durable::Result<()> {
    let client = client().await;
    let prefix = unique("narrowed");
    let before = SystemTime::now();
    let id = |name: &str| format!("{prefix}-{name}");
    let running = SaleWorkflow::start(&client).id(id("running")).await?;
    let completed = SaleWorkflow::start(&client).id(id("completed")).await?;
    completed.end(true).await?;
    completed.result().await?;
    let failed = SaleWorkflow::start(&client).id(id("failed")).await?;
    failed.end(false).await?;
    failed.result().await.expect_err("it fails");
    let queue = unique("nobody");
    let other = OtherSaleWorkflow::start(&client).id(id("other")).task_queue(&queue).await?;
    let after = SystemTime::now();

    let all = || client.list_all().id_starting_with(&prefix);
    ids(4, all).await;
    let sales = || client.list::<SaleWorkflow>().id_starting_with(&prefix);
    assert_eq!(ids(3, sales).await, [id("completed"), id("failed"), id("running")]);
    let status = |status| sales().status(status);
    assert_eq!(ids(1, || status(WorkflowExecutionStatus::Failed)).await, [id("failed")]);
    let ended =
        || status(WorkflowExecutionStatus::Failed).status(WorkflowExecutionStatus::Completed);
    assert_eq!(ids(2, ended).await, [id("completed"), id("failed")]);
    assert_eq!(ids(2, || sales().closed(before..)).await, [id("completed"), id("failed")]);
    assert_eq!(ids(3, || sales().started(before..=after)).await.len(), 3);
    assert_eq!(ids(0, || sales().started(..before)).await.len(), 0);
    let two = || client.list_all().id(id("other")).id(id("running"));
    assert_eq!(ids(2, two).await, [id("other"), id("running")]);
    assert_eq!(ids(1, || client.list_all().task_queue(&queue)).await, [id("other")]);
    assert_eq!(ids(1, || all().workflow_type("OtherSaleWorkflow")).await, [id("other")]);
    let either = || sales().matching("ExecutionStatus = 'Failed' OR ExecutionStatus = 'Running'");
    assert_eq!(ids(2, either).await, [id("failed"), id("running")]);

    assert_eq!(sales().limit(2).await?.len(), 2);
    let mut stream = all().stream();
    let mut seen = 0;
    while let Some(workflow) = stream.next().await? {
        assert!(workflow.id().starts_with(&prefix) && workflow.start_time() >= Some(before));
        seen += 1;
    }
    assert_eq!(seen, 4);

    assert_eq!(all().count().await?, 4);
    let counts = sales().count_by_status().await?;
    assert_eq!(counts.len(), 3, "{counts:?}");
    assert_eq!(counts.get(&WorkflowExecutionStatus::Running), Some(&1));
    assert_eq!(counts.get(&WorkflowExecutionStatus::Completed), Some(&1));
    assert!(client.list_all().count_by_status().await?.values().sum::<usize>() >= 4);

    // What is listed has a handle, of its type or untyped.
    let listed = sales().status(WorkflowExecutionStatus::Running).await?;
    let handle = listed[0].handle();
    assert_eq!((handle.id(), handle.run_id()), (running.id(), running.run_id()));
    handle.end(true).await?;
    assert_eq!(
        client.list_all().id(id("running")).await?[0].handle().result().await?.json()?,
        json!(null)
    );
    other.terminate("done").await
}

#[tokio::test]
async fn no_value_breaks_a_query() -> durable::Result<()> {
    let client = client().await;
    let tier = unique("it's");
    let queue = unique("nobody");
    let start = SaleWorkflow::start(&client).task_queue(&queue);
    let sale = start.search_attribute(&TIER, tier.clone()).await?;
    let of = |tier: &str| client.list_all().search_attribute(&TIER, tier.to_owned());
    assert_eq!(ids(1, || of(&tier)).await, [sale.id()]);

    for tier in ["x' OR CustomerTier != 'x", r"\", r"\' OR 1 = 1 --", "\"", "`", "a\nb", "%"] {
        let listed = of(tier).await.unwrap_or_else(|error| panic!("{tier}: {error:?}"));
        assert_eq!(listed.len(), 0, "{tier}");
        assert_eq!(client.list_all().id(tier).count().await?, 0, "{tier}");
        assert_eq!(client.list_all().id_starting_with(tier).count().await?, 0, "{tier}");
    }
    // The server would strip these quotes, and find something else.
    for tier in ["'", "'x", "x'"] {
        let refused = [
            of(tier).await.map(drop),
            of(tier).count().await.map(drop),
            client.list_all().id_starting_with(tier).count_by_status().await.map(drop),
            client.list_schedules().search_attribute(&TIER, tier.to_owned()).await.map(drop),
        ];
        for refused in refused {
            let refused = refused.expect_err("it is refused");
            assert!(matches!(refused, Error::InvalidQuery { .. }), "{tier}: {refused:?}");
        }
    }
    sale.terminate("done").await
}

#[tokio::test]
async fn no_filter_lifts_the_type_of_a_list() -> durable::Result<()> {
    let client = client().await;
    let prefix = unique("lifted");
    let id = |name: &str| format!("{prefix}-{name}");
    let sale = SaleWorkflow::start(&client).id(id("sale")).await?;
    let queue = unique("nobody");
    let other = OtherSaleWorkflow::start(&client).id(id("other")).task_queue(queue).await?;
    ids(2, || client.list_all().id_starting_with(&prefix)).await;

    let sales = |filter: &str| client.list::<SaleWorkflow>().matching(filter);
    let everything = format!("WorkflowId STARTS_WITH '{prefix}'");
    for filter in [
        everything.clone(),
        format!("WorkflowId = '{prefix}' OR ({everything})"),
        format!("{everything} OR WorkflowId = ') OR ('"),
        format!("WorkflowType = 'OtherSaleWorkflow' OR {everything}"),
        format!(r"{everything} OR WorkflowId = 'it\'s' OR WorkflowId = 'it''s'"),
    ] {
        assert_eq!(ids(1, || sales(&filter)).await, [id("sale")], "{filter}");
        assert_eq!(sales(&filter).count().await?, 1, "{filter}");
    }
    for filter in [
        format!("WorkflowId = 'x') OR ({everything}"),
        format!("WorkflowId = 'x' /* ' */ ) OR ({everything} /* ' */"),
        format!("WorkflowId = 'x' -- '\n) OR ({everything} -- '"),
        format!("@@a' = 1) OR ({everything} OR WorkflowId = 'x'"),
        "WorkflowId = 'x".to_owned(),
        String::new(),
    ] {
        for error in [
            sales(&filter).await.map(drop).expect_err("list"),
            sales(&filter).count().await.map(drop).expect_err("count"),
            sales(&filter).count_by_status().await.map(drop).expect_err("count by status"),
        ] {
            assert!(matches!(error, Error::InvalidQuery { .. }), "{filter}: {error:?}");
        }
    }
    let schedules = client.list_schedules().matching("a = 1) OR (b = 2").await;
    assert!(matches!(schedules, Err(Error::InvalidQuery { .. })), "{schedules:?}");
    other.terminate("done").await?;
    sale.terminate("done").await
}

#[tokio::test]
async fn a_query_that_cannot_be_answered_says_what_is_wrong() {
    let client = client().await;
    let nonsense = SearchAttributeKey::keyword("Nonsense");
    let list = || client.list_all().search_attribute(&nonsense, "x".to_owned());
    for error in [
        list().await.map(drop).expect_err("list"),
        list().count().await.map(drop).expect_err("count"),
        list().count_by_status().await.map(drop).expect_err("count by status"),
        client.list::<AnyWorkflow>().matching("Nonsense =").await.map(drop).expect_err("syntax"),
    ] {
        assert!(matches!(error, Error::InvalidQuery { .. }), "{error:?}");
        assert!(format!("{error:?}").contains("Nonsense"), "{error:?}");
    }

    let unknown = SaleWorkflow::start(&client).search_attribute(&nonsense, "x".to_owned()).await;
    let unknown = format!("{:?}", unknown.expect_err("the server does not have it"));
    assert!(unknown.contains("Nonsense"), "{unknown}");
    let infinite = SaleWorkflow::start(&client).search_attribute(&AMOUNT, f64::INFINITY).await;
    let infinite = infinite.expect_err("it cannot be stored");
    assert!(matches!(infinite, Error::InvalidOptions { .. }), "{infinite:?}");
    assert!(format!("{infinite:?}").contains("the search attribute `Amount`"), "{infinite:?}");
}
