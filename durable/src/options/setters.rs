//! The forms of builders' setters.

/// Writes a setter for each listed field, with the field's own documentation. A text is taken in
/// every form; a number is not, because a literal would then have to say its type.
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

/// Writes the setters of single options for what starts a workflow: a builder with `options`.
macro_rules! workflow_option_setters {
    () => {
        /// The longest that the workflow may take, retries and continued runs included; zero lifts it.
        pub fn execution_timeout(self, timeout: Duration) -> Self {
            self.options(WorkflowOptions::default().execution_timeout(timeout))
        }

        /// The longest that one run may take; zero lifts it.
        pub fn run_timeout(self, timeout: Duration) -> Self {
            self.options(WorkflowOptions::default().run_timeout(timeout))
        }

        /// The longest that a worker may take for one workflow task.
        pub fn task_timeout(self, timeout: Duration) -> Self {
            self.options(WorkflowOptions::default().task_timeout(timeout))
        }

        /// How often and how fast a failed workflow is run again; merges field by field.
        pub fn retry(self, retry: RetryOptions) -> Self {
            self.options(WorkflowOptions::default().retry(retry))
        }

        /// Another queue than that of the annotation.
        pub fn task_queue(self, queue: impl Into<String>) -> Self {
            self.options(WorkflowOptions::default().task_queue(queue))
        }

        /// Priority and fairness among the tasks of the queue; without it the server's, or a parent's.
        pub fn priority(self, priority: Priority) -> Self {
            self.options(WorkflowOptions::default().priority(priority))
        }

        /// A line that the web UI shows with the workflow.
        pub fn summary(self, summary: impl Into<String>) -> Self {
            self.options(WorkflowOptions::default().summary(summary))
        }

        /// Several lines that the web UI shows with the workflow.
        pub fn details(self, details: impl Into<String>) -> Self {
            self.options(WorkflowOptions::default().details(details))
        }
    };
}

pub(super) use setters;
pub(crate) use workflow_option_setters;
