import signal
import socket
import stat
from pathlib import Path

import pytest

from gatepost.base.configuration import Configuration
from gatepost.base.settings import Settings
from gatepost.cli import sockets
from gatepost.cli.errors import CommandFailed, ExitCode
from gatepost.cli.main import run
from gatepost.cli.serve import listen, make_data_dir, settled


def configured(**values: object) -> Configuration:
    origins = dict.fromkeys(values, "command line")
    return Configuration(Settings(**values), origins, None, ())


def test_port_that_was_taken_is_in_the_public_url() -> None:
    configuration = configured(port=0)
    with listen(configuration.settings) as listening:
        port = listening.getsockname()[1]
        settings = settled(configuration, listening)
    assert settings.port == port
    assert settings.public_url == f"http://127.0.0.1:{port}"


def test_public_url_that_was_given_stays() -> None:
    configuration = configured(port=0, public_url="https://scim.example.com")
    with listen(configuration.settings) as listening:
        assert settled(configuration, listening).public_url == "https://scim.example.com"


def test_database_that_was_given_stays_when_the_port_is_chosen() -> None:
    configuration = configured(port=0, database_url="sqlite:///x.db")
    with listen(configuration.settings) as listening:
        assert settled(configuration, listening).database_url == "sqlite:///x.db"


def test_address_in_use_is_a_problem_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(CommandFailed) as raised:
        listen(Settings(port=taken.getsockname()[1]))
    assert raised.value.problem.code == "serve.address"
    assert "--port" in raised.value.problem.fix


def test_ipv6_can_be_listened_on() -> None:
    with listen(Settings(host="::1", port=0)) as listening:
        assert listening.family == socket.AF_INET6


def test_new_data_directory_is_private(tmp_path: Path) -> None:
    make_data_dir(tmp_path / "data")
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_data_directory_that_is_a_file_is_a_problem_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(CommandFailed) as raised:
        make_data_dir(tmp_path / "data")
    assert "--data-dir" in raised.value.problem.fix


def test_other_machines_are_not_served_in_clear(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["serve", "--host", "192.0.2.1", "--data-dir", str(tmp_path / "data")])
    assert code == ExitCode.USAGE
    assert "--insecure-http" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_sigterm_interrupts_what_is_stoppable() -> None:
    with pytest.raises(KeyboardInterrupt), sockets.stoppable():
        signal.raise_signal(signal.SIGTERM)


def test_sigterm_means_what_it_did_before_once_that_is_over() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with sockets.stoppable():
        pass
    assert signal.getsignal(signal.SIGTERM) is before
