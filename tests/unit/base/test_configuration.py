import os
from pathlib import Path

import pytest

from gatepost.base import configuration
from gatepost.base.configuration import SettingsError
from gatepost.base.settings import Settings, describe, secret_names


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith("GATEPOST_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GATEPOST_DATA_DIR", str(tmp_path))


def test_command_line_beats_environment_beats_file_beats_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "gatepost.toml").write_text('port = 1\nworkers = 2\nlog_level = "debug"\n')
    monkeypatch.setenv("GATEPOST_PORT", "3")
    monkeypatch.setenv("GATEPOST_WORKERS", "4")
    loaded = configuration.load({"port": 5, "host": None})
    settings = loaded.settings
    assert (settings.port, settings.workers, settings.log_level) == (5, 4, "debug")
    assert settings.host == "127.0.0.1"


def test_origin_tells_where_each_value_came_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "gatepost.toml"
    file.write_text("workers = 2\n")
    monkeypatch.setenv("GATEPOST_PORT", "3")
    loaded = configuration.load({"host": "::1"})
    assert loaded.origin("host") == "command line"
    assert loaded.origin("port") == "environment (GATEPOST_PORT)"
    assert loaded.origin("workers") == str(file)
    assert loaded.origin("page_max") == "default"


def test_file_named_by_the_environment_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "other.toml").write_text("port = 7\n")
    monkeypatch.setenv("GATEPOST_CONFIG", str(tmp_path / "other.toml"))
    assert configuration.load().settings.port == 7


def test_secret_is_read_from_the_file_that_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "url").write_text("postgresql://gatepost:hidden@db/gatepost\n")
    monkeypatch.setenv("GATEPOST_DATABASE_URL_FILE", str(tmp_path / "url"))
    loaded = configuration.load()
    assert loaded.settings.database_url == "postgresql://gatepost:hidden@db/gatepost"
    assert loaded.warnings == ()


def test_unknown_name_in_the_file_is_an_error_that_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "gatepost.toml").write_text("prot = 8400\n")
    with pytest.raises(SettingsError, match=r"'prot' is not a setting. Did you mean 'port'\?"):
        configuration.load()


def test_unknown_variable_is_a_warning_that_names_the_nearest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GATEPOST_PUBLIC_ULR", "https://scim.acme.example")
    (warning,) = configuration.load().warnings
    assert "GATEPOST_PUBLIC_ULR" in warning
    assert "public_url" in warning


def test_value_out_of_bounds_is_an_error_that_names_value_and_origin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GATEPOST_PORT", "99999")
    with pytest.raises(SettingsError, match=r"port '99999' from environment \(GATEPOST_PORT\)"):
        configuration.load()


def test_default_that_hangs_on_a_wrong_value_is_no_error_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GATEPOST_PORT", "x")
    with pytest.raises(SettingsError) as caught:
        configuration.load()
    assert len(caught.value.problems) == 1


def test_bad_secret_is_not_repeated_in_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEPOST_DATABASE_URL", "mysql://root:hidden@db")
    with pytest.raises(SettingsError) as caught:
        configuration.load()
    assert "database_url" in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("text", ["port = ", "\x00"])
def test_file_that_is_no_toml_is_an_error_that_names_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "gatepost.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"gatepost\.toml is not TOML"):
        configuration.load()


def test_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        configuration.load(config=tmp_path / "none.toml")


@pytest.mark.parametrize(
    "url", ["scim.acme.example", "ftp://acme.example", "https://a.example?x=1"]
)
def test_public_url_without_http_scheme_or_with_query_is_an_error(url: str) -> None:
    with pytest.raises(SettingsError, match="public_url"):
        configuration.load({"public_url": url})


def test_public_url_with_an_underscore_in_its_host_is_a_warning() -> None:
    (warning,) = configuration.load({"public_url": "https://my_scim.acme.example/"}).warnings
    assert "my_scim.acme.example" in warning


def test_public_url_follows_host_and_port() -> None:
    loaded = configuration.load({"host": "::1", "port": 80})
    assert loaded.settings.public_url == "http://[::1]:80"


def test_database_stands_in_the_data_directory(tmp_path: Path) -> None:
    assert configuration.load().settings.database_url == f"sqlite:///{tmp_path}/gatepost.db"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "scim.acme.example"])  # noqa: S104
def test_serving_beyond_loopback_in_clear_is_refused(host: str) -> None:
    with pytest.raises(SettingsError, match="not https"):
        configuration.check_serving(configuration.load({"host": host}).settings)


@pytest.mark.parametrize(
    "overrides",
    [
        {"host": "127.0.0.9"},
        {"host": "localhost"},
        {"host": "10.0.0.1", "public_url": "https://scim.acme.example"},
        {"host": "10.0.0.1", "insecure_http": True},
    ],
)
def test_serving_is_allowed_on_loopback_with_https_or_on_demand(
    overrides: dict[str, object],
) -> None:
    configuration.check_serving(configuration.load(overrides).settings)


def test_trusted_proxies_are_networks_separated_by_commas(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GATEPOST_TRUSTED_PROXIES", "10.0.0.0/8, ::1")
    assert configuration.load().settings.trusted_proxies == ("10.0.0.0/8", "::1/128")


def test_trusted_proxy_that_is_no_network_is_an_error() -> None:
    with pytest.raises(SettingsError, match="trusted_proxies"):
        configuration.load({"trusted_proxies": "proxy.acme.example"})


def test_reference_page_says_what_the_code_says() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "settings.md"
    assert page.read_text(encoding="utf-8") == describe()


def test_every_setting_has_a_description() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_secrets_are_those_that_hold_credentials() -> None:
    assert secret_names() == (
        "database_url",
        "metrics_token",
        "secret_keys",
        "mail_url",
        "sms_secret",
    )
