//! Schedules: what is created, what they do, how they are changed, listed and deleted.

use std::time::SystemTime;

use durable::Error;
use durable::client::{
    Calendar, ScheduleDescription, ScheduleHandle, ScheduleOverlapPolicy, ScheduleSpec,
    SearchAttributeKey,
};
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use durable_tests::plugged::{flip, flipping};
use durable_tests::{attributes, eventually, unique};
use serde_json::json;

use crate::client;

/// Reports about a region, and waits for a signal if it is told to.
#[workflow(queue = "schedules", id = "report-{}", run_timeout = "30m")]
#[derive(Default)]
struct ReportWorkflow {
    done: bool,
}

#[workflow_methods]
impl ReportWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, region: String) -> WorkflowResult<String> {
        if region.starts_with("wait") {
            ctx.wait_condition(|state| state.done).await?;
        }
        Ok(format!("report about {region}"))
    }

    #[signal]
    fn finish(&mut self) {
        self.done = true;
    }
}

/// Has no id template.
#[workflow(queue = "schedules")]
#[derive(Default)]
pub(crate) struct SweepWorkflow;

#[workflow_methods]
impl SweepWorkflow {
    #[run]
    async fn run() -> WorkflowResult<()> {
        Ok(())
    }
}

pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// Nothing that these tests would live to see.
pub(crate) fn once_a_year() -> ScheduleSpec {
    ScheduleSpec::new().calendar(Calendar::new().month(1).day_of_month(1))
}

async fn runs(schedule: &ScheduleHandle, count: usize) -> ScheduleDescription {
    eventually("run", || async {
        let described = schedule.describe().await.expect("it is there");
        (described.recent_runs.len() >= count).then_some(described)
    })
    .await
}

#[tokio::test]
async fn a_schedule_is_what_it_was_made_of() -> durable::Result<()> {
    let connected = client().await;
    // A codec, so that what is not encoded would not be read.
    let client = Client::builder().address(connected.address()).data_converter(flipping());
    let client = client.connect().await?;
    let (id, region, queue) = (unique("nightly"), unique("north"), unique("nobody"));
    let tier = SearchAttributeKey::keyword("CustomerTier");
    let start_at = SystemTime::now() + HOUR;
    let spec = ScheduleSpec::new()
        .every_with_offset(HOUR, HOUR / 6)
        .calendar(Calendar::new().day_of_week("MON-FRI").hour(9).minute("0-59/30"))
        .cron("15 3 * * *")
        .except(Calendar::new().month("DEC").day_of_month("24-26").hour("*"))
        .start_at(start_at)
        .end_at(start_at + HOUR * 24 * 365)
        .jitter(Duration::from_secs(5))
        .time_zone("Europe/Rome");
    let schedule = ReportWorkflow::start(&client, region.clone())
        .task_queue(&queue)
        .memo("note", "of the workflow".to_owned())
        .search_attribute(&tier, "gold".to_owned())
        .execution_timeout(HOUR)
        .header("tenant", RawPayload { data: b"acme".to_vec(), ..RawPayload::default() })
        .summary("a report")
        .create_schedule(&id, spec)
        .overlap(ScheduleOverlapPolicy::BufferOne)
        .catchup_window(Duration::from_secs(600))
        .pause_on_failure()
        .remaining_actions(7)
        .paused()
        .note("not yet")
        .memo("note", "of the schedule".to_owned())
        .search_attribute(&tier, "silver".to_owned())
        .trigger_immediately()
        .await?;
    assert_eq!(schedule.id(), id);

    let described = runs(&schedule, 1).await;
    assert_eq!(described.id, id);
    assert_eq!(described.spec.intervals(), [(HOUR, HOUR / 6)]);
    let calendars: Vec<_> = described.spec.calendars().iter().map(ToString::to_string).collect();
    let all = |text: &str| calendars.iter().any(|calendar| calendar.contains(text));
    assert_eq!(calendars.len(), 2, "the calendar and the cron expression: {calendars:?}");
    assert!(all("minute=0-59/30 hour=9") && all("day_of_week=1-5"), "{calendars:?}");
    assert!(all("minute=15 hour=3"), "{calendars:?}");
    let excluded = described.spec.excluded();
    assert_eq!(excluded.len(), 1);
    assert!(excluded[0].to_string().contains("day_of_month=24-26 month=12"), "{excluded:?}");
    let raw = described.spec.raw();
    assert_eq!(raw.timezone_name, "Europe/Rome");
    assert_eq!(raw.jitter.map(|jitter| jitter.seconds), Some(5));
    assert!(raw.start_time.is_some() && raw.end_time.is_some());
    assert!(described.next_runs.iter().all(|run| *run >= start_at), "{:?}", described.next_runs);

    assert_eq!(described.overlap, ScheduleOverlapPolicy::BufferOne);
    assert_eq!(described.catchup_window, Some(Duration::from_secs(600)));
    assert!(described.pause_on_failure && described.paused && !described.keep_original_workflow_id);
    assert_eq!(described.remaining_actions, Some(7), "a trigger does not count");
    assert_eq!(described.note.as_deref(), Some("not yet"));
    let note = described.memo.get::<String>("note").expect("it is text");
    assert_eq!(note.as_deref(), Some("of the schedule"));
    assert_eq!(described.search_attributes.get(&tier), Some("silver".to_owned()));
    assert!(described.created_at.is_some());

    assert_eq!(described.workflow.workflow_type, "ReportWorkflow");
    assert_eq!(described.workflow.task_queue, queue);
    assert_eq!(described.workflow.workflow_id, format!("report-{region}"));
    assert_eq!(described.workflow.input.json()?, json!(region));

    let run = &described.recent_runs[0];
    assert!(run.workflow_id.starts_with(&format!("report-{region}-")), "{run:?}");
    let run = run.handle::<ReportWorkflow>(&client);
    let started = attributes(&run, EventType::WorkflowExecutionStarted).await;
    let Some(Attributes::WorkflowExecutionStartedEventAttributes(started)) = started.first() else {
        panic!("{started:?}")
    };
    let headers = started.header.clone().unwrap_or_default().fields;
    let headers = flip(headers.get("tenant").cloned().into_iter().collect());
    assert_eq!(headers.first().map(|header| header.data.as_slice()), Some(&b"acme"[..]));
    let workflow = run.describe().await?;
    assert_eq!(workflow.search_attributes().get(&tier), Some("gold".to_owned()));
    let note = workflow.memo().get::<String>("note").expect("it is text");
    assert_eq!(note.as_deref(), Some("of the workflow"));
    let config = workflow.raw().execution_config.clone().expect("it is there");
    let seconds = |timeout: Option<Duration>| timeout.map(|timeout| timeout.as_secs());
    let timeouts = [config.workflow_execution_timeout, config.workflow_run_timeout];
    let timeouts = timeouts.map(|timeout| seconds(timeout.and_then(|it| it.try_into().ok())));
    assert_eq!(timeouts, [Some(3600), Some(1800)], "of the call, and of the annotation");
    assert!(config.user_metadata.and_then(|metadata| metadata.summary).is_some());

    run.terminate("done").await?;
    schedule.delete().await
}

#[tokio::test]
async fn a_schedule_acts_by_itself_and_as_often_as_it_may() -> durable::Result<()> {
    let client = client().await;
    let region = unique("west");
    let schedule = ReportWorkflow::start(&client, region.clone())
        .create_schedule(unique("often"), ScheduleSpec::new().every(Duration::from_secs(1)))
        .overlap(ScheduleOverlapPolicy::AllowAll)
        .remaining_actions(2)
        .await?;
    let described = runs(&schedule, 2).await;
    assert_eq!((described.started, described.remaining_actions), (2, Some(0)));
    for run in described.recent_runs {
        assert!(run.started_at >= run.scheduled_at, "{run:?}");
        let run = run.handle::<ReportWorkflow>(&client);
        assert_eq!(run.result().await?, format!("report about {region}"));
    }
    schedule.delete().await
}

#[tokio::test]
async fn a_schedule_is_triggered_paused_backfilled_and_deleted() -> durable::Result<()> {
    let client = client().await;
    let id = unique("by-hand");
    let waiting = ReportWorkflow::start(&client, format!("wait-{id}")).id(&id);
    // The server keeps the setting; the dev server's release 1.32 appends the time all the same.
    waiting.create_schedule(&id, once_a_year()).keep_original_workflow_id().await?;
    let schedule = client.schedule(&id);

    assert!(schedule.describe().await?.keep_original_workflow_id);
    schedule.pause_with("maintenance").await?;
    let paused = schedule.describe().await?;
    assert!(paused.paused && paused.note.as_deref() == Some("maintenance"), "{paused:?}");

    schedule.trigger().await?;
    let triggered = runs(&schedule, 1).await;
    let run = &triggered.recent_runs[0];
    assert_eq!(triggered.running, [(run.workflow_id.clone(), run.run_id.clone())]);
    let report = ReportWorkflow::handle(&client, &run.workflow_id);
    schedule.trigger_with(ScheduleOverlapPolicy::Skip).await?;
    eventually("skip", || async { (schedule.describe().await.ok()?.skipped == 1).then_some(()) })
        .await;
    report.finish().await?;
    report.result().await?;

    schedule.unpause_with("done").await?;
    let unpaused = schedule.describe().await?;
    assert!(!unpaused.paused && unpaused.note.as_deref() == Some("done"), "{unpaused:?}");

    schedule
        .update(|schedule| {
            schedule.keep_original_workflow_id(false);
        })
        .await?;
    assert!(!schedule.describe().await?.keep_original_workflow_id);
    let years = Duration::from_secs(2 * 366 * 24 * 3600);
    let (from, to) = (SystemTime::now() - years, SystemTime::now());
    schedule.backfill(from, to, ScheduleOverlapPolicy::AllowAll).await?;
    let filled = runs(&schedule, 3).await;
    for run in filled.recent_runs.iter().skip(1) {
        let scheduled = run.scheduled_at.expect("a time");
        assert!(from <= scheduled && scheduled <= to, "{run:?}");
        ReportWorkflow::handle(&client, &run.workflow_id).finish().await?;
    }

    schedule.delete().await?;
    let gone = schedule.describe().await.expect_err("it was deleted");
    assert!(matches!(gone, Error::ScheduleNotFound { .. }), "{gone:?}");
    Ok(())
}

#[tokio::test]
async fn calls_that_follow_each_other_are_all_done() -> durable::Result<()> {
    let client = client().await;
    let sweep = SweepWorkflow::start(&client).create_schedule(unique("order"), once_a_year());
    let schedule = sweep.await?;
    for _ in 0..5 {
        schedule.pause_with("paused").await?;
        schedule.trigger_with(ScheduleOverlapPolicy::AllowAll).await?;
        schedule
            .update(|schedule| {
                schedule.pause_on_failure(true);
            })
            .await?;
        schedule
            .update(|schedule| {
                schedule.remaining_actions(9);
            })
            .await?;
        let described = schedule.describe().await?;
        assert!(described.paused && described.pause_on_failure, "{described:?}");
        assert_eq!(described.remaining_actions, Some(9));
        schedule.unpause().await?;
        schedule
            .update(|schedule| {
                schedule.pause_on_failure(false).remaining_actions(None);
            })
            .await?;
    }
    assert_eq!(runs(&schedule, 5).await.started, 5);
    schedule.delete().await
}

#[tokio::test]
async fn an_update_changes_what_it_mentions() -> durable::Result<()> {
    let connected = client().await;
    let client = Client::builder().address(connected.address()).data_converter(flipping());
    let client = client.connect().await?;
    let id = unique("updated");
    let tier = SearchAttributeKey::keyword("CustomerTier");
    let schedule = SweepWorkflow::start(&client)
        .task_queue(unique("nobody"))
        .create_schedule(&id, ScheduleSpec::new().every(HOUR))
        .paused()
        .search_attribute(&tier, "silver".to_owned())
        .backfill(SystemTime::now() - HOUR, SystemTime::now(), ScheduleOverlapPolicy::AllowAll)
        .await?;
    let created = runs(&schedule, 1).await;
    assert_eq!(created.workflow.workflow_id, id, "the schedule's id stands in for a UUID");

    schedule
        .update(|schedule| {
            let start = ReportWorkflow::start(&client, "south".to_owned()).task_queue("elsewhere");
            schedule.workflow(start).spec(once_a_year()).search_attribute(&tier, "gold".to_owned());
        })
        .await?;
    schedule
        .update(|schedule| {
            schedule.note("twice").remaining_actions(3);
        })
        .await?;
    // Search attributes are indexed a little later.
    let updated = eventually("search attribute", || async {
        let described = schedule.describe().await.ok()?;
        let gold = described.search_attributes.get(&tier) == Some("gold".to_owned());
        gold.then_some(described)
    })
    .await;
    assert_eq!(updated.workflow.workflow_type, "ReportWorkflow");
    assert_eq!(updated.workflow.workflow_id, "report-south");
    assert_eq!(updated.workflow.task_queue, "elsewhere");
    assert_eq!(updated.workflow.input.json()?, json!("south"), "it is encoded still");
    assert!(updated.spec.intervals().is_empty() && updated.paused);
    assert_eq!((updated.note.as_deref(), updated.remaining_actions), (Some("twice"), Some(3)));

    // The codec of another client does not apply, so it sees what the server has.
    let seen = connected.schedule(&id).describe().await?;
    assert_ne!(seen.workflow.input.payloads()?[0].data, br#""south""#);

    schedule
        .update(|schedule| {
            schedule.remove_search_attribute(&tier).remaining_actions(None);
        })
        .await?;
    let updated = eventually("removal", || async {
        let described = schedule.describe().await.ok()?;
        described.search_attributes.get(&tier).is_none().then_some(described)
    })
    .await;
    assert_eq!(updated.remaining_actions, None);
    for (workflow_id, _) in updated.running {
        client.workflow(workflow_id).terminate("done").await?;
    }
    schedule.delete().await
}

#[tokio::test]
async fn a_manual_schedule_acts_only_when_it_is_triggered() -> durable::Result<()> {
    let client = client().await;
    let id = unique("manual");
    let schedule =
        SweepWorkflow::start(&client).create_schedule(&id, ScheduleSpec::manual()).await?;
    let described = schedule.describe().await?;
    assert_eq!((described.next_runs.len(), described.started), (0, 0));
    schedule.trigger().await?;
    eventually("run", || async { (schedule.describe().await.ok()?.started == 1).then_some(()) })
        .await;
    let refused = schedule.update(|schedule| {
        schedule.spec(ScheduleSpec::new());
    });
    let error = refused.await.expect_err("it has no times");
    assert!(matches!(error, Error::InvalidSchedule { .. }), "{error:?}");
    // What a description gives can be given back.
    schedule
        .update(|schedule| {
            schedule.spec(described.spec.clone());
        })
        .await?;
    schedule.delete().await
}
