//! The web UI of the dev server, in a real browser: what a workflow waits for, and its handlers.

use durable::prelude::*;
use durable::workflow::select;
use durable_tests::browser::Browser;
use durable_tests::unique;

/// Waits for the end of the night, or until somebody opens the door.
#[workflow(queue = "web-ui")]
#[derive(Default)]
struct Door {
    is_open: bool,
}

#[workflow_methods]
impl Door {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, house: u32) -> WorkflowResult<()> {
        let night = Duration::from_secs(28_800);
        select! {
            slept = ctx.sleep(night).summary(format!("the night of house {house}")) => slept?,
            opened = ctx.wait_condition(|door| door.is_open).summary("a guest") => opened?,
        }
        Ok(())
    }

    /// Opens the door for a guest.
    #[signal]
    fn open(&mut self, _guest: String) {
        self.is_open = true;
    }

    /// Returns `true` if the door is open.
    #[query]
    fn is_open(&self) -> bool {
        self.is_open
    }
}

/// Opens the list of the field with this id, in the dialog that is open or in the page.
fn open_list(field: &str) -> String {
    format!(
        "const shown = [...document.querySelectorAll('#{field}')].filter((field) => {{ \
             const dialog = field.closest('dialog'); \
             return dialog ? dialog.open : field.offsetParent; \
         }}); \
         let around = shown.pop(); \
         while (!around.querySelector('button')) around = around.parentElement; \
         around.querySelector('button').click(); \
         return true;"
    )
}

/// Clicks the last visible element of a selector whose text contains this one.
fn click(selector: &str, text: &str) -> String {
    format!(
        "const all = [...document.querySelectorAll('{selector}')]; \
         all.filter((one) => one.offsetParent && one.innerText.includes('{text}')).pop().click(); \
         return true;"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tabs_and_dialogs_show_waits_and_handlers() {
    let Some(browser) = Browser::start("tabs_and_dialogs_show_waits_and_handlers").await else {
        return;
    };
    let server = durable::dev_server::DevServer::builder().ui(true).start().await.unwrap();
    let client = Client::builder().address(server.address()).connect().await.unwrap();
    let workers = Workers::new(&client).queues(["web-ui"]).start().await.unwrap();
    let door = Door::start(&client, 7).id(unique("door")).await.expect("it starts");
    let ui = server.ui_address().expect("it has a UI");
    let run = door.run_id().expect("it has a run");
    let page = format!("{ui}/namespaces/default/workflows/{}/{run}", door.id());

    browser.open(&format!("{page}/call-stack")).await;
    let waits = [
        "`#[run]`, since",
        "timer of 8h \"the night of house 7\", until",
        "condition \"a guest\", since",
        concat!("at ", file!(), ":"),
    ];
    browser.shows(&waits, "call-stack").await;

    browser.open(&format!("{page}/query")).await;
    browser.does(&open_list("query-select")).await;
    let queries = ["is_open", "Returns `true` if the door is open.", "state"];
    browser.shows(&queries, "queries").await;
    browser.does(&click("[role=option]", "is_open")).await;
    browser.does(&click("button", "Run Query")).await;
    browser.shows(&["false"], "query-answer").await;

    browser.open(&format!("{page}/history")).await;
    browser.shows(&["Timer Started", "the night of house 7"], "timer-summary").await;
    browser.does(&click("button", "More Actions")).await;
    browser.does(&click("[role=menuitem]", "Send a Signal")).await;
    browser.does(&open_list("signal-select")).await;
    let signals = ["open", "Opens the door for a guest.", "(guest: String)", "cancel"];
    browser.shows(&signals, "signals").await;

    door.open("Ada".to_owned()).await.expect("it is sent");
    door.result().await.expect("it ends");
    // A worker replays a closed workflow to answer.
    browser.open(&format!("{page}/query")).await;
    browser.does(&open_list("query-select")).await;
    browser.shows(&queries, "queries-closed").await;
    browser.close().await;
    workers.shutdown().await.expect("they stop");
    server.shutdown().await.expect("it ends");
}
