//! A workflow with values that nobody but its program should read.

use durable::prelude::*;

/// A letter to a patient.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Letter {
    /// The name of the patient.
    pub patient: String,
    /// The diagnosis.
    pub diagnosis: String,
}

/// Writes the text of a letter.
#[activity(queue = "letters", retry(maximum_attempts = 10))]
pub async fn write(letter: Letter) -> String {
    format!("Dear {}, we found: {}.", letter.patient, letter.diagnosis)
}

/// Writes a letter, and sends it when a doctor has signed it.
#[workflow(queue = "letters")]
#[derive(Default)]
pub struct LetterWorkflow {
    doctor: Option<String>,
}

#[workflow_methods]
impl LetterWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, letter: Letter) -> WorkflowResult<String> {
        let text = write::execute(ctx, letter).await?;
        ctx.wait_condition(|state| state.doctor.is_some()).await?;
        let doctor = ctx.state(|state| state.doctor.clone()).unwrap_or_default();
        Ok(format!("{text} {doctor}"))
    }

    /// Signs the letter.
    #[signal]
    fn sign(&mut self, doctor: String) {
        self.doctor = Some(doctor);
    }
}
