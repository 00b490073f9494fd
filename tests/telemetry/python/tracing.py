"""A client and a worker with the official OpenTelemetry interceptor.

It prints one line of JSON for each span that it has made, once its input ends.
"""

import asyncio
import json
import sys
from datetime import timedelta

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio import workflow
from temporalio.client import Client
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

spans = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(spans))
trace.set_tracer_provider(provider)


@workflow.defn
class PythonFlow:
    @workflow.run
    async def run(self, group: str) -> int:
        return await workflow.execute_activity(
            "count",
            group,
            task_queue="telemetry",
            start_to_close_timeout=timedelta(seconds=20),
        )


async def main() -> None:
    address, queue, workflow_id = sys.argv[1:]
    client = await Client.connect(address, interceptors=[TracingInterceptor()])
    worker = Worker(
        client,
        task_queue=queue,
        workflows=[PythonFlow],
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    async with worker:
        with trace.get_tracer("test").start_as_current_span("python caller"):
            handle = await client.start_workflow(
                "TracedChild", 3, id=workflow_id, task_queue="telemetry"
            )
            await handle.signal("go")
            await handle.result()
        print("ready", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for span in spans.get_finished_spans():
        parent = span.parent.span_id if span.parent else 0
        print(
            json.dumps(
                {
                    "name": span.name,
                    "trace": f"{span.context.trace_id:032x}",
                    "id": f"{span.context.span_id:016x}",
                    "parent": f"{parent:016x}",
                }
            ),
            flush=True,
        )


asyncio.run(main())
