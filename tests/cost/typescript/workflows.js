// The workflows of the first rows of the benchmark, with the TypeScript SDK.

const wf = require('@temporalio/workflow');

const PARALLEL = 10;
// The options that an annotated activity ends up with.
const options = {
  startToCloseTimeout: '1200s',
  retry: { maximumAttempts: 5, initialInterval: '5s', maximumInterval: '60s' },
};
const { greet } = wf.proxyActivities(options);
const local = wf.proxyLocalActivities(options);

async function NoOp() {}

async function OneActivity(name) {
  return greet(name);
}

async function OneLocalActivity(name) {
  return local.greet(name);
}

async function Parallel(name) {
  const greetings = Array.from({ length: PARALLEL }, () => greet(name));
  return (await Promise.all(greetings)).length;
}

async function Parent(id) {
  await wf.executeChild('NoOp', { workflowId: `${id}-child` });
}

async function Counter(end) {
  let count = 0;
  wf.setHandler(wf.defineSignal('add'), (number) => {
    count += number;
  });
  wf.setHandler(wf.defineQuery('count'), () => count);
  wf.setHandler(wf.defineUpdate('add_and_get'), (number) => {
    count += number;
    return count;
  });
  await wf.condition(() => count >= end);
  return count;
}

module.exports = { NoOp, OneActivity, OneLocalActivity, Parallel, Parent, Counter };
