//! Tests of the messages of all variants, and of the properties of [`Error`] as a type.

use std::collections::BTreeSet;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use temporalio_client::tonic::Status;
use temporalio_common::data_converters::{
    DefaultFailureConverter, FailureConverter as _, PayloadConverter, SerializationContextData,
};
use temporalio_common::error::IncomingError;
use temporalio_common::protos::temporal::api::common::v1::{Payload, Payloads};
use temporalio_common::protos::temporal::api::enums::v1::WorkflowTaskFailedCause;
use temporalio_common::protos::temporal::api::failure::v1::failure::FailureInfo;
use temporalio_common::protos::temporal::api::failure::v1::{
    ApplicationFailureInfo, Failure as RawFailure,
};

use super::*;

const FIRST: &str = "the card was declined";
const SECOND: &str = "the bank is closed";

#[derive(Debug)]
struct Link(&'static str, Option<&'static Link>);

static DECLINED: Link = Link(FIRST, Some(&Link(SECOND, None)));

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl StdError for Link {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.1.map(|cause| cause as _)
    }
}

fn cause() -> SharedError {
    SharedError::new(Link(DECLINED.0, DECLINED.1))
}

fn response() -> ServerError {
    Status::invalid_argument(FIRST).into()
}

fn failure() -> Failure {
    let failure = |message: &str, cause| RawFailure {
        message: message.to_owned(),
        cause,
        failure_info: Some(FailureInfo::ApplicationFailureInfo(ApplicationFailureInfo::default())),
        ..RawFailure::default()
    };
    let raw = failure(FIRST, Some(Box::new(failure(SECOND, None))));
    let converter = PayloadConverter::default();
    let context = SerializationContextData::None;
    let error = DefaultFailureConverter::default().to_error(raw, &converter, &context);
    Failure::new(&error.expect("it can be decoded"), &converter)
}

fn task_failure() -> TaskFailure {
    TaskFailure::new(2, WorkflowTaskFailedCause::Unspecified, FIRST.to_owned(), "default")
}

/// The causes that an error prints in its own line, those that are its sources, or none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Causes {
    Printed,
    Sources,
    None,
}

/// Returns the name of a variant and the place of its causes. A new variant does not compile without a
/// line here.
pub(crate) fn variant(error: &Error) -> (&'static str, Causes) {
    match error {
        Error::AlreadyStarted { .. } => ("AlreadyStarted", Causes::None),
        Error::Failed { .. } => ("Failed", Causes::Printed),
        Error::Cancelled { .. } => ("Cancelled", Causes::None),
        Error::Terminated { .. } => ("Terminated", Causes::None),
        Error::TimedOut { .. } => ("TimedOut", Causes::None),
        Error::ContinuedAsNew { .. } => ("ContinuedAsNew", Causes::None),
        Error::NotFound { .. } => ("NotFound", Causes::Sources),
        Error::NoResultYet { .. } => ("NoResultYet", Causes::Printed),
        Error::CallTimedOut { .. } => ("CallTimedOut", Causes::None),
        Error::QueryFailed { .. } => ("QueryFailed", Causes::Printed),
        Error::QueryRejected { .. } => ("QueryRejected", Causes::None),
        Error::UpdateFailed { .. } => ("UpdateFailed", Causes::Printed),
        Error::UpdateNotFound { .. } => ("UpdateNotFound", Causes::Sources),
        Error::UnknownSearchAttribute { .. } => ("UnknownSearchAttribute", Causes::Sources),
        Error::InvalidOptions { .. } => ("InvalidOptions", Causes::Printed),
        Error::ScheduleExists { .. } => ("ScheduleExists", Causes::None),
        Error::ScheduleNotFound { .. } => ("ScheduleNotFound", Causes::Sources),
        Error::InvalidSchedule { .. } => ("InvalidSchedule", Causes::Printed),
        Error::InvalidQuery { .. } => ("InvalidQuery", Causes::Printed),
        Error::WrongType { .. } => ("WrongType", Causes::Printed),
        Error::PayloadTooLarge { .. } => ("PayloadTooLarge", Causes::Sources),
        Error::ActivityNotFound { .. } => ("ActivityNotFound", Causes::Sources),
        Error::Rpc { .. } => ("Rpc", Causes::Printed),
        Error::Other(_) => ("Other", Causes::Sources),
        Error::Panicked { .. } => ("Panicked", Causes::None),
        Error::NoResetPoint { .. } => ("NoResetPoint", Causes::None),
        Error::Connection(error) => match error {
            ConnectionError::Unreachable { .. } => ("Unreachable", Causes::Sources),
            ConnectionError::Tls { .. } => ("Tls", Causes::None),
            ConnectionError::Refused { .. } => ("Refused", Causes::Printed),
            ConnectionError::InvalidHeader { .. } => ("InvalidHeader", Causes::None),
            ConnectionError::InvalidAddress { .. } => ("InvalidAddress", Causes::Sources),
            ConnectionError::NamespaceNotFound { .. } => ("NamespaceNotFound", Causes::None),
            ConnectionError::Disabled { .. } => ("Disabled", Causes::None),
            ConnectionError::NotTemporal { .. } => ("NotTemporal", Causes::None),
            ConnectionError::ProxyRefused { .. } => ("ProxyRefused", Causes::None),
            ConnectionError::TlsContradiction { .. } => ("TlsContradiction", Causes::None),
            ConnectionError::ApiKeyFile { .. } => ("ApiKeyFile", Causes::None),
            ConnectionError::Encryption { .. } => ("Encryption", Causes::None),
        },
    }
}

fn text() -> String {
    "order-7".to_owned()
}

/// Returns an error of each variant.
pub(crate) fn errors() -> Vec<Error> {
    vec![
        Error::AlreadyStarted { workflow_id: text(), run_id: None },
        Error::Failed { workflow_id: text(), failure: failure() },
        Error::Cancelled { workflow_id: text() },
        Error::Terminated { workflow_id: text() },
        Error::TimedOut { workflow_id: text(), timeout: None },
        Error::ContinuedAsNew { workflow_id: text() },
        Error::NotFound { workflow_id: text(), source: response() },
        Error::NoResultYet {
            workflow_id: text(),
            waited: Duration::from_secs(1),
            task_failure: Some(Box::new(task_failure())),
        },
        Error::CallTimedOut { operation: text(), waited: Duration::from_secs(1) },
        Error::QueryFailed { workflow_id: text(), query: text(), cause: cause() },
        Error::QueryRejected { workflow_id: text(), query: text(), status: None },
        Error::UpdateFailed { workflow_id: text(), update: text(), failure: failure() },
        Error::UpdateNotFound { workflow_id: text(), update_id: text(), source: response() },
        Error::UnknownSearchAttribute {
            operation: text(),
            name: text(),
            namespace: text(),
            source: response(),
        },
        Error::InvalidOptions {
            workflow_type: "Order".into(),
            cause: InvalidOptions { problems: vec![FIRST.to_owned().into()] },
        },
        Error::ScheduleExists { schedule_id: text() },
        Error::ScheduleNotFound { schedule_id: text(), source: response() },
        Error::InvalidSchedule { schedule_id: text(), cause: cause() },
        Error::InvalidQuery { query: text(), cause: cause() },
        Error::WrongType { what: text(), cause: cause() },
        Error::PayloadTooLarge { operation: text(), source: response() },
        Error::ActivityNotFound { operation: text(), source: response() },
        Error::Rpc { operation: text(), cause: response() },
        Error::other(Link("it cannot serve", Some(&DECLINED)), false),
        ConnectionError::Unreachable { address: text(), source: cause() }.into(),
        ConnectionError::Tls { address: text(), problem: TlsProblem::ServerWithTls }.into(),
        ConnectionError::Refused { address: text(), cause: response() }.into(),
        ConnectionError::InvalidHeader { name: text() }.into(),
        ConnectionError::InvalidAddress { address: text(), source: cause() }.into(),
        ConnectionError::NamespaceNotFound { namespace: text(), address: text() }.into(),
        ConnectionError::Disabled { by: text() }.into(),
        ConnectionError::NotTemporal { address: text(), answer: text() }.into(),
        ConnectionError::ProxyRefused { proxy: text(), address: text(), answer: text() }.into(),
        ConnectionError::TlsContradiction { address: text(), setting: text(), is_on: true }.into(),
        ConnectionError::ApiKeyFile { path: text().into(), reason: text() }.into(),
        Error::Panicked { operation: text(), message: text() },
        ConnectionError::Encryption { problem: text() }.into(),
        Error::NoResetPoint { workflow_id: text(), point: text() },
    ]
}

/// Returns an error with its sources, as programs print it that know nothing of this crate.
fn with_sources(error: &Error) -> String {
    let links = std::iter::successors(Some(error as &dyn StdError), |&link| link.source());
    links.map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_variant_prints_each_message_once() {
    let mut names = BTreeSet::new();
    for error in &errors() {
        let (name, causes) = variant(error);
        assert!(names.insert(name), "the list has {name} twice");
        let expected = usize::from(causes != Causes::None);
        let wrapped = anyhow::Error::new(error.clone()).context("while it was tried");
        let forms = [
            with_sources(error),
            format!("{error:?}"),
            report::one_line(error),
            format!("{wrapped:#}"),
            report::one_line(&*wrapped),
        ];
        for form in forms {
            assert_eq!(form.matches(FIRST).count(), expected, "{form}");
            let deep = with_sources(error).contains(SECOND);
            assert_eq!(form.matches(SECOND).count(), usize::from(deep), "{form}");
        }
        let line = error.to_string();
        assert_eq!(line.contains(FIRST), causes == Causes::Printed, "{line}");
        assert_eq!(error.source().is_some(), causes == Causes::Sources, "{line}");
    }
    assert_eq!(names.len(), 38, "the list has each variant");
}

#[test]
fn a_report_separates_the_causes_that_a_line_contains() {
    let error = Error::Failed { workflow_id: text(), failure: failure() };
    assert_eq!(error.to_string(), format!("workflow `order-7` failed: {FIRST}: {SECOND}"));
    let report = format!("workflow `order-7` failed\n\nCaused by:\n    {FIRST}\n    {SECOND}");
    assert_eq!(format!("{error:?}"), report);
    let wrapped = anyhow::Error::new(error).context("no order");
    assert_eq!(
        report::Report(&*wrapped).to_string(),
        format!("no order\n\nCaused by:\n    workflow `order-7` failed\n    {FIRST}\n    {SECOND}")
    );
}

#[test]
fn a_clone_shares_its_causes() {
    for error in errors() {
        assert_eq!(format!("{:?}", error.clone()), format!("{error:?}"));
    }
    let error = Error::other(Link(FIRST, None), false);
    let clone = error.clone();
    let [one, other] = [&error, &clone].map(|error| error.downcast_ref::<Link>());
    assert!(std::ptr::eq(one.expect("a link"), other.expect("a link")));
    assert!(error.downcast_ref::<Error>().is_none());
}

#[test]
fn exit_codes_tell_misuse_from_failure_also_below_other_errors() {
    for (error, code) in [
        (Error::from(ConnectionError::Disabled { by: text() }), report::MISUSED),
        (ConnectionError::Unreachable { address: text(), source: cause() }.into(), report::FAILED),
        (ConnectionError::Refused { address: text(), cause: response() }.into(), report::MISUSED),
        (Error::other(Link(FIRST, None), true), report::MISUSED),
        (Error::other(Link(FIRST, None), false), report::FAILED),
        (Error::InvalidQuery { query: text(), cause: cause() }, report::MISUSED),
        (Error::Cancelled { workflow_id: text() }, report::FAILED),
    ] {
        assert_eq!(report::exit_code(&error), code, "{error}");
        let wrapped = anyhow::Error::new(error).context("no order");
        assert_eq!(report::exit_code(&*wrapped), code, "{wrapped:#}");
    }
    assert_eq!(report::exit_code(&DECLINED), report::FAILED);
}

#[test]
fn debug_shows_the_sizes_of_details_and_no_value() {
    let payload = Payload { data: b"\"4929-1234\"".to_vec(), ..Payload::default() };
    let details = Some(Payloads { payloads: vec![payload.clone(), payload] });
    let info = ApplicationFailureInfo { details, ..ApplicationFailureInfo::default() };
    let raw = RawFailure {
        message: FIRST.to_owned(),
        failure_info: Some(FailureInfo::ApplicationFailureInfo(info)),
        ..RawFailure::default()
    };
    let converter = PayloadConverter::default();
    let context = SerializationContextData::None;
    let error = DefaultFailureConverter::default().to_error(raw, &converter, &context);
    let error = error.expect("it can be decoded");
    let failure = Failure::new(&error, &converter);
    let IncomingError::Application(failed) = error else { panic!("{error:?}") };
    let failed = ApplicationFailure::from(failed);
    let own = ApplicationFailure::builder(FIRST).details("4929-1234").build();
    for (shown, sizes) in [
        (format!("{failure:?}"), "11 bytes, 11 bytes"),
        (format!("{failed:?}"), "11 bytes, 11 bytes"),
        (format!("{own:?}"), FIRST),
    ] {
        assert!(shown.contains(sizes) && shown.contains(FIRST), "{shown}");
        assert!(!shown.contains("4929") && !shown.contains("52, 57, 50, 57"), "{shown}");
    }
}

#[test]
fn errors_are_shared_between_threads_and_small() {
    fn is_shared<T: StdError + Clone + Send + Sync + 'static>() {}
    is_shared::<Error>();
    is_shared::<ConnectionError>();
    is_shared::<ServerError>();
    is_shared::<OtherError>();
    // Clippy's limit for the error of a result.
    assert!(size_of::<Error>() < 128, "{}", size_of::<Error>());
}
