"""`docs/edi-verdicts.md` says what we and others make of the public files, and why where it differs."""

from __future__ import annotations

import pytest

from tests.unit.edi.samples import order, written
from tests.unit.edi.test_fixtures import FILES, FOLDER

pytest.importorskip("pyx12", reason="pyx12 is only there for tests")
pytest.importorskip("pydifact", reason="pydifact is only there for tests")
pytestmark = pytest.mark.skipif(not FILES, reason=f"no public samples in {FOLDER}")


def test_the_page_says_what_the_readers_say() -> None:
    from bench import edi_verdicts

    written = edi_verdicts.PAGE.read_text(encoding="utf-8")
    assert edi_verdicts.page(edi_verdicts.rows(FOLDER)) == written, f"run `python -m bench.edi_verdicts {FOLDER}`"


def test_a_difference_nobody_has_explained_is_no_verdict() -> None:
    from bench import edi_verdicts

    data = written(("purchase_order", order())).replace(b"ST*850", b"REF*CR*1~ST*850")
    with pytest.raises(LookupError, match="no cause is known for ours: segment_outside_set"):
        edi_verdicts.compare("stray.edi", data)
