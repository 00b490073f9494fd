//! Schedules that cannot be, that are there already or not at all, and lists of those that are.

use std::time::SystemTime;

use durable::Error;
use durable::client::{
    Calendar, Idempotency, Payloads, ScheduleOverlapPolicy, ScheduleSpec, SearchAttributeKey,
    WorkflowIdConflictPolicy, WorkflowIdReusePolicy,
};
use durable::prelude::*;
use durable_tests::{eventually, unique};

use crate::client;
use crate::schedules::{HOUR, SweepWorkflow, once_a_year};

#[tokio::test]
async fn what_cannot_be_is_refused_in_words() -> durable::Result<()> {
    let client = client().await;
    let sweep = || SweepWorkflow::start(&client);
    let id = unique("refused");
    let invalid = async |spec: ScheduleSpec| {
        let error = sweep().create_schedule(&id, spec).await.expect_err("it cannot be");
        assert!(matches!(error, Error::InvalidSchedule { .. }), "{error:?}");
        let text = format!("{error:?}");
        assert!(text.contains(&format!("invalid schedule `{id}`")), "{text}");
        text
    };
    let text = invalid(ScheduleSpec::new().cron("every night")).await;
    assert!(text.contains("CronString does not have 5-7 fields"), "{text}");
    let text = invalid(ScheduleSpec::new().cron("0 3 * * *").time_zone("Atlantis")).await;
    assert!(text.contains("Atlantis"), "{text}");
    let text = invalid(ScheduleSpec::new().calendar(Calendar::new().hour(25))).await;
    assert!(text.contains("Hour is not in range [0-23]"), "{text}");
    let never = ScheduleSpec::new().time_zone("Europe/Rome").jitter(HOUR);
    for never in [ScheduleSpec::new(), never] {
        let text = invalid(never).await;
        assert!(text.contains("no times; set them") && text.contains("manual()"), "{text}");
    }
    let text = invalid(ScheduleSpec::new().every(Duration::ZERO)).await;
    assert!(text.contains("interval is too small"), "{text}");
    let text = invalid(ScheduleSpec::new().every(Duration::MAX)).await;
    assert!(text.contains("longer than 10000 years"), "{text}");

    let start = sweep()
        .cron_schedule("@daily")
        .request_id("x")
        .eager(true)
        .idempotency(Idempotency::UseExisting)
        .id_reuse_policy(WorkflowIdReusePolicy::RejectDuplicate);
    let error = start.create_schedule(&id, once_a_year()).await.expect_err("too much");
    assert!(matches!(error, Error::InvalidOptions { .. }), "{error:?}");
    let text = format!("{error:?}");
    for part in ["cron schedule", "request id", "overlap policy", "AllowDuplicate", "eager"] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    let start = sweep().start_delay(HOUR).id_conflict_policy(WorkflowIdConflictPolicy::Fail);
    let error = start.create_schedule(&id, once_a_year()).await.expect_err("too much");
    let text = format!("{error:?}");
    assert!(text.contains("start delay") && text.contains("overlap policy"), "{text}");

    let error = sweep().create_schedule("", once_a_year()).await.expect_err("it has no id");
    assert!(format!("{error:?}").contains("id is empty"), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn a_schedule_is_there_once_or_not_found() -> durable::Result<()> {
    let client = client().await;
    let id = unique("once");
    let create = || SweepWorkflow::start(&client).create_schedule(&id, once_a_year());
    let schedule = create().await?;
    let twice = create().await.expect_err("it is there");
    assert!(matches!(&twice, Error::ScheduleExists { schedule_id } if *schedule_id == id));

    let never = client.schedule(unique("never"));
    let (from, to) = (SystemTime::now() - HOUR, SystemTime::now());
    let errors = [
        never.describe().await.map(drop).expect_err("describe"),
        never.pause().await.expect_err("pause"),
        never.unpause().await.expect_err("unpause"),
        never.trigger().await.expect_err("trigger"),
        never.backfill(from, to, ScheduleOverlapPolicy::Skip).await.expect_err("backfill"),
        never.update(|_| {}).await.expect_err("update"),
        never.delete().await.expect_err("delete"),
    ];
    for error in errors {
        assert!(matches!(error, Error::ScheduleNotFound { .. }), "{error:?}");
        assert!(error.to_string().contains(never.id()), "{error}");
    }
    schedule.delete().await
}

#[tokio::test]
async fn schedules_are_listed_by_what_they_are() -> durable::Result<()> {
    let client = client().await;
    let tier = SearchAttributeKey::keyword("CustomerTier");
    let mark = unique("it's marked");
    let mut ids = [unique("listed"), unique("listed")];
    for (index, id) in ids.iter().enumerate() {
        let start = client.start("SweepWorkflow", "schedules", Payloads::none());
        let schedule = start.create_schedule(id, ScheduleSpec::new().every(HOUR));
        let schedule = schedule.search_attribute(&tier, mark.clone()).note("a note");
        if index == 0 {
            schedule.paused().await?
        } else {
            schedule.await?
        };
    }
    let marked = || client.list_schedules().search_attribute(&tier, mark.clone());
    let listed = eventually("list", || async {
        let listed = marked().await.expect("it can be listed");
        (listed.len() == 2).then_some(listed)
    })
    .await;
    let mut found: Vec<_> = listed.iter().map(|schedule| schedule.id.clone()).collect();
    found.sort();
    ids.sort();
    assert_eq!(found, ids);
    for schedule in &listed {
        assert_eq!(schedule.workflow_type, "SweepWorkflow");
        assert_eq!(schedule.note.as_deref(), Some("a note"));
        assert_eq!(schedule.spec.intervals(), [(HOUR, Duration::ZERO)]);
        assert!(!schedule.next_runs.is_empty() || schedule.paused, "{schedule:?}");
    }
    // That it is paused is indexed a little later.
    let paused = eventually("paused schedule", || async {
        let mut paused = marked().paused(true).stream();
        let first = paused.next().await.expect("it can be listed")?;
        assert!(paused.next().await.expect("it can be listed").is_none(), "only one is paused");
        Some(first)
    })
    .await;
    assert!(paused.paused);
    let by_id = client.list_schedules().matching(format!("ScheduleId = '{}'", ids[1])).await?;
    assert_eq!(by_id.len(), 1);
    for schedule in listed {
        schedule.handle().delete().await?;
    }

    let unknown = client.list_schedules().matching("Nonsense = 1").await;
    let unknown = unknown.expect_err("there is no such attribute");
    assert!(matches!(unknown, Error::InvalidQuery { .. }), "{unknown:?}");
    assert!(format!("{unknown:?}").contains("Nonsense"), "{unknown:?}");
    Ok(())
}
