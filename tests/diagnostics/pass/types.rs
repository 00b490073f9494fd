//! Types under other names, and types of the user's with the names of durable's: types decide.

use durable::prelude::*;

type Outcome<T> = Result<T, PaymentError>;
type Failed<E> = Result<(), E>;
type Verdict = Result<(), String>;
type Context = WorkflowContext<Aliased>;
type View = WorkflowContextView;

#[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]
enum PaymentError {
    #[error("declined")]
    Declined,
}

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
struct SearchResult {
    hits: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct PageResult<T>(Vec<T>);

trait Described {
    type Output;
}

impl Described for u8 {
    type Output = Result<u32, PaymentError>;
}

#[activity(queue = "types")]
async fn aliased(amount: u32) -> Outcome<u32> {
    if amount == 0 { Err(PaymentError::Declined) } else { Ok(amount) }
}

#[activity(queue = "types")]
async fn failed() -> Failed<PaymentError> {
    Err(PaymentError::Declined)
}

#[activity(queue = "types")]
async fn renamed() -> std::result::Result<Option<u32>, PaymentError> {
    Ok(None)
}

#[activity(queue = "types")]
fn projected() -> <u8 as Described>::Output {
    Ok(1)
}

#[activity(queue = "types")]
async fn plain(query: String) -> SearchResult {
    SearchResult { hits: u32::from(!query.is_empty()) }
}

#[activity(queue = "types")]
async fn page() -> PageResult<SearchResult> {
    PageResult(Vec::new())
}

/// Types with the names of what a worker gives activities, and methods their context.
mod own {
    use serde::{Deserialize, Serialize};

    #[derive(Debug, Clone, Serialize, Deserialize)]
    pub(super) struct State<T>(pub(super) T);

    #[derive(Debug, Clone, Serialize, Deserialize)]
    pub(super) struct WorkflowContext(pub(super) u32);

    #[derive(Debug, Clone, Serialize, Deserialize)]
    pub(super) struct ActivityContext(pub(super) u32);
}

type Kept = own::State<u32>;

#[activity(queue = "types")]
async fn own_names(
    kept: Kept,
    state: own::State<u32>,
    context: own::ActivityContext,
    of: own::WorkflowContext,
) -> u32 {
    kept.0 + state.0 + context.0 + of.0
}

#[workflow(queue = "types")]
#[derive(Debug, Default, Serialize, Deserialize)]
struct Aliased {
    last: SearchResult,
}

#[workflow_methods]
impl Aliased {
    #[init]
    fn new(_ctx: &View) -> Self {
        Self::default()
    }

    #[run]
    async fn run(ctx: &mut Context, state: own::State<u32>) -> WorkflowResult<PageResult<u32>> {
        let found: SearchResult = plain::execute(ctx, String::new()).await?;
        let amount: u32 = aliased::execute(ctx, found.hits).await?;
        let () = failed::execute(ctx).await?;
        let nothing: Option<u32> = renamed::execute(ctx).await?;
        let own = own::WorkflowContext(0);
        let (kept, given) = (own::State(1), own::ActivityContext(1));
        let sum: u32 = own_names::execute(ctx, kept, state, given, own).await?;
        let page: PageResult<SearchResult> = page::execute(ctx).await?;
        let one: u32 = projected::execute(ctx).await?;
        let pages = u32::try_from(page.0.len()).unwrap_or_default();
        Ok(PageResult(vec![amount, nothing.unwrap_or_default(), sum, one, pages]))
    }

    #[signal]
    fn keep(&mut self, state: own::State<u32>, context: own::WorkflowContext) {
        self.last.hits = state.0 + context.0;
    }

    #[signal]
    fn merge(&mut self, others: Vec<Self>) {
        self.last.hits += others.iter().map(|other| other.last.hits).sum::<u32>();
    }

    #[signal]
    async fn look(ctx: &Context) {
        ctx.state(|state| state.last.hits);
    }

    #[query]
    fn last(&self, _: &View) -> SearchResult {
        self.last.clone()
    }

    #[query]
    fn tried(&self) -> Outcome<SearchResult> {
        Ok(self.last.clone())
    }

    #[update]
    fn put(&mut self, last: SearchResult) -> SearchResult {
        std::mem::replace(&mut self.last, last)
    }

    #[update_validator(put)]
    fn check(&self, _: &View, last: &SearchResult) -> Verdict {
        if last.hits == 0 { Err("nothing was found".to_owned()) } else { Ok(()) }
    }

    #[update]
    async fn try_put(ctx: &mut Context, last: SearchResult) -> Outcome<u32> {
        ctx.state_mut(|state| state.last = last);
        Err(PaymentError::Declined)
    }
}

#[test]
fn outputs_are_those_of_the_types() {
    let output = |name| super::activity("types", name).output;
    assert_eq!(output("aliased"), "u32");
    assert_eq!(output("failed"), "Failed<PaymentError>");
    assert_eq!(output("renamed"), "Option<u32>");
    assert_eq!(output("plain"), "SearchResult");
    assert_eq!(output("page"), "PageResult<SearchResult>");
    let workflow = super::workflow("types", "Aliased");
    assert_eq!(workflow.output, "PageResult<u32>");
    assert_eq!(super::written(workflow.parameters), ["state: own::State<u32>"]);
    assert_eq!(workflow.signals[0].parameters.len(), 2);
    assert_eq!(super::written(workflow.signals[1].parameters), ["others: Vec<Self>"]);
    assert!(workflow.signals[2].parameters.is_empty());
    assert_eq!(workflow.queries[1].output, "SearchResult");
}

#[test]
fn inputs_are_those_of_the_types() {
    let own_names = super::activity("types", "own_names");
    assert_eq!(own_names.parameters.len(), 4);
    assert!(own_names.dependencies.is_empty());
}
