//! Plug-ins of a program's clients and workers, in the environment of a test and in the replay at its end.

use durable::prelude::*;
use durable::sdk::temporalio_sdk::workflow_interceptors::WorkflowInterceptorConstructor;
use durable::testing::{TestEnv, TestEnvBuilder};
use durable::{Error, Result};
use durable_tests::plugged::{flipping, naming};

use crate::flows::{Order, charge};

fn encoded(env: TestEnvBuilder) -> TestEnvBuilder {
    env.data_converter(flipping())
}

#[durable::test(setup = encoded)]
async fn a_data_converter_is_that_of_client_workers_mocks_and_replay(env: TestEnv) -> Result<()> {
    let charges = env.mock::<charge>().returns("mocked".to_owned());
    let order = Order::start(env.client(), "7".to_owned()).await?;
    assert_eq!(order.result().await?, "mocked");
    assert_eq!(charges.arguments(), [("7".to_owned(), 12.5)]);
    // Another client, without the converter, cannot read it.
    let plain = Client::builder().address(env.client().address());
    let plain = plain.namespace(env.client().namespace()).connect().await?;
    let unread = Order::handle(&plain, order.id()).result().await;
    assert!(matches!(unread, Err(Error::WrongType { .. })), "{unread:?}");
    Ok(())
}

fn named(env: TestEnvBuilder) -> TestEnvBuilder {
    env.workflow_interceptor(naming)
}

#[durable::test(setup = named)]
async fn a_workflow_interceptor_takes_part_in_the_replay(env: TestEnv) -> Result<()> {
    Order::execute(env.client(), "7".to_owned()).await?;
    Ok(())
}

#[tokio::test]
async fn one_that_only_the_workers_have_is_a_difference() -> Result<()> {
    let env = TestEnv::builder().worker_options(|options| {
        options.workflow_interceptor(WorkflowInterceptorConstructor::new(naming));
    });
    let env = env.start().await?;
    Order::execute(env.client(), "7".to_owned()).await?;
    let error = env.finish().await.unwrap_err().to_string();
    assert!(error.contains("at event 5 (ActivityTaskScheduled charge)"), "{error}");
    Ok(())
}
