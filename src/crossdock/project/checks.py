"""What must hold between the parts of a network. Each finding stands at the line that says the wrong thing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec
import yaml

from crossdock.project import facts, kinds, stock_checks
from crossdock.project.files import Place
from crossdock.project.network import Agreement, Channel, Limits, Location, Network, Partner, System, X12Identity
from crossdock.project.registry import ConnectorSpec, Registry
from crossdock.project.stock_policies import PartOfRule

_LONGEST_ISA_ID = 15
# How safe it is to send again when no reply came, from least to most.
_RESEND = ("neither", "lookup", "idempotent")


class Report(Protocol):
    """Where findings go, and where things are written."""

    def place(self, *path: str) -> Place:
        """Where something is written, or what surrounds it."""
        ...

    def problem(self, at: yaml.Node | Place, what: str, remedy: str) -> object:
        """Note what is wrong."""
        ...


class Written(NamedTuple):
    """What the files say there is, read or not: so that nothing is said to lack that only could not be read."""

    ids: Mapping[str, Collection[str]]
    """Of each section, what is defined there."""
    whole: Collection[str]
    """Sections of which all could be read."""
    broken: Collection[str]
    """Sections with a file that could not be read at all."""
    parts_of_rules: Sequence[PartOfRule] = ()
    """Stock policies of which only a part could be read."""


class Checks:
    """Runs over a network that may lack what could not be read."""

    def __init__(self, network: Network, written: Written, report: Report, registry: Registry | None) -> None:
        self.network = network
        self.written = written
        self.report = report
        self.registry = registry

    def run(self) -> None:
        """Note everything that does not fit."""
        self._calendars()
        self._policies()
        stock_checks.check(self.network, self._note, self.written.parts_of_rules)
        for place in self.network.locations.values():
            self._location(place)
        for system in self.network.systems.values():
            self._system(system)
        for partner in self.network.partners.values():
            self._partner(partner)
        for channel in self.network.channels.values():
            self._channel(channel)
        self._consumers()
        self._one_of_each()
        self._owners()
        self._filled()
        if "systems" in self.written.whole:
            self._have_an_erp()
            if "ownership" in self.written.whole:
                self._are_stated()

    def _note(self, path: Iterable[str], what: str, remedy: str) -> None:
        self.report.problem(self.report.place(*path), what, remedy)

    def _ids(self, kind: str) -> Collection[str]:
        return self.written.ids[f"{kind}s"] if kind else ()

    def _is_one(self, kind: str, name: str) -> bool:
        """Is there such a location or channel? Where a file of theirs could not be read, there may be."""
        return name in self._ids(kind) or f"{kind}s" in self.written.broken

    def _calendars(self) -> None:
        countries = kinds.subdivisions_by_country()
        for calendar in self.network.calendars.values():
            path = ("calendars", calendar.id)
            if calendar.country and calendar.country not in countries:
                what = f"the public holidays of `{calendar.country}` are not known"
                self._note((*path, "country"), what, "leave `country` out and list them under `closed_on`")
            elif calendar.subdivision and calendar.subdivision not in countries.get(calendar.country, []):
                what = f"`{calendar.subdivision}` is no part of `{calendar.country}` with holidays of its own"
                remedy = kinds.suggestion(calendar.subdivision, countries.get(calendar.country, []))
                self._note((*path, "subdivision"), what, remedy)
            if not calendar.working_days:
                self._note((*path, "working_days"), "nobody ever works", "name at least one day of the week")

    def _policies(self) -> None:
        for name, policy in self.network.policies.sales.items():
            for location in policy.locations:
                if not self._is_one("location", location):
                    what = f"there is no location `{location}`"
                    path = ("policies", "sales", name, "locations")
                    self._note(path, what, kinds.suggestion(location, self._ids("location")))

    def _location(self, place: Location) -> None:
        path = ("locations", place.id)
        if place.kind == "customer" and not place.customer:
            self._note(path, "it is a customer's place, and no customer is named", "add `customer:` with the ERP's id")
        above = self.network.locations.get(place.parent)
        if place.kind == "customer" and above is not None and above.customer != place.customer:
            what = f"a customer's place is no part of `{above.id}`, which is not at that customer's"
            self._note((*path, "parent"), what, "leave `parent` out")
        elif place.customer and place.kind != "customer" and (above is None or above.customer != place.customer):
            what = f"goods of ours lie at customer `{place.customer}`, but it is of the kind {place.kind}"
            self._note((*path, "customer"), what, "write `kind: customer`, or leave `customer` out")

    def _system(self, system: System) -> None:
        path = ("systems", system.name)
        allowed = facts.SENT_TO_SYSTEMS[system.role]
        for document in system.sends:
            if document not in allowed:
                what = f"`{document}` is not sent to a system in the role {system.role}"
                self._note((*path, "sends"), what, f"it takes {', '.join(sorted(allowed))}")
        thing = facts.NARROWED_BY.get(system.role, "")
        places = self._ids(thing)
        if thing and not self._is_one(thing, system.of):
            what = f"it is the {system.role} of no {thing} that we know"
            self._note((*path, "of"), what, f"write `of:` with a {thing}; {kinds.suggestion(system.of, places)}")
        self._limits(path, system.limits)
        if system.name in self.network.partners:
            self._note(path, f"`{system.name}` is the name of a partner, too", "rename one: both receive documents")
        if self.registry is None:
            return
        if (spec := self.registry.connectors.get(system.connector)) is None:
            remedy = kinds.suggestion(system.connector, self.registry.connectors)
            self._note((*path, "connector"), f"there is no connector `{system.connector}`", remedy)
        else:
            self._against(system, spec)

    def _against(self, system: System, spec: ConnectorSpec) -> None:
        """Does the connector offer what the network asks of it?"""
        path = ("systems", system.name)
        if system.role != spec.role:
            self._note((*path, "role"), f"connector `{spec.code}` is for the role {spec.role}", f"write `{spec.role}`")
        for document in set(system.sends) - spec.sends:
            remedy = f"leave it out; it can deliver {', '.join(sorted(spec.sends)) or 'nothing'}"
            self._note((*path, "sends"), f"connector `{spec.code}` cannot deliver `{document}`", remedy)
        for poll in system.polls:
            if poll.kind not in spec.polls:
                what = f"connector `{spec.code}` cannot fetch `{poll.kind}`"
                self._note((*path, "polls"), what, kinds.suggestion(poll.kind, spec.polls))
        if _RESEND.index(system.resend) > _RESEND.index(spec.resend):
            what = f"`{system.resend}`, but with connector `{spec.code}` sending again is `{spec.resend}`"
            self._note((*path, "resend"), what, f"write `{spec.resend}`: anything else may book twice")
        settings = system.settings
        said = {name for name in ("url", "token", "webhook_secret") if getattr(settings, name)}
        for name in spec.requires - said - settings.options.keys() - settings.secrets.keys():
            self._note((*path, "settings"), f"connector `{spec.code}` needs the setting `{name}`", f"add `{name}: ...`")
        for kind, offered in (("options", spec.options), ("secrets", spec.secrets)):
            for name in getattr(settings, kind).keys() - offered:
                what = f"connector `{spec.code}` has no `{name}` among its {kind}"
                self._note((*path, "settings", kind), what, kinds.suggestion(name, offered))

    def _partner(self, partner: Partner) -> None:
        path = ("partners", partner.id)
        theirs: dict[str, str] = {}
        for ours, their in partner.items.pairs.items():
            if (other := theirs.setdefault(their, ours)) != ours:
                what = f"`{their}` stands for `{other}` and for `{ours}`"
                self._note((*path, "items", "pairs", ours), what, "a partner's id can mean one item only")
        transport = partner.transport
        if transport.password is None and transport.private_key is None:
            what = "nothing to log in with"
            self._note((*path, "transport"), what, "add `password: env:NAME` or `private_key: env:NAME`")
        if transport.poll_minutes == 0:
            self._note((*path, "transport", "poll_minutes"), "0 minutes would never rest", "write 1 or more")
        self._limits(path, partner.limits)
        for agreement in partner.agreements.values():
            self._agreement(partner, agreement)

    def _limits(self, path: tuple[str, ...], limits: Limits) -> None:
        if limits.concurrency == 0:
            remedy = "write 1 or more; `paused: true` stops everything"
            self._note((*path, "limits", "concurrency"), "with 0 at a time nothing would ever be sent", remedy)

    def _stock_reports(self, path: tuple[str, ...], partner: Partner, agreement: Agreement) -> None:
        """Whose word on a location holds is said once: by its system in the ownership, or by this agreement."""
        stock = agreement.stock
        if partner.kind != "warehouse":
            if stock is not None:
                remedy = "leave `stock` out: what a supplier has is no stock of ours"
                self._note((*path, "stock"), f"stock of ours at a {partner.kind}", remedy)
            return
        if stock is None:
            if "inventory_report" in agreement.takes:
                what = "nobody can tell which location its stock reports speak of"
                self._note((*path, "stock"), what, "add `stock: { location: ... }`")
            return
        place = self.network.locations.get(stock.location)
        if place is not None and agreement.company not in place.companies:
            what = f"`{stock.location}` keeps no stock of {agreement.company}"
            self._note((*path, "stock", "location"), what, "name one of its locations, or add the company there")
        owners = self.network.owners_of("inventory_adjustment", agreement.company, stock.location)
        if stock.counts and owners:
            what = f"the quantities at `{stock.location}` are stated by {owners[0].system} already"
            self._note((*path, "stock", "counts"), what, "leave `counts` out, or end that ownership")

    def _agreement(self, partner: Partner, agreement: Agreement) -> None:
        path = ("partners", partner.id, "agreements", agreement.company)
        directions = (
            ("sends", agreement.sends, facts.SENT_TO_PARTNERS[partner.kind], "sent to"),
            ("takes", agreement.takes, facts.TAKEN_FROM_PARTNERS[partner.kind], "taken from"),
        )
        for field, documents, allowed, words in directions:
            for document in documents:
                if document not in allowed:
                    what = f"`{document}` is not {words} a {partner.kind}"
                    self._note((*path, field), what, f"possible are {', '.join(sorted(allowed))}")
        if partner.kind == "supplier" and agreement.terms is None:
            self._note((*path, "terms"), "no terms are agreed", "add `terms:` with one of the supplier_terms policies")
        if partner.kind == "customer" and agreement.terms is not None:
            self._note((*path, "terms"), "supplier terms with a customer", "leave `terms` out")
        self._stock_reports(path, partner, agreement)
        self._identity((*path, "our"), agreement.our)
        self._identity((*path, "their"), agreement.their)
        cut = agreement.delimiters
        if len({cut.element, cut.component, cut.segment}) < 3:
            self._note((*path, "delimiters"), "two separators are the same", "use three different characters")
        if cut.segment == "\n" and cut.line_break:
            self._note((*path, "delimiters"), "a line break after a line break", "leave `line_break` out")
        numbers = agreement.control_numbers
        if (numbers.theirs_repeat == "after_days") != (numbers.repeat_days > 0):
            remedy = "write `theirs_repeat: after_days` and `repeat_days:` together"
            self._note((*path, "control_numbers"), "numbers repeat after days, or after how many, but not both", remedy)
        named = agreement.item_qualifiers
        if len({named.buyer, named.supplier, named.gtin}) < 3:
            what = "two item ids would stand under the same qualifier"
            self._note((*path, "item_qualifiers"), what, "use three different codes of X12 element 235")
        for field, code in zip(named.__struct_fields__, msgspec.structs.astuple(named), strict=True):
            if len(code) != 2:
                what = f"`{code}` is no qualifier of an item id"
                self._note((*path, "item_qualifiers", field), what, "use its two characters, such as `IN` or `VN`")

    def _identity(self, path: tuple[str, ...], identity: X12Identity) -> None:
        if len(identity.qualifier) != 2:
            what = f"`{identity.qualifier}` is no ISA qualifier"
            self._note((*path, "qualifier"), what, "use its two characters, such as `ZZ` or `01`")
        if not 1 <= len(identity.id) <= _LONGEST_ISA_ID:
            what = f"`{identity.id}` does not fit in an ISA segment"
            self._note((*path, "id"), what, f"use 1 to {_LONGEST_ISA_ID} characters")

    def _channel(self, channel: Channel) -> None:
        path = ("channels", channel.id)
        if bool(channel.system) == bool(channel.partner):
            remedy = "write `system:` for a shop or marketplace, or `partner:` for a customer with EDI"
            self._note(path, "orders must come from one system or one partner", remedy)
        if (system := self.network.systems.get(channel.system)) and (system.role, system.of) != ("channel", channel.id):
            what = f"system `{system.name}` is not the system of this channel"
            self._note((*path, "system"), what, f"give it `role: channel` and `of: {channel.id}`")
        if (partner := self.network.partners.get(channel.partner)) is None:
            return
        if partner.kind != "customer":
            self._note((*path, "partner"), f"`{partner.id}` is a {partner.kind}", "a channel needs a customer")
        for company in channel.companies:
            if company not in partner.agreements:
                what = f"`{partner.id}` has no agreement with `{company}`"
                self._note(
                    (*path, "companies", company), what, f"add it in partners/{partner.id}.yaml, or leave it out"
                )

    def _consumers(self) -> None:
        known = self.registry.scopes if self.registry else frozenset()
        for consumer in self.network.consumers.values():
            for scope in consumer.scopes:
                if known and scope not in known:
                    path = ("consumers", consumer.id, "scopes")
                    self._note(path, f"there is no scope `{scope}`", kinds.suggestion(scope, known))

    def _one_of_each(self) -> None:
        """Where two would do, nobody could say which one is meant."""
        systems: dict[tuple[str, str, str], str] = {}
        for system in self.network.systems.values():
            for company in system.companies:
                other = systems.setdefault((company, system.role, system.of), system.name)
                if other != system.name:
                    of = f" of {system.of}" if system.of else ""
                    what = f"`{other}` is already the {system.role}{of} of {company}"
                    self._note(("systems", system.name, "role"), what, "narrow one of them by `companies:` or `of:`")
        pairs: dict[tuple[str, str, str, str], str] = {}
        for partner in self.network.partners.values():
            for agreement in partner.agreements.values():
                our, their = agreement.our, agreement.their
                key = (our.qualifier, our.id, their.qualifier, their.id)
                name = f"{partner.id} with {agreement.company}"
                if (other := pairs.setdefault(key, name)) != name:
                    path = ("partners", partner.id, "agreements", agreement.company)
                    what = f"interchanges between {their.id} and {our.id} already belong to {other}"
                    self._note(path, what, "every company needs an identity of its own")

    def _owners(self) -> None:
        owners: dict[tuple[str, str, str], str] = {}
        for rule in self.network.ownership:
            path = ("ownership", rule.fact, rule.of, rule.system)
            if rule.fact not in facts.OWNED_FACTS:
                self._note(path[:2], f"`{rule.fact}` is no fact", kinds.suggestion(rule.fact, facts.OWNED_FACTS))
                continue
            kind = facts.NARROWED_BY.get(facts.OWNED_FACTS[rule.fact], "")
            if rule.of and not self._is_one(kind, rule.of):
                what = f"`{rule.of}` does not narrow `{rule.fact}`"
                remedy = (
                    f"use a {kind}; {kinds.suggestion(rule.of, self._ids(kind))}" if kind else "name a system alone"
                )
                self._note(path[:3], what, remedy)
            for company in rule.companies:
                if (other := owners.setdefault((rule.fact, company, rule.of), rule.system)) != rule.system:
                    what = f"`{other}` already owns `{rule.fact}` of {company}"
                    self._note(path, what, "one fact has one owner: leave one of them out")

    def _filled(self) -> None:
        """Has every channel a warehouse that fills its orders?"""
        for channel in self.network.channels.values():
            for company, policy in channel.policies.items():
                path = ("channels", channel.id, "companies", company)
                if not policy.locations:
                    remedy = "name `locations` in its sales policy"
                    self._note(path, "no warehouse fills the orders of this channel", remedy)
                for location in policy.locations:
                    self._fills(path, company, location)

    def _have_an_erp(self) -> None:
        for legal_entity in self.network.companies:
            if not self.network.system(legal_entity, "erp"):
                remedy = "describe its ERP in systems/ with `role: erp`"
                self._note(("companies", legal_entity), f"`{legal_entity}` has no ERP", remedy)

    def _are_stated(self) -> None:
        roles = {system.role for system in self.network.systems.values()}
        sent = {document for system in self.network.systems.values() for document in system.sends}
        for fact, role in facts.OWNED_FACTS.items():
            needed = facts.ONLY_WITH.get(fact) is None or facts.ONLY_WITH[fact] in sent
            if needed and role in roles and fact not in self.written.ids["ownership"]:
                self._note(("ownership",), f"nobody may state `{fact}`", f"add `{fact}: <system>` to the ownership")

    def _fills(self, path: tuple[str, ...], company: str, location: str) -> None:
        """Does a location have stock of the company? And, as far as that is known, who ships from there?"""
        place = self.network.locations.get(location)
        if place is None or "companies" in self.written.broken:
            return
        if company not in place.companies:
            remedy = f"let `{location}` hold stock of `{company}`, or choose another policy"
            self._note(path, f"`{location}` holds no stock of `{company}`", remedy)
        elif "systems" in self.written.whole and not self.network.system(company, "wms", location):
            remedy = "describe its WMS in systems/ with `role: wms`"
            self._note(path, f"no WMS ships from `{location}` for `{company}`", remedy)
