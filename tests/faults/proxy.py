"""A proxy between the service and its database that can be a bad network: slow, silent, cut, refusing."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import socket
import struct
import threading
from collections.abc import Coroutine
from typing import Any, Self

DELAY_S = 0.2
"""Of each piece, each way, where the network is far."""
SLOW_BYTES = 512
"""How many bytes pass at once where it is slow, 20 times a second."""
AT_ONCE = struct.pack("ii", 1, 0)
"""For SO_LINGER: a closed connection is reset."""


class Network(enum.StrEnum):
    """What the network is like."""

    GOOD = "good"
    FAR = "far"
    """Everything comes late."""
    SLOW = "slow"
    """Few bytes pass at a time."""
    SILENT = "silent"
    """Connections are there, new ones too, and nothing passes: a black hole. What was sent comes when it ends, as TCP sends it again."""
    REFUSING = "refusing"
    """Nobody listens, and connections that were there are gone."""
    RESETTING = "resetting"
    """Every connection is reset as soon as something is sent."""


class Proxy:
    """Passes connections to `127.0.0.1:port` on; has a thread of its own, so that whoever blocks elsewhere does not stop it."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.network = Network.GOOD
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def become(self, network: Network) -> None:
        """Changes what the network is like, at once and for connections that are there too."""
        self._run(self._become(network))

    def cut(self) -> None:
        """Resets every connection; new ones are as the network is."""
        self._run(self._cut())

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        await self._cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _become(self, network: Network) -> None:
        self.network = network
        if network is Network.REFUSING:
            await self._close()
        elif self._server is None:
            await self._listen()
        if network is Network.RESETTING:
            await self._cut()

    async def _cut(self) -> None:
        for writer in list(self._writers):
            with contextlib.suppress(OSError):
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                ahead_reader, ahead = await asyncio.open_connection("127.0.0.1", self._to)
                both = {writer, ahead}
                self._writers |= both
                try:
                    await asyncio.gather(self._pass(reader, ahead), self._pass(ahead_reader, writer))
                finally:
                    self._writers -= both
                    ahead.transport.abort()
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65_536):
            if self.network is Network.RESETTING:
                raise ConnectionResetError
            if self.network is Network.FAR:
                await asyncio.sleep(DELAY_S)
            while self.network is Network.SLOW and len(piece) > SLOW_BYTES:
                writer.write(piece[:SLOW_BYTES])
                piece = piece[SLOW_BYTES:]
                await asyncio.sleep(0.05)
            while self.network is Network.SILENT:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            writer.write(piece)
            await writer.drain()
        raise ConnectionResetError
