//! Search attributes that the program declares, and what is said of those that the server lacks.

use durable::client::{Calendar, ScheduleSpec, SearchAttributeKey};
use durable::dev_server::SearchAttribute;
use durable::prelude::*;
use durable::sdk::temporalio_client::grpc::WorkflowService as _;
use durable::sdk::temporalio_client::tonic::IntoRequest as _;
use durable::sdk::temporalio_common::protos::temporal::api::workflowservice::v1::RegisterNamespaceRequest;
use durable::{Error, Registry};
use durable_tests::{Log, Shared, eventually, unique};

use crate::client;

durable::search_attributes! {
    /// The shelf on which a book stands.
    const SHELF: SearchAttributeKey<String> = SearchAttributeKey::keyword("DeclaredShelf");
    pub(crate) const PAGES: SearchAttributeKey<i64> = SearchAttributeKey::int("DeclaredPages");
}

/// Nobody declares it, so that no server has it.
const UNDECLARED: SearchAttributeKey<String> = SearchAttributeKey::keyword("UndeclaredShelf");

/// A book, which says where it stands.
#[workflow(queue = "search-attributes", id = "{title}")]
#[derive(Default)]
struct BookWorkflow {
    lent: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Book {
    title: String,
    declared: bool,
}

#[workflow_methods]
impl BookWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, book: Book) -> WorkflowResult<()> {
        if book.declared {
            ctx.set_search_attribute(&SHELF, "north".to_owned())?;
            ctx.set_search_attribute(&PAGES, 300)?;
        } else {
            ctx.set_search_attribute(&UNDECLARED, "north".to_owned())?;
        }
        ctx.wait_condition(|book| book.lent).await?;
        Ok(())
    }

    #[signal]
    fn lend(&mut self) {
        self.lent = true;
    }
}

fn book(declared: bool) -> Book {
    Book { title: unique("book"), declared }
}

#[test]
fn the_registry_knows_what_is_declared() {
    let registry = Registry::collect().expect("nothing contradicts");
    let declared = registry.search_attributes().iter();
    let declared: Vec<_> = declared.filter(|it| it.name.starts_with("Declared")).collect();
    let kinds: Vec<_> = declared.iter().map(|it| (it.name, it.kind)).collect();
    assert_eq!(
        kinds,
        [("DeclaredPages", SearchAttribute::Int), ("DeclaredShelf", SearchAttribute::Keyword)]
    );
    assert!(declared[0].source.to_string().starts_with("tests/server/search_attributes.rs:"));
}

#[tokio::test]
async fn a_dev_server_has_what_is_declared() -> durable::Result<()> {
    let client = client().await;
    let book = BookWorkflow::start(&client, book(true)).await?;
    let found = || client.list::<BookWorkflow>().id(book.id()).search_attribute(&PAGES, 300);
    eventually("listed book", || async { (found().count().await.ok()? == 1).then_some(()) }).await;
    book.lend().await?;
    book.result().await
}

#[tokio::test]
async fn a_workflow_that_waits_for_a_missing_one_says_so() -> durable::Result<()> {
    let client = client().await;
    let book = BookWorkflow::start(&client, book(false)).await?;
    let failure =
        eventually("failed task", || async { book.describe().await.ok()?.task_failure().cloned() })
            .await;
    assert_eq!(failure.missing_search_attribute.as_deref(), Some("UndeclaredShelf"));
    assert_eq!(failure.cause, "bad search attributes");
    let text = failure.to_string();
    let command =
        "`temporal operator search-attribute create --namespace default --name UndeclaredShelf";
    assert!(text.contains(command), "{text}");
    assert!(text.contains("search_attributes!"), "{text}");

    let waited = book.result_within(Duration::from_millis(50)).await;
    let Err(error @ Error::NoResultYet { .. }) = waited else { panic!("{waited:?}") };
    assert!(format!("{error:?}").contains(command), "{error:?}");
    book.terminate("nobody creates it").await
}

#[tokio::test]
async fn a_workflow_that_only_waits_has_no_failure() -> durable::Result<()> {
    let client = client().await;
    let book = BookWorkflow::start(&client, book(true)).await?;
    let waited = book.result_within(Duration::from_millis(300)).await;
    assert!(matches!(&waited, Err(Error::NoResultYet { task_failure: None, .. })), "{waited:?}");
    assert_eq!(book.describe().await?.task_failure(), None);
    book.lend().await?;
    book.result().await?;
    assert_eq!(book.describe().await?.task_failure(), None);
    Ok(())
}

#[tokio::test]
async fn a_start_with_a_missing_one_is_refused_with_its_name() {
    let client = client().await;
    let start = || {
        BookWorkflow::start(&client, book(true)).search_attribute(&UNDECLARED, "north".to_owned())
    };
    let never = ScheduleSpec::new().calendar(Calendar::new().month(1).day_of_month(1));
    let scheduled = start().create_schedule(unique("books"), never.clone()).await;
    let of_the_schedule = BookWorkflow::start(&client, book(true))
        .create_schedule(unique("books"), never)
        .search_attribute(&UNDECLARED, "north".to_owned())
        .await;
    let refused = [
        start().await.map(drop),
        start().with_signal(BookWorkflowHandle::lend).await.map(drop),
        scheduled.map(drop),
        of_the_schedule.map(drop),
    ];
    for refused in refused {
        let error = refused.expect_err("the server does not have it");
        assert!(
            matches!(&error, Error::UnknownSearchAttribute { name, .. } if name == "UndeclaredShelf"),
            "{error:?}"
        );
        let text = error.to_string();
        assert!(text.contains("--namespace default --name UndeclaredShelf --type"), "{text}");
    }
}

#[tokio::test]
async fn workers_log_what_a_namespace_lacks() -> durable::Result<()> {
    let namespace = bare_namespace().await;
    let (log, _guard) = Log::collect();
    let client = Client::builder().address(Shared::get().address()).namespace(&namespace);
    let workers = Workers::new(&client.connect().await?).queues(["search-attributes"]);
    let workers = workers.start().await?;
    let text = eventually("logged attribute", || async {
        let text = log.text();
        (text.contains("`DeclaredPages`") && text.contains("`DeclaredShelf`")).then_some(text)
    })
    .await;
    let command = format!("--namespace {namespace} --name DeclaredPages --type Int");
    assert!(text.contains(&command), "{text}");
    assert!(text.contains("declared at tests/server/search_attributes.rs:"), "{text}");
    workers.shutdown().await
}

/// A namespace without custom search attributes.
async fn bare_namespace() -> String {
    let client = client().await;
    let namespace = unique("bare");
    let request = RegisterNamespaceRequest {
        namespace: namespace.clone(),
        workflow_execution_retention_period: Duration::from_secs(86_400).try_into().ok(),
        ..RegisterNamespaceRequest::default()
    };
    let registered = client.sdk().clone().register_namespace(request.into_request()).await;
    registered.expect("the namespace is made");
    let check = || Client::builder().address(client.address()).namespace(&namespace).connect();
    eventually("namespace", || async { check().await.ok().map(drop) }).await;
    namespace
}
