//! Workflows and activities that are declared here and served elsewhere: here, by code of the same
//! names on the server that has nothing else in common with the declarations.

use durable::prelude::*;
use durable_tests::unique;

use crate::client;

/// Returns the score of a text.
#[activity(queue = "elsewhere", name = "score_text", start_to_close_timeout = "7s")]
pub async fn score(text: String, weight: f64) -> Result<f64, ActivityError>;

/// A parcel service of another company.
#[workflow(queue = "elsewhere", name = "CarryParcel", id = "carried-{number}")]
pub trait Carrier {
    /// Carries a parcel until somebody takes it.
    #[run]
    async fn run(parcel: Carried) -> WorkflowResult<String>;

    #[signal]
    fn take(by: String);

    #[signal(name = "send-back")]
    fn send_back();

    #[query]
    fn position() -> Vec<String>;

    #[update]
    fn readdress(to: String, urgent: bool) -> Result<String, ActivityError>;
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Carried {
    number: String,
}

/// The program that serves the declared workflows and activities.
mod elsewhere {
    use durable::prelude::*;

    #[activity(queue = "elsewhere", name = "score_text")]
    async fn anything(text: String, weight: f64) -> Result<f64, ActivityError> {
        #[allow(clippy::cast_precision_loss, reason = "texts are short")]
        Ok(text.len() as f64 * weight)
    }

    #[derive(Debug, Clone, Serialize, Deserialize)]
    struct Parcel {
        number: String,
    }

    #[workflow(queue = "elsewhere", name = "CarryParcel")]
    #[derive(Default)]
    struct Carry {
        positions: Vec<String>,
        taken: Option<String>,
    }

    #[workflow_methods]
    impl Carry {
        #[run]
        async fn run(ctx: &mut WorkflowContext<Self>, parcel: Parcel) -> WorkflowResult<String> {
            ctx.wait_condition(|state| state.taken.is_some()).await?;
            let by = ctx.state(|state| state.taken.clone().unwrap_or_default());
            Ok(format!("{} taken by {by}", parcel.number))
        }

        #[signal]
        fn take(&mut self, by: String) {
            self.taken = Some(by);
        }

        #[signal(name = "send-back")]
        fn back(&mut self) {
            self.taken = Some("the sender".to_owned());
        }

        #[query]
        fn position(&self) -> Vec<String> {
            self.positions.clone()
        }

        #[update]
        fn readdress(&mut self, to: String, urgent: bool) -> Result<String, ActivityError> {
            self.positions.push(format!("{to}, urgent: {urgent}"));
            Ok(self.positions.join(" -> "))
        }
    }
}

/// Calls both.
#[workflow(queue = "declared")]
#[derive(Default)]
struct Calls;

#[workflow_methods]
impl Calls {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, number: String) -> WorkflowResult<String> {
        let score = score::execute(ctx, "four".to_owned(), 1.5).await?;
        let child = Carrier::start_child(ctx, Carried { number: number.clone() }).await?;
        child.take(format!("a parent with {score}")).await?;
        let taken = child.result().await?;
        let missing = Carrier::external(ctx, "nobody").send_back().await.is_err();
        Ok(format!("{taken}, nobody else: {missing}"))
    }
}

#[tokio::test]
async fn what_is_declared_is_called_from_workflows() -> durable::Result<()> {
    let number = unique("p");
    let called = Calls::execute(&client().await, number.clone()).await?;
    assert_eq!(called, format!("{number} taken by a parent with 6, nobody else: true"));
    Ok(())
}

#[tokio::test]
async fn what_is_declared_is_started_and_spoken_to() -> durable::Result<()> {
    let client = client().await;
    let number = unique("p");
    let parcel = Carrier::start(&client, Carried { number: number.clone() }).await?;
    assert_eq!(parcel.id(), format!("carried-{number}"));
    assert_eq!(parcel.readdress("Rome".to_owned(), true).await?, "Rome, urgent: true");
    assert_eq!(parcel.position().await?, ["Rome, urgent: true"]);
    let same = Carrier::handle(&client, parcel.id());
    same.send_back().await?;
    assert_eq!(parcel.result().await?, format!("{number} taken by the sender"));
    Ok(())
}
