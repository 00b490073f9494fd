//! Queries: the server keeps neither inputs nor answers, and passes both on encrypted.

use durable::Workers;
use durable::codec::Codecs;
use durable::error::Error;

use crate::flows::{Everything, sentinel};
use crate::{client, encryption};

#[tokio::test]
async fn answers_and_errors_of_queries_are_read_with_the_key_alone() -> durable::Result<()> {
    let namespace = crate::namespace().await;
    let with_key = client(&namespace, encryption(1)).await;
    let workers = Workers::new(&with_key).queues(["sealed"]).start().await?;
    let id = durable_tests::unique("query");
    let started = Everything::start(&with_key, (id.clone(), String::new(), 1));
    let handle = started.id(&id).await?;
    assert_eq!(handle.ask("x".to_owned()).await?, sentinel(&id, "query-output"));
    let Error::QueryFailed { cause, .. } = handle.ask("fail".to_owned()).await.unwrap_err() else {
        panic!("the query fails")
    };
    assert!(cause.to_string().contains(&sentinel(&id, "query-message")), "{cause}");

    let without_key = client(&namespace, Codecs::new()).await;
    let handle_without = Everything::handle(&without_key, &id);
    // It has a place in the code of the workflow.
    let trace = handle.stack_trace().await?;
    assert!(trace.contains("tests/encryption/flows.rs"), "{trace}");
    let error = handle_without.stack_trace().await.unwrap_err();
    assert!(!format!("{error:?}").contains("flows.rs"), "{error:?}");
    for text in ["x", "fail"] {
        let error = handle_without.ask(text.to_owned()).await.unwrap_err();
        assert!(!format!("{error:?}").contains("sentinel"), "{error:?}");
    }
    handle.terminate("the test is over").await?;
    workers.shutdown().await
}
