"""A description of a document that says something wrong stops that document, and no other."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from crossdock.edi import documents, explain, maps
from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.maps import declared
from crossdock.edi.maps.declared import definition
from tests.unit.edi.samples import BUYING

SCHEDULE = (
    b"ISA*00*          *00*          *ZZ*ALBION         *ZZ*BRIGHTWARE     *101201*0826*U*00401*000000001*0*P*>~"
    b"GS*SS*ALBION*BRIGHTWARE*20101201*0826*1*X*004010~ST*862*0001~BSS*00*S1*20101201*DL*20101201*20101208~"
    b"LIN**VP*ABC~UIT*EA~FST*10*C*D*20101203~SE*6*0001~GE*1*1~IEA*1*000000001~"
)
ORDER = (
    b"ISA*00*          *00*          *ZZ*ALBION         *ZZ*BRIGHTWARE     *101201*0826*U*00401*000000001*0*P*>~"
    b"GS*PO*ALBION*BRIGHTWARE*20101201*0826*1*X*004010~ST*850*0001~BEG*00*SA*PO1**20101201~N1*ST*STORE*92*7~"
    b"PO1*1*3*EA*2.5**VP*ABC~CTT*1~SE*6*0001~GE*1*1~IEA*1*000000001~"
)


@pytest.fixture
def schedule(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """What is put into the file of the shipping schedule: pairs of words and what they become."""
    changes: list[tuple[str, str]] = []
    sound = definition.texts

    def changed(dialect: str) -> Iterator[tuple[str, str]]:
        for name, text in sound(dialect):
            for old, new in changes if name == "x12/862.toml" else ():
                assert old in text
                text = text.replace(old, new)
            yield name, text

    def forget() -> None:
        for each in (definition._loaded, declared._writers, documents.objects):
            each.cache_clear()

    monkeypatch.setattr(definition, "texts", changed)
    forget()
    yield changes
    monkeypatch.undo()
    forget()


def line_of(text: str) -> int:
    (found,) = (each for name, each in definition.texts("X12") if name == "x12/862.toml")
    return next(number for number, line in enumerate(found.splitlines(), 1) if text in line)


def told(data: bytes) -> list[str]:
    faults = [each for found in explain.explain(data) for each in getattr(found, "faults", ())]
    return [each.detail for each in faults if each.code == "not_readable"]


def test_none_that_comes_with_the_product_is_broken() -> None:
    assert definition.broken("X12") == definition.broken("EDIFACT") == {}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            ("3=issued_on:day", "3=issued_onn:day"),
            "DeliverySchedule has no field issued_onn; did you mean `issued_on`?",
        ),
        (("3=issued_on:day", "3=issued_on:dayy"), "there is no kind dayy; there are "),
        (("3=issued_on:day", "3issued_on:day"), "'3issued_on:day' is no element: write 2=field:kind"),
        (('object = "DeliverySchedule"', 'object = "Schedule"'), "object Schedule is none of ApplicationAdvice, "),
        (('document = "delivery_schedule"', "document = 5"), "document is missing, or is no str"),
    ],
)
def test_a_slip_is_told_with_file_and_line(
    schedule: list[tuple[str, str]], change: tuple[str, str], words: str
) -> None:
    schedule.append(change)
    (said,) = told(SCHEDULE)
    assert said.startswith(f"its description cannot be used: x12/862.toml, line {line_of(change[1])}: {words}")


def test_what_is_no_toml_is_told_with_file_and_line(schedule: list[tuple[str, str]]) -> None:
    schedule.append(('functional_id = "SS"', "functional_id = SS"))
    (said,) = told(SCHEDULE)
    assert said.startswith("its description cannot be used: x12/862.toml: ")
    assert f"at line {line_of('functional_id = SS')}, " in said
    assert [each.name for each in explain.explain(SCHEDULE) if isinstance(each, explain.ExplainedSet)] == [
        "Delivery schedule"
    ]


def test_other_documents_are_read_all_the_same(schedule: list[tuple[str, str]]) -> None:
    schedule.append(("3=issued_on:day", "3=issued_onn:day"))
    (read,) = documents.read(ORDER)
    assert read.number == "PO1"
    assert told(ORDER) == []


def test_what_needs_it_to_be_written_says_so(schedule: list[tuple[str, str]]) -> None:
    (read,) = documents.read(SCHEDULE)
    assert read.body is not None
    line = documents.canonical(read)
    schedule.append(("3=issued_on:day", "3=issued_onn:day"))
    for each in (definition._loaded, declared._writers, documents.objects):
        each.cache_clear()
    with pytest.raises(CannotWrite, match=r"its description cannot be used: x12/862\.toml, line"):
        maps.write_document("delivery_schedule", read.body, BUYING)
    assert all(declared.definitions("X12")[kind] for kind in ("850", "861"))
    objects = documents.objects()
    (again,) = documents.read(line)
    if "delivery_schedule" in objects:  # EDIFACT carries it, too
        assert msgspec.json.encode(again.body) == msgspec.json.encode(read.body)
