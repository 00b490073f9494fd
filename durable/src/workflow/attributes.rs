//! What a workflow says of itself for others to find and read: search attributes and memo.

use temporalio_common::MemoValue;
use temporalio_common::data_converters::{
    GenericPayloadConverter as _, PayloadConversionError, PayloadConverter, TemporalSerializable,
};
use temporalio_common::search_attributes::{
    SearchAttributeKey, SearchAttributeUpdate, SearchAttributeValue, SearchAttributes,
};

use super::checks::Checks;
use super::hosted::with_context;
use super::{SyncWorkflowContext, WorkflowContext};
use crate::error::call::ValueError;
use crate::error::payload_limit::{PayloadLimit, Value};

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
            /// For a number that is NaN or infinite, a time that cannot be written, and a value of more
            /// than 2,048 bytes, which the server refuses.
            pub fn set_search_attribute<T: SearchAttributeValue>(
                &self,
                key: &SearchAttributeKey<T>,
                value: T,
            ) -> Result<(), PayloadConversionError> {
                let update = update(key, value)?;
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
            /// When the value cannot be serialized, or is too large.
            pub fn set_memo<T>(
                &self,
                name: impl Into<String>,
                value: T,
            ) -> Result<(), PayloadConversionError>
            where
                T: TemporalSerializable + Send + Sync + 'static,
            {
                let name = name.into();
                check_memo(self.payload_converter(), &name, &value)?;
                self.upsert_memo([(name, Some(MemoValue::new(value)))])
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

/// The largest value of a search attribute that server 1.32.0 takes, as it is configured by default.
const LARGEST_ATTRIBUTE: usize = 2048;

/// The update of a search attribute that the server takes; a command with another would be refused, and
/// the workflow task repeated for ever.
pub(super) fn update<T: SearchAttributeValue>(
    key: &SearchAttributeKey<T>,
    value: T,
) -> Result<SearchAttributeUpdate, ValueError> {
    let mut checks = Checks::of(format!("the search attribute `{}`", key.name()));
    checks.name("name", key.name());
    let update = match key.try_value_set(value) {
        Ok(update) => update,
        Err(error) => {
            checks.problem(error.to_string());
            removal(key)
        }
    };
    let sent = SearchAttributes::updates_to_proto([update.clone()]);
    let size = sent.indexed_fields.values().map(|payload| payload.data.len()).max();
    if size.is_some_and(|size| size > LARGEST_ATTRIBUTE) {
        let size = size.unwrap_or_default();
        checks.problem(format!(
            "the value has {size} bytes, and the server takes {LARGEST_ATTRIBUTE} at most"
        ));
    }
    checks.finish().map_err(ValueError::Call)?;
    Ok(update)
}

/// Refuses what cannot be a value of a memo.
fn check_memo<T: TemporalSerializable + 'static>(
    converter: &PayloadConverter,
    name: &str,
    value: &T,
) -> Result<(), ValueError> {
    let what = Value::new("memo", name.to_owned());
    let payload = with_context(converter, |context| converter.to_payload(context, value));
    let payload = payload.map_err(|error| what.unserializable(&error))?;
    PayloadLimit::of_workflows().check(&[payload], &what).map_err(ValueError::TooLarge)
}

/// What the server takes for the removal of an attribute of any type: an empty list. The SDK 1.1.1
/// sends a payload without encoding instead.
fn removal<T: SearchAttributeValue>(key: &SearchAttributeKey<T>) -> SearchAttributeUpdate {
    SearchAttributeKey::keyword_list(key.name()).value_set(Vec::new())
}
