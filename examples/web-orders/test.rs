//! The shop as its customers use it: over HTTP, and with a browser.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use durable::testing::TestEnv;
use durable::web::axum::http::Method;
use durable_tests::browser::Browser;
use durable_tests::http::Http;
use durable_tests::process;
use serde_json::{Value, json};

mod workflow;

use workflow::{Item, Order, OrderWorkflow, Receipt, Stage};

/// The example with a server and a worker of its own. It is asked to stop when it is dropped.
struct Shop {
    child: Child,
    address: String,
}

impl Shop {
    fn start() -> Self {
        let mut command = Command::new(crate::folder().join("web-orders"));
        // A port that nobody serves: the example must start its own server.
        command.env("TEMPORAL_ADDRESS", "127.0.0.1:1").env("WEB_ADDRESS", "127.0.0.1:0");
        command.env("GATEWAY_KEY", "0123456789abcdef").env("RUST_LOG", "warn");
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("`cargo build --examples` makes it");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("the shop is at http://").map(str::to_owned));
        // It goes on printing, and must not block.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: address.expect("the shop opens") }
    }

    fn stop(mut self) {
        process::signal("TERM", i64::from(self.child.id()));
        let ended = || self.child.try_wait().expect("it is our child").is_some();
        assert!(process::comes_true(ended), "it doesn't stop");
        assert_eq!(self.child.wait().expect("it has ended").code(), Some(0));
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = Command::new("kill").arg(self.child.id().to_string()).status();
            let _ = self.child.wait();
        }
    }
}

fn order(id: &str, item: &str) -> Value {
    json!({ "id": id, "customer": "Ada", "item": item, "quantity": 1 })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_patterns_work_over_http_and_the_shop_closes_with_open_streams() {
    let shop = Shop::start();
    let http = Http::new(&shop.address);
    let placed = http.post("/orders", &order("1", "desk")).await;
    assert_eq!((placed.status.as_u16(), placed.header("location")), (202, "/orders/1"));
    assert_eq!(http.post("/orders", &order("1", "desk")).await.status, 409);
    let mut events = http.events("/orders/1/events", None).await.expect("events");
    loop {
        let event = events.next().await.expect("the stream goes on");
        if event.name == "state" && event.data["stage"] == "waiting_for_approval" {
            break;
        }
    }
    assert_eq!(http.get("/orders/1").await.json()["stage"], "waiting_for_approval");
    let approval = json!({ "by": "Grace" });
    assert_eq!(http.post("/orders/1/approve", &approval).await.status, 202);
    let last = events.rest().await.pop().expect("a result");
    assert_eq!((&*last.name, &last.data["output"]["stage"]), ("result", &json!("shipped")));
    assert_eq!(http.get("/orders/1/result").await.json()["stage"], "shipped");
    let executed = http.post("/orders/execute", &order("2", "lamp")).await;
    assert_eq!((executed.status.as_u16(), executed.json()["total"].clone()), (200, json!(25.0)));
    assert_eq!(http.post("/orders/later?minutes=60", &order("3", "lamp")).await.status, 202);
    let late = http.post("/orders/2/cancel", &Value::Null).await;
    assert_eq!(late.status, 404, "{late:?}");
    assert_eq!(http.post("/orders", &order("4", "desk")).await.status, 202);
    let cancelled = http.post("/orders/4/cancel", &Value::Null).await;
    assert_eq!((cancelled.status.as_u16(), cancelled.json()), (200, json!("cancelled")));
    let wrong = http.post("/orders", &order("5", "ship")).await;
    assert_eq!((wrong.status.as_u16(), wrong.json()["path"].clone()), (422, json!("item")));
    assert_eq!(http.get("/livez").await.status, 200);
    assert_eq!(http.get("/readyz").await.status, 200);
    let path = "/gateway/workflows/OrderWorkflow/order-1";
    assert_eq!(http.get(path).await.status, 401);
    let key = [("x-api-key", "0123456789abcdef")];
    let described = http.send(Method::GET, path, &key, String::new()).await.expect("an answer");
    assert_eq!(
        (described.status.as_u16(), &described.json()["status"]),
        (200, &json!("completed"))
    );
    http.post("/orders", &order("6", "desk")).await;
    let open = http.events("/orders/6/events", None).await.expect("events");
    shop.stop();
    assert!(open.rest().await.iter().all(|event| event.name != "result"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_places_an_order_and_shows_it_live() {
    const TAB: &str = "\u{E004}";
    const ENTER: &str = "\u{E007}";
    let Some(browser) = Browser::start("the_page_places_an_order_and_shows_it_live").await else {
        return;
    };
    let shop = Shop::start();
    browser.resize(700, 1000).await;
    browser.open(&format!("http://{}/", shop.address)).await;
    browser
        .shows(&["New order", "€180.00 in total. A person approves it first."], "shop-before")
        .await;
    browser.click("#place").await;
    browser.shows(&["Please enter your name."], "shop-mistake").await;
    // Everything by the keyboard.
    browser.press("Ada").await;
    browser.press(ENTER).await;
    browser.shows(&["Your order waits for an approval.", "Approve"], "shop-during").await;
    assert_eq!(browser.run("return document.activeElement.id").await, "order-title");
    // The order is followed again after the page was loaded again.
    browser.run("location.reload()").await;
    browser.shows(&["Your order waits for an approval."], "shop-reloaded").await;
    browser.run("document.getElementById('customer').value = 'Grace'").await;
    browser.run("document.getElementById('order-title').focus()").await;
    browser.press(TAB).await;
    assert_eq!(browser.run("return document.activeElement.id").await, "approve");
    browser.press(ENTER).await;
    let shown = ["Your parcel is on its way: PARCEL-", "€180.00", "Approved by Grace."];
    browser.shows(&shown, "shop-after").await;
    browser.resize(500, 900).await;
    let fits = "return document.documentElement.scrollWidth <= window.innerWidth";
    assert_eq!(browser.run(fits).await, true, "a phone would scroll sideways");
    browser.screenshot("shop-phone").await;
    browser.open(&format!("http://{}/#nothing", shop.address)).await;
    browser.shows(&["This order can’t be followed."], "shop-unknown").await;
    browser.close().await;
    shop.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_cancels_an_order_and_says_what_cannot_be_done() {
    let test = "the_page_cancels_an_order_and_says_what_cannot_be_done";
    let Some(browser) = Browser::start(test).await else { return };
    let shop = Shop::start();
    let http = Http::new(&shop.address);
    browser.open(&format!("http://{}/", shop.address)).await;
    http.post("/orders", &order("7", "desk")).await;
    browser.run("location.hash = '7'").await;
    browser.shows(&["Your order waits for an approval."], "shop-other").await;
    browser.click("#cancel").await;
    browser.shows(&["Your order was cancelled."], "shop-cancelled").await;
    // A name is never markup.
    http.post("/orders", &order("8", "desk")).await;
    let name = "<img src=x onerror=alert(1)>";
    http.post("/orders/8/approve", &json!({ "by": name })).await;
    browser.run("location.hash = '8'").await;
    browser.shows(&[&format!("Approved by {name}.")], "shop-name").await;
    let policy = http.get("/").await.header("content-security-policy").to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    shop.stop();
    browser.click("#customer").await;
    browser.press("Ada\u{E007}").await;
    browser
        .shows(&["The shop can’t be reached. Your order is not lost: try again."], "shop-away")
        .await;
    browser.close().await;
}

fn desk(id: &str) -> Order {
    Order { id: id.to_owned(), customer: "Ada".to_owned(), item: Item::Desk, quantity: 1 }
}

#[durable::test]
async fn a_large_order_is_shipped_after_its_approval_and_then_cannot_be_cancelled(
    env: TestEnv,
) -> durable::Result<()> {
    let order = OrderWorkflow::start(env.client(), desk("approved")).await?;
    order.approve("Grace".to_owned()).await?;
    let receipt = order.result().await?;
    let tracking = Some("PARCEL-approved".to_owned());
    assert_eq!(receipt, Receipt { stage: Stage::Shipped, total: 180.0, tracking });
    assert!(order.cancel_order().await.is_err());
    Ok(())
}

#[durable::test(crash)]
async fn a_cancelled_order_is_not_charged_whatever_crashes(env: TestEnv) -> durable::Result<()> {
    let order = OrderWorkflow::start(env.client(), desk("cancelled")).await?;
    assert_eq!(order.cancel_order().await?, Stage::Cancelled);
    assert_eq!(order.result().await?.tracking, None);
    Ok(())
}

#[durable::test]
async fn an_empty_order_fails(env: TestEnv) -> durable::Result<()> {
    let empty = Order { quantity: 0, ..desk("empty") };
    let failed = OrderWorkflow::execute(env.client(), empty).await;
    assert!(matches!(failed, Err(durable::Error::Failed { .. })), "{failed:?}");
    Ok(())
}
