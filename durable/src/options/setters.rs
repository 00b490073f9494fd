//! Macros for setters.

/// Defines a documented setter for each listed field. Strings are taken as `impl Into<String>`. Numbers
/// are not generic, because literals would then need a type.
macro_rules! setters {
    ($($(#[$doc:meta])* $field:ident: $type:ident,)*) => {
        $(setters! { @one $(#[$doc])* $field: $type })*
    };
    (@one $(#[$doc:meta])* $field:ident: String) => {
        $(#[$doc])*
        #[must_use]
        pub fn $field(mut self, $field: impl Into<String>) -> Self {
            self.$field = Some($field.into());
            self
        }
    };
    (@one $(#[$doc:meta])* $field:ident: $type:ident) => {
        $(#[$doc])*
        #[must_use]
        pub fn $field(mut self, $field: $type) -> Self {
            self.$field = Some($field);
            self
        }
    };
}

/// Defines the setters of workflow options for a builder that has a method `options`.
macro_rules! workflow_option_setters {
    () => {
        /// Sets the maximum time of the workflow, including retries and continued runs. Zero means no
        /// limit. By default it is that of the annotation or configuration, or no limit.
        pub fn execution_timeout(self, timeout: Duration) -> Self {
            self.options(WorkflowOptions::default().execution_timeout(timeout))
        }

        /// Sets the maximum time of one run. Zero means no limit. By default it is that of the annotation
        /// or configuration, or no limit.
        pub fn run_timeout(self, timeout: Duration) -> Self {
            self.options(WorkflowOptions::default().run_timeout(timeout))
        }

        /// Sets the maximum time of one workflow task. The server's default is 10 seconds.
        pub fn task_timeout(self, timeout: Duration) -> Self {
            self.options(WorkflowOptions::default().task_timeout(timeout))
        }

        /// Sets the retry policy of the workflow, merged field by field with that of the annotation and
        /// configuration. By default a workflow is not retried.
        pub fn retry(self, retry: RetryOptions) -> Self {
            self.options(WorkflowOptions::default().retry(retry))
        }

        /// Sets the task queue. The default is that of the annotation.
        pub fn task_queue(self, queue: impl Into<String>) -> Self {
            self.options(WorkflowOptions::default().task_queue(queue))
        }

        /// Sets the priority and fairness among the tasks of the queue. The default is that of the parent
        /// workflow, or the server's.
        pub fn priority(self, priority: Priority) -> Self {
            self.options(WorkflowOptions::default().priority(priority))
        }

        /// Sets the summary, a line that the web UI shows with the workflow.
        pub fn summary(self, summary: impl Into<String>) -> Self {
            self.options(WorkflowOptions::default().summary(summary))
        }

        /// Sets the details, a text of several lines that the web UI shows with the workflow.
        pub fn details(self, details: impl Into<String>) -> Self {
            self.options(WorkflowOptions::default().details(details))
        }
    };
}

pub(super) use setters;
pub(crate) use workflow_option_setters;
