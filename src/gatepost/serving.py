"""Running the server: uvicorn in one process or several, until it is told to stop."""

import logging
import multiprocessing
import os
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any

import structlog
import uvicorn
from uvicorn.supervisors import Multiprocess

from gatepost.base import log
from gatepost.base.launch import BACKLOG, Launch
from gatepost.base.settings import Settings
from gatepost.wiring import Application

_REQUESTS_FINISH_WITHIN_S = 7
_WORKER_STARTS_WITHIN_S = 60
# Longer than proxies keep an idle connection (nginx: 60 s), so that it is they who close it:
# a request that crosses our closing would be lost.
_KEEP_ALIVE_S = 75
_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

OnReady = Callable[[], None]


def run(
    settings: Settings,
    listening: socket.socket,
    on_ready: OnReady,
    launch: Launch | None = None,
) -> bool:
    """Serve until SIGTERM or SIGINT, then finish what is in flight; False if it did not start.

    `on_ready` is called once, when every worker process answers.
    """
    with _signals_spent(), _metrics_folder(settings):
        config = _Configuration(settings, launch or Launch())
        if settings.workers > 1:
            workers = _Workers(config, listening, on_ready)
            workers.run()
            return workers.have_started
        server = _Server(config, on_ready)
        try:
            server.run(sockets=[listening])
        except SystemExit:
            # So uvicorn leaves when the application does not start; the log has said why.
            return False
        return server.started


class _Configuration(uvicorn.Config):
    """Uvicorn's configuration from our settings; also sets up the log of each worker process."""

    def __init__(self, settings: Settings, launch: Launch) -> None:
        self.settings = settings
        self._application = Application(settings, launch)
        super().__init__(
            self._application,
            workers=settings.workers,
            loop="uvloop",
            http="httptools",
            ws="none",
            lifespan="on",
            interface="asgi3",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
            backlog=BACKLOG,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=_REQUESTS_FINISH_WITHIN_S,
        )

    def configure_logging(self) -> None:
        log.set_up(self.settings.log_format, self.settings.log_level)
        if self.settings.workers == 1:
            # Of one process there is only to say that it serves, which we say ourselves.
            logging.getLogger("uvicorn.error").setLevel(logging.WARNING)

    def load(self) -> None:
        super().load()
        _tell_first(self._application.stops)
        # Only a worker has a parent, and only in a worker is anything loaded.
        if parent := multiprocessing.parent_process():
            threading.Thread(target=_end_with, args=(parent.join,), daemon=True).start()


class _Server(uvicorn.Server):
    """The one process; tells when it answers."""

    def __init__(self, config: _Configuration, on_ready: OnReady) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            _tell_ready(self.config, self._on_ready)


class _Workers(Multiprocess):
    """Several processes behind one address; tells when all of them answer."""

    def __init__(self, config: _Configuration, listening: socket.socket, on_ready: OnReady) -> None:
        super().__init__(config, [listening])
        self._on_ready = on_ready
        self.have_started = False

    def init_processes(self) -> None:
        super().init_processes()
        self.have_started = all(
            process.wait_until_ready(_WORKER_STARTS_WITHIN_S, self.should_exit)
            for process in self.processes
        )
        if self.have_started:
            _tell_ready(self.config, self._on_ready)


def _tell_first(stops: Callable[[], None]) -> None:
    """Have the application told of a signal that stops it, before uvicorn is.

    Uvicorn waits for open connections, and tells the application when they are closed; a
    stream of events has no end, and would be waited for until the time is up. Uvicorn's
    handlers stand when it loads the application, and it puts back those of before.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        then = signal.getsignal(number)
        if callable(then):
            signal.signal(number, partial(_both, stops, then))


def _both(
    first: Callable[[], None], then: Callable[..., Any], number: int, frame: FrameType | None
) -> None:
    first()
    then(number, frame)


def _end_with(parent_ends: Callable[[], None]) -> None:
    """Stop this worker when its parent is gone, else it would keep the address for ever."""
    parent_ends()
    os.kill(os.getpid(), signal.SIGTERM)


def _tell_ready(config: uvicorn.Config, on_ready: OnReady) -> None:
    assert isinstance(config, _Configuration)  # noqa: S101 - both servers were given one
    settings = config.settings
    structlog.get_logger("gatepost").info(
        "ready",
        host=settings.host,
        port=settings.port,
        public_url=settings.public_url,
        workers=settings.workers,
    )
    on_ready()


@contextmanager
def _signals_spent() -> Iterator[None]:
    """Let a signal that stopped the server have had its effect.

    Uvicorn raises it again once it has stopped, for whoever was there before;
    by default that would end the process by the signal instead of with 0.
    """
    caught = (signal.SIGINT, signal.SIGTERM)
    before = {one: signal.signal(one, lambda *_: None) for one in caught}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def _metrics_folder(settings: Settings) -> Iterator[None]:
    """Give several processes a folder in which their metrics meet; it goes when they stop."""
    if settings.workers == 1 or _METRICS_FOLDER in os.environ:
        yield
        return
    folder = os.environ[_METRICS_FOLDER] = tempfile.mkdtemp(prefix="gatepost-metrics-")
    try:
        yield
    finally:
        del os.environ[_METRICS_FOLDER]
        shutil.rmtree(folder)
