"""Write the documents that follow from the code: `make docs`.

`docs/processes` and `docs/connectors` are kept in Git, so that they can be read without running anything; a test holds
them to the code. `docs/reference` is made anew each time and ignored by Git.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import sys
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2
import msgspec
import typer.main

from crossdock import connectors, processes
from crossdock.api.app import create
from crossdock.api.services import Services
from crossdock.cli.main import app as command_line
from crossdock.connectors import CONNECTORS, ConnectorType
from crossdock.edi import maps
from crossdock.edi.guidelines.form import Guideline, Pack
from crossdock.edi.guidelines.packs import folders as packs
from crossdock.edi.guidelines.packs import load
from crossdock.edi.guidelines.page import page
from crossdock.edi.guides import guides
from crossdock.edi.kernel.faults import FAULTS
from crossdock.edi.kernel.syntax import X12
from crossdock.edi.kernel.tolerance import MENDABLE, POLICIES, Policy
from crossdock.edi.maps.declared import definitions
from crossdock.edi.maps.declared.definition import Loop
from crossdock.events.registry import REGISTRY, VERSIONS
from crossdock.identity import SCOPES
from crossdock.operations.problems import PROBLEMS
from crossdock.processes import PROCESSES
from crossdock.processes._kit import Lifecycle
from crossdock.store.crash import POINTS
from crossdock.telemetry import logs, metrics

DOCS = Path(__file__).resolve().parent
KEPT_WHOLE = ("processes", "connectors", "partners")
"""Folders that hold nothing but pages made here."""
MADE = "<!-- Made from the code by `make docs`; change the code, not this page. -->"


def table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    head = list(headings)
    lines = [head, ["---"] * len(head), *(list(map(_cell, row)) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: object) -> str:
    return " ".join(str(value).replace("|", "\\|").split())


def first_sentence(text: str | None) -> str:
    """What a docstring begins with."""
    return " ".join((text or "").partition("\n\n")[0].split())


def code(names: Iterable[str]) -> str:
    """Names as code, or a dash."""
    return ", ".join(f"`{name}`" for name in names) or "-"


# Kept in Git


def process_page(process: Lifecycle[Any]) -> str:
    """Everything that is to be said of one process."""
    module = _module_of(process)
    handlers = [(f"`{event}`", first_sentence(handler.__doc__)) for event, handler in process.handlers.items()]
    codes = [(f"[`{name}`](../runbooks/{name}.md)", meaning) for name, meaning in vars(module)["CODES"].items()]
    title = process.name.replace("_", " ").capitalize()
    return "\n".join(
        [
            f"# {title}\n\n{MADE}\n",
            f"Code: `src/{module.__name__.replace('.', '/')}.py`. Case ids begin with `{process.name}/`. "
            f"Version {process.version}. A case begins with {code(process.starts)}.\n",
            f"What comes before that waits. After {process.patience.total_seconds() / 3600:g} hours of business time a "
            "person is asked ([`waiting_for_document`](../runbooks/waiting_for_document.md)).\n",
            f"{inspect.getdoc(module)}\n",
            f"## States of a line\n\n```mermaid\n{process.table.mermaid()}\n```\n",
            f"## What it does with each event\n\n{table(('event', 'what happens'), handlers)}\n",
            f"## Exception cases it opens\n\n{table(('code', 'meaning'), codes)}\n",
        ]
    )


def _module_of(process: Lifecycle[Any]) -> ModuleType:
    """The module that holds a process's table and handlers."""
    handler = next(iter(process.handlers.values()))
    return importlib.import_module(handler.__module__)


def processes_index() -> str:
    """The list of processes."""
    rows = [
        (f"[{name}]({name}.md)", first_sentence(inspect.getdoc(_module_of(process))))
        for name, process in PROCESSES.items()
    ]
    intro = first_sentence(processes.__doc__)
    return f"# Business processes\n\n{MADE}\n\n{intro}\n\n{table(('process', 'what it is'), rows)}\n"


def connector_page(kind: ConnectorType) -> str:
    """What a connector can do and what it must be told."""
    manifest = kind.manifest
    can = manifest.capabilities
    rows = [("fetch", code(can.fetch)), ("receive", code(can.receive)), ("send", code(can.send))]
    rows += [("read back", code(can.read))] if can.read else []
    rows += [("compare and set", code(can.compare_and_set))] if can.compare_and_set else []
    about = first_sentence(importlib.import_module(kind.package).__doc__)
    return "\n".join(
        [
            f"# {manifest.name}\n\n{MADE}\n",
            f"{about}\n",
            f"Code `{manifest.code}`, kind `{manifest.kind}`, tier {manifest.tier}, "
            f"sending again: `{manifest.resend}`. Source: `src/{kind.package.replace('.', '/')}/`.\n",
            f"## What it can do\n\n{table(('verb', 'of what'), rows)}\n",
            f"## Settings\n\n{table(('setting', 'meaning', 'example', 'required'), _settings(kind))}\n",
        ]
    )


def _settings(kind: ConnectorType) -> Iterator[tuple[str, str, str, str]]:
    hints = typing.get_type_hints(kind.settings, include_extras=True)
    for field in msgspec.structs.fields(kind.settings):
        metas = [one for one in typing.get_args(hints[field.name]) if isinstance(one, msgspec.Meta)]
        meaning = next((meta.description for meta in metas if meta.description), "")
        examples = next((meta.examples for meta in metas if meta.examples), [])
        yield f"`{field.name}`", meaning, code(map(str, examples)), "yes" if field.required else "no"


def connectors_index() -> str:
    """The feature matrix."""
    rows = []
    for name, kind in CONNECTORS.items():
        can = kind.manifest.capabilities
        rows.append((f"[{name}]({name}.md)", kind.manifest.kind, code(can.fetch), code(can.receive), code(can.send)))
    intro = first_sentence(connectors.__doc__)
    words = table(("connector", "kind", "fetches", "receives", "sends"), rows)
    return f"# Connectors\n\n{MADE}\n\n{intro}\n\n{words}\n"


def edi_faults() -> str:
    """Every fault of an X12 or EDIFACT document; a person meets them in quarantine, a partner in our answers."""
    rows = [
        (f"`{one.code}`", one.severity, one.words, one.ta1, one.ak, one.ik, one.contrl, one.advice)
        for one in FAULTS.values()
    ]
    headings = ("code", "severity", "meaning", "TA1", "997", "999", "CONTRL", "what to do next")
    levels = [one.level for one in FAULTS.values()]
    intro = (
        "An error keeps a document, or the part it stands in, from being taken. A warning is told to the partner in\n"
        "our answer and keeps nothing back. A set is a transaction set of X12 or a message of EDIFACT. The other\n"
        "columns are what acknowledgements call it: TA1 the note code of TA105; 997 the code of AK9 for groups, AK5\n"
        "for sets, AK3 for segments, AK4 for elements; 999 that of AK9, IK5, IK3 and IK4; CONTRL data element 0085.\n"
        "Empty where that acknowledgement has no code. `crossdock edi explain FILE` shows all faults of a file with\n"
        "segment and byte."
    )
    parts = [
        f"## {level.capitalize()}\n\n"
        + table(headings, (row for row, its in zip(rows, levels, strict=True) if its == level))
        for level in dict.fromkeys(levels)
    ]
    return f"# EDI faults\n\n{MADE}\n\n{intro}\n\n" + "\n\n".join([*parts, _mending()]) + "\n"


def _mending() -> str:
    """What a tolerance can mend, and what each of the three does."""
    headings = ("code", "how it is mended", *POLICIES)
    rows = [
        (f"`{fault}`", how, *(_done(policy, fault) for policy in POLICIES.values())) for fault, how in MENDABLE.items()
    ]
    intro = (
        "A tolerance says for each code whether it is mended, accepted with a note, or rejected; one not named is\n"
        "rejected if it is an error, else accepted (`strict` rejects it). Mending changes bytes of the envelope and\n"
        "line ends, never a business segment, and says what was there. What does not follow from the rest of the\n"
        "envelope is not mended: it is accepted or rejected by its severity. `edi explain`, `edi validate` and\n"
        "`edi convert` take one of the three below with `--tolerance`. A partner's own stands in its `partner.yaml`,\n"
        "comes on top of `default`, and holds with `--partner`:\n\n"
        "```yaml\ntolerance:\n  set_count_mismatch: mend\n  byte_order_mark: reject\n```"
    )
    return f"## Mending\n\n{intro}\n\n{table(headings, rows)}"


def _done(policy: Policy, fault: str) -> str:
    """What a policy does about a fault that can be mended."""
    default = policy.error if FAULTS[fault].severity == "error" else policy.warning
    return policy.codes.get(fault, default)


def documents() -> str:
    """Sets and messages with the object that each becomes, and where each field stands."""
    by_dialect = maps.documents()
    parts = ["# Documents", MADE]
    for dialect, kinds in by_dialect.items():
        described = definitions(dialect)
        rows = [
            (code((kind,)), described[kind].name if kind in described else guides()[kind].name, code((document,)))
            for kind, document in sorted(kinds.items())
            if kind in described or kind in guides()
        ]
        parts += [f"## {dialect}", table(("set" if dialect == X12 else "message", "what it is", "becomes"), rows)]
        for kind, definition in sorted(described.items()):
            cells = sorted(fields_of(definition.root))
            words = f"`{definition.object.__name__}`. Sources: {'; '.join(definition.sources)}."
            parts += [f"### {kind} {definition.name}", words, table(("field", "stands in"), cells)]
    return "\n\n".join(parts) + "\n"


def fields_of(loop: Loop, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each field and the elements that carry it."""
    for member in (loop.start, *loop.members):
        if isinstance(member, Loop):
            below = f"{prefix}{member.path}{'[]' if member.many or member.keys else ''}." if member.path else prefix
            yield from fields_of(member, below)
            continue
        told = "*".join([member.tag, *(codes[0] for _, codes in member.selectors[:1])])
        for cell in member.cells:
            if cell.path != "#":
                element, component = cell.at
                name = cell.path[2:] if cell.path.startswith("$.") else (prefix + cell.path).rstrip(".")
                where = f"{told} element {element}" + (f" component {component}" if component else "")
                yield code((name + (f" ({cell.kind})" if not cell.path else ""),)), where


def partners_index() -> str:
    """The partner packs that come with the product."""
    rows = [
        (f"[{name}]({name}.md)", found.pack.kind, code(sorted({each.document for each in found.guidelines.guidelines})))
        for name, found in ((name, load(at)) for name, at in packs().items())
    ]
    words = "Each describes the documents of a partner of its kind, after a public guideline, with real samples."
    return "\n\n".join(["# Partner packs", MADE, words, table(("pack", "kind", "documents"), rows)]) + "\n"


def schemas() -> dict[str, str]:
    """The form of the files of a partner pack, as JSON Schema for editors."""
    return {
        f"{name}.schema.json": msgspec.json.format(msgspec.json.encode(msgspec.json.schema(form)), indent=2).decode()
        + "\n"
        for name, form in (("guideline", Guideline), ("partner", Pack))
    }


def kept() -> dict[Path, str]:
    """The pages that are kept in Git, by their path."""
    pages = {DOCS / "processes" / f"{name}.md": process_page(process) for name, process in PROCESSES.items()}
    pages |= {DOCS / "connectors" / f"{name}.md": connector_page(kind) for name, kind in CONNECTORS.items()}
    pages |= {DOCS / "partners" / f"{name}.md": f"{MADE}\n\n{page(load(at))}" for name, at in packs().items()}
    pages[DOCS / "partners" / "README.md"] = partners_index()
    pages |= {DOCS / "partners" / name: text for name, text in schemas().items()}
    pages[DOCS / "runbooks" / "edi-faults.md"] = edi_faults()
    pages[DOCS / "processes" / "README.md"] = processes_index()
    pages[DOCS / "connectors" / "README.md"] = connectors_index()
    return pages


def stale() -> list[Path]:
    """Kept pages that do not say what the code says, or that nothing makes any more."""
    pages = kept()
    old = [path for path, text in pages.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    there = {path for folder in KEPT_WHOLE for path in (DOCS / folder).glob("*.md")}
    return sorted([*old, *(there - pages.keys())])


# Made anew each time


def events() -> str:
    """Every event type."""
    rows = [
        (f"`{name}`", VERSIONS[name], code(body.__struct_fields__), first_sentence(body.__doc__))
        for name, body in sorted(REGISTRY.items())
    ]
    return f"# Event types\n\n{table(('type', 'schema version', 'fields', 'meaning'), rows)}\n"


def event_schemas() -> str:
    """JSON Schema of all event bodies."""
    names = sorted(REGISTRY)
    schemas, components = msgspec.json.schema_components([REGISTRY[name] for name in names])
    whole = {"events": dict(zip(names, schemas, strict=True)), "$defs": components}
    return msgspec.json.format(msgspec.json.encode(whole, order="sorted").decode(), indent=2) + "\n"


def commands() -> str:
    """The help of every command."""
    return "# Commands\n\n" + "\n".join(_commands(typer.main.get_command(command_line), ("crossdock",)))


def _commands(command: Any, path: tuple[str, ...]) -> Iterator[str]:
    if children := getattr(command, "commands", None):
        for name in sorted(children):
            yield from _commands(children[name], (*path, name))
        return
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option"]
    usage = " ".join([*path, *(one.metavar or one.name.upper() for one in arguments), "[OPTIONS]"])
    rows = [(code([*one.opts, *one.secondary_opts]), one.help or "", _default(one)) for one in options]
    yield f"## {' '.join(path[1:])}\n\n```\n{usage}\n```\n\n{command.help or ''}\n"
    if rows:
        yield table(("option", "meaning", "default"), rows) + "\n"


def _default(option: Any) -> str:
    return "" if option.default in (None, False, "") or callable(option.default) else f"`{option.default}`"


def vocabularies() -> str:
    """closed lists of names: problems, scopes, crash points, metrics, log fields."""
    parts = [
        ("Problems of the API", ("code", "status", "title", "what to do"),
         [(f"`{name}`", kind.status, kind.title, kind.advice) for name, kind in PROBLEMS.items()]),
        ("Scopes of API keys", ("scope", "allows"), [(f"`{name}`", meaning) for name, meaning in SCOPES.items()]),
        ("Crash points (`CROSSDOCK_CRASH_AT`)", ("point", "where it is"),
         [(f"`{name}`", meaning) for name, meaning in POINTS.items()]),
        ("Metrics", ("name", "kind", "labels", "meaning"),
         [(f"`{name}`", one.kind, code(one.labels), one.meaning) for name, one in metrics.TABLE.items()]),
        ("Fields of log lines", ("field", "meaning"), [(f"`{name}`", text) for name, text in logs.FIELDS.items()]),
    ]  # fmt: skip
    return "# Names\n\n" + "\n".join(f"## {title}\n\n{table(head, rows)}\n" for title, head, rows in parts)


async def openapi() -> str:
    """The description of the HTTP interface, as the interface itself serves it. Needs no database."""
    nothing: Any = None
    transport = httpx2.ASGITransport(app=create(Services.on(nothing, nothing, {})))
    async with httpx2.AsyncClient(transport=transport, base_url="http://docs") as client:
        answer = await client.get("/schema/openapi.json")
    answer.raise_for_status()
    return msgspec.json.format(answer.text, indent=2) + "\n"


def reference() -> dict[str, str]:
    """The files of `docs/reference`, by name."""
    files = {
        "events.md": events(),
        "events.schema.json": event_schemas(),
        "commands.md": commands(),
        "documents.md": documents(),
        "names.md": vocabularies(),
        "processes.md": "\n".join(process_page(process) for process in PROCESSES.values()),
        "connectors.md": connectors_index() + "\n" + "\n".join(connector_page(kind) for kind in CONNECTORS.values()),
        "openapi.json": asyncio.run(openapi()),
    }
    links = "\n".join(f"- [{name}]({name})" for name in sorted(files))
    return {**files, "README.md": f"# Reference\n\n{MADE}\n\n{links}\n"}


def main() -> None:
    """Write all, or with `--check` tell what is out of date."""
    if "--check" in sys.argv[1:]:
        if old := stale():
            sys.exit("out of date, run `make docs`: " + ", ".join(str(path.relative_to(DOCS)) for path in old))
        return
    for path in stale():
        path.unlink(missing_ok=True)
    for path, text in kept().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    folder = DOCS / "reference"
    folder.mkdir(exist_ok=True)
    for name, text in reference().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
