//! The settings that a replay has in common with the workers that ran the workflows.

use std::sync::Arc;
use std::time::Duration;

use temporalio_common::data_converters::DataConverter;
use temporalio_sdk::WorkerOptions;
use temporalio_sdk::workflow_interceptors::WorkflowInterceptorConstructor;
use temporalio_sdk::workflow_replayer::WorkflowReplayerOptions;

use super::failure::Failures;
#[cfg(feature = "encryption")]
use crate::codec::CodecSettings;
use crate::definition::Queue;
use crate::definition::entry::Target;
use crate::error::Result;
#[cfg(not(feature = "encryption"))]
use crate::error::codec::Outer;
use crate::error::command_sizes::outer_interceptors;
use crate::error::outgoing::typed_failures;
use crate::worker::WorkerError;

const DEFAULT_NAMESPACE: &str = "default";
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

pub(crate) type Adjust = Arc<dyn Fn(&mut WorkerOptions) + Send + Sync>;

/// The settings of a replay.
#[derive(Clone)]
pub(crate) struct ReplaySettings {
    /// The converter between payloads and values.
    pub(crate) data_converter: DataConverter,
    /// The codecs outside of the one of the data converter.
    #[cfg(feature = "encryption")]
    pub(crate) codecs: CodecSettings,
    /// The function that adjusts the options of the workers.
    pub(crate) adjust: Option<Adjust>,
    /// The workflow interceptors of the workers, in their order.
    pub(crate) interceptors: Vec<WorkflowInterceptorConstructor>,
    /// The namespace that workflow code sees.
    pub(crate) namespace: String,
    /// The queue of this program whose workflows are replayed, if not the recorded one.
    pub(crate) task_queue: Option<String>,
    /// The longest time that the replay of one history may take.
    pub(crate) timeout: Duration,
    /// True if workflows without code are replayed too, as those are that a test's workers refuse to
    /// run without a mock.
    pub(crate) with_declared: bool,
}

impl Default for ReplaySettings {
    fn default() -> Self {
        Self {
            data_converter: DataConverter::default(),
            #[cfg(feature = "encryption")]
            codecs: CodecSettings::default(),
            adjust: None,
            interceptors: Vec::new(),
            namespace: DEFAULT_NAMESPACE.to_owned(),
            task_queue: None,
            timeout: DEFAULT_TIMEOUT,
            with_declared: false,
        }
    }
}

impl ReplaySettings {
    /// Returns the data converter with the codecs.
    #[cfg_attr(
        not(feature = "encryption"),
        expect(clippy::unnecessary_wraps, reason = "only the keys of codecs can be missing")
    )]
    fn converter(&self) -> Result<DataConverter> {
        #[cfg(feature = "encryption")]
        let outer = self.codecs.outer()?;
        #[cfg(not(feature = "encryption"))]
        let outer = Outer::default();
        Ok(typed_failures(self.data_converter.clone(), outer, Arc::default()))
    }

    /// Returns the options of a replayer for one queue of this program.
    pub(super) fn options(
        &self,
        queue: &Queue,
        name: &str,
        failures: &Failures,
    ) -> Result<WorkflowReplayerOptions> {
        let mut of_worker = WorkerOptions::new(name).build();
        if let Some(adjust) = &self.adjust {
            adjust(&mut of_worker);
        }
        // `workflow_failure_errors` are left out: with them a difference fails the workflow instead
        // of its task, and the SDK's replayer (1.1.1) does not report it.
        let mut options = WorkflowReplayerOptions::new()
            .namespace(self.namespace.clone())
            .task_queue(name)
            .data_converter(self.converter()?)
            .detect_nondeterministic_futures(of_worker.detect_nondeterministic_futures)
            .build();
        // Outermost, so that it sees what the other interceptors make of a failure.
        let mut interceptors = vec![failures.interceptor()];
        interceptors.extend(outer_interceptors());
        interceptors.extend(self.interceptors.iter().cloned());
        options.register_workflow_interceptors(interceptors);
        queue.register(&mut Target::Replayer(&mut options)).map_err(|error| {
            WorkerError::Create { queue: name.to_owned(), source: error.into() }
        })?;
        Ok(options)
    }
}
