"""Each test runs in an empty working folder, with a cache of its own."""

import pytest


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    """Makes an empty folder the current one, and keeps the user's cache, settings and tokens out."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("GITHUB_TOKEN", "NVD_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path
