//! The web UI of the dev server, in a real browser: encrypted values are shown with a codec server, and
//! without one they are not.

use durable::Client;
use durable::codec::{Encryption, Key};
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use durable_tests::browser::{self, Browser};
use durable_tests::unique;
use serde_json::Value;

use crate::command::{Running, encrypting};
use crate::flows::{INPUT, OUTPUT, Order, Sell};

/// The page of a workflow.
struct Page {
    url: String,
    /// The input and the output as they are stored, in base64.
    stored: Vec<String>,
}

/// Runs a workflow on the server of a `dev`, which runs its workers too.
async fn sold(started: &Value, host: &str, key: &Key) -> Page {
    let encryption = Encryption::builder().key("k1", key.clone()).active("k1").build();
    let address = started["address"].as_str().expect("it prints the address");
    let client = Client::builder().address(address).codec(encryption.expect("the key is valid"));
    let client = client.connect().await.expect("the server answers");
    let sale = Sell::start(&client, Order { customer: INPUT.to_owned() }).id(unique("sale"));
    let sale = sale.await.expect("it starts");
    assert_eq!(sale.result().await.expect("it ends").receipt, OUTPUT);
    let payloads = durable_tests::events(&sale).await.into_iter().filter_map(|event| {
        match event.attributes? {
            Attributes::WorkflowExecutionStartedEventAttributes(started) => started.input,
            Attributes::WorkflowExecutionCompletedEventAttributes(ended) => ended.result,
            _ => None,
        }
    });
    let stored = payloads.map(|payloads| crate::base64(&payloads.payloads[0].data)).collect();
    let ui = started["web_ui"].as_str().expect("it prints the URL").replace("127.0.0.1", host);
    let run = sale.run_id().expect("it has a run");
    let url = format!("{ui}/namespaces/default/workflows/{}/{run}/history", sale.id());
    Page { url, stored }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shows_encrypted_values_through_the_codec_server_and_not_without_it() {
    let test = "shows_encrypted_values_through_the_codec_server_and_not_without_it";
    let Some(browser) = Browser::start(test).await else { return };
    let key = Key::generate();
    let dev = ["dev", "--free-ports", "--codec"];
    let (server, started) = Running::start(&mut encrypting(&dev, &[("k1", &key)]));
    for host in ["127.0.0.1", "localhost"] {
        browser.open(&sold(&started, host, &key).await.url).await;
        browser.shows(&[INPUT, OUTPUT], &format!("workflow-decoded-{host}")).await;
    }
    server.stop();
    let (server, started) = Running::start(&mut encrypting(&dev[..2], &[("k1", &key)]));
    assert_eq!(started["codec_server"], Value::Null);
    let page = sold(&started, "127.0.0.1", &key).await;
    browser.open(&page.url).await;
    // The page cuts long texts where it has no space.
    let stored: Vec<_> = page.stored.iter().map(|stored| &stored[..24]).collect();
    assert_eq!(stored.len(), 2);
    let shown = browser.shows(&stored, "workflow-encrypted").await;
    assert!(!shown.contains(INPUT) && !shown.contains(OUTPUT), "{shown}");
    server.stop();
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_that_panics_leaves_no_browser() {
    let Some(browser) = Browser::start("a_test_that_panics_leaves_no_browser").await else {
        return;
    };
    let profile = browser.profile().to_owned();
    assert!(profile.exists());
    let panicking = tokio::spawn(async move {
        let _browser = browser;
        panic!("a test fails");
    });
    panicking.await.expect_err("it panics");
    assert!(browser::is_gone(&profile), "a process or the folder of the browser is left");
}
