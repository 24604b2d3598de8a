from __future__ import annotations

import pytest

from pytest_szxc.cli import main


@pytest.fixture
def szxc(capsys, tmp_path, monkeypatch):
    """Run the command in an empty folder; gives exit code and everything that was said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SZXC_LANG", "en")

    def run(*args):
        with pytest.raises(SystemExit) as caught:
            main([str(arg) for arg in args])
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return caught.value.code or 0, said.out + said.err

    return run
