// The first rows of the benchmark with the TypeScript SDK: works at each line of the standard input.

const readline = require('node:readline');
const { Client } = require('@temporalio/client');
const { DefaultLogger, NativeConnection, Runtime, Worker } = require('@temporalio/worker');
const activities = require('./activities');

const QUEUE = 'typescript';

async function messages(client, options) {
  const handle = await client.workflow.start('Counter', { ...options, args: [2] });
  await handle.signal('add', 1);
  const before = await handle.query('count');
  const after = await handle.executeUpdate('add_and_get', { args: [1] });
  return before === 1 && after === 2 && (await handle.result()) === 2;
}

async function one(client, work, workflowId) {
  const options = { workflowId, taskQueue: QUEUE, requestEagerStart: true };
  const execute = (type, ...args) => client.workflow.execute(type, { ...options, args });
  const done = {
    'no-op': async () => (await execute('NoOp')) == null,
    activity: async () => (await execute('OneActivity', 'durable')).startsWith('Hello'),
    'local-activity': async () => (await execute('OneLocalActivity', 'durable')).startsWith('Hello'),
    parallel: async () => (await execute('Parallel', 'durable')) === 10,
    child: async () => (await execute('Parent', workflowId)) == null,
    messages: () => messages(client, options),
  }[work];
  if (!(await done())) throw new Error(`a wrong result of ${work}`);
}

async function measure(client, order, number) {
  const cpu = process.cpuUsage();
  const wall = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < order.count) {
      await one(client, order.work, `typescript-${process.pid}-${number}-${next++}`);
    }
  };
  await Promise.all(Array.from({ length: order.at_once }, worker));
  const { user, system } = process.cpuUsage(cpu);
  return { cpu: (user + system) / 1e6, wall: (performance.now() - wall) / 1e3 };
}

async function main() {
  const address = process.argv[2];
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const connection = await NativeConnection.connect({ address });
  const workflowsPath = require.resolve('./workflows');
  const worker = await Worker.create({ connection, taskQueue: QUEUE, workflowsPath, activities });
  // Eager starts need the connection of the worker.
  const client = new Client({ connection });
  const running = worker.run();
  let number = 0;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    number += 1;
    process.stdout.write(`${JSON.stringify(await measure(client, JSON.parse(line), number))}\n`);
  }
  worker.shutdown();
  await running;
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
