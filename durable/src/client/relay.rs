//! Sends what the SDK's typed client cannot say: it amends the raw request on its way.
//!
//! The SDK 1.1.1 has neither start delay nor time skipping among its options, its schedules lack
//! most of what the server knows of them, and its interceptor chain cannot be called from outside.
//! So such a call goes through an SDK client as always, with data converter, codec, headers, memo
//! and interceptors, but that client's connection ends here, in memory; the request is decoded,
//! amended, and sent on by the real connection.

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
    CreateScheduleRequest, ExecuteMultiOperationRequest, GetSystemInfoResponse,
    PollWorkflowExecutionUpdateRequest, SignalWithStartWorkflowExecutionRequest,
    StartWorkflowExecutionRequest, StartWorkflowExecutionResponse, UpdateScheduleRequest,
    execute_multi_operation_request::operation::Operation, get_system_info_response::Capabilities,
};
use url::Url;

type Answer = BoxFuture<'static, Result<GrpcSuccessResponse, Status>>;

/// Headers that the real connection writes itself; the caller's own metadata is sent on.
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
pub(super) enum Amendable<'a> {
    /// A start, alone or as a part of an update-with-start.
    Start(&'a mut StartWorkflowExecutionRequest),
    /// A signal-with-start.
    SignalWithStart(&'a mut SignalWithStartWorkflowExecutionRequest),
    /// The creation of a schedule.
    CreateSchedule(&'a mut CreateScheduleRequest),
    /// The change of a schedule.
    UpdateSchedule(&'a mut UpdateScheduleRequest),
}

/// A client like `client`, of which every request that can be amended is amended before it is sent.
pub(super) async fn amending(
    client: &Client,
    amend: impl Fn(Amendable<'_>) + Send + Sync + 'static,
) -> Result<Client, ClientConnectError> {
    let target = client.clone();
    let amend = Arc::new(amend);
    let relay = move |request: GrpcRequest| -> Answer {
        let mut client = target.clone();
        let amend = Arc::clone(&amend);
        async move {
            match request.rpc.as_str() {
                "StartWorkflowExecution" => {
                    let start = amended(&request, |start| amend(Amendable::Start(start)))?;
                    Ok(success(client.start_workflow_execution(start).await?))
                }
                "SignalWithStartWorkflowExecution" => {
                    let start =
                        amended(&request, |start| amend(Amendable::SignalWithStart(start)))?;
                    Ok(success(client.signal_with_start_workflow_execution(start).await?))
                }
                "ExecuteMultiOperation" => {
                    let operations =
                        amended(&request, |request| amend_operations(request, &*amend))?;
                    Ok(success(client.execute_multi_operation(operations).await?))
                }
                // How the result of an update-with-start is waited for.
                "PollWorkflowExecutionUpdate" => {
                    let poll = amended(&request, |_: &mut PollWorkflowExecutionUpdateRequest| {})?;
                    Ok(success(client.poll_workflow_execution_update(poll).await?))
                }
                "CreateSchedule" => {
                    let create = amended(&request, |it| amend(Amendable::CreateSchedule(it)))?;
                    Ok(success(WorkflowService::create_schedule(&mut client, create).await?))
                }
                "UpdateSchedule" => {
                    let update = amended(&request, |it| amend(Amendable::UpdateSchedule(it)))?;
                    Ok(success(client.update_schedule(update).await?))
                }
                other => Err(Status::internal(format!("the relay does not forward {other}"))),
            }
        }
        .boxed()
    };
    relayed(client, relay).await
}

/// The start request that a client would send: made by the SDK with data converter, codec, headers
/// and memo, and sent nowhere. Interceptors are not asked, because nothing is started.
pub(super) struct Captured {
    /// The client to start the workflow by.
    pub(super) client: Client,
    request: Arc<Mutex<Option<StartWorkflowExecutionRequest>>>,
}

impl Captured {
    /// The request, once the workflow was started.
    pub(super) fn request(&self) -> Option<StartWorkflowExecutionRequest> {
        self.request.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A client like `client` that starts nothing, and keeps the request.
pub(super) async fn capturing(client: &Client) -> Result<Captured, ClientConnectError> {
    let request = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&request);
    let relay = move |request: GrpcRequest| -> Answer {
        let kept = Arc::clone(&kept);
        async move {
            let start = amended(&request, |_: &mut StartWorkflowExecutionRequest| {})?;
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(start.into_inner());
            Ok(success(Response::new(StartWorkflowExecutionResponse::default())))
        }
        .boxed()
    };
    let mut client = relayed(client, relay).await?;
    client.options_mut().client_interceptors.clear();
    Ok(Captured { client, request })
}

/// A client like `client`, whose requests end in a function.
async fn relayed(
    client: &Client,
    relay: impl Fn(GrpcRequest) -> Answer + Send + Sync + 'static,
) -> Result<Client, ClientConnectError> {
    let capabilities = client.connection().capabilities().copied();
    in_memory(client.identity(), capabilities, client.options().clone(), relay).await
}

/// A client without a server: what it is asked fails.
#[cfg(feature = "cli")]
pub(super) async fn unconnected(options: ClientOptions) -> Result<Client, ClientConnectError> {
    let refuse = |_: GrpcRequest| -> Answer {
        std::future::ready(Err(Status::unavailable("this client has no server"))).boxed()
    };
    in_memory(String::new(), None, options, refuse).await
}

/// A client whose connection ends in a function.
async fn in_memory(
    identity: String,
    capabilities: Option<Capabilities>,
    options: ClientOptions,
    relay: impl Fn(GrpcRequest) -> Answer + Send + Sync + 'static,
) -> Result<Client, ClientConnectError> {
    let callback = move |request: GrpcRequest| -> Answer {
        if request.rpc == "GetSystemInfo" {
            let answer = GetSystemInfoResponse { capabilities, ..Default::default() };
            return std::future::ready(Ok(success(Response::new(answer)))).boxed();
        }
        relay(request)
    };
    let nowhere = Url::parse("http://relay.invalid").expect("a constant URL is well formed");
    let connection = ConnectionOptions::new(nowhere)
        .identity(identity)
        .dns_load_balancing(None)
        .service_override(CallbackBasedGrpcService { callback: Arc::new(callback) })
        // The real connection retries; twice would multiply the attempts.
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
