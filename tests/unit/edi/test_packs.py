"""The partner packs that come with the product hold against their own samples and against every defect."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossdock.edi.guidelines.lint import lint
from crossdock.edi.guidelines.packs import BUILT_IN, load
from crossdock.edi.guidelines.trials import tried

PACKS = sorted(path.parent for path in BUILT_IN.glob("*/partner.yaml"))
MAY_BE_COPIED = {
    "MIT",
    "Apache-2.0",
    "BSD-3-Clause",
    "ISC",
    "CC-BY-4.0",
    "MIT OR Apache-2.0",
    "Apache-2.0 OR LGPL-3.0+",
}


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_nothing_is_wrong_with_the_files_of_a_pack(folder: Path) -> None:
    assert [str(problem) for problem in lint(folder)] == []


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_samples_and_made_up_documents_are_judged_as_they_should_be(folder: Path) -> None:
    assert tried(load(folder)).failed == []


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_a_pack_follows_a_public_guideline_and_has_samples_that_may_be_copied(folder: Path) -> None:
    found = load(folder)
    assert found.pack.partner == folder.name
    assert all(each.form.source.title and each.form.source.publisher for each in found.guidelines.guidelines)
    assert len(list(found.samples())) >= 3
    assert {path.name for path in found.samples()} == set(found.pack.samples)
    assert {sample.licence for sample in found.pack.samples.values()} <= MAY_BE_COPIED
