//! An agent: steps of a language model, and a person who approves its questions.

use durable::prelude::*;
use tracing::info;

#[activity(queue = "research", start_to_close_timeout = "5m", retry(maximum_attempts = 3))]
pub async fn call_llm(prompt: String, model: Option<String>) -> Result<String, ActivityError> {
    let model = model.unwrap_or_else(|| "gpt-4".to_owned());
    Ok(format!("{model} on {} characters", prompt.len()))
}

#[activity(queue = "research", start_to_close_timeout = "10s")]
pub async fn search_knowledge_base(query: String) -> Result<Vec<String>, ActivityError> {
    Ok(vec![format!("all about {query}")])
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub question: String,
    pub answer: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Research {
    Timeout { questions: String },
    Complete { questions: String, answers: Vec<Answer>, report: String },
}

#[workflow(queue = "research")]
#[derive(Default)]
pub struct ResearchWorkflow {
    messages: Vec<String>,
    approved: bool,
}

#[workflow_methods]
impl ResearchWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, topic: String) -> WorkflowResult<Research> {
        info!("generating questions for {topic}");
        let prompt = format!("Generate 5 research questions about {topic}");
        let questions = call_llm::execute(ctx, prompt, None).await?;
        ctx.state_mut(|research| research.messages.push(questions.clone()));

        let day = Duration::from_secs(24 * 3600);
        if !ctx.wait_condition_timeout(|research| research.approved, day).await? {
            return Ok(Research::Timeout { questions });
        }

        let mut answers = Vec::new();
        for question in questions.lines().filter(|line| !line.trim().is_empty()) {
            let context = search_knowledge_base::execute(ctx, question.to_owned()).await?;
            let prompt = format!("Context: {context:?}\n\nQuestion: {question}");
            let answer = call_llm::execute(ctx, prompt, None).await?;
            answers.push(Answer { question: question.to_owned(), answer });
        }

        let prompt = format!("Synthesize these Q&A into a report:\n{answers:?}");
        let report = call_llm::execute(ctx, prompt, None)
            .start_to_close_timeout(Duration::from_secs(600))
            .await?;
        Ok(Research::Complete { questions, answers, report })
    }

    /// Approves the questions.
    #[signal]
    fn approve(&mut self) {
        self.approved = true;
    }

    #[query]
    fn get_messages(&self) -> Vec<String> {
        self.messages.clone()
    }
}

mod tests {
    use durable::testing::TestEnv;

    use super::*;

    #[durable::test]
    async fn approved_questions_are_answered(env: TestEnv) -> durable::Result<()> {
        env.mock::<call_llm>().with(async |prompt: String, _| {
            let is_first = prompt.starts_with("Generate");
            Ok(if is_first { "what?\n\nwhy?".to_owned() } else { "because".to_owned() })
        });
        let research = ResearchWorkflow::start(env.client(), "tea".to_owned()).await?;
        research.approve().await?;
        let outcome = research.result().await?;
        let Research::Complete { answers, report, .. } = outcome else { panic!("{outcome:?}") };
        let questions: Vec<_> = answers.iter().map(|answer| &*answer.question).collect();
        assert_eq!((questions, &*report), (vec!["what?", "why?"], "because"));
        assert_eq!(research.get_messages().await?, ["what?\n\nwhy?"]);
        Ok(())
    }

    #[durable::test]
    async fn without_an_approval_there_is_no_report(env: TestEnv) -> durable::Result<()> {
        let outcome = ResearchWorkflow::execute(env.client(), "tea".to_owned()).await?;
        assert!(matches!(outcome, Research::Timeout { .. }), "{outcome:?}");
        Ok(())
    }
}
