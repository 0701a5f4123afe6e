"""A new partner pack: files to be filled in, made from the templates beside this module, or from samples."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

from crossdock.edi.guidelines.infer import proposed
from crossdock.edi.guidelines.yaml_text import scalar


class NoScaffold(LookupError):
    """Nothing is known of a document that a new guideline could begin with."""


def documents() -> list[str]:
    """What a new guideline can be made for without samples."""
    folder = resources.files(__package__).joinpath("templates")
    return sorted(each.name.removesuffix(".yaml") for each in folder.iterdir() if each.name.endswith(".yaml"))


def files(name: str, document: str, kind: str, samples: Sequence[bytes] = ()) -> dict[str, str]:
    """The files of a new pack by path. Raises `NoScaffold`, and `NothingToInfer` of samples that hold no such
    document."""
    return {
        "partner.yaml": pack_text(name, kind),
        f"{document.lower()}.yaml": guideline_text(name, document, samples),
        "samples/README.md": f"# Samples of {name}\n\nDocuments of the partner, scrubbed. Each has an entry under\n"
        "`samples` in `partner.yaml`: whose it is, under which licence, and the codes of what is wrong with it.\n",
    }


def pack_text(name: str, kind: str) -> str:
    """`partner.yaml` of a new pack."""
    return "\n".join(
        (
            f"partner: {scalar(name)}",
            f"name: {scalar(name.replace('_', ' ').title())}",
            f"kind: {kind}  # customer, supplier, warehouse, carrier or marketplace",
            "source: {title: Name the public guideline that this pack follows}  # with publisher and url",
            f'ids: {{x12: "ZZ/{name.upper()[:15]}"}}  # qualifier/id of its interchanges',
            "",
        )
    )


def guideline_text(name: str, document: str, samples: Sequence[bytes] = ()) -> str:
    """A guideline to begin with."""
    if samples:
        return proposed(samples, name, document).text
    if document not in documents():
        raise NoScaffold(
            f"there is no template for {document}, only for {', '.join(documents())}; --sample makes a guideline from "
            "documents of the partner"
        )
    template = resources.files(__package__).joinpath("templates", f"{document}.yaml")
    return template.read_text(encoding="utf-8").replace("partner: NAME", f"partner: {scalar(name)}", 1)
