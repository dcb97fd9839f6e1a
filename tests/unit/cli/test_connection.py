"""Where the command finds the API and its key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fourfold.cli.connection import Connection, NoConnectionError, find_connection


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with nothing in its environment; answers with its state folder."""
    for name in ("FOURFOLD_API_URL", "FOURFOLD_API_KEY", "FOURFOLD_HOME"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "project" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "project" / "deep")
    return tmp_path / "project" / ".local"


def serve(home: Path, url: str = "http://127.0.0.1:8123", key: str = "ff_test_local") -> None:
    home.mkdir()
    (home / "api_key").write_text(key + "\n")
    (home / "server.json").write_text(json.dumps({"api_url": url, "pid": 1}))


def test_a_running_server_is_found_from_any_subfolder(home: Path) -> None:
    serve(home)
    assert find_connection() == Connection("http://127.0.0.1:8123", "ff_test_local")


def test_the_environment_wins(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(home)
    monkeypatch.setenv("FOURFOLD_API_URL", "https://api.example.com")
    monkeypatch.setenv("FOURFOLD_API_KEY", "ff_live_x")
    assert find_connection() == Connection("https://api.example.com", "ff_live_x")


def test_the_state_folder_may_be_elsewhere(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(tmp_path / "elsewhere", key="ff_test_elsewhere")
    monkeypatch.setenv("FOURFOLD_HOME", str(tmp_path / "elsewhere"))
    assert find_connection().key == "ff_test_elsewhere"
    assert not home.exists()


def test_without_a_key_it_says_what_to_do(home: Path) -> None:
    with pytest.raises(NoConnectionError, match="make up"):
        find_connection()
    assert not home.exists()


def test_a_stopped_server_leaves_the_default_address(home: Path) -> None:
    serve(home)
    (home / "server.json").unlink()
    assert find_connection().url == "http://127.0.0.1:8000"
