"""A new partner pack: files to be filled in, made from the templates beside this module, or from samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

from crossdock.edi.guidelines.directions import direction_of
from crossdock.edi.guidelines.form import Direction
from crossdock.edi.guidelines.infer import proposed
from crossdock.edi.guidelines.lint import PLACEHOLDER
from crossdock.edi.guidelines.packs import Guidelines, read_guideline
from crossdock.edi.guidelines.trials import codes_of
from crossdock.edi.guidelines.yaml_text import scalar


class NoScaffold(LookupError):
    """Nothing is known of a document that a new guideline could begin with."""


def documents() -> list[str]:
    """What a new guideline can be made for without samples."""
    folder = resources.files(__package__).joinpath("templates")
    return sorted(each.name.removesuffix(".yaml") for each in folder.iterdir() if each.name.endswith(".yaml"))


def files(name: str, document: str, kind: str, samples: Mapping[str, bytes] | None = None) -> dict[str, str]:
    """The files of a new pack by path, but its samples, which are given by file name. Raises `NoScaffold`, and
    `NothingToInfer` of samples that hold no such document."""
    given = samples or {}
    guideline = guideline_text(name, document, list(given.values()), kind)
    return {
        "partner.yaml": pack_text(name, kind) + sample_entries(guideline, given, direction_of(document, kind)),
        f"{document.lower()}.yaml": guideline,
        "samples/README.md": f"# Samples of {name}\n\nDocuments of the partner, scrubbed. Each has an entry under\n"
        "`samples` in `partner.yaml`: whose it is, under which licence, and the codes of what is wrong with it.\n",
    }


def sample_entries(guideline: str, samples: Mapping[str, bytes], direction: Direction) -> str:
    """The entries of samples in `partner.yaml`, each with the codes of what is found in it."""
    if not samples:
        return ""
    compiled, _ = read_guideline(Path("new.yaml"), guideline)
    held = Guidelines("", (compiled,) if compiled else ())
    lines, way = ["samples:"], "" if direction == "in" else f", direction: {direction}"
    for name, data in sorted(samples.items()):
        faults = codes_of(data, held, direction)
        said = f", faults: [{', '.join(faults)}]" if faults else ""
        lines.append(f"  {scalar(name)}: {{source: yours, licence: yours{said}{way}}}")
    return "\n".join(lines) + "\n"


def pack_text(name: str, kind: str) -> str:
    """`partner.yaml` of a new pack."""
    return "\n".join(
        (
            f"partner: {scalar(name)}",
            f"name: {scalar(name.replace('_', ' ').title())}",
            f"kind: {kind}  # customer, supplier, warehouse, carrier or marketplace",
            f"source: {{title: {PLACEHOLDER} pack follows}}  # with publisher and url",
            f'ids: {{x12: "ZZ/{name.upper()[:15]}"}}  # qualifier/id of its interchanges',
            "",
        )
    )


def guideline_text(name: str, document: str, samples: Sequence[bytes] = (), kind: str = "customer") -> str:
    """A guideline to begin with, for a kind of partner."""
    if samples:
        return proposed(samples, name, document, kind).text
    if document not in documents():
        raise NoScaffold(
            f"there is no template for {document}, only for {', '.join(documents())}; --sample makes a guideline from "
            "documents of the partner"
        )
    template = resources.files(__package__).joinpath("templates", f"{document}.yaml")
    text = template.read_text(encoding="utf-8").replace("partner: NAME", f"partner: {scalar(name)}", 1)
    return text.replace("directions: [in]", f"directions: [{direction_of(document, kind)}]", 1)
