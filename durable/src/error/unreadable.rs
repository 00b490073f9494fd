//! The failure of an error that cannot be converted, because code of its author panics.

use temporalio_common::error::{OutgoingActivityError, OutgoingError, OutgoingWorkflowError};
use temporalio_common::protos::temporal::api::failure::v1::failure::FailureInfo;
use temporalio_common::protos::temporal::api::failure::v1::{
    ApplicationFailureInfo, CanceledFailureInfo, Failure,
};

use super::described::Described;

/// Returns the part of an error's failure that does not come from its `Display` and `source`: its type, and
/// the treatment of it. `described` is that of an application error.
pub(super) fn info(error: &OutgoingError, described: Option<Described>) -> FailureInfo {
    if let Some(described) = described {
        return FailureInfo::ApplicationFailureInfo(described.info());
    }
    match error {
        OutgoingError::Activity(OutgoingActivityError::Cancelled { .. }) => {
            FailureInfo::CanceledFailureInfo(CanceledFailureInfo::default())
        }
        OutgoingError::Activity(OutgoingActivityError::Application(failure))
        | OutgoingError::Workflow(OutgoingWorkflowError::Application(failure)) => {
            FailureInfo::ApplicationFailureInfo(ApplicationFailureInfo {
                r#type: failure.type_name().unwrap_or_default().to_owned(),
                non_retryable: failure.is_non_retryable(),
                next_retry_delay: failure.next_retry_delay().and_then(|it| it.try_into().ok()),
                ..ApplicationFailureInfo::default()
            })
        }
        _ => FailureInfo::ApplicationFailureInfo(ApplicationFailureInfo::default()),
    }
}

/// Returns the failure, after the panic with this message.
pub(super) fn failure(info: FailureInfo, message: &str) -> Failure {
    Failure {
        message: format!(
            "an error that cannot be converted to a failure, because its `Display`, `source` or \
             `Serialize`, or the failure converter, panicked: {message}"
        ),
        failure_info: Some(info),
        ..Failure::default()
    }
}
