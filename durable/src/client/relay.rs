//! Sends what the SDK's typed client cannot say: it amends the raw start request on its way.
//!
//! The SDK 1.1.1 has neither start delay nor time skipping among its options, and its interceptor chain cannot be called
//! from outside. So the start goes through an SDK client as always, with data converter, codec,
//! headers, memo and interceptors, but that client's connection ends here, in memory; the request is
//! decoded, amended, and sent on by the real connection.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use prost::Message;
use temporalio_client::callback_based::{
    CallbackBasedGrpcService, GrpcRequest, GrpcSuccessResponse,
};
use temporalio_client::errors::ClientConnectError;
use temporalio_client::grpc::WorkflowService as _;
use temporalio_client::tonic::codegen::http::HeaderMap;
use temporalio_client::tonic::metadata::MetadataMap;
use temporalio_client::tonic::{Request, Status};
use temporalio_client::{
    Client, Connection, ConnectionOptions, NamespacedClient as _, RetryOptions,
};
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    GetSystemInfoResponse, StartWorkflowExecutionRequest,
};
use url::Url;

type Response = BoxFuture<'static, Result<GrpcSuccessResponse, Status>>;

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

/// A client like `client`, every start request of which is amended before it is sent.
pub(super) async fn amending(
    client: &Client,
    amend: impl Fn(&mut StartWorkflowExecutionRequest) + Send + Sync + 'static,
) -> Result<Client, ClientConnectError> {
    let target = client.clone();
    let callback = move |request: GrpcRequest| -> Response {
        match request.rpc.as_str() {
            "GetSystemInfo" => {
                let capabilities = target.connection().capabilities().copied();
                let answer = GetSystemInfoResponse { capabilities, ..Default::default() };
                std::future::ready(Ok(success(&answer))).boxed()
            }
            "StartWorkflowExecution" => match amended(&request, &amend) {
                Ok(request) => send(target.clone(), request).boxed(),
                Err(status) => std::future::ready(Err(status)).boxed(),
            },
            other => {
                let status = Status::internal(format!("the start relay does not forward {other}"));
                std::future::ready(Err(status)).boxed()
            }
        }
    };
    let nowhere = Url::parse("http://relay.invalid").expect("a constant URL is well formed");
    let options = ConnectionOptions::new(nowhere)
        .identity(client.identity())
        .dns_load_balancing(None)
        .service_override(CallbackBasedGrpcService { callback: std::sync::Arc::new(callback) })
        // The real connection retries; twice would multiply the attempts.
        .retry_options(RetryOptions::no_retries())
        .build();
    let connection = Connection::connect(options).await?;
    Ok(Client::new(connection, client.options().clone())?)
}

fn amended(
    request: &GrpcRequest,
    amend: &impl Fn(&mut StartWorkflowExecutionRequest),
) -> Result<Request<StartWorkflowExecutionRequest>, Status> {
    let mut start = StartWorkflowExecutionRequest::decode(request.proto.as_ref())
        .map_err(|error| Status::internal(format!("the start request is unreadable: {error}")))?;
    amend(&mut start);
    let mut amended = Request::new(start);
    let mut headers = request.headers.clone();
    for name in WRITTEN_BY_THE_CONNECTION {
        headers.remove(*name);
    }
    *amended.metadata_mut() = MetadataMap::from_headers(headers);
    Ok(amended)
}

async fn send(
    mut client: Client,
    request: Request<StartWorkflowExecutionRequest>,
) -> Result<GrpcSuccessResponse, Status> {
    let response = client.start_workflow_execution(request).await?;
    Ok(success(&response.into_inner()))
}

fn success(message: &impl Message) -> GrpcSuccessResponse {
    GrpcSuccessResponse { headers: HeaderMap::default(), proto: message.encode_to_vec() }
}
