"""Secrets given as the name of a file, and which files are refused."""

import os
from pathlib import Path

import pytest

from auth_http.settings import read_settings
from tests.unit.operations.given_settings import GOOD_SECRET, PRODUCTION, a_file, problems


class TestSecretFiles:
    """Secrets given as the name of a file (CFG-02)."""

    @pytest.mark.covers("CFG-02", "R-C1")
    @pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
    def test_a_line_break_at_the_end_does_not_count(self, tmp_path: Path, end: bytes) -> None:
        file = a_file(tmp_path, GOOD_SECRET.encode() + end)

        settings = read_settings({"AUTH_MASTER_SECRET_FILE": file})

        assert settings.master_secret is not None
        assert settings.master_secret.reveal() == GOOD_SECRET

    @pytest.mark.covers("CFG-02")
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "empty"),
            (b"\n", "empty"),
            (b"  \n", "empty"),
            (b"two\nlines\n", "more than one line"),
            (b"nul\0byte", "more than one line"),
            (b"\xff\xfe\x00", "not text"),
            (b"x" * 70_000, "too large"),
        ],
    )
    def test_a_file_that_is_no_secret_is_refused(self, tmp_path: Path, content: bytes, reason: str) -> None:
        refused = problems({"AUTH_MASTER_SECRET_FILE": a_file(tmp_path, content)})

        assert refused.keys() == {"AUTH_MASTER_SECRET_FILE"}
        assert reason in refused["AUTH_MASTER_SECRET_FILE"]

    @pytest.mark.covers("CFG-02")
    def test_a_missing_file_is_refused(self, tmp_path: Path) -> None:
        assert "does not exist" in problems({"AUTH_DATABASE_URL_FILE": str(tmp_path / "x")})["AUTH_DATABASE_URL_FILE"]

    @pytest.mark.covers("CFG-02")
    def test_a_folder_is_refused(self, tmp_path: Path) -> None:
        assert "must name a file" in problems({"AUTH_DATABASE_URL_FILE": str(tmp_path)})["AUTH_DATABASE_URL_FILE"]

    @pytest.mark.covers("CFG-02")
    def test_a_pipe_is_refused_and_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")

        assert (
            "must name a file" in problems({"AUTH_DATABASE_URL_FILE": str(tmp_path / "pipe")})["AUTH_DATABASE_URL_FILE"]
        )

    @pytest.mark.covers("CFG-02")
    def test_a_secret_given_twice_is_refused(self, tmp_path: Path) -> None:
        refused = problems(
            {"AUTH_MASTER_SECRET": GOOD_SECRET, "AUTH_MASTER_SECRET_FILE": a_file(tmp_path, GOOD_SECRET.encode())}
        )

        assert "both given" in refused["AUTH_MASTER_SECRET_FILE"]

    @pytest.mark.covers("CFG-02", "R-C1")
    @pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o666, 0o602])
    def test_a_file_that_others_may_open_is_refused_in_production(self, tmp_path: Path, mode: int) -> None:
        file = a_file(tmp_path, GOOD_SECRET.encode(), mode=mode)
        given = {**PRODUCTION, "AUTH_MASTER_SECRET": "", "AUTH_MASTER_SECRET_FILE": file}

        assert "others may read" in problems(given)["AUTH_MASTER_SECRET_FILE"]

    def test_a_file_of_our_own_is_taken_in_production(self, tmp_path: Path) -> None:
        file = a_file(tmp_path, GOOD_SECRET.encode(), mode=0o400)

        settings = read_settings({**PRODUCTION, "AUTH_MASTER_SECRET": "", "AUTH_MASTER_SECRET_FILE": file})

        assert settings.master_secret is not None

    def test_in_development_the_mode_of_the_file_does_not_matter(self, tmp_path: Path) -> None:
        file = a_file(tmp_path, GOOD_SECRET.encode(), mode=0o644)

        assert read_settings({"AUTH_MASTER_SECRET_FILE": file}).master_secret is not None

    def test_a_weak_secret_in_a_file_is_refused_like_any_other(self, tmp_path: Path) -> None:
        refused = problems(
            {**PRODUCTION, "AUTH_MASTER_SECRET": "", "AUTH_MASTER_SECRET_FILE": a_file(tmp_path, b"weak")}
        )

        assert "too short" in refused["AUTH_MASTER_SECRET"]
