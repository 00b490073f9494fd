"""The first rows of the benchmark with the Python SDK: works at each line of the standard input."""

import asyncio
import json
import os
import sys
import time
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.worker import Worker

QUEUE = "python"
PARALLEL = 10
# The options that an annotated activity ends up with.
OPTIONS = {
    "start_to_close_timeout": timedelta(seconds=1200),
    "retry_policy": RetryPolicy(
        maximum_attempts=5,
        initial_interval=timedelta(seconds=5),
        maximum_interval=timedelta(seconds=60),
    ),
}


@activity.defn
async def greet(name: str) -> str:
    return f"Hello, {name}!"


@workflow.defn
class NoOp:
    @workflow.run
    async def run(self) -> None:
        return None


@workflow.defn
class OneActivity:
    @workflow.run
    async def run(self, name: str) -> str:
        return await workflow.execute_activity(greet, name, **OPTIONS)


@workflow.defn
class OneLocalActivity:
    @workflow.run
    async def run(self, name: str) -> str:
        return await workflow.execute_local_activity(greet, name, **OPTIONS)


@workflow.defn
class Parallel:
    @workflow.run
    async def run(self, name: str) -> int:
        greetings = [workflow.execute_activity(greet, name, **OPTIONS) for _ in range(PARALLEL)]
        return len(await asyncio.gather(*greetings))


@workflow.defn
class Parent:
    @workflow.run
    async def run(self, id: str) -> None:
        await workflow.execute_child_workflow(NoOp.run, id=f"{id}-child")


@workflow.defn
class Counter:
    def __init__(self) -> None:
        self._count = 0

    @workflow.run
    async def run(self, end: int) -> int:
        await workflow.wait_condition(lambda: self._count >= end)
        return self._count

    @workflow.signal
    def add(self, number: int) -> None:
        self._count += number

    @workflow.query
    def count(self) -> int:
        return self._count

    @workflow.update
    def add_and_get(self, number: int) -> int:
        self._count += number
        return self._count


async def messages(client: Client, options: dict) -> bool:
    handle = await client.start_workflow(Counter.run, 2, **options)
    await handle.signal(Counter.add, 1)
    before = await handle.query(Counter.count)
    after = await handle.execute_update(Counter.add_and_get, 1)
    return before == 1 and after == 2 and await handle.result() == 2


async def one(client: Client, work: str, id: str) -> None:
    options = {"id": id, "task_queue": QUEUE, "request_eager_start": True}
    name = "durable"
    match work:
        case "no-op":
            done = await client.execute_workflow(NoOp.run, **options) is None
        case "activity":
            done = "Hello" in await client.execute_workflow(OneActivity.run, name, **options)
        case "local-activity":
            done = "Hello" in await client.execute_workflow(OneLocalActivity.run, name, **options)
        case "parallel":
            done = await client.execute_workflow(Parallel.run, name, **options) == PARALLEL
        case "child":
            done = await client.execute_workflow(Parent.run, id, **options) is None
        case "messages":
            done = await messages(client, options)
        case _:
            raise ValueError(f"there is no work `{work}`")
    assert done, f"a wrong result of {work}"


async def measure(client: Client, order: dict, number: int) -> dict:
    at_once = asyncio.Semaphore(order["at_once"])

    async def limited(index: int) -> None:
        async with at_once:
            await one(client, order["work"], f"python-{os.getpid()}-{number}-{index}")

    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(limited(index) for index in range(order["count"])))
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}


async def main() -> None:
    client = await Client.connect(sys.argv[1])
    workflows = [NoOp, OneActivity, OneLocalActivity, Parallel, Parent, Counter]
    async with Worker(client, task_queue=QUEUE, workflows=workflows, activities=[greet]):
        number = 0
        while line := await asyncio.to_thread(sys.stdin.readline):
            number += 1
            print(json.dumps(await measure(client, json.loads(line), number)), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
