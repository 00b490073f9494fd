//! `Send` and `Sync` of the public types.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use durable::client::{AnyQuery, AnySignal, AnyUpdate, AnyWorkflow};
use durable::codec::server;
use durable::prelude::*;
use durable::web::gateway;
use durable::{
    activity, cli, client, codec, config, contract, definition, dev_server, error, metrics,
    options, telemetry, testing, web, worker, workflow,
};

use crate::declared::PublicItems;

#[durable::workflow(queue = "public-items")]
#[derive(Default)]
pub(crate) struct Flow;

#[workflow_methods]
impl Flow {
    #[run]
    async fn run(input: String) -> WorkflowResult<String> {
        Ok(input)
    }
}

#[durable::activity(queue = "public-items")]
pub(crate) async fn echo(input: String) -> Result<String, ActivityError> {
    Ok(input)
}

struct Probe<T>(PhantomData<T>);

impl<T: Send> Probe<T> {
    const SEND: bool = true;
}

impl<T: Sync> Probe<T> {
    const SYNC: bool = true;
}

/// The constants of types for which [`Probe`] has none of its own.
trait Otherwise {
    const SEND: bool = false;
    const SYNC: bool = false;
}

impl<T> Otherwise for Probe<T> {}

/// A type, and its traits as they are and as they are expected.
struct Row {
    name: &'static str,
    is: (bool, bool),
    expected: (bool, bool),
}

macro_rules! rows {
    ($($expected:expr => { $($type:ty,)* })*) => {
        vec![$($(Row {
            name: stringify!($type),
            is: (<Probe<$type>>::SEND, <Probe<$type>>::SYNC),
            expected: $expected,
        },)*)*]
    };
}

const SEND_AND_SYNC: (bool, bool) = (true, true);
const SEND: (bool, bool) = (true, false);
/// A workflow runs on the thread of its worker, and its context is shared by its methods.
const NEITHER: (bool, bool) = (false, false);

type Futures = std::vec::IntoIter<std::future::Ready<()>>;

/// The types of programs.
fn program() -> Vec<Row> {
    rows! {
        SEND_AND_SYNC => {
            durable::Client, durable::Error, durable::Failure, durable::Registry,
            durable::Workers, durable::WorkflowHandle<Flow>,
            cli::Context,
            client::ActivityHandle<echo>, client::ActivitySelection, client::ActivityState,
            client::Batch, client::BatchProgress, client::AnyInput, AnyQuery, AnySignal, AnyUpdate,
            AnyWorkflow, client::AnyWorkflowHandle, client::Calendar, client::ClientBuilder,
            client::ClientService, client::DeploymentVersion, client::Health,
            client::Idempotency, client::ListSchedulesCall, client::ListWorkflowsCall<Flow>,
            client::ListedWorkflow<Flow>, client::PauseNote, client::Payloads, client::Pem,
            client::PendingActivity, client::PendingChild, client::PendingTimer,
            client::PendingWorkflowTask, client::Poller, client::ResetPoint,
            client::TaskQueueDescription, client::TaskQueueHandle, client::TaskQueuePart,
            client::WorkerStatus, client::WorkerSummary, client::WorkflowEnding,
            client::QueryCall<AnyQuery>, client::ScheduleDescription, client::ScheduleHandle,
            client::ScheduleRun, client::ScheduleSpec, client::ScheduleSummary,
            client::ScheduledWorkflow, client::SignalCall<AnySignal>,
            client::SignalWithStartCall<AnyWorkflow, AnySignal>, client::StartCall<Flow>,
            client::Tls, client::ToHandle, client::ToOutput, client::UpdateCall<AnyUpdate>,
            client::UpdateHandle<AnyUpdate>, client::UpdateWithStartCall<AnyWorkflow, AnyUpdate>,
            client::VersionOverride, client::WorkflowDescription,
            codec::CodecError, codec::Codecs, codec::Compression, codec::DataKey,
            codec::Encryption, codec::EncryptionBuilder, codec::EncryptionError,
            codec::EncryptionProblem, codec::Key, codec::KeyError,
            server::Access, server::CodecServer, server::CodecServerBuilder,
            server::CodecServerError, server::CodecService, server::Denied, server::Jwt,
            server::Operation,
            gateway::Access, gateway::Caller, gateway::Decided, gateway::Denied,
            gateway::Gateway, gateway::GatewayError, gateway::Operation, gateway::Undecided,
            config::Config, config::ConfigError, config::ConfigKey, config::ConfigLoader, config::ConfigMistake,
            config::ConfigProblem, config::Setting, config::ValueSource,
            definition::ActivityAttempt, definition::ActivityDependency,
            contract::ActivityContract, contract::Affected, contract::CallContract,
            contract::Comparison, contract::Contract, contract::ErrorContract,
            contract::ErrorKindContract, contract::Finding, contract::InputContract,
            contract::InvalidContract, contract::Language, contract::QueueContract,
            contract::TypeContract, contract::Verdict, contract::WorkflowContract,
            definition::ActivityEntry, definition::CallSchemas, definition::CancelSignal<Flow>,
            definition::ErrorEntry, definition::ErrorKindEntry, definition::HandlerSchemas,
            definition::Schemas, definition::TypeSchema,
            definition::HandlerDescription, definition::Inputs<(String, u32)>,
            definition::InvalidInput, definition::InvalidTaskToken, definition::Parameter,
            definition::Queue, definition::RegistryError, definition::RegistryProblem,
            definition::SearchAttribute, definition::SearchAttributeEntry,
            definition::SourceLocation, definition::StackTraceQuery<Flow>,
            definition::StateQuery<Flow, String>,
            definition::StuckWorkflow, definition::UnknownSearchAttribute, definition::WorkflowEntry,
            dev_server::Attempt, dev_server::CliSource, dev_server::DevServer,
            dev_server::DevServerBuilder, dev_server::DevServerError, dev_server::LocateOptions,
            dev_server::LogLevel, dev_server::TemporalCli,
            error::Classification, error::ConnectionError, error::ExpiredTimeout,
            error::FailureKind, error::InvalidCall, error::InvalidOutput, error::OtherError,
            error::PayloadTooLarge, error::ServerError, error::SharedError, error::TaskFailure,
            error::TimeoutKind, error::TlsProblem,
            metrics::Counter, metrics::Gauge, metrics::Histogram, metrics::Metric,
            metrics::MetricKind, metrics::Metrics,
            options::ActivityOptions, options::ConfiguredOptions, options::InvalidOptions,
            options::OptionProblem,
            options::OptionSource, options::RetryOptions, options::WorkflowOptions,
            telemetry::LogFormat, telemetry::LogLevel, telemetry::Telemetry,
            telemetry::TelemetryBuilder, telemetry::TelemetryError, telemetry::UnknownName,
            web::Events, web::Input<String>, web::LastEventId, web::Problem, web::Started,
            worker::DrainReport, worker::EffectiveOptions, worker::Exit, worker::QueueHealth,
            worker::QueueReport, worker::Readiness, worker::RunningWorkers,
            worker::StartupReport, worker::VersioningBehavior, worker::WorkerError,
            worker::WorkerHealth, worker::WorkerProblem, worker::WorkerState,
        }
        // They hold a closure or a stream that one task uses.
        SEND => {
            cli::Cli, client::CreateScheduleCall<Flow>, client::Listing<String>,
            client::ScheduleUpdate,
        }
    }
}

/// The types of activities, workflows and tests.
fn code() -> Vec<Row> {
    rows! {
        SEND_AND_SYNC => {
            activity::ActivityContext, ActivityError, activity::ApplicationFailure,
            activity::ApplicationFailureBuilder, State<String>, activity::StopReason,
            activity::TaskToken,
            testing::ActivityTest, testing::Calls<(String,)>, testing::Finished,
            testing::HeartbeatError, testing::RecordedEvent, testing::RecordedWorkflow,
            testing::ReplayError, testing::ReplayProblem, testing::Replayed,
            testing::ReplayedHistory, testing::RunningActivity<echo>, testing::TestEnv,
            testing::TestEnvBuilder, testing::TestingError, testing::TimeSkipping,
            workflow::ChildWorkflowError, workflow::CompensationError,
            workflow::JoinAllBounded<Futures>, workflow::Status, workflow::entity::EntityEnd,
            workflow::entity::EntityOptions,
        }
        // A workflow's state, which holds the inbox, is moved to the thread of its worker.
        SEND => {
            testing::Mock<(String,), String>, testing::Replayer,
            workflow::entity::Inbox<String>,
        }
        NEITHER => {
            WorkflowContext<Flow>, SyncWorkflowContext<Flow>,
            workflow::ActivityCall<'static, Flow, echo>, workflow::ChildResult<'static, Flow>,
            workflow::ChildWorkflowHandle<Flow>,
            workflow::ExternalSignalCall<'static, AnySignal>,
            workflow::ExternalWorkflowHandle<Flow>, workflow::Saga<'static>,
            workflow::StartChildCall<'static, Flow, Flow>,
            workflow::StartedActivity<'static, echo>, workflow::StartedChild<'static, Flow>,
            workflow::Wait<'static, String>,
        }
    }
}

/// Returns the name of a type without its path and its arguments.
fn name(ty: &str) -> String {
    let path = ty.split('<').next().unwrap_or(ty);
    path.rsplit("::").next().unwrap_or(path).trim().to_owned()
}

#[test]
fn public_types_are_send_and_sync_as_listed() {
    for Row { name, is, expected } in program().into_iter().chain(code()) {
        assert_eq!(is, expected, "`{name}`: (Send, Sync)");
    }
}

#[test]
fn every_public_type_is_listed() {
    let listed: BTreeSet<_> =
        program().iter().chain(&code()).map(|row| self::name(row.name)).collect();
    let declared = PublicItems::read().types;
    let missing: Vec<_> = declared.difference(&listed).collect();
    assert!(missing.is_empty(), "add the types to `program` or `code`: {missing:?}");
    let gone: Vec<_> = listed.difference(&declared).collect();
    assert!(gone.is_empty(), "remove the types, which are not public any more: {gone:?}");
}
