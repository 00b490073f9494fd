//! The page that shows the document, in a real browser.

use durable_tests::browser::Browser;

use crate::guarded;

/// Finds the part of the page for an operation.
const FIND: &str = "const part = [...document.querySelectorAll('details')].find(\
                    (part) => part.querySelector('code')?.textContent === '/execute/Echo');";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_shows_the_operations_and_sends_requests() {
    let test = "the_page_shows_the_operations_and_sends_requests";
    let Some(browser) = Browser::start(test).await else { return };
    browser.open(&format!("http://{}/gateway/docs", guarded().await)).await;
    browser.shows(&["The caller is not authenticated"], "gateway-refused").await;
    browser.run("document.getElementById('value').value = 'Bearer all'").await;
    browser.click("#credentials button").await;
    browser.shows(&["/execute/Echo", "/schedules"], "gateway-operations").await;
    browser.run(&format!("{FIND} part.open = true")).await;
    browser.shows(&["Idempotency-Key", "Schema of the body"], "gateway-form").await;
    let fill = "part.querySelector('textarea').value = JSON.stringify({ inputs: ['<b>', 2] });\
                part.querySelector('form button').click()";
    browser.run(&format!("{FIND} {fill}")).await;
    browser.shows(&["200", "<b><b>"], "gateway-answer").await;
}
