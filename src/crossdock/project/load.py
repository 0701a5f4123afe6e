"""Load a network project: read the files, assemble the network, check it as a whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from crossdock.model.masterdata import SalesPolicy, SupplierTerms
from crossdock.model.places import expanded, parts_of
from crossdock.model.sales_order import PromiseKind
from crossdock.project import kinds, stock_policies
from crossdock.project.checks import Checks, Written
from crossdock.project.files import SECTIONS, Entry, Files, Place, keys_of, overlay, without
from crossdock.project.network import (
    Agreement,
    Calendar,
    Channel,
    Company,
    CompanyId,
    Consumer,
    Location,
    Network,
    Ownership,
    Partner,
    PartnerId,
    Policies,
    System,
    SystemName,
)
from crossdock.project.problems import Problem, ProjectInvalid
from crossdock.project.reader import Reader
from crossdock.project.registry import Registry

Form = TypeVar("Form", bound=msgspec.Struct)
Terms = TypeVar("Terms", SupplierTerms, SalesPolicy)

# Sections by the kind of thing they define.
KINDS = {
    "calendar": "calendars",
    "company": "companies",
    "location": "locations",
    "system": "systems",
    "partner": "partners",
    "channel": "channels",
}


def load(path: Path | str, env: Mapping[str, str] | None = os.environ, registry: Registry | None = None) -> Network:
    """The network described in a folder. Raises `ProjectInvalid` with every problem at once.

    `env` None leaves secrets and endpoints as references, for checks where they are not known. Connectors, their
    documents and scopes are checked against `registry` where one is given.
    """
    network, problems = examine(path, env, registry)
    if problems:
        raise ProjectInvalid(problems)
    return network


def examine(
    path: Path | str, env: Mapping[str, str] | None = os.environ, registry: Registry | None = None
) -> tuple[Network, list[Problem]]:
    """The network as far as it could be read, and everything that is wrong with it."""
    files = Files(Path(path))
    known = {kind: frozenset(files.sections[section]) | files.unread[section] for kind, section in KINDS.items()}
    unread = frozenset(kind for kind, section in KINDS.items() if section in files.broken)
    reader = Reader(files, known, env, unread)
    assembly = _Assembly(files, reader)
    network = assembly.network()
    Checks(network, _written(files, network, assembly.parts_of_rules), reader, registry).run()
    return network, sorted(set(files.problems))


def _written(files: Files, network: Network, parts: tuple[stock_policies.PartOfRule, ...]) -> Written:
    ids = {section: files.sections[section].keys() | files.unread[section] for section in SECTIONS}
    whole = {
        section
        for section in SECTIONS
        if files.head is not None
        and section not in files.broken
        and (section not in KINDS.values() or ids[section] <= getattr(network, section).keys())
    }
    return Written(ids, whole, files.broken, parts)


class _ChannelForm(msgspec.Struct, frozen=True):
    """A channel as it is written: `companies` names the sales policy of each."""

    name: str
    promise: PromiseKind
    companies: dict[CompanyId, str]
    system: SystemName = ""
    partner: PartnerId = ""
    customer: str = ""


class _Head(msgspec.Struct, frozen=True):
    """What `network.yaml` says of the network itself."""

    name: str
    description: str = ""


class _Assembly:
    """Makes the network out of the sections; leaves out what could not be read."""

    def __init__(self, files: Files, reader: Reader) -> None:
        self.files = files
        self.reader = reader
        self.parts_of_rules: tuple[stock_policies.PartOfRule, ...] = ()
        """Stock policies of which only a part could be read."""

    def network(self) -> Network:
        for section in ("calendars", "companies", "locations", "partners", "systems", "channels", "consumers"):
            for entry in self.files.sections[section].values():
                if finding := kinds.identifier(entry.key):
                    self.reader.problem(entry.place, *finding)
        for section, start in self.files.starts.items():
            self.reader.mark((section,), start)
        policies = self._policies()
        companies = self._things("companies", Company)
        everyone = {"companies": tuple(self.files.sections["companies"])}
        locations = self._things("locations", Location, defaults=everyone, whole=self._with_what_its_parent_says)
        systems = self._things("systems", System, given="name", defaults=everyone)
        return Network(
            name=self._name(),
            companies=companies,
            calendars=self._things("calendars", Calendar),
            locations=locations,
            systems=systems,
            partners=self._partners(policies, companies),
            channels=self._channels(policies, locations),
            ownership=self._ownership(systems),
            policies=policies,
            consumers=self._things("consumers", Consumer, defaults=everyone),
        )

    def _name(self) -> str:
        if self.files.head is None:
            return ""
        head = self.reader.struct(_Head, self.files.head, ("network",))
        return head.name if head else ""

    def _things(
        self,
        section: str,
        form: type[Form],
        given: str = "id",
        defaults: Mapping[str, object] | None = None,
        whole: Callable[[Entry], yaml.Node] = lambda entry: entry.node,
    ) -> dict[str, Form]:
        read = {}
        for entry in self.files.sections[section].values():
            self.reader.mark((section, entry.key), entry.place)
            thing = self.reader.struct(form, whole(entry), (section, entry.key), {given: entry.key}, defaults)
            if thing is not None:
                read[entry.key] = thing
        return read

    def _with_what_its_parent_says(self, entry: Entry) -> yaml.Node:
        """A location with what it leaves out as the place has it that it is part of."""
        entries = self.files.sections["locations"]
        node, way = entry.node, [entry.key]
        _, taken = without(node, "parent")
        while "parent" in taken and (parent := str(taken["parent"].value)) in entries:
            if parent in way:
                circle = " > ".join((*way[way.index(parent) :], parent))
                self.reader.problem(taken["parent"], f"it is part of itself: {circle}", "let one of them stand alone")
                break
            way.append(parent)
            base, taken = without(entries[parent].node, "name", "kind", "gln", "parent")
            node = overlay(base, node)
        return node

    def _policies(self) -> Policies:
        sections = self.files.sections["policies"]
        for entry in sections.values():
            if entry.key not in Policies.__struct_fields__:
                remedy = kinds.suggestion(entry.key, Policies.__struct_fields__)
                self.reader.problem(entry.place, f"unknown kind of policy `{entry.key}`", remedy)
        stock, self.parts_of_rules = stock_policies.read(self.files, self.reader, sections.get("stock"), self._based)
        return Policies(self._named("supplier_terms", SupplierTerms), self._named("sales", SalesPolicy), stock)

    def _named(self, kind: str, form: type[Terms]) -> dict[str, Terms]:
        section = self.files.sections["policies"].get(kind)
        entries = {entry.key: entry for entry in self.files.entries(section.node, kind)} if section else {}
        read = {}
        for name, entry in entries.items():
            self.reader.mark(("policies", kind, name), entry.place)
            policy = self.reader.struct(form, self._based(entry, entries), ("policies", kind, name))
            if policy is not None:
                read[name] = policy
        return read

    def _based(self, entry: Entry, entries: dict[str, Entry]) -> yaml.Node:
        """A policy may say `based_on: another` and then only what differs."""
        node, seen = entry.node, {entry.key}
        while True:
            node, taken = without(node, "based_on")
            if not taken:
                return node
            base = self.reader.text(taken["based_on"])
            if base in seen:
                self.reader.problem(taken["based_on"], f"`{base}` is based on itself", "let one policy stand alone")
                return node
            if not isinstance(base, str) or base not in entries:
                remedy = kinds.suggestion(str(base), entries)
                self.reader.problem(taken["based_on"], f"there is no policy `{base}`", remedy)
                return node
            seen.add(base)
            node = overlay(entries[base].node, node)

    def _partners(self, policies: Policies, companies: dict[str, Company]) -> dict[str, Partner]:
        read = {}
        for entry in self.files.sections["partners"].values():
            path = ("partners", entry.key)
            self.reader.mark(path, entry.place)
            node, taken = without(entry.node, "agreement", "companies")
            agreements = self._agreements(entry, taken, policies, companies)
            partner = self.reader.struct(Partner, node, path, {"id": entry.key, "agreements": agreements})
            if partner is not None:
                read[entry.key] = partner
        return read

    def _agreements(
        self, partner: Entry, taken: dict[str, yaml.Node], policies: Policies, companies: dict[str, Company]
    ) -> dict[str, Agreement]:
        if "companies" not in taken:
            remedy = "add `companies:` with what each of our companies is called in its interchanges"
            self.reader.problem(partner.place, f"`{partner.key}` has no agreement with any company", remedy)
            return {}
        read = {}
        for entry in self.files.entries(taken["companies"], "companies"):
            if self.reader.reference("company", entry.key, entry.place) is None:
                continue
            node = overlay(taken.get("agreement"), entry.node)
            agreement = self._agreement(partner.key, entry, node, policies, companies)
            if agreement is not None:
                read[entry.key] = agreement
        return read

    def _agreement(
        self, partner: str, entry: Entry, node: yaml.Node, policies: Policies, companies: dict[str, Company]
    ) -> Agreement | None:
        path = ("partners", partner, "agreements", entry.key)
        self.reader.mark(path, entry.place)
        node, taken = without(node, "terms")
        given: dict[str, Any] = {"company": entry.key, "partner": partner, "terms": None}
        if "terms" in taken:
            # What is wrong with the policy is noted there; that no terms were agreed would be said beside it.
            terms = self._policy("supplier_terms", policies.supplier_terms, taken["terms"])
            given["terms"] = terms or SupplierTerms()
        company = companies.get(entry.key)
        defaults: dict[str, Any] = {"currency": company.currency if company else ""}
        if given["terms"]:
            defaults["functional_ack_hours"] = given["terms"].functional_ack_hours
        agreement = self.reader.struct(Agreement, node, path, given, defaults)
        return _filled(agreement) if agreement else None

    def _policy(self, kind: str, read: dict[str, Terms], at: yaml.Node) -> Terms | None:
        name = self.reader.text(at)
        section = self.files.sections["policies"].get(kind)
        written = keys_of(section.node) if section else set()
        if isinstance(name, str) and name not in written and "policies" not in self.files.broken:
            what = f"there is no `{name}` among the policies for {kind}"
            self.reader.problem(at, what, kinds.suggestion(name, written))
        return read.get(name) if isinstance(name, str) else None

    def _channels(self, policies: Policies, locations: dict[str, Location]) -> dict[str, Channel]:
        read = {}
        parts = parts_of({place.id: place.parent for place in locations.values()})
        for entry in self.files.sections["channels"].values():
            path = ("channels", entry.key)
            self.reader.mark(path, entry.place)
            form = self.reader.struct(_ChannelForm, entry.node, path)
            if form is None:
                continue
            found = {}
            for company, name in form.companies.items():
                place = self.reader.place(*path, "companies", company)
                if (policy := policies.sales.get(name)) is None:
                    self._missing_policy(name, policies, place)
                else:
                    found[company] = msgspec.structs.replace(policy, locations=expanded(policy.locations, parts))
            read[entry.key] = Channel(
                id=entry.key,
                name=form.name,
                promise=form.promise,
                companies=tuple(form.companies),
                system=form.system,
                partner=form.partner,
                customer=form.customer,
                policies=found,
            )
        return read

    def _missing_policy(self, name: str, policies: Policies, place: Place) -> None:
        if ("policies", "sales", name) not in self.reader.places and "policies" not in self.files.broken:
            self.reader.problem(place, f"there is no sales policy `{name}`", kinds.suggestion(name, policies.sales))

    def _ownership(self, systems: dict[str, System]) -> tuple[Ownership, ...]:
        """`fact: system`, `fact: [systems]` or `fact: {warehouse or channel: system}`."""
        owners = []
        for entry in self.files.sections["ownership"].values():
            for of, node in self._owners(entry):
                name = self.reader.text(node)
                path = ("ownership", entry.key, of, str(name))
                if not isinstance(name, str) or self.reader.reference("system", name, node) is None:
                    continue
                self.reader.mark(path, Place(node.start_mark.name, node.start_mark.line + 1))
                companies = systems[name].companies if name in systems else ()
                owners.append(Ownership(fact=entry.key, system=name, companies=companies, of=of))
        return tuple(owners)

    def _owners(self, entry: Entry) -> list[tuple[str, yaml.Node]]:
        self.reader.mark(("ownership", entry.key), entry.place)
        if isinstance(entry.node, yaml.SequenceNode):
            return [("", node) for node in entry.node.value]
        if isinstance(entry.node, yaml.MappingNode):
            inner = list(self.files.entries(entry.node, f"`{entry.key}`"))
            for each in inner:
                self.reader.mark(("ownership", entry.key, each.key), each.place)
            return [(each.key, each.node) for each in inner]
        return [("", entry.node)]


def _filled(agreement: Agreement) -> Agreement:
    """What the file may leave out because something else in it says the same."""
    filled: dict[str, Any] = {
        side: msgspec.structs.replace(identity, application=identity.application or identity.id)
        for side, identity in (("our", agreement.our), ("their", agreement.their))
    }
    if agreement.terms is not None:
        hours = agreement.functional_ack_hours
        filled["terms"] = msgspec.structs.replace(agreement.terms, functional_ack_hours=hours)
    return msgspec.structs.replace(agreement, **filled)
