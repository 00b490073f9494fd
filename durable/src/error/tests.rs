//! Tests of the messages of all variants, and of the properties of [`Error`] as a type.

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
enum Causes {
    Printed,
    Sources,
    None,
}

/// Returns the number of a variant and the place of its causes. A new variant does not compile without a
/// line here.
fn variant(error: &Error) -> (usize, Causes) {
    match error {
        Error::AlreadyStarted { .. } => (0, Causes::None),
        Error::Failed { .. } => (1, Causes::Printed),
        Error::Cancelled { .. } => (2, Causes::None),
        Error::Terminated { .. } => (3, Causes::None),
        Error::TimedOut { .. } => (4, Causes::None),
        Error::ContinuedAsNew { .. } => (5, Causes::None),
        Error::NotFound { .. } => (6, Causes::Sources),
        Error::NoResultYet { .. } => (7, Causes::Printed),
        Error::CallTimedOut { .. } => (8, Causes::None),
        Error::QueryFailed { .. } => (9, Causes::Printed),
        Error::QueryRejected { .. } => (10, Causes::None),
        Error::UpdateFailed { .. } => (11, Causes::Printed),
        Error::UpdateNotFound { .. } => (12, Causes::Sources),
        Error::UnknownSearchAttribute { .. } => (13, Causes::Sources),
        Error::InvalidOptions { .. } => (14, Causes::Printed),
        Error::ScheduleExists { .. } => (15, Causes::None),
        Error::ScheduleNotFound { .. } => (16, Causes::Sources),
        Error::InvalidSchedule { .. } => (17, Causes::Printed),
        Error::InvalidQuery { .. } => (18, Causes::Printed),
        Error::WrongType { .. } => (19, Causes::Printed),
        Error::PayloadTooLarge { .. } => (20, Causes::Sources),
        Error::ActivityNotFound { .. } => (21, Causes::Sources),
        Error::Rpc { .. } => (22, Causes::Printed),
        Error::Other(_) => (23, Causes::Sources),
        Error::Panicked { .. } => (35, Causes::None),
        Error::NoResetPoint { .. } => (37, Causes::None),
        Error::Connection(error) => match error {
            ConnectionError::Unreachable { .. } => (24, Causes::Sources),
            ConnectionError::Tls { .. } => (25, Causes::None),
            ConnectionError::Refused { .. } => (26, Causes::Printed),
            ConnectionError::InvalidHeader { .. } => (27, Causes::None),
            ConnectionError::InvalidAddress { .. } => (28, Causes::Sources),
            ConnectionError::NamespaceNotFound { .. } => (29, Causes::None),
            ConnectionError::Disabled { .. } => (30, Causes::None),
            ConnectionError::NotTemporal { .. } => (31, Causes::None),
            ConnectionError::ProxyRefused { .. } => (32, Causes::None),
            ConnectionError::TlsContradiction { .. } => (33, Causes::None),
            ConnectionError::ApiKeyFile { .. } => (34, Causes::None),
            ConnectionError::Encryption { .. } => (36, Causes::None),
        },
    }
}

fn text() -> String {
    "order-7".to_owned()
}

/// Returns an error of each variant.
fn errors() -> Vec<Error> {
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
    for (number, error) in errors().iter().enumerate() {
        let (of_variant, causes) = variant(error);
        assert_eq!(of_variant, number, "the list has each variant once, in order: {error}");
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
    assert_eq!(errors().len(), 38);
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
