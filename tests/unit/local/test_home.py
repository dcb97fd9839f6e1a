"""The folder of local state: one process at a time, one key for ever."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from infra.local.home import AlreadyRunningError, Home, Server, UnusableHomeError

SERVER = Server(pid=1, api_url="http://127.0.0.1:8000", engine_url="http://127.0.0.1:1", root_key="key")


def test_the_api_key_is_made_once_and_is_its_owner_s_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "new")

    key = home.api_key()

    assert key.startswith("ff_test_")
    assert len(key) >= 40
    assert home.api_key() == key
    assert Home(tmp_path / "other").api_key() != key
    assert stat.S_IMODE(home.api_key_file.stat().st_mode) == 0o600


def test_a_home_is_held_by_one_and_free_again_afterwards(tmp_path: Path) -> None:
    home = Home(tmp_path)

    with home.locked():
        home.announce(SERVER)
        with pytest.raises(AlreadyRunningError, match="8000") as refused, home.locked():
            pass
        assert refused.value.server == SERVER
        assert home.running_server() == SERVER

    assert home.running_server() is None  # what a killed server announced is not believed


def test_a_server_that_has_not_announced_itself_is_still_starting(tmp_path: Path) -> None:
    home = Home(tmp_path)

    with home.locked(), pytest.raises(AlreadyRunningError, match="still starting"), home.locked():
        pass


def test_what_a_server_announces_is_its_owner_s_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.announce(SERVER)

    assert stat.S_IMODE(home.server_file.stat().st_mode) == 0o600


def test_the_home_can_be_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOURFOLD_HOME", str(tmp_path))

    assert Home.default().root == tmp_path


def test_a_home_that_is_a_file_or_below_one_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for root in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UnusableHomeError, match="Set FOURFOLD_HOME"), Home(root).locked():
            raise AssertionError
