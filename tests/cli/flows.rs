//! The workflows of the program: with every kind of handler, with the same name on two queues, and a
//! declared one.

use durable::client::SearchAttributeKey;
use durable::prelude::*;

durable::search_attributes! {
    /// The street to which a parcel goes.
    const STREET: SearchAttributeKey<String> = SearchAttributeKey::keyword("ParcelStreet");
}

/// Nobody declares it, so that no server has it.
const UNDECLARED: SearchAttributeKey<String> = SearchAttributeKey::keyword("ParcelShelf");

/// A parcel to be delivered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Parcel {
    id: String,
    items: Vec<Item>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Item {
    name: String,
    grams: u32,
}

/// Waits until it is delivered, and weighs what was delivered.
#[workflow(queue = "cli-parcels", id = "parcel-{id}", run_timeout = "1h")]
pub struct ParcelWorkflow {
    parcel: Parcel,
    place: Option<String>,
}

#[workflow_methods]
impl ParcelWorkflow {
    #[init]
    fn new(parcel: Parcel) -> Self {
        Self { parcel, place: None }
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<String> {
        ctx.wait_condition(|state| state.place.is_some()).await?;
        let (place, grams) = ctx.state(|state| {
            let grams = state.parcel.items.iter().map(|item| item.grams).collect();
            (state.place.clone().unwrap_or_default(), grams)
        });
        let weight = weigh::execute(ctx, grams).await?;
        Ok(format!("{weight} g to {place}"))
    }

    /// Delivers the parcel.
    ///
    /// It ends the workflow.
    #[signal]
    fn deliver(&mut self, ctx: &mut SyncWorkflowContext<Self>, street: String, number: u32) {
        self.place = Some(format!("{street} {number}"));
        if number == 0 {
            // It fails for numbers that are none, and for times; never for text.
            let _ = ctx.set_search_attribute(&UNDECLARED, street);
        }
    }

    #[query]
    fn heavier_than(&self, grams: u32) -> Vec<String> {
        let items = self.parcel.items.iter().filter(|item| item.grams > grams);
        items.map(|item| item.name.clone()).collect()
    }

    #[update]
    fn rename(&mut self, from: String, to: String) -> usize {
        let items = self.parcel.items.iter_mut().filter(|item| item.name == from);
        items.map(|item| item.name.clone_from(&to)).count()
    }

    #[update_validator(rename)]
    fn check_rename(&self, _: &str, to: &str) -> Result<(), String> {
        if to.is_empty() { Err("a thing must have a name".to_owned()) } else { Ok(()) }
    }
}

/// The scale, a dependency of the activities.
pub struct Scale {
    /// The weight that an empty scale shows.
    pub offset: u32,
}

impl Scale {
    fn weigh(&self, grams: &[u32]) -> u32 {
        grams.iter().sum::<u32>() + self.offset
    }
}

#[activity(queue = "cli-parcels", start_to_close_timeout = "10s")]
pub async fn weigh(scale: State<Scale>, grams: Vec<u32>) -> Result<u32, ActivityError> {
    if grams.is_empty() {
        let failure = ApplicationFailure::builder("the parcel is empty".to_owned());
        return Err(failure
            .type_name("NothingToWeigh".to_owned())
            .non_retryable(true)
            .build()
            .into());
    }
    Ok(scale.weigh(&grams))
}

/// Served by the process that the tests of `serve` start, and by nobody else.
#[workflow(queue = "cli-served")]
#[derive(Default)]
pub struct EchoWorkflow;

#[workflow_methods]
impl EchoWorkflow {
    #[run]
    async fn run(text: String) -> WorkflowResult<String> {
        tracing::info!(characters = text.len(), "echoing");
        Ok(text)
    }
}

/// One of two workflow types of the same name.
#[workflow(queue = "cli-north", name = "StockWorkflow")]
#[derive(Default)]
pub struct NorthernStock;

#[workflow_methods]
impl NorthernStock {
    #[run]
    async fn run(article: Option<String>, count: Option<i32>) -> WorkflowResult<String> {
        let count = count.map(|count| format!("{count} "));
        let article = article.map(|article| format!(": {}{article}", count.unwrap_or_default()));
        Ok(format!("north{}", article.unwrap_or_default()))
    }
}

/// The other one.
#[workflow(queue = "cli-south", name = "StockWorkflow")]
#[derive(Default)]
pub struct SouthernStock;

#[workflow_methods]
impl SouthernStock {
    #[run]
    async fn run() -> WorkflowResult<String> {
        Ok("south".to_owned())
    }
}

/// Returns bytes, once in its output and once in a query's answer.
#[workflow(queue = "cli-north")]
#[derive(Default)]
struct BytesWorkflow;

#[workflow_methods]
impl BytesWorkflow {
    #[run]
    async fn run() -> WorkflowResult<Vec<u8>> {
        Ok(vec![0, 27, 91, 49, 109, 255])
    }

    #[query]
    fn bytes(&self) -> Vec<u8> {
        vec![1, 2]
    }
}

/// Adds up numbers of every sign.
#[workflow(queue = "cli-north")]
#[derive(Default)]
struct SumWorkflow {
    sum: f64,
}

#[workflow_methods]
impl SumWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, first: f64) -> WorkflowResult<f64> {
        ctx.state_mut(|state| state.sum += first);
        ctx.wait_condition(|state| state.sum >= 0.0).await?;
        Ok(ctx.state(|state| state.sum))
    }

    #[signal]
    fn add(&mut self, one: f64, other: i64) {
        self.sum += one;
        #[allow(clippy::cast_precision_loss, reason = "the numbers are small")]
        let other = other as f64;
        self.sum += other;
    }

    #[query]
    fn plus(&self, summand: f64) -> f64 {
        self.sum + summand
    }

    #[update]
    fn set(&mut self, sum: f64) -> f64 {
        std::mem::replace(&mut self.sum, sum)
    }
}

/// A workflow of another program.
#[workflow(queue = "cli-elsewhere", id = "invoice-{number}")]
pub trait InvoiceWorkflow {
    #[run]
    async fn run(invoice: Invoice) -> WorkflowResult<()>;

    #[signal]
    fn pay(cents: u64);
}

/// An activity of another program.
#[activity(queue = "cli-elsewhere", start_to_close_timeout = "10s")]
async fn elsewhere();

/// Calls an activity that nobody serves.
#[workflow(queue = "cli-north")]
#[derive(Default)]
struct AskElsewhereWorkflow;

#[workflow_methods]
impl AskElsewhereWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Ok(elsewhere::execute(ctx).await?)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Invoice {
    number: u32,
}

/// Tells which process runs it.
#[activity(queue = "cli-served", start_to_close_timeout = "10s")]
async fn process_id() -> u32 {
    std::process::id()
}

#[workflow(queue = "cli-served")]
#[derive(Default)]
struct ProcessWorkflow;

#[workflow_methods]
impl ProcessWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u32> {
        Ok(process_id::execute(ctx).await?)
    }
}
