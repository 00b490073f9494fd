//! Values that JSON, or the way through it, might not keep; and outputs that do not fit their type.

use std::collections::BTreeMap;

use durable::Error;
use durable::client::Payloads;
use durable::error::{FailureKind, INVALID_OUTPUT, InvalidOutput};
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::workflow::ActivityExecutionError;
use durable_tests::{attributes, unique};
use serde_json::Value;

use crate::client;

#[activity(queue = "values", retry(maximum_attempts = 1))]
async fn same(numbers: Vec<f64>) -> Vec<f64> {
    numbers
}

#[workflow(queue = "values")]
#[derive(Default)]
struct Floats;

#[workflow_methods]
impl Floats {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, numbers: Vec<f64>) -> WorkflowResult<Vec<f64>> {
        let numbers = same::execute_local(ctx, numbers).await?;
        Ok(same::execute(ctx, numbers).await?)
    }
}

#[tokio::test]
async fn doubles_come_back_as_they_were() {
    let client = client().await;
    let mut seed = 1_u64;
    let mut random = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from_bits(seed)
    };
    let mut numbers: Vec<f64> = std::iter::repeat_with(&mut random).take(3000).collect();
    numbers.retain(|number| number.is_finite());
    numbers.extend([0.1, -0.0, f64::MIN_POSITIVE, f64::MAX, 5e-324, 1e22, 9_007_199_254_740_993.0]);
    let bits = |numbers: &[f64]| numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>();

    let back = Floats::execute(&client, numbers.clone()).id(unique("values")).await.unwrap();
    assert_eq!(bits(&back), bits(&numbers));

    let text = serde_json::to_string(&numbers).unwrap();
    let input = Payloads::from(serde_json::from_str::<Value>(&text).unwrap());
    let run = client.start("Floats", "values", input).id(unique("values")).await.unwrap();
    let output = run.result().await.unwrap();
    let json: Vec<f64> = serde_json::from_value(output.json().unwrap()).unwrap();
    assert_eq!(bits(&json), bits(&numbers));
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Account {
    id: u128,
    balance: i128,
    limits: BTreeMap<String, u128>,
}

fn account() -> Account {
    let limits = BTreeMap::from([("day".to_owned(), u128::MAX - 1)]);
    Account { id: u128::MAX, balance: i128::MIN, limits }
}

#[activity(queue = "values", retry(maximum_attempts = 1))]
async fn before(number: u128, _account: Account) -> u128 {
    number - 1
}

#[activity(queue = "values", retry(maximum_attempts = 2, initial_interval = "10ms"))]
async fn resume(ctx: ActivityContext) -> Result<u128, ActivityError> {
    if let Some(progress) = ctx.progress::<u128>() {
        return Ok(progress);
    }
    ctx.heartbeat(&u128::MAX).await?;
    Err(ApplicationFailure::new("the first attempt fails").into())
}

#[derive(Serialize, Deserialize)]
#[workflow(queue = "values")]
struct Bank {
    account: Account,
    closed: bool,
}

#[workflow_methods]
impl Bank {
    #[init]
    fn new(account: Account) -> Self {
        Self { account, closed: false }
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Account> {
        ctx.wait_condition(|bank| bank.closed).await?;
        Ok(ctx.state(|bank| bank.account.clone()))
    }

    #[signal]
    fn pay(&mut self, amount: i128) {
        self.account.balance += amount;
    }

    #[signal]
    fn close(&mut self) {
        self.closed = true;
    }

    #[query]
    fn balance(&self, plus: i128) -> i128 {
        self.account.balance + plus
    }

    #[update]
    fn rename(&mut self, id: u128) -> u128 {
        std::mem::replace(&mut self.account.id, id)
    }
}

#[workflow(queue = "values")]
#[derive(Default)]
struct Holding;

#[workflow_methods]
impl Holding {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, account: Account) -> WorkflowResult<Account> {
        let id = before::execute_local(ctx, account.id, account.clone()).await?;
        let id = before::execute(ctx, id, account.clone()).await?;
        let progress = resume::execute(ctx).await?;
        let child = Bank::start_child(ctx, Account { id, ..account }).await?;
        child.pay(i128::MAX).await?;
        child.close().await?;
        let mut account = child.result().await?;
        account.limits.insert("progress".to_owned(), progress);
        Ok(account)
    }
}

#[tokio::test]
async fn integers_of_128_bits_travel_between_client_and_workflow() {
    let client = client().await;
    let bank = Bank::start(&client, account()).id(unique("values")).await.unwrap();
    assert_eq!(bank.balance(i128::MAX).await.unwrap(), -1);
    bank.pay(5).await.unwrap();
    assert_eq!(bank.balance(0).await.unwrap(), i128::MIN + 5);
    assert_eq!(bank.rename(u128::MAX - 1).await.unwrap(), u128::MAX);
    let update = bank.rename(u128::MAX).start().await.unwrap();
    assert_eq!(update.result().await.unwrap(), u128::MAX - 1);
    let state: Bank = bank.state().await.unwrap();
    assert_eq!(state.account, Account { balance: i128::MIN + 5, ..account() });
    bank.close().await.unwrap();
    assert_eq!(bank.result().await.unwrap(), state.account);
}

#[tokio::test]
async fn integers_of_128_bits_travel_between_workflow_activity_and_child() {
    let client = client().await;
    let back = Holding::execute(&client, account()).id(unique("values")).await.unwrap();
    assert_eq!((back.id, back.balance), (u128::MAX - 2, -1));
    assert_eq!(back.limits["progress"], u128::MAX);
}

#[derive(Debug, Serialize, Deserialize)]
struct Measurement {
    place: String,
    value: f64,
}

fn secret() -> Vec<Measurement> {
    let measured = |value| Measurement { place: "secret".to_owned(), value };
    vec![measured(1.0), measured(f64::NAN)]
}

/// JSON writes NaN as null, which is no number.
#[activity(queue = "values", retry(maximum_attempts = 1))]
async fn measure() -> Vec<Measurement> {
    secret()
}

#[workflow(queue = "values")]
#[derive(Default)]
struct Measuring;

#[workflow_methods]
impl Measuring {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, how: String) -> WorkflowResult<Vec<Measurement>> {
        match how.as_str() {
            "activity" => Ok(measure::execute(ctx).await?),
            "local activity" => Ok(measure::execute_local(ctx).await?),
            "child" => Ok(Self::execute_child(ctx, String::new()).await?),
            "handled" => {
                let error = measure::execute(ctx).await.expect_err("it does not fit");
                assert!(matches!(error, ActivityExecutionError::Failed(_)), "{error:?}");
                let invalid = error.downcast::<InvalidOutput>().expect("it says so");
                Ok(vec![Measurement { place: invalid.problem, value: 0.0 }])
            }
            _ => Ok(secret()),
        }
    }
}

#[tokio::test]
async fn an_output_that_does_not_fit_is_an_error_of_the_call_which_names_callee_and_path() {
    let client = client().await;
    for (how, what) in [
        ("activity", "the output of activity `measure`"),
        ("local activity", "the output of activity `measure`"),
        ("child", "the output of child workflow `Measuring`"),
    ] {
        let run = Measuring::start(&client, how.to_owned()).id(unique("values")).await.unwrap();
        let error = run.result_within(Duration::from_secs(15)).await.unwrap_err();
        let invalid: InvalidOutput = error.downcast().unwrap_or_else(|| panic!("{how}: {error:?}"));
        assert_eq!(invalid.what, what);
        assert_eq!(invalid.problem, "at `[1].value`: invalid type: null, expected f64");
        let Error::Failed { failure, .. } = &error else { panic!("{how}: {error:?}") };
        let root = FailureKind::Application {
            type_name: Some(INVALID_OUTPUT.to_owned()),
            non_retryable: true,
        };
        assert_eq!(failure.root().kind(), &root, "{how}");
        assert!(!format!("{error:?}").contains("secret"), "{how}: {error:?}");
        assert!(attributes(&run, EventType::WorkflowTaskFailed).await.is_empty(), "{how}");
    }
    let handled = Measuring::execute(&client, "handled".to_owned()).id(unique("values")).await;
    assert!(handled.unwrap()[0].place.starts_with("at `[1].value`"));
}
