//! An agent that researches a topic: the model proposes questions, a person approves them, the model
//! answers each, and writes a report that the person accepts or sends back.

use std::sync::Arc;

use durable::prelude::*;
use durable::workflow::join_all_bounded;

use super::model::Model;

/// The number of questions that are researched at the same time.
const AT_ONCE: usize = 2;

/// The most revisions of a report.
const REVISIONS: usize = 3;

/// Asks the model. A call that failed is tried again; one that succeeded is in the workflow's history,
/// and is not paid for a second time, whatever happens to the worker.
#[activity(
    queue = "research-agent",
    start_to_close_timeout = "1m",
    retry(initial_interval = "100ms", maximum_attempts = 5)
)]
pub fn ask_model(model: State<dyn Model>, prompt: String) -> Result<String, ActivityError> {
    Ok(model.answer(&prompt)?)
}

/// A person's review of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Review {
    Accept,
    Revise { remark: String },
}

/// The progress of the agent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    #[default]
    Planning,
    /// It waits for somebody to approve these.
    Proposed(Vec<String>),
    Researching,
    /// It waits for somebody to review this.
    Drafted(String),
}

#[workflow(queue = "research-agent", id = "research-{}")]
#[derive(Default)]
pub struct Research {
    stage: Stage,
    questions: Option<Vec<String>>,
    review: Option<Review>,
}

#[workflow_methods]
impl Research {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, topic: String) -> WorkflowResult<String> {
        let proposed = ask_model::execute(ctx, format!("questions: {topic}")).await?;
        Self::enter(ctx, Stage::Proposed(proposed.lines().map(str::to_owned).collect()));
        ctx.wait_condition(|research| research.questions.is_some()).await?;

        Self::enter(ctx, Stage::Researching);
        let questions = ctx.state(|research| research.questions.clone()).unwrap_or_default();
        let asked = questions.iter().map(|question| {
            ask_model::execute(ctx, format!("answer: {question}")).summary(question.as_str())
        });
        let answers = join_all_bounded(AT_ONCE, asked).await;
        let mut findings = answers.into_iter().collect::<Result<Vec<_>, _>>()?;

        for _ in 0..REVISIONS {
            let draft = ask_model::execute(ctx, format!("report: {}", findings.join("\n"))).await?;
            Self::enter(ctx, Stage::Drafted(draft.clone()));
            ctx.wait_condition(|research| research.review.is_some()).await?;
            match ctx.state_mut(|research| research.review.take()) {
                Some(Review::Revise { remark }) => findings.push(format!("mind: {remark}")),
                _ => return Ok(draft),
            }
        }
        let failure = ApplicationFailure::builder("the report was sent back too often");
        Err(failure.type_name("Unsatisfied").build().into())
    }

    /// The questions to research: those proposed, or better ones.
    #[update]
    fn approve(&mut self, questions: Vec<String>) -> usize {
        let count = questions.len();
        self.questions = Some(questions);
        count
    }

    #[update_validator(approve)]
    fn are_proposed(&self, questions: &[String]) -> Result<(), String> {
        match self.stage {
            Stage::Proposed(_) if questions.is_empty() => Err("at least one question".to_owned()),
            Stage::Proposed(_) => Ok(()),
            _ => Err("no questions are waiting for approval".to_owned()),
        }
    }

    #[signal]
    fn review(&mut self, review: Review) {
        self.review = Some(review);
    }

    #[query]
    fn stage(&self) -> Stage {
        self.stage.clone()
    }
}

impl Research {
    fn enter(ctx: &WorkflowContext<Self>, stage: Stage) {
        ctx.state_mut(|research| research.stage = stage);
    }
}

/// Waits until the agent has something for a person.
///
/// # Errors
/// Those of the query.
pub async fn waiting(research: &ResearchHandle) -> durable::Result<Stage> {
    loop {
        let stage = research.stage().await?;
        if matches!(stage, Stage::Proposed(_) | Stage::Drafted(_)) {
            return Ok(stage);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The model, as activities take it.
pub fn shared(model: impl Model + 'static) -> Arc<dyn Model> {
    Arc::new(model)
}
