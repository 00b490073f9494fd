"""A worker and a client with the codec of Temporal's Python sample, and compression before it."""

import asyncio
import base64
import dataclasses
import os
import sys

import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowFailureError
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
)
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker


def compress(payload):
    """The form of the Go SDK's codec for zlib, with zstd. A frame of a stream doesn't say its size."""
    data = payload.SerializeToString()
    if len(data) <= 100:
        return payload
    stream = zstandard.ZstdCompressor(write_checksum=True).compressobj()
    return Payload(
        metadata={"encoding": b"binary/zstd"}, data=stream.compress(data) + stream.flush()
    )


def decompress(payload):
    if payload.metadata.get("encoding", b"") != b"binary/zstd":
        return payload
    return Payload.FromString(zstandard.ZstdDecompressor().decompressobj().decompress(payload.data))


class EncryptionCodec(PayloadCodec):
    def __init__(self, key_id, key):
        self.key_id, self.cipher = key_id, AESGCM(key)

    async def encode(self, payloads):
        payloads = [compress(payload) for payload in payloads]
        return [
            Payload(
                metadata={
                    "encoding": b"binary/encrypted",
                    "encryption-key-id": self.key_id.encode(),
                },
                data=self.encrypt(payload.SerializeToString()),
            )
            for payload in payloads
        ]

    async def decode(self, payloads):
        decoded = []
        for payload in payloads:
            if payload.metadata.get("encoding", b"") != b"binary/encrypted":
                decoded.append(payload)
                continue
            key_id = payload.metadata["encryption-key-id"].decode()
            if key_id != self.key_id:
                raise ValueError(f"Unrecognized key ID {key_id}.")
            nonce, data = payload.data[:12], payload.data[12:]
            payload = Payload.FromString(self.cipher.decrypt(nonce, data, None))
            decoded.append(decompress(payload))
        return decoded

    def encrypt(self, data):
        nonce = os.urandom(12)
        return nonce + self.cipher.encrypt(nonce, data, None)


@workflow.defn(name="PythonEcho")
class PythonEcho:
    @workflow.run
    async def run(self, text: str) -> str:
        if text == "fail":
            raise ApplicationError("a message from Python", type="Planned", non_retryable=True)
        return f"{text} from Python"


async def main():
    address, namespace, key, mode = sys.argv[1:5]
    converter = dataclasses.replace(
        DataConverter.default,
        payload_codec=EncryptionCodec("k1", base64.b64decode(key)),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
    client = await Client.connect(address, namespace=namespace, data_converter=converter)
    if mode == "worker":
        worker = Worker(
            client,
            task_queue="python",
            workflows=[PythonEcho],
            workflow_runner=UnsandboxedWorkflowRunner(),
        )
        async with worker:
            print("ready", flush=True)
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        return
    for how in ["succeed", "fail"]:
        start = client.execute_workflow(
            "Ends", [how, "python", ""], id=f"python-{how}", task_queue="sealed", result_type=str
        )
        try:
            print(await start)
        except WorkflowFailureError as error:
            cause = error.cause
            while cause is not None:
                print(cause)
                cause = cause.__cause__


asyncio.run(main())
