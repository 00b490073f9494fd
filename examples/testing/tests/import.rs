//! Tests of an activity with a context, without a server and a worker.

use std::sync::Arc;

use durable::prelude::*;
use durable::testing::{ActivityTest, TestEnv};

use crate::import::{Import, Progress, Table, import_rows};

#[tokio::test]
async fn every_row_is_followed_by_a_heartbeat() -> Result<(), ActivityError> {
    let test = ActivityTest::new().state(Table::default());
    assert_eq!(test.run::<import_rows>((3,)).await?, 3);
    let rows: Vec<_> = test.heartbeats::<Progress>()?.iter().map(|it| it.rows).collect();
    assert_eq!(rows, [1, 2, 3]);
    Ok(())
}

#[tokio::test]
async fn the_next_attempt_goes_on_where_the_last_one_stopped() -> Result<(), ActivityError> {
    let table = Arc::new(Table::default());
    let test = ActivityTest::new()
        .shared_state(Arc::clone(&table))
        .attempt(2)
        .heartbeat_details(Progress { rows: 3 })?;

    assert_eq!(test.run::<import_rows>((5,)).await?, 2);

    assert_eq!(table.rows(), [3, 4]);
    Ok(())
}

#[tokio::test]
async fn a_cancelled_import_stops() -> Result<(), ActivityError> {
    let table = Arc::new(Table::default());
    let test = ActivityTest::new().shared_state(Arc::clone(&table));
    let mut importing = test.start::<import_rows>((1_000_000,));
    importing.next_heartbeat::<Progress>().await?;

    importing.cancel();

    assert!(matches!(importing.await, Err(ActivityError::Cancelled { .. })));
    assert!(table.rows().len() < 1_000_000);
    Ok(())
}

#[durable::test(crash)]
async fn every_row_arrives_although_workers_crash(env: TestEnv) -> durable::Result<()> {
    let table = Arc::new(Table::default());
    env.shared_state(Arc::clone(&table));

    Import::execute(env.client(), 100).await?;

    let mut rows = table.rows();
    rows.sort_unstable();
    rows.dedup();
    assert_eq!(rows.len(), 100);
    Ok(())
}
