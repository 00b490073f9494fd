//! The web UI of the dev server, in a real browser: encoded values are shown with a codec server, and
//! without one they are not.

use durable::Client;
use durable::prelude::Serialize;
use durable::sdk::temporalio_common::protos::temporal::api::common::v1::Payload;
use durable_tests::browser::{self, Browser};
use durable_tests::plugged::{flip, sealing};
use durable_tests::unique;
use serde_json::Value;

use crate::command::{Running, program};
use crate::flows::{INPUT, OUTPUT, Order, Receipt, Sell};

/// Runs a workflow on the server of a `dev`, which runs its workers too, and returns the URL of its page.
/// The host of the URL is another origin than the address.
async fn page(started: &Value, host: &str) -> String {
    let address = started["address"].as_str().expect("it prints the address");
    let client = Client::builder().address(address).data_converter(sealing());
    let client = client.connect().await.expect("the server answers");
    let sale = Sell::start(&client, Order { customer: INPUT.to_owned() }).id(unique("sale"));
    let sale = sale.await.expect("it starts");
    assert_eq!(sale.result().await.expect("it ends").receipt, OUTPUT);
    let ui = started["web_ui"].as_str().expect("it prints the URL").replace("127.0.0.1", host);
    let run = sale.run_id().expect("it has a run");
    format!("{ui}/namespaces/default/workflows/{}/{run}/history", sale.id())
}

/// The data of a value as it is stored, in base64.
fn stored(value: &impl Serialize) -> String {
    let data = serde_json::to_vec(value).expect("it is JSON");
    crate::base64(&flip(vec![Payload { data, ..Payload::default() }])[0].data)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shows_values_through_the_codec_server_and_not_without_it() {
    let test = "shows_values_through_the_codec_server_and_not_without_it";
    let Some(browser) = Browser::start(test).await else { return };
    let (dev, started) = Running::start(&mut program(&["dev", "--free-ports", "--codec"]));
    for host in ["127.0.0.1", "localhost"] {
        browser.open(&page(&started, host).await).await;
        browser.shows(&[INPUT, OUTPUT], &format!("workflow-decoded-{host}")).await;
    }
    dev.stop();
    let (dev, started) = Running::start(&mut program(&["dev", "--free-ports"]));
    assert_eq!(started["codec_server"], Value::Null);
    browser.open(&page(&started, "127.0.0.1").await).await;
    let order = Order { customer: INPUT.to_owned() };
    let receipt = Receipt { receipt: OUTPUT.to_owned() };
    let (order, receipt) = (stored(&order), stored(&receipt));
    let shown = browser.shows(&[&order, &receipt], "workflow-encoded").await;
    assert!(!shown.contains(INPUT) && !shown.contains(OUTPUT), "{shown}");
    dev.stop();
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
