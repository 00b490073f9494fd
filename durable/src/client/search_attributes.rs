//! Checking and creating the search attributes of a namespace.

use std::collections::HashMap;
use std::fmt;

use temporalio_client::grpc::OperatorService as _;
use temporalio_client::tonic::{Code, IntoRequest as _, Status};
use temporalio_common::protos::temporal::api::enums::v1::IndexedValueType;
#[cfg(feature = "testing")]
use temporalio_common::protos::temporal::api::operatorservice::v1::AddSearchAttributesRequest;
use temporalio_common::protos::temporal::api::operatorservice::v1::ListSearchAttributesRequest;

use crate::client::Client;
use crate::definition::SearchAttributeEntry;
use crate::error::{Error, Result, how_to_create};
use crate::search_attribute::SearchAttribute;

/// A declared search attribute that is missing on the server, or has another type.
#[derive(Debug)]
pub(crate) struct SearchAttributeMismatch {
    declared: SearchAttributeEntry,
    /// The server's name of the attribute's type on the server, if the attribute exists.
    found: Option<String>,
    namespace: String,
}

impl fmt::Display for SearchAttributeMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { declared: SearchAttributeEntry { name, kind, source }, found, namespace } = self;
        match found {
            None => write!(
                f,
                "search attribute `{name}` ({kind}, declared at {source}) does not exist in namespace \
                 `{namespace}`; {}",
                how_to_create(name, namespace)
            ),
            Some(found) => write!(
                f,
                "search attribute `{name}` is {found} in namespace `{namespace}`, and declared as {kind} \
                 at {source}; declare it as {found}, or under another name"
            ),
        }
    }
}

impl Client {
    /// Returns the declared search attributes that are missing in the namespace, or have another
    /// type there.
    ///
    /// # Errors
    /// [`ConnectionError::Unreachable`](crate::error::ConnectionError::Unreachable), or [`Error::Rpc`] if this client may not list search attributes.
    pub(crate) async fn mismatched_search_attributes(
        &self,
        declared: &[SearchAttributeEntry],
    ) -> Result<Vec<SearchAttributeMismatch>> {
        if declared.is_empty() {
            return Ok(Vec::new());
        }
        let known = self.known_search_attributes().await.map_err(|status| match status.code() {
            Code::Unavailable => self.unreachable(status),
            _ => Error::Rpc {
                operation: "list the search attributes".to_owned(),
                cause: status.into(),
            },
        })?;
        let mismatched = declared.iter().filter_map(|entry| {
            let found = known.get(entry.name).copied();
            if found == Some(entry.kind.indexed() as i32) {
                return None;
            }
            let found = found.map(type_name);
            let namespace = self.namespace().to_owned();
            Some(SearchAttributeMismatch { declared: *entry, found, namespace })
        });
        Ok(mismatched.collect())
    }

    /// Creates search attributes in the namespace. Existing ones stay unchanged.
    #[cfg(feature = "testing")]
    pub(crate) async fn create_search_attributes(
        &self,
        wanted: &[(String, SearchAttribute)],
    ) -> Result<(), Status> {
        let wanted = wanted.iter().map(|(name, kind)| (name.clone(), kind.indexed() as i32));
        let mut wanted: HashMap<_, _> = wanted.collect();
        if wanted.is_empty() {
            return Ok(());
        }
        if let Err(status) = self.add_search_attributes(wanted.clone()).await {
            // The server refuses the whole request if it contains a built-in attribute.
            let known = self.known_search_attributes().await?;
            let asked = wanted.len();
            wanted.retain(|name, kind| known.get(name) != Some(kind));
            if wanted.len() == asked {
                return Err(status);
            }
            self.add_search_attributes(wanted).await?;
        }
        Ok(())
    }

    #[cfg(feature = "testing")]
    async fn add_search_attributes(&self, wanted: HashMap<String, i32>) -> Result<(), Status> {
        let namespace = self.namespace().to_owned();
        let request = AddSearchAttributesRequest { search_attributes: wanted, namespace };
        let mut sdk = self.sdk().clone();
        sdk.add_search_attributes(request.into_request()).await.map(drop)
    }

    /// Returns all search attributes of the namespace, built-in ones included.
    async fn known_search_attributes(&self) -> Result<HashMap<String, i32>, Status> {
        let request = ListSearchAttributesRequest { namespace: self.namespace().to_owned() };
        let mut sdk = self.sdk().clone();
        let listed = sdk.list_search_attributes(request.into_request()).await?.into_inner();
        Ok(listed.custom_attributes.into_iter().chain(listed.system_attributes).collect())
    }
}

fn type_name(indexed: i32) -> String {
    let kind = IndexedValueType::try_from(indexed).ok().and_then(SearchAttribute::of);
    kind.map_or_else(|| "of an unknown type".to_owned(), |kind| kind.to_string())
}
