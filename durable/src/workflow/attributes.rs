//! What a workflow says of itself for others to find and read: search attributes and memo.

use temporalio_common::MemoValue;
use temporalio_common::data_converters::{PayloadConversionError, TemporalSerializable};
use temporalio_common::search_attributes::{
    SearchAttributeKey, SearchAttributeUpdate, SearchAttributeValue,
};

use super::{SyncWorkflowContext, WorkflowContext};

/// Writes the same methods for both contexts, which have the SDK's in common and no trait for them.
macro_rules! attributes {
    ($context:ident) => {
        impl<W> $context<W> {
            /// Sets a search attribute of this workflow, by which `client.list::<W>()` finds it; the
            /// server must know the attribute.
            ///
            /// `ctx.search_attributes().get(&key)` reads it. The SDK's `upsert_search_attributes`
            /// sets several with one entry in the history.
            ///
            /// # Errors
            /// For a number that is none or infinite, and a time that cannot be written.
            pub fn set_search_attribute<T: SearchAttributeValue>(
                &self,
                key: &SearchAttributeKey<T>,
                value: T,
            ) -> Result<(), PayloadConversionError> {
                let update = key.try_value_set(value).map_err(|error| {
                    let problem = format!("the search attribute `{}`: {error}", key.name());
                    PayloadConversionError::EncodingError(problem.into())
                })?;
                self.upsert_search_attributes([update]);
                Ok(())
            }

            /// Removes a search attribute of this workflow.
            ///
            /// Use it in place of the SDK's `value_unset`, which servers refuse (as of 1.32), so that
            /// the workflow task fails.
            pub fn remove_search_attribute<T: SearchAttributeValue>(
                &self,
                key: &SearchAttributeKey<T>,
            ) {
                self.upsert_search_attributes([removal(key)]);
            }

            /// Sets a value of this workflow's memo, which can be read and not searched by.
            ///
            /// `ctx.memo().get(name)` reads it.
            ///
            /// # Errors
            /// When the value cannot be serialized.
            pub fn set_memo<T>(
                &self,
                name: impl Into<String>,
                value: T,
            ) -> Result<(), PayloadConversionError>
            where
                T: TemporalSerializable + Send + Sync + 'static,
            {
                let update = (name.into(), Some(MemoValue::new(value)));
                self.upsert_memo([update])
            }

            /// Removes a value of this workflow's memo.
            ///
            /// # Errors
            /// When the data converter cannot write a value of nothing.
            pub fn remove_memo(
                &self,
                name: impl Into<String>,
            ) -> Result<(), PayloadConversionError> {
                self.upsert_memo([(name.into(), None)])
            }
        }
    };
}

attributes!(WorkflowContext);
attributes!(SyncWorkflowContext);

/// What the server takes for the removal of an attribute of any type: an empty list. The SDK 1.1.1
/// sends a payload without encoding instead.
fn removal<T: SearchAttributeValue>(key: &SearchAttributeKey<T>) -> SearchAttributeUpdate {
    SearchAttributeKey::keyword_list(key.name()).value_set(Vec::new())
}
