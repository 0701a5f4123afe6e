"""Documents broken at random are read without a traceback, in time, and within memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.edi_fuzz import load, run

CORPUS = Path(__file__).resolve().parents[3] / "corpus" / "naughty-edi" / "documents"
FIXTURES = Path(__file__).resolve().parents[4] / "shared" / "fixtures" / "edi"
FOLDERS = [folder for folder in (CORPUS, FIXTURES) if folder.is_dir()]


def held(mutants: int, seed: int, out: Path) -> None:
    found = run(load(FOLDERS, 2_500), mutants, seed, out)
    assert found["findings"] == {}, f"the bytes are in {out}"
    assert isinstance(found["growth_mb_after_the_first_tenth"], float)
    assert found["growth_mb_after_the_first_tenth"] < 64


@pytest.mark.long
def test_some_broken_documents_are_answered(tmp_path: Path) -> None:
    held(1_500, 20101201, tmp_path)


@pytest.mark.storm
def test_a_million_broken_documents_are_answered(tmp_path: Path) -> None:
    held(1_000_000, 1, tmp_path)
