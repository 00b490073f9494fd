//! Logs, counts and spans of one workflow together, in crash mode.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::{EventType, TimeoutType};
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use durable::testing::TestEnv;
use durable_tests::unique;
use opentelemetry::trace::FutureExt as _;

use crate::capture::Capture;
use crate::collector::Span;
use crate::flows::{LINES, Observed};
use crate::metrics::{value_of, with_telemetry};
use crate::traces::{caller, counted, spans_of, tree};

/// Returns the number of workflow tasks that a killed worker had begun and never completed, for each part of the
/// workflow: before the first activity has completed, after the first, and so on.
///
/// Such a task is repeated as a whole, with all that its code records. The server knows that it was begun, and not how
/// far it came.
fn lost_tasks(events: &[HistoryEvent]) -> [u32; LINES.len()] {
    let mut lost = [0; LINES.len()];
    let mut part = 0;
    for event in events {
        match &event.attributes {
            Some(Attributes::ActivityTaskCompletedEventAttributes(_)) => part += 1,
            // Only the first try of a task is in the history. The later ones are in the number of the last.
            Some(Attributes::WorkflowTaskScheduledEventAttributes(task)) => {
                let repeated = u32::try_from(task.attempt - 1).expect("attempts begin at 1");
                lost[part] = lost[part].max(repeated);
            }
            // A task that waited for the cache of a killed worker was never begun.
            Some(Attributes::WorkflowTaskTimedOutEventAttributes(task))
                if task.timeout_type() == TimeoutType::StartToClose =>
            {
                lost[part] = lost[part].max(1);
            }
            _ => {}
        }
    }
    lost
}

/// Returns how often something is recorded that is recorded once in each of these parts.
fn often(lost: &[u32]) -> RangeInclusive<u32> {
    let once = u32::try_from(lost.len()).expect("there are few parts");
    once..=once + lost.iter().sum::<u32>()
}

/// Each line, count and span is there exactly once, however often the workflow is replayed, except for what a worker
/// recorded in a task that it was killed in: this is there at least once, and once more at most for each such task.
#[durable::test(crash, setup = with_telemetry)]
async fn each_line_count_and_span_of_a_completed_task_is_there_exactly_once(
    env: TestEnv,
) -> durable::Result<u32> {
    let group = unique("observed");
    let (context, trace) = caller();
    let start = Observed::start(env.client(), group.clone()).id(&group).into_future();
    let handle = start.with_context(context).await?;
    let sum = handle.result().await?;
    let events = durable_tests::events(&handle).await;
    let lost = lost_tasks(&events);
    let failed = events.iter().any(|event| event.event_type() == EventType::WorkflowTaskFailed);
    assert!(!failed, "{events:#?}");
    check_lines(&group, &lost);
    check_counts(&group, &lost).await;
    check_spans(spans_of(&trace, 12).await, &lost);
    Ok(sum)
}

fn check_lines(workflow_id: &str, lost: &[u32]) {
    let mut seen = BTreeMap::<(usize, u32), u32>::new();
    let lines = Capture::of_this_process().of(workflow_id);
    for line in lines.iter().filter(|line| line.message == "observed") {
        let number = |name| line.fields.get(name).parse::<u32>().expect("a number");
        let part = usize::try_from(number("part")).expect("it is small");
        *seen.entry((part, number("line"))).or_default() += 1;
        assert_eq!(line.level, tracing::Level::INFO);
        assert_eq!(line.context.get("workflow_type"), "Observed");
    }
    let all: BTreeSet<_> = LINES
        .iter()
        .enumerate()
        .flat_map(|(part, lines)| (0..*lines).map(move |l| (part, l)))
        .collect();
    assert_eq!(all.len(), 20);
    assert_eq!(seen.keys().copied().collect::<BTreeSet<_>>(), all);
    for ((part, line), count) in seen {
        let wanted = often(&lost[part..=part]);
        assert!(wanted.contains(&count), "line {line} of part {part}: {count}, and not {wanted:?}");
    }
}

async fn check_counts(group: &str, lost: &[u32]) {
    for (name, parts) in [
        ("observed_begun_total", &lost[..1]),
        ("observed_steps_total", &lost[1..]),
        ("observed_ended_total", &lost[5..]),
    ] {
        let wanted = often(parts);
        let least = f64::from(*wanted.start());
        let count = value_of(name, &[("group", group)], least).await.expect("it is counted");
        let wanted = least..=f64::from(*wanted.end());
        assert!(wanted.contains(&count), "{name}: {count}, and not {wanted:?}");
    }
}

fn check_spans(mut spans: Vec<Span>, lost: &[u32]) {
    let mut exports = BTreeMap::<String, u32>::new();
    for span in &spans {
        *exports.entry(span.id.clone()).or_default() += 1;
    }
    // A span that ended in a lost task is exported again with the same id, and a collector keeps one of them.
    let repeated: u32 = exports.values().map(|count| count - 1).sum();
    let most = lost.iter().sum::<u32>();
    assert!(
        repeated <= 2 * most,
        "{repeated} spans came again, {most} tasks were lost: {spans:#?}"
    );
    let mut ids = BTreeSet::new();
    spans.retain(|span| ids.insert(span.id.clone()));
    // An attempt whose worker was killed is followed by another attempt, with a span of its own.
    let attempt = |span: &Span| {
        (span.attributes["temporalActivityID"].clone(), span.attributes["temporalAttempt"].clone())
    };
    let of_attempts = spans.iter().filter(|span| span.name == "RunActivity:note");
    let attempts: Vec<_> = of_attempts.map(attempt).collect();
    let distinct: BTreeSet<_> = attempts.iter().collect();
    assert_eq!(distinct.len(), attempts.len(), "{spans:#?}");
    let activities: BTreeSet<_> = attempts.iter().map(|(activity, _)| activity).collect();
    assert_eq!(activities.len(), 5, "{spans:#?}");
    let mut tree = tree(&spans);
    tree.remove("StartActivity:note > RunActivity:note");
    let wanted = counted(&[
        ("caller > StartWorkflow:Observed", 1),
        ("StartWorkflow:Observed > RunWorkflow:Observed", 1),
        ("RunWorkflow:Observed > StartActivity:note", 5),
    ]);
    assert_eq!(tree, wanted, "{spans:#?}");
}
