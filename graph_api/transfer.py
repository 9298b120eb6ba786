"""Transfer of what is large over HTTP: import by upload, export by download, the columns of a picture; with the rights of whoever asks."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import tempfile
import zipfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from graph_api.errors import Forbidden, ImportRejected, InvalidInput, NotFound, PartnergraphError, SettingsError, StoreError, Unauthenticated
from graph_api.operations.audit import Note
from graph_api.operations.exports import extract, tables_of, write_directory
from graph_api.operations.graphs import FORMATS as GRAPHS
from graph_api.operations.graphs import write_graph
from graph_api.operations.pictures import MOST_DRAWN, draw
from graph_api.operations.sheets import LARGEST_FILE, write_xlsx
from graph_api.operations.uploads import take, unpack, write_texts
from graph_api.operations.viewers import Viewer
from graph_api.storage.base import Snapshot, Store
from graph_api.telemetry import Metrics
from graph_api.transport import API_HEADERS, JSON, Reply, refused

log = logging.getLogger("partnergraph.server")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UPLOADS: Mapping[str, str] = {"text/csv": ".csv", "text/tab-separated-values": ".csv", XLSX: ".xlsx", "application/zip": ".zip"}
"""Media types of uploads, and how their files end."""
DOWNLOADS: Mapping[str, tuple[str, str]] = {
    "csv": ("zip", "application/zip"),
    "xlsx": ("xlsx", XLSX),
    "graphml": ("graphml", "application/graphml+xml"),
    "gexf": ("gexf", "application/gexf+xml"),
    "json": ("json", JSON),
}
"""Formats of downloads: how their files end, and their media types."""
PATIENCE = 120.0
"""Seconds that an upload may take to come in."""
WAITING = 10.0
"""Seconds to wait for the turn; one import and one export are made at a time."""
MOST_STREAMS = 16
"""Downloads that are sent at the same time."""
CHUNK = 2**16
LONGEST_NUMBER = 9
"""Digits of a number in an address."""
MOST_CELLS = 400_000
"""Cells of an XLSX file: 30,000 take a second, and everybody else waits for them. The command line has no such bound."""


class _Refusal(Exception):
    """A request that is refused."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        super().__init__(reply.status)


def _busy() -> _Refusal:
    return _Refusal(refused(503, "BUSY", "others are being served; try again in a moment", retry_after="10"))


class Transfers:
    """The routes `POST /import`, `GET /export/{format}` and `GET /picture`."""

    def __init__(self, store: Store, viewer: Callable[[Request], Awaitable[Viewer]], metrics: Metrics) -> None:
        self._store, self._viewer, self._metrics = store, viewer, metrics
        self._taking, self._making, self._sending = asyncio.Semaphore(1), asyncio.Semaphore(1), asyncio.Semaphore(MOST_STREAMS)
        self._drawing = asyncio.Semaphore(1)

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/import", self._answered("import", self._upload), methods=["POST"]),
            Route("/export/{format}", self._answered("export", self._download), methods=["GET"]),
            Route("/picture", self._answered("picture", self._picture), methods=["GET"]),
        ]

    def _answered(self, name: str, work: Callable[[Request, Viewer], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                response = await work(request, await self._viewer(request))
            except _Refusal as e:
                response = _response(e.reply)
            except PartnergraphError as e:
                response = _response(_refusal(e))
            self._metrics.count("partnergraph_requests_total", name, str(response.status_code))
            return response

        return answer

    # ── uploads ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _upload(self, request: Request, viewer: Viewer) -> Response:
        viewer.require()  # before anything is read
        given = request.query_params
        ending = UPLOADS.get(request.headers.get("content-type", "").partition(";")[0].strip().lower())
        if ending is None or request.headers.get("content-encoding", "identity") != "identity":
            raise _Refusal(refused(415, "MEDIA_TYPE", f"the body has to be one of {', '.join(UPLOADS)}, not encoded", accept=", ".join(UPLOADS)))
        if given.get("dryRun", "false") not in ("true", "false"):
            raise _Refusal(refused(400, "BAD_REQUEST", "dryRun is true or false"))
        note = Note(viewer=viewer, reason=given.get("reason") or None)
        with tempfile.TemporaryDirectory(prefix="partnergraph-import-") as place:
            async with _turn(self._taking):
                paths = await _received(request, Path(place), ending, given.get("name", ""))
                taken = await take(self._store, note, paths, dry_run=given.get("dryRun") == "true")
        document = {"written": taken.written, "revision": taken.revision, **taken.difference.document()}
        return Response(orjson.dumps(document), headers=API_HEADERS, media_type=JSON)

    # ── downloads ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _download(self, request: Request, viewer: Viewer) -> Response:
        form = request.path_params["format"]
        if form not in DOWNLOADS:
            raise _Refusal(refused(404, "NOT_FOUND", f"the network is not given out in this form; allowed: {', '.join(DOWNLOADS)}"))
        ending, media = DOWNLOADS[form]
        headers = {**API_HEADERS, "content-disposition": f'attachment; filename="partnergraph.{ending}"'}
        if request.method == "HEAD":
            return Response(headers=headers, media_type=media)
        place = Path(tempfile.mkdtemp(prefix="partnergraph-export-"))
        try:
            async with _turn(self._making):
                path = await asyncio.to_thread(_made, await extract(self._store, viewer), form, place)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        return StreamingResponse(self._sent(path, place), headers=headers | {"content-length": str(path.stat().st_size)}, media_type=media)

    async def _sent(self, path: Path, place: Path) -> AsyncGenerator[bytes]:
        """The file in pieces; it is gone afterwards, whoever goes away meanwhile."""
        try:
            async with self._sending:
                with path.open("rb") as file:
                    while chunk := await asyncio.to_thread(file.read, CHUNK):
                        yield chunk
        finally:
            shutil.rmtree(place, ignore_errors=True)

    # ── pictures ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _picture(self, request: Request, viewer: Viewer) -> Response:
        given = request.query_params
        async with _turn(self._drawing):
            picture = await draw(self._store, viewer, given.get("id", ""), depth=_number(given, "depth", 1), limit=_number(given, "limit", MOST_DRAWN))
            body = await asyncio.to_thread(orjson.dumps, picture.document())
        return Response(body, headers=API_HEADERS, media_type=JSON)


def _number(given: Mapping[str, str], name: str, usual: int) -> int:
    text = given.get(name, str(usual))
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST_NUMBER:
        raise InvalidInput(f"{name} is {text[:LONGEST_NUMBER]!r}; allowed: a whole number")
    return int(text)


def _made(snapshot: Snapshot, form: str, place: Path) -> Path:
    """The file of an export in a directory."""
    path = place / f"partnergraph.{DOWNLOADS[form][0]}"
    if form in GRAPHS:
        write_graph(snapshot, path)
    elif form == "xlsx":
        tables = tables_of(snapshot)
        if (cells := sum(len(header) * len(rows) for _, header, rows in tables)) > MOST_CELLS:
            raise InvalidInput(f"the network has {cells:,} cells, and the service writes XLSX of at most {MOST_CELLS:,}; take csv")
        write_xlsx(path, tables)
    else:
        names = write_directory(tables_of(snapshot), place)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for name in names:
                packed.write(place / name, name)
    return path


@contextlib.asynccontextmanager
async def _turn(turns: asyncio.Semaphore) -> AsyncGenerator[None]:
    """Waits for the turn, not too long."""
    try:
        await asyncio.wait_for(turns.acquire(), WAITING)
    except TimeoutError:
        raise _busy() from None
    try:
        yield
    finally:
        turns.release()


async def _received(request: Request, place: Path, ending: str, name: str) -> list[Path]:
    """The files that a body holds, in a directory."""
    body = place / f"body{ending}"
    try:
        async with asyncio.timeout(PATIENCE):
            await _stored(request, body)
    except TimeoutError:
        raise _Refusal(refused(408, "TIMEOUT", "the body did not come in time", connection="close")) from None
    except (ClientDisconnect, ValueError):
        raise _Refusal(refused(400, "BAD_REQUEST", "the body did not come whole")) from None
    if ending == ".zip":
        (place / "files").mkdir()
        return await asyncio.to_thread(unpack, body, place / "files")
    return [body] if ending == ".xlsx" else await asyncio.to_thread(_named, body, name, place)


def _named(body: Path, name: str, place: Path) -> list[Path]:
    """A CSV file under the name that says what is in it."""
    [path] = write_texts([(name, "")], place)
    return [body.replace(path)]


async def _stored(request: Request, path: Path) -> None:
    """Writes a body to a file, and reads it no further than is allowed."""
    left = LARGEST_FILE
    if int(request.headers.get("content-length", "0")) > left:
        raise _too_long()
    with path.open("wb") as file:
        async for chunk in request.stream():
            left -= len(chunk)
            if left < 0:
                raise _too_long()
            await asyncio.to_thread(file.write, chunk)


def _too_long() -> _Refusal:
    return _Refusal(refused(413, "TOO_LARGE", f"the file is too large; allowed: {LARGEST_FILE:,} bytes", connection="close"))


def _response(reply: Reply) -> Response:
    return Response(reply.body, reply.status, {**API_HEADERS, **reply.headers}, reply.media)


def _refusal(error: PartnergraphError) -> Reply:
    """What of an error goes back; nothing of the server's inside."""
    if isinstance(error, Unauthenticated):
        return refused(401, error.code, str(error), www_authenticate="Bearer")
    if isinstance(error, Forbidden):
        return refused(403, error.code, str(error))
    if isinstance(error, StoreError | SettingsError):
        log.warning("a transfer failed: %s", error)
        return refused(503, "UNAVAILABLE", "the service cannot do this now; try again in a moment", retry_after="10")
    if isinstance(error, NotFound):
        return refused(404, error.code, str(error))
    reply = refused(422 if isinstance(error, ImportRejected) else 400, error.code, str(error))
    if not isinstance(error, ImportRejected):
        return reply
    document: dict[str, Any] = orjson.loads(reply.body) | {"rejected": [vars(cell) for cell in error.cells]}
    return Reply(status=reply.status, body=orjson.dumps(document), media=reply.media, headers=reply.headers, codes=reply.codes)
