//! The time of a workflow and its descendants, which is one, though the server keeps a clock for each.
//!
//! A child that skipped time by itself would be past its timeout before its parent has sent it the
//! signal that it waits for. So children do not skip by themselves. While any workflow of a family
//! has work in flight, all of their clocks are left alone. When none has, the clocks of those
//! without children are moved to the first time at which one of them goes on. The server (1.32.0)
//! does not move the clock of a workflow with a running child.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use temporalio_common::protos::temporal::api::workflowservice::v1::DescribeWorkflowExecutionResponse;

use super::Time;
use super::clock;
use super::due::{self, Due};

/// Added to each move, so that a clock does not stop just before what is due.
const MARGIN: Duration = Duration::from_millis(1);

/// A growing pause between two looks at workflows that have work in flight.
#[derive(Debug)]
pub(super) struct Pause(Duration);

impl Pause {
    const FIRST: Duration = Duration::from_millis(5);
    const LONGEST: Duration = Duration::from_millis(100);

    pub(super) fn new() -> Self {
        Self(Self::FIRST)
    }

    pub(super) async fn wait(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 2).min(Self::LONGEST);
    }
}

/// A running workflow, as the server described it.
#[derive(Debug)]
pub(super) struct Member {
    workflow_id: String,
    parent: Option<String>,
    described: DescribeWorkflowExecutionResponse,
    events: Vec<HistoryEvent>,
}

impl Member {
    /// Adds the history; returns `None` if the workflow has work in flight.
    async fn at_rest(mut self, time: &Time) -> Option<Self> {
        if due::has_tasks(&self.described) || clock::left(&self.described).is_some() {
            return None;
        }
        self.events = time.clocks.events(&self.workflow_id).await?;
        let busy = due::awaits_an_answer(&self.events);
        // The history may be newer than the description, so the description is asked for again.
        let still = time.clocks.running(&self.workflow_id).await?;
        let unchanged = length(&still) == length(&self.described) && !due::has_tasks(&still);
        (unchanged && !busy).then_some(self)
    }

    fn now(&self) -> SystemTime {
        due::now(&self.described, &self.events)
    }

    /// Returns the times at which the workflow goes on. Its timeouts count only where its clock can
    /// be moved.
    fn dues(&self, with_timeouts: bool) -> Vec<Due> {
        let now = self.now();
        let mut dues = due::timers(&self.events);
        dues.extend(due::first_task(&self.events));
        dues.extend(due::retries(&self.described, now));
        if with_timeouts {
            dues.extend(due::timeouts(&self.described, now));
        }
        dues
    }
}

fn length(described: &DescribeWorkflowExecutionResponse) -> i64 {
    described.workflow_execution_info.as_ref().map_or(0, |info| info.history_length)
}

/// Returns a workflow if it has nothing in flight, within `None` if it is not running any more.
pub(super) async fn look(time: &Time, workflow_id: &str) -> Option<Option<Member>> {
    let described = time.clocks.running(workflow_id).await?;
    let parent = clock::parent_of(&described);
    let member = Member { workflow_id: workflow_id.to_owned(), parent, described, events: vec![] };
    Some(member.at_rest(time).await)
}

/// The next step of a family that has nothing in flight.
#[derive(Debug, PartialEq)]
enum Next {
    /// The clocks of these workflows move by a duration.
    Move(Vec<String>, Duration),
    /// This workflow goes on first, and has running children.
    Blocked(String),
    /// Nothing is due, or nothing but in real time.
    Wait,
}

/// A workflow without a parent, and its descendants.
#[derive(Debug)]
pub(super) struct Family {
    root: String,
    /// The ids of runs that are known to have ended.
    ended: BTreeSet<String>,
    /// For each workflow whose clock could not be moved with the others: the time that it showed at
    /// each move, and by how much the others moved.
    missed: BTreeMap<String, Vec<(SystemTime, Duration)>>,
    reported: BTreeSet<String>,
    /// The number of runs when no child was running any more.
    settled: usize,
}

impl Family {
    pub(super) fn new(root: String) -> Self {
        let (ended, missed, reported) = <_>::default();
        Self { root, ended, missed, reported, settled: 0 }
    }

    pub(super) fn root(&self) -> &str {
        &self.root
    }

    /// Returns whether there are new runs since no child was running any more, and the result of a
    /// member is awaited.
    pub(super) fn needs_supervision(&self, time: &Time) -> bool {
        let family = time.watch.family(&self.root);
        family.len() > self.settled
            && family.iter().any(|(_, run)| time.is_awaited(&run.workflow_id))
    }

    /// Moves the clocks of the children until none is running.
    pub(super) async fn supervise(mut self, time: &Time) -> Self {
        let mut pause = Pause::new();
        while let Some(members) = self.running(time).await {
            match self.next(time, members).await {
                Next::Move(workflow_ids, duration) => {
                    let moves = workflow_ids.iter().map(|id| time.clocks.advance(id, duration));
                    join_all(moves).await;
                    pause = Pause::new();
                }
                Next::Blocked(workflow_id) => {
                    if self.reported.insert(workflow_id.clone()) {
                        tracing::warn!(workflow_id, "{BLOCKED}");
                    }
                }
                Next::Wait => {}
            }
            pause.wait().await;
        }
        self
    }

    /// Returns the running members, or `None` if none of them has a running parent.
    async fn running(&mut self, time: &Time) -> Option<Vec<Member>> {
        let mut runs = BTreeMap::<_, Vec<_>>::new();
        let family = time.watch.family(&self.root);
        self.settled = family.len();
        for (run_id, run) in family {
            runs.entry((run.workflow_id, run.parent)).or_default().push(run_id);
        }
        runs.retain(|_, run_ids| run_ids.iter().any(|run_id| !self.ended.contains(run_id)));
        let described = join_all(runs.keys().map(|(id, _)| time.clocks.running(id))).await;
        let mut members = Vec::new();
        for (((workflow_id, parent), run_ids), described) in runs.into_iter().zip(described) {
            match described {
                Some(described) => {
                    members.push(Member { workflow_id, parent, described, events: vec![] });
                }
                None => self.ended.extend(run_ids),
            }
        }
        let any_child = members.iter().any(|member| parent(member, &members).is_some());
        any_child.then_some(members)
    }

    async fn next(&mut self, time: &Time, members: Vec<Member>) -> Next {
        let known = |id: &str| members.iter().any(|member| member.workflow_id == id);
        let pending = members.iter().flat_map(|member| &member.described.pending_children);
        // A pending child that is not running here has just been started or has just ended, and its
        // parent is about to be told.
        if pending.into_iter().any(|child| !known(&child.workflow_id)) {
            return Next::Wait;
        }
        let resting = join_all(members.into_iter().map(|member| member.at_rest(time))).await;
        match resting.into_iter().collect::<Option<Vec<_>>>() {
            Some(members) => self.plan(&members, |id| time.is_awaited(id)),
            None => Next::Wait,
        }
    }

    /// Decides on the next step of members that have nothing in flight.
    fn plan(&mut self, members: &[Member], is_awaited: impl Fn(&str) -> bool) -> Next {
        let (mut movable, mut blocked, mut first) = (Vec::new(), Vec::new(), None);
        for member in members {
            let can_move = if has_child(member, members) {
                blocked.push(member);
                false
            } else if parent(member, members).is_some() && awaits(member, members, &is_awaited) {
                movable.push(member.workflow_id.clone());
                true
            } else {
                continue;
            };
            let left = member.dues(can_move).into_iter().map(|due| self.left(member, due)).min();
            if let Some(left) = left {
                let this = (left, !can_move, &member.workflow_id);
                first = Some(first.map_or(this, |first| this.min(first)));
            }
        }
        match first {
            Some((left, false, _)) if !left.is_zero() => {
                for member in blocked {
                    let missed = self.missed.entry(member.workflow_id.clone()).or_default();
                    missed.push((member.now(), left));
                }
                Next::Move(movable, left + MARGIN)
            }
            Some((left, true, workflow_id)) if !left.is_zero() => {
                Next::Blocked(workflow_id.clone())
            }
            _ => Next::Wait,
        }
    }

    /// Returns the time that is left until something is due, by the clock of the family.
    fn left(&self, member: &Member, due: Due) -> Duration {
        let moves = self.missed.get(&member.workflow_id).into_iter().flatten();
        let missed = moves.filter(|(at, _)| *at >= due.since).map(|(_, duration)| *duration);
        let left = due.at.duration_since(member.now()).unwrap_or_default();
        left.saturating_sub(missed.sum())
    }
}

const BLOCKED: &str = "this workflow goes on before any of its children, and the server moves no clock \
                       of a workflow with a running child, so time is real until then";

fn parent<'a>(member: &Member, members: &'a [Member]) -> Option<&'a Member> {
    let parent = member.parent.as_ref()?;
    members.iter().find(|other| other.workflow_id == *parent)
}

fn has_child(member: &Member, members: &[Member]) -> bool {
    members.iter().any(|other| other.parent.as_ref() == Some(&member.workflow_id))
}

/// Returns whether somebody waits for the result of a member or of one of its ancestors.
fn awaits(member: &Member, members: &[Member], is_awaited: &impl Fn(&str) -> bool) -> bool {
    let ancestors = std::iter::successors(Some(member), |member| parent(member, members));
    ancestors.into_iter().any(|member| is_awaited(&member.workflow_id))
}
