//! `Debug` of types that hold values of the user.

use durable::Client;
use durable::client::ScheduleSpec;
use durable::codec::{Encryption, Key};
use durable::prelude::*;
use durable::testing::{ActivityTest, TestEnv};
use serde_json::json;

use crate::auto_traits::Flow;

const SECRET: &str = "4929-1234";
const KEY: &[u8; 32] = b"4929-1234 4929-1234 4929-1234 49";

#[durable::test]
async fn debug_prints_no_values_of_the_user(env: TestEnv) -> durable::Result<()> {
    let client = env.client();
    let start = || Flow::start(client, SECRET.to_owned()).id("flow-1");
    let handle = client.workflow("flow-1");
    let input = || [json!(SECRET)];
    let untyped = || client.start("Flow", "public-items", input());
    let texts = [
        format!("{:?}", start()),
        format!("{:?}", Flow::execute(client, SECRET.to_owned()).id("flow-1")),
        format!("{:?}", start().memo("card", SECRET)),
        format!("{:?}", start().create_schedule("flow-1", ScheduleSpec::new())),
        format!("{:?}", handle.signal("pay", input())),
        format!("{:?}", handle.query("paid", input())),
        format!("{:?}", handle.update("pay", input())),
        format!("{:?}", untyped().id("flow-1").with_signal(|flow| flow.signal("pay", input()))),
        format!("{:?}", untyped().id("flow-1").with_update(|flow| flow.update("pay", input()))),
    ];
    for text in texts {
        assert!(text.contains("flow-1"), "{text}");
        assert!(!text.contains(SECRET), "{text}");
    }
    let address = "http://me:4929-1234@127.0.0.1:1";
    let connected = Client::builder().address(client.address()).without_tls();
    let connected = connected.api_key(SECRET).header("tenant", SECRET).connect().await?;
    let secrets = [
        format!("{connected:?}"),
        format!("{:?}", Client::builder().address(address)),
        format!("{:?}", Client::builder().proxy("127.0.0.1:1").proxy_credentials("me", SECRET)),
        format!("{:?}", ApplicationFailure::builder("declined").details(SECRET)),
        format!("{:?}", ApplicationFailure::builder("declined").details(SECRET).build()),
        format!(
            "{:?}",
            ActivityError::application(
                ApplicationFailure::builder("declined").details(SECRET).build()
            )
        ),
        format!("{:?}", ActivityError::cancelled_with_details(SECRET)),
        format!("{:?}", Client::builder().api_key(SECRET)),
        format!("{:?}", Key::from_bytes(*KEY)),
        format!("{:?}", Encryption::builder().key("k1", Key::from_bytes(*KEY))),
        format!("{:?}", Client::builder().header("authorization", SECRET)),
        format!("{:?}", Workers::new(client).state(SECRET.to_owned())),
        format!("{:?}", ActivityTest::new().state(SECRET.to_owned())),
        format!("{:?}", env.mock::<crate::auto_traits::echo>()),
        format!("{:?}", durable::client::Payloads::from(json!({ "card": SECRET }))),
        format!("{:?}", durable::activity::TaskToken::new(SECRET)),
    ];
    for text in secrets {
        assert!(!text.contains(SECRET), "{text}");
    }
    Ok(())
}

#[workflow(queue = "public-items")]
#[derive(Default)]
struct Failing;

#[workflow_methods]
impl Failing {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let failure = ApplicationFailure::builder("declined").details(SECRET);
        Err(failure.non_retryable(true).build().into())
    }
}

#[workflow(queue = "public-items")]
#[derive(Default)]
struct Describing;

#[workflow_methods]
impl Describing {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<String> {
        let error = Failing::execute_child(ctx).await.expect_err("it fails");
        Ok(format!("{error:?}"))
    }
}

#[durable::test]
async fn debug_of_errors_prints_messages_without_the_values_of_failures(
    env: TestEnv,
) -> durable::Result<()> {
    let text = Describing::execute(env.client()).await?;
    assert!(text.contains("declined") && !text.contains(SECRET), "{text}");
    let error = Failing::execute(env.client()).await.expect_err("it fails");
    let text = format!("{error:?}");
    assert!(text.contains("declined") && !text.contains(SECRET), "{text}");
    Ok(())
}
