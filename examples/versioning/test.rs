//! The change by deployment versions, as a user runs it; and the life of a patch, of which each form
//! must replay what is still under way.

#![allow(dead_code, reason = "what only the program uses is not used here")]

mod deployment;
mod workflow;

use durable::Result;
use durable::client::{HasHandle, WorkflowHandle};
use durable::testing::{Replayer, TestEnv};

use workflow::{Invoice1, Invoice2, Invoice3, Invoice4};

#[test]
fn each_invoice_ends_on_the_version_on_which_it_began() {
    let text = crate::printed("versioning");
    let story = [
        "1.0 is current",
        "Ada's invoice waits for an approval",
        "2.0 is current",
        "invoice of Ada, sent",
        "invoice of Grace, checked, sent",
    ];
    assert!(text.ends_with(&(story.join("\n") + "\n")), "{text}");
}

/// The forms, by number, whose code could go on with this workflow.
async fn replaying<W: HasHandle>(workflow: &WorkflowHandle<W>) -> Vec<u8> {
    let mut forms = Vec::new();
    for form in 1..=4 {
        let replayer = Replayer::new().task_queue(format!("versioning-{form}"));
        if replayer.history(workflow.history()).run().await.is_ok() {
            forms.push(form);
        }
    }
    forms
}

#[durable::test]
async fn each_form_replays_what_the_form_before_it_did(env: TestEnv) -> Result<()> {
    let client = env.client();
    let first = Invoice1::start(client, "Ada".to_owned()).await?;
    first.approve().await?;
    assert_eq!(first.result().await?, "invoice of Ada, sent");
    assert_eq!(replaying(&first).await, [1, 2]);

    let second = Invoice2::start(client, "Grace".to_owned()).await?;
    second.approve().await?;
    assert_eq!(second.result().await?, "invoice of Grace, checked, sent");
    assert_eq!(replaying(&second).await, [2, 3]);

    let third = Invoice3::start(client, "Edith".to_owned()).await?;
    third.approve().await?;
    assert_eq!(third.result().await?, "invoice of Edith, checked, sent");
    assert_eq!(replaying(&third).await, [2, 3, 4]);

    let fourth = Invoice4::start(client, "Mary".to_owned()).await?;
    fourth.approve().await?;
    assert_eq!(fourth.result().await?, "invoice of Mary, checked, sent");
    assert_eq!(replaying(&fourth).await, [3, 4]);
    Ok(())
}
