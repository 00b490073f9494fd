//! Search attributes and memo of the running workflow.

use temporalio_common::MemoValue;
use temporalio_common::data_converters::{
    GenericPayloadConverter as _, PayloadConversionError, PayloadConverter, TemporalSerializable,
};
use temporalio_common::search_attributes::{
    SearchAttributeKey, SearchAttributeUpdate, SearchAttributeValue, SearchAttributes,
};

use crate::error::call::ValueError;
use crate::error::payload_limit::Value;
use crate::error::task_size;
use crate::workflow::calls::checks::Checks;
use crate::workflow::conversion::with_context;
use crate::workflow::{SyncWorkflowContext, WorkflowContext};

/// Generates the same methods for both contexts. The SDK's contexts have them too, but share no trait.
macro_rules! attributes {
    ($context:ident) => {
        impl<W> $context<W> {
            /// Sets a search attribute of this workflow, so that `client.list::<W>()` can find it. The
            /// server must know the attribute.
            ///
            /// `ctx.search_attributes().get(&key)` reads it. The SDK's `upsert_search_attributes` sets
            /// several with one event in the history.
            ///
            /// # Errors
            /// Returns an error for a number that is NaN or infinite, a time that cannot be represented,
            /// and a value of more than 2,048 bytes.
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
            /// Use it instead of the SDK's `value_unset`, which server 1.32.0 refuses, so that the
            /// workflow task fails.
            pub fn remove_search_attribute<T: SearchAttributeValue>(
                &self,
                key: &SearchAttributeKey<T>,
            ) {
                task_size::count(key.name().len() + REMOVAL);
                self.upsert_search_attributes([removal(key)]);
            }

            /// Sets a value of this workflow's memo, which can be read but not searched.
            ///
            /// `ctx.memo().get(name)` reads it.
            ///
            /// # Errors
            /// Returns an error if the value cannot be serialized or is too large.
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
            /// Returns an error if the data converter cannot serialize an empty value.
            pub fn remove_memo(
                &self,
                name: impl Into<String>,
            ) -> Result<(), PayloadConversionError> {
                let name = name.into();
                task_size::count(name.len() + REMOVAL);
                self.upsert_memo([(name, None)])
            }
        }
    };
}

attributes!(WorkflowContext);
attributes!(SyncWorkflowContext);

/// The estimated size of a command that removes a value, in bytes.
const REMOVAL: usize = 128;

/// The maximum size of a search attribute's value in bytes, by the default configuration of server 1.32.0.
const MAX_ATTRIBUTE_SIZE: usize = 2048;

/// Creates the update of a search attribute, and checks that the server accepts it. The server would
/// refuse the command otherwise, and the workflow task would be repeated for ever.
pub(crate) fn update<T: SearchAttributeValue>(
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
    if size.is_some_and(|size| size > MAX_ATTRIBUTE_SIZE) {
        let size = size.unwrap_or_default();
        checks.problem(format!(
            "the value has {size} bytes, and the server takes {MAX_ATTRIBUTE_SIZE} at most"
        ));
    }
    checks.finish().map_err(ValueError::Call)?;
    let value = Value::new("search attribute", key.name().to_owned());
    task_size::check_bytes(key.name().len() + size.unwrap_or_default(), &value)?;
    Ok(update)
}

/// Checks that a value can be stored in a memo.
fn check_memo<T: TemporalSerializable + 'static>(
    converter: &PayloadConverter,
    name: &str,
    value: &T,
) -> Result<(), ValueError> {
    let what = Value::new("memo", name.to_owned());
    let payload = with_context(converter, |context| converter.to_payload(context, value));
    let payload = payload.map_err(|error| what.unserializable(&error))?;
    task_size::check_memo(&[payload], &what)?;
    task_size::count(name.len());
    Ok(())
}

/// Returns the update that removes an attribute of any type: an empty list. SDK 1.1.1 sends a payload
/// without encoding instead, which server 1.32.0 refuses.
fn removal<T: SearchAttributeValue>(key: &SearchAttributeKey<T>) -> SearchAttributeUpdate {
    SearchAttributeKey::keyword_list(key.name()).value_set(Vec::new())
}
