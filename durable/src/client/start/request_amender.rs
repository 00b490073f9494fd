//! Amends requests of the SDK's client before they are sent.
//!
//! The options of the SDK 1.1.1 have neither a start delay nor time skipping, its recurring schedules lack
//! most settings of the server, and its interceptor chain cannot be called from outside. So such a
//! call goes through an SDK client, with data converter, codec, headers, memo and interceptors. The
//! connection of that client ends here, in memory. The request is decoded, amended, and sent by the
//! real connection.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use prost::Message;
use temporalio_client::callback_based::{
    CallbackBasedGrpcService, GrpcRequest, GrpcSuccessResponse,
};
use temporalio_client::errors::ClientConnectError;
use temporalio_client::grpc::WorkflowService;
use temporalio_client::tonic::codegen::http::HeaderMap;
use temporalio_client::tonic::metadata::MetadataMap;
use temporalio_client::tonic::{Request, Response, Status};
use temporalio_client::{
    Client, ClientOptions, Connection, ConnectionOptions, NamespacedClient as _, RetryOptions,
};
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    CreateScheduleRequest, DescribeWorkflowExecutionRequest, ExecuteMultiOperationRequest,
    GetSystemInfoResponse, PollWorkflowExecutionUpdateRequest,
    SignalWithStartWorkflowExecutionRequest, StartWorkflowExecutionRequest,
    StartWorkflowExecutionResponse, UpdateScheduleRequest,
    execute_multi_operation_request::operation::Operation, get_system_info_response::Capabilities,
};
use url::Url;

use super::plain_texts::{self, encode_plain, encode_start};

type Answer = BoxFuture<'static, Result<GrpcSuccessResponse, Status>>;

/// Headers that the real connection writes itself. All others are forwarded.
const WRITTEN_BY_THE_CONNECTION: &[&str] = &[
    "authorization",
    "client-name",
    "client-version",
    "content-type",
    "grpc-accept-encoding",
    "grpc-encoding",
    "te",
    "temporal-namespace",
    "user-agent",
];

/// A request that can be amended.
pub(crate) enum Amendable<'a> {
    /// A start, alone or as a part of an update-with-start.
    Start(&'a mut StartWorkflowExecutionRequest),
    /// A signal-with-start.
    SignalWithStart(&'a mut SignalWithStartWorkflowExecutionRequest),
    /// The creation of a recurring schedule.
    CreateSchedule(&'a mut CreateScheduleRequest),
    /// The change of a recurring schedule.
    UpdateSchedule(&'a mut UpdateScheduleRequest),
}

/// Returns a client like `client` that amends its requests before they are sent.
pub(crate) async fn amending(
    client: &Client,
    amend: impl Fn(Amendable<'_>) + Send + Sync + 'static,
) -> Result<Client, ClientConnectError> {
    let target = client.clone();
    let amend = Arc::new(amend);
    let answer = move |request: GrpcRequest| -> Answer {
        let (client, amend) = (target.clone(), Arc::clone(&amend));
        async move { sent_amended(client, &request, &*amend).await }.boxed()
    };
    answered_by(client, answer).await
}

/// Amends a request, encodes what SDK 1.1.1 leaves plain, sends it, and returns the answer.
async fn sent_amended(
    mut client: Client,
    request: &GrpcRequest,
    amend: &(impl Fn(Amendable<'_>) + Sync),
) -> Result<GrpcSuccessResponse, Status> {
    let converter = client.options().data_converter.clone();
    match request.rpc.as_str() {
        "StartWorkflowExecution" => {
            let mut start = amended(request, |start| amend(Amendable::Start(start)))?;
            encode_start(start.get_mut(), &converter).await?;
            Ok(success(client.start_workflow_execution(start).await?))
        }
        "SignalWithStartWorkflowExecution" => {
            let mut start = amended(request, |start| amend(Amendable::SignalWithStart(start)))?;
            let SignalWithStartWorkflowExecutionRequest { user_metadata, header, .. } =
                start.get_mut();
            encode_plain(user_metadata.as_mut(), header.as_mut(), &converter).await?;
            Ok(success(client.signal_with_start_workflow_execution(start).await?))
        }
        "ExecuteMultiOperation" => {
            let mut operations = amended(request, |request| amend_operations(request, amend))?;
            for operation in &mut operations.get_mut().operations {
                if let Some(Operation::StartWorkflow(start)) = &mut operation.operation {
                    encode_start(start, &converter).await?;
                }
            }
            Ok(success(client.execute_multi_operation(operations).await?))
        }
        "DescribeWorkflowExecution" => {
            let describe = amended(request, |_: &mut DescribeWorkflowExecutionRequest| {})?;
            let mut described = client.describe_workflow_execution(describe).await?;
            plain_texts::decode(described.get_mut(), &converter).await;
            Ok(success(described))
        }
        // The wait for the result of an update-with-start.
        "PollWorkflowExecutionUpdate" => {
            let poll = amended(request, |_: &mut PollWorkflowExecutionUpdateRequest| {})?;
            Ok(success(client.poll_workflow_execution_update(poll).await?))
        }
        "CreateSchedule" => {
            let create = amended(request, |it| amend(Amendable::CreateSchedule(it)))?;
            Ok(success(WorkflowService::create_schedule(&mut client, create).await?))
        }
        "UpdateSchedule" => {
            let update = amended(request, |it| amend(Amendable::UpdateSchedule(it)))?;
            Ok(success(client.update_schedule(update).await?))
        }
        other => Err(Status::internal(format!("unexpected request `{other}`"))),
    }
}

/// Captures the start request that a client would send, with data converter, codec, headers and
/// memo. Interceptors are not called, because nothing is started.
pub(crate) struct Captured {
    /// The client to start the workflow with.
    pub(crate) client: Client,
    request: Arc<Mutex<Option<StartWorkflowExecutionRequest>>>,
}

impl Captured {
    /// Returns the request, after the workflow was started.
    pub(crate) fn request(&self) -> Option<StartWorkflowExecutionRequest> {
        self.request.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Returns a client like `client` that keeps the start request instead of sending it.
pub(crate) async fn capturing(client: &Client) -> Result<Captured, ClientConnectError> {
    let request = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&request);
    let answer = move |request: GrpcRequest| -> Answer {
        let kept = Arc::clone(&kept);
        async move {
            let start = amended(&request, |_: &mut StartWorkflowExecutionRequest| {})?;
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(start.into_inner());
            Ok(success(Response::new(StartWorkflowExecutionResponse::default())))
        }
        .boxed()
    };
    let mut client = answered_by(client, answer).await?;
    client.options_mut().client_interceptors.clear();
    Ok(Captured { client, request })
}

/// Returns a client like `client` whose requests are answered by a function.
async fn answered_by(
    client: &Client,
    answer: impl Fn(GrpcRequest) -> Answer + Send + Sync + 'static,
) -> Result<Client, ClientConnectError> {
    let capabilities = client.connection().capabilities().copied();
    in_memory(client.identity(), capabilities, client.options().clone(), answer).await
}

/// Returns a client without a server, all of whose calls fail.
#[cfg(feature = "cli")]
pub(crate) async fn unconnected(options: ClientOptions) -> Result<Client, ClientConnectError> {
    let refuse = |_: GrpcRequest| -> Answer {
        std::future::ready(Err(Status::unavailable("this client has no server"))).boxed()
    };
    in_memory(String::new(), None, options, refuse).await
}

/// Returns a client whose requests are answered by a function.
async fn in_memory(
    identity: String,
    capabilities: Option<Capabilities>,
    options: ClientOptions,
    answer: impl Fn(GrpcRequest) -> Answer + Send + Sync + 'static,
) -> Result<Client, ClientConnectError> {
    let callback = move |request: GrpcRequest| -> Answer {
        if request.rpc == "GetSystemInfo" {
            let answer = GetSystemInfoResponse { capabilities, ..Default::default() };
            return std::future::ready(Ok(success(Response::new(answer)))).boxed();
        }
        answer(request)
    };
    let nowhere = Url::parse("http://in-memory.invalid").expect("a constant URL is well formed");
    let connection = ConnectionOptions::new(nowhere)
        .identity(identity)
        .dns_load_balancing(None)
        .service_override(CallbackBasedGrpcService { callback: Arc::new(callback) })
        // The real connection retries. Retrying here too would multiply the attempts.
        .retry_options(RetryOptions::no_retries())
        .build();
    Ok(Client::new(Connection::connect(connection).await?, options)?)
}

fn amend_operations(request: &mut ExecuteMultiOperationRequest, amend: &impl Fn(Amendable<'_>)) {
    for operation in &mut request.operations {
        if let Some(Operation::StartWorkflow(start)) = &mut operation.operation {
            amend(Amendable::Start(start));
        }
    }
}

fn amended<M: Message + Default>(
    request: &GrpcRequest,
    amend: impl FnOnce(&mut M),
) -> Result<Request<M>, Status> {
    let mut message = M::decode(request.proto.as_ref()).map_err(|error| {
        Status::internal(format!("the {} request is unreadable: {error}", request.rpc))
    })?;
    amend(&mut message);
    let mut amended = Request::new(message);
    let mut headers = request.headers.clone();
    for name in WRITTEN_BY_THE_CONNECTION {
        headers.remove(*name);
    }
    *amended.metadata_mut() = MetadataMap::from_headers(headers);
    Ok(amended)
}

fn success(response: Response<impl Message>) -> GrpcSuccessResponse {
    let proto = response.into_inner().encode_to_vec();
    GrpcSuccessResponse { headers: HeaderMap::default(), proto }
}
