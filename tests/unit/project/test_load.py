from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from crossdock.project import ProjectInvalid, examine, load
from crossdock.project.network import StockReports
from tests.unit.project.projects import ENVIRONMENT, REGISTRY, problems_of, write_project

POTTER, ERP, MAIN = "partners/potter.yaml", "systems/erp.yaml", "network.yaml"


def test_a_network_is_read_whole(tmp_path: Path) -> None:
    network = load(write_project(tmp_path), ENVIRONMENT, REGISTRY)

    assert network.name == "small"
    assert network.systems["erp"].settings.url == "http://erp.test"
    assert network.systems["erp"].companies == ("acme",), "without `companies` a system is for all"
    assert network.partners["potter"].transport.port == 2222
    terms = network.supplier_terms("acme", "potter")
    assert terms is not None
    assert terms.price_percent == Decimal("2.5")
    assert network.sales_policy("acme", "shop").locations == ("north",)
    assert network.system("acme", "wms", "north") == "wms"
    assert network.system("acme", "wms", "south") == ""


def test_what_an_agreement_leaves_out_is_what_the_company_and_the_identity_say(tmp_path: Path) -> None:
    agreement = load(write_project(tmp_path), ENVIRONMENT).partners["potter"].agreements["acme"]

    assert agreement.currency == "GBP"
    assert agreement.our.application == "ACME"


def test_a_company_may_agree_otherwise_than_the_rest(tmp_path: Path) -> None:
    change = {POTTER: ("    our: {", "    functional_ack_hours: 6\n    version: 005010\n    our: {")}
    agreement = load(write_project(tmp_path, change), ENVIRONMENT).partners["potter"].agreements["acme"]

    assert agreement.version == "005010", "a version is read as written, not as the number YAML would make of it"
    assert agreement.functional_ack_hours == 6
    assert agreement.terms is not None
    assert agreement.terms.functional_ack_hours == 6, "the terms that processes read say the same"


def test_a_policy_may_be_based_on_another(tmp_path: Path) -> None:
    change = {MAIN: ("  sales:\n", "    patient: {based_on: usual, late_days: 9}\n  sales:\n")}
    terms = load(write_project(tmp_path, change), ENVIRONMENT).policies.supplier_terms["patient"]

    assert (terms.price_percent, terms.late_days) == (Decimal("2.5"), 9)


def test_words_that_yaml_would_take_for_something_else_stay_words(tmp_path: Path) -> None:
    change = {MAIN: ("{name: North,", "{name: 0815, country: NO,")}
    north = load(write_project(tmp_path, change), ENVIRONMENT).locations["north"]

    assert (north.name, north.country) == ("0815", "NO")


def test_times_and_dates_are_read(tmp_path: Path) -> None:
    change = {MAIN: ("ENG}", "ENG, closes_at: 19:30, closed_on: [2026-12-24], working_days: [sunday, monday]}")}
    calendar = load(write_project(tmp_path, change), ENVIRONMENT).calendars["office"]

    assert calendar.closes_at == dt.time(19, 30)
    assert calendar.closed_on == (dt.date(2026, 12, 24),)
    assert calendar.working_days == (6, 0)


@pytest.mark.parametrize(
    ("file", "before", "after", "expected"),
    [
        # What cannot be read.
        (ERP, "role: erp", "role: [", "not YAML"),
        (ERP, "role: erp", "rolle: erp", "systems/erp.yaml:2: unknown key `rolle`; did you mean `role`?"),
        (ERP, "role: erp\n", "", "systems/erp.yaml:1: `erp` lacks `role`; add `role: ...`"),
        (ERP, "role: erp", "role: erp\nrole: wms", "systems/erp.yaml:3: key `role` again, after systems/erp.yaml:2"),
        (ERP, "role: erp", "role:", "systems/erp.yaml:2: there is no value"),
        (ERP, "role: erp", "role: erq", "systems/erp.yaml:2: 'erq' is not possible here; use one of `carrier`,"),
        (ERP, "role: erp", "role: {a: b}", "systems/erp.yaml:2: a list or mapping where one value is expected"),
        (ERP, "sends: [sales_order, goods_receipt]", "sends: sales_order", "6: `sends` is not a list"),
        (ERP, "every_minutes: 15", "every_minutes: 1.5", "8: `1.5` is no whole number"),
        (ERP, "every_minutes: 15", "every_minutes: soon", "8: `soon` is no whole number"),
        (ERP, "resend: lookup", "paused: perhaps", "9: `perhaps` is neither true nor false"),
        (ERP, "settings:\n  url: env:ERP_URL\n  token: env:ERP_TOKEN", "settings: 7", "`settings` is not a mapping"),
        # Exact numbers only.
        (MAIN, 'price_percent: "2.5"', "price_percent: 2.5", "10: 2.5 would be a binary fraction"),
        (MAIN, 'price_percent: "2.5"', "price_percent: 2 %", "10: `2 %` is no number"),
        (MAIN, 'price_percent: "2.5"', 'price_percent: "-1"', "10: `-1` is out of range"),
        (MAIN, 'price_percent: "2.5"', 'price_percent: "NaN"', "10: `NaN` is out of range"),
        (MAIN, 'price_percent: "2.5"', f'price_percent: "{"9" * 20}"', "has too many digits: it must be"),
        (MAIN, 'price_percent: "2.5"', 'price_percent: "1e3"', "10: `1e3` must be a decimal"),
        # Texts of a kind.
        (MAIN, "zone: Europe/London, calendar: office}\nloc", "zone: Europe/Londn, calendar: office}\nloc",
         "5: `Europe/Londn` is no time zone; did you mean `Europe/London`?"),
        (MAIN, "currency: GBP", "currency: pounds", "5: `pounds` is no currency code"),
        (MAIN, "subdivision: ENG", "subdivision: XXX", "3: `XXX` is no part of `GB`"),
        (MAIN, "country: GB", "country: GBR", "3: `GBR` is no country code"),
        (MAIN, "ENG}", "ENG, closed_on: [24.12.2026]}", "3: `24.12.2026` is not a date; write it as `2026-12-24`"),
        (MAIN, "ENG}", "ENG, closes_at: early}", "3: `early` is not a time of day; write it as `08:30`"),
        (MAIN, "ENG}", "ENG, working_days: [funday]}", "3: `funday` is no day of the week; did you mean `sunday`?"),
        (MAIN, "  acme: {name", "  Acme/UK: {name", "5: `Acme/UK` cannot be an id; use small letters"),
        (POTTER, 'rule: "P-{item}"', "rule: P", "11: `P` does not say where our item id stands"),
        (POTTER, 'pairs: {"1": "ONE"}', 'pairs: {"1": "ONE", "2": "ONE"}', "12: `ONE` stands for `1` and for `2`"),
        (POTTER, "  terms: usual", "  terms: usual\n  delimiters: {element: AB}", "'AB' cannot be a separator"),
        (POTTER, "  terms: usual", "  terms: usual\n  delimiters: {element: '~'}", "two separators are the same"),
        (POTTER, "  terms: usual", "  terms: usual\n  control_numbers: {theirs_repeat: after_days}", "but not both"),
        (POTTER, "  terms: usual", "  terms: usual\n  control_numbers: {repeat_days: 2}", "but not both"),
        (POTTER, "  terms: usual", "  terms: usual\n  item_qualifiers: {buyer: VN}", "under the same qualifier"),
        (POTTER, "  terms: usual", "  terms: usual\n  item_qualifiers: {gtin: EAN}", "`EAN` is no qualifier"),
        (POTTER, "items:\n", "limits: {concurrency: 0}\nitems:\n", "nothing would ever be sent"),
        (ERP, "resend: lookup", "limits: {concurrency: 0}", "nothing would ever be sent"),
        (ERP, "resend: lookup", 'limits: {rate_per_second: "-1"}', "`-1` is out of range"),
        (POTTER, "port: env:SFTP_PORT", "port: 99999", "7: 99999 is no port"),
        # The environment.
        (ERP, "env:ERP_URL", "env:ERP_ADDRESS", "systems/erp.yaml:4: the environment has no ERP_ADDRESS; set ERP_ADD"),
        (ERP, "role: erp", "role: env:ROLE", "2: `env:ROLE`: this does not come from the environment"),
        (POTTER, "port: env:SFTP_PORT", "port: env:ERP_TOKEN", "7: what `env:ERP_TOKEN` holds is no port"),
        # References.
        (MAIN, "calendar: office}\nloc", "calendar: offic}\nloc", "5: there is no calendar `offic`; did you mean"),
        (MAIN, "locations: [north]", "locations: [nord]", "12: there is no location `nord`; did you mean `north`?"),
        (MAIN, "companies: {acme: usual}", "companies: {acme: usul}", "14: there is no sales policy `usul`; did you"),
        (MAIN, "companies: {acme: usual}", "companies: {acne: usual}", "14: there is no company `acne`; did you mean"),
        (MAIN, "item: erp", "item: epr", "16: there is no system `epr`; did you mean `erp`?"),
        (MAIN, "item: erp", "itme: erp", "16: `itme` is no fact; did you mean `item`?"),
        (MAIN, "item: erp", "item: [erp, wms]", "16: `erp` already owns `item` of acme"),
        (MAIN, "item: erp", "item: {north: erp}", "16: `north` does not narrow `item`"),
        (MAIN, "{north: wms}", "{nord: wms}", "21: `nord` does not narrow `inventory_report`; use a location"),
        (MAIN, "  item: erp\n", "", "network.yaml:16: nobody may state `item`"),
        (MAIN, "[\"orders:write\"]", "[\"orders:wirte\"]", "28: there is no scope `orders:wirte`"),
        (MAIN, "locations: [north]", "partial: true", "14: no warehouse fills the orders of this channel"),
        (MAIN, 'usual: {price_percent: "2.5"}', "usual: {based_on: usual}", "10: `usual` is based on itself"),
        (MAIN, 'usual: {price_percent: "2.5"}', "usual: {based_on: other}", "10: there is no policy `other`"),
        (MAIN, "  sales:\n", "  purchase: {}\n  sales:\n", "11: unknown kind of policy `purchase`"),
        (POTTER, "terms: usual", "terms: usul", "17: there is no `usul` among the policies for supplier_terms; did"),
        (POTTER, "  terms: usual\n", "", "no terms are agreed; add `terms:`"),
        (POTTER, "  acme:", "  acne:", "19: there is no company `acne`; did you mean `acme`?"),
        (POTTER, "kind: supplier", "kind: customer", "`purchase_order` is not sent to a customer"),
        (POTTER, "takes: [ship_notice]", "takes: [sales_order]", "16: `sales_order` is not taken from a supplier"),
        (POTTER, "takes: [ship_notice]", "takes: [shipnotice]", "16: `shipnotice` is no document; did you mean `ship_"),
        (POTTER, "id: ACME}", "id: ACMEACMEACMEACME}", "20: `ACMEACMEACMEACME` does not fit in an ISA segment"),
        (POTTER, "  terms: usual", "  terms: usual\n  stock: {location: north}", "stock of ours at a supplier"),
        (POTTER, "  terms: usual", "  stock: {location: nord}", "there is no location `nord`; did you mean `north`?"),
        (POTTER, 'qualifier: "01"', "qualifier: Z", "20: `Z` is no ISA qualifier"),
        (POTTER, "  password: env:SFTP_PASSWORD\n", "", "nothing to log in with"),
        # What connectors offer.
        (ERP, "connector: an_erp", "connector: an_epr", "1: there is no connector `an_epr`; did you mean `an_erp`?"),
        (ERP, "connector: an_erp", "connector: a_wms", "2: connector `a_wms` is for the role wms"),
        (ERP, "[sales_order, goods_receipt]", "[invoice]", "6: connector `an_erp` cannot deliver `invoice`"),
        (ERP, "[sales_order, goods_receipt]", "[shipment]", "6: `shipment` is not sent to a system in the role erp"),
        (ERP, "kind: items", "kind: item", "7: connector `an_erp` cannot fetch `item`; did you mean `items`?"),
        (ERP, "resend: lookup", "resend: idempotent", "9: `idempotent`, but with connector `an_erp` sending again is"),
        (ERP, "  url: env:ERP_URL\n", "", "3: connector `an_erp` needs the setting `url`"),
        (ERP, "  url:", "  options: {pagesize: '5'}\n  url:", "has no `pagesize` among its options; did you mean"),
        ("systems/wms.yaml", "of: north", "of: nord", "3: it is the wms of no location that we know"),
        ("systems/shop.yaml", "of: shop", "of: shoppe", "3: it is the channel of no channel that we know"),
        (MAIN, "system: shop,", "", "14: orders must come from one system or one partner"),
        (MAIN, "system: shop,", "partner: potter,", "14: `potter` is a supplier; a channel needs a customer"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_file_and_line(
    tmp_path: Path, file: str, before: str, after: str, expected: str
) -> None:
    problems = [str(problem) for problem in problems_of(write_project(tmp_path, {file: (before, after)}))]

    assert any(expected in problem for problem in problems), problems
    assert all(problem.split(":")[1].isdigit() for problem in problems)


def test_a_file_that_would_be_left_out_because_of_its_name_is_told(tmp_path: Path) -> None:
    write_project(tmp_path)
    (tmp_path / ERP).rename(tmp_path / "systems/erp.yml")

    problems = [str(problem) for problem in problems_of(tmp_path)]

    assert "systems/erp.yml:1: `systems/erp.yml` is not read; name it erp.yaml" in problems


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    changes = {
        MAIN: ("currency: GBP", "currency: pounds"),
        ERP: ("role: erp", "rolle: erp"),
        POTTER: ("host: sftp.test", "hots: sftp.test"),
    }
    with pytest.raises(ProjectInvalid) as raised:
        load(write_project(tmp_path, changes), ENVIRONMENT, REGISTRY)

    told = [(problem.file, problem.line) for problem in raised.value.problems]
    assert told == [(MAIN, 5), (POTTER, 5), (POTTER, 6), (ERP, 1), (ERP, 2)]
    assert str(raised.value).count("\n") == 4


def test_a_thing_that_could_not_be_read_is_not_also_reported_as_missing(tmp_path: Path) -> None:
    problems = problems_of(write_project(tmp_path, {"systems/wms.yaml": ("role: wms", "role: wmss")}))

    assert [problem.file for problem in problems] == ["systems/wms.yaml"]


def test_a_secret_written_into_a_file_is_refused_without_repeating_it(tmp_path: Path) -> None:
    problems = problems_of(write_project(tmp_path, {ERP: ("env:ERP_TOKEN", "hunter2")}))

    assert [problem.line for problem in problems] == [5]
    assert "hunter2" not in str(problems)


def test_the_same_thing_in_two_files_is_refused(tmp_path: Path) -> None:
    extra = "acme: {name: Acme, currency: GBP, zone: Europe/London, calendar: office}\n"
    problems = problems_of(write_project(tmp_path, None, **{"companies.yaml": extra}))

    assert str(problems[0]).startswith("companies.yaml:1: `acme` is defined in companies again, after network.yaml:5")


def test_a_misspelt_file_name_does_not_silently_leave_a_part_out(tmp_path: Path) -> None:
    problems = problems_of(write_project(tmp_path, None, **{"calender.yaml": "{}"}))

    assert "did you mean `calendars.yaml`?" in str(problems[0])


def test_files_that_belong_to_others_are_named(tmp_path: Path) -> None:
    change = {MAIN: ("name: small", "name: small\nother_files: [sandbox.yaml]")}
    assert problems_of(write_project(tmp_path, change, **{"sandbox.yaml": "seed: 7"})) == []


def test_two_systems_in_one_place_leave_open_which_is_meant(tmp_path: Path) -> None:
    second = 'connector: an_erp\nrole: erp\nsettings: {url: "http://erp2.test"}\n'
    problems = problems_of(write_project(tmp_path, None, **{"systems/erp2.yaml": second}))

    assert str(problems[0]).startswith("systems/erp2.yaml:2: `erp` is already the erp of acme")


KEEPER = """\
name: Harbour
kind: warehouse
zone: Europe/London
calendar: office
transport: {host: sftp.test, user: harbour, password: env:SFTP_PASSWORD}
agreement:
  their: {qualifier: ZZ, id: HARBOUR}
  takes: [inventory_report]
  stock: {location: north}
companies:
  acme:
    our: {qualifier: "01", id: ACME}
"""


def test_a_firm_that_keeps_our_goods_says_how_much_of_one_location(tmp_path: Path) -> None:
    network = load(write_project(tmp_path, None, **{"partners/harbour.yaml": KEEPER}), ENVIRONMENT)
    assert network.partners["harbour"].agreements["acme"].stock == StockReports("north")
    assert network.may_state("harbour", "stock_statement", "acme", "north")


@pytest.mark.parametrize(
    ("stock", "expected"),
    [
        ("  stock: {location: north}\n", "nobody can tell which location its stock reports speak of"),
        ("location: north, counts: true", "the quantities at `north` are stated by wms already"),
    ],
)
def test_whose_word_on_a_location_holds_is_said_once(tmp_path: Path, stock: str, expected: str) -> None:
    said = KEEPER.replace(stock, "") if stock in KEEPER else KEEPER.replace("location: north", stock)
    problems = problems_of(write_project(tmp_path, None, **{"partners/harbour.yaml": said}))
    assert any(expected in str(problem) for problem in problems), problems


def test_two_agreements_with_the_same_identities_are_refused(tmp_path: Path) -> None:
    second = (write_project(tmp_path) / POTTER).read_text()
    problems = problems_of(write_project(tmp_path, None, **{"partners/twin.yaml": second}))

    assert "already belong to potter with acme" in str(problems[0])


@pytest.mark.parametrize("content", ["", "[1, 2]", "\ta: b", "a: &x [*x]", "? [1]\n: 2", "name: \x00", "a: *nowhere"])
def test_garbage_is_told_and_never_raises(tmp_path: Path, content: str) -> None:
    for name in (MAIN, POTTER, "policies.yaml", "ownership.yaml"):
        assert problems_of(write_project(tmp_path, None, **{name: content}))


def test_a_file_that_is_not_text_is_told(tmp_path: Path) -> None:
    (write_project(tmp_path) / ERP).write_bytes(b"role: \xff\xfe")

    assert str(problems_of(tmp_path)[0]).startswith("systems/erp.yaml:1: not readable as UTF-8 text")


def test_an_empty_folder_says_what_a_network_project_is(tmp_path: Path) -> None:
    assert [str(problem) for problem in problems_of(tmp_path)] == [
        "network.yaml:1: missing or empty; a network project is a folder with a network.yaml"
    ]


def test_without_an_environment_references_stay_references(tmp_path: Path) -> None:
    network = load(write_project(tmp_path), None, REGISTRY)

    assert network.systems["erp"].settings.url == "env:ERP_URL"


def test_the_example_of_the_wholesaler_is_right() -> None:
    network = load(Path(__file__).parents[3] / "examples" / "wholesaler", None)

    assert set(network.companies) == {"albion_uk", "albion_ie"}
    assert network.partner_of("homestead") == "homestead"
    assert network.sends("brightware", "purchase_order", "albion_uk")
    assert not network.sends("homestead", "purchase_order", "albion_uk")
    assert network.system("albion_ie", "wms", "south") == "wms_south"
    assert network.partners["lumenhaus"].agreements["albion_uk"].delimiters.line_break == "\r\n"
    assert network.partners["kilncraft"].agreements["albion_ie"].delimiters.segment == "\n"


def test_only_the_owner_of_a_fact_may_state_it() -> None:
    network = load(Path(__file__).parents[3] / "examples" / "wholesaler", None)

    assert network.may_state("wms_north", "goods_receipt", "albion_uk", "north")
    assert not network.may_state("wms_north", "goods_receipt", "albion_uk", "south")
    assert not network.may_state("erp", "inventory_report", "albion_uk", "north")
    assert network.may_state("brightware", "ship_notice", "albion_uk")
    assert not network.may_state("brightware", "sales_order", "albion_uk")
    assert network.may_state("homestead", "sales_order", "albion_ie", "homestead")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("kind: customer", "a customer's place, and no customer is named"),
        ('customer: "17850"', "goods of ours lie at customer `17850`, but it is of the kind warehouse"),
        ('kind: customer, customer: "17850", parent: north', "a customer's place is no part of `north`"),
        ('kind: customer, customer: "17850"', ""),
    ],
)
def test_a_place_at_a_customers_names_the_customer(tmp_path: Path, said: str, expected: str) -> None:
    harbour = f"harbour: {{name: Harbour, zone: Europe/London, calendar: office, {said}}}\n"
    shelf = "shelf: {name: Shelf, kind: bin, parent: harbour}\n"
    problems = problems_of(write_project(tmp_path, None, **{"locations.yaml": harbour + shelf}))
    assert [expected in str(problem) for problem in problems[:1]] == ([True] if expected else [])


def test_what_the_environment_lacks_hides_nothing_that_is_wrong_beside_it(tmp_path: Path) -> None:
    changes = {
        ERP: ("sends: [sales_order, goods_receipt]", "sends: [sales_order, invoice]"),
        MAIN: ("  item: erp\n", ""),
    }
    problems = [str(problem) for problem in examine(write_project(tmp_path, changes), {}, REGISTRY)[1]]

    assert sum("the environment has no" in problem for problem in problems) == 5
    assert any("connector `an_erp` cannot deliver `invoice`" in problem for problem in problems), problems
    assert any("nobody may state `item`" in problem for problem in problems), problems


def test_a_fault_of_one_thing_hides_none_of_another(tmp_path: Path) -> None:
    changes = {
        MAIN: ("usual: {locations: [north]}", "usual: {locations: []}"),
        POTTER: ("host: sftp.test", "hots: sftp.test"),
    }
    problems = [str(problem) for problem in problems_of(write_project(tmp_path, changes))]

    assert any("unknown key `hots`" in problem for problem in problems), problems
    assert any("no warehouse fills the orders of this channel" in problem for problem in problems), problems


def test_an_agreement_by_terms_that_cannot_be_read_is_not_said_to_have_none(tmp_path: Path) -> None:
    problems = problems_of(write_project(tmp_path, {MAIN: ('price_percent: "2.5"', "price_percent: 2.5")}))

    assert [(problem.file, problem.line) for problem in problems] == [(MAIN, 10)], problems


@pytest.mark.parametrize("section", ["policies", "locations", "calendars", "channels", "companies"])
def test_a_file_that_cannot_be_read_is_the_only_problem_of_those_who_name_what_is_in_it(
    tmp_path: Path, section: str
) -> None:
    folder = write_project(tmp_path)
    text = (folder / MAIN).read_text(encoding="utf-8")
    before, rest = text.split(f"{section}:\n", 1)
    inner = rest.splitlines(keepends=True)
    size = next(n for n, line in enumerate(inner) if not line.startswith(" "))
    (folder / MAIN).write_text(before + "".join(inner[size:]), encoding="utf-8")
    (folder / f"{section}.yaml").write_text("".join(inner[:size]) + "  broken: [\n", encoding="utf-8")

    problems = [str(problem) for problem in problems_of(folder)]

    assert len(problems) == 1, problems
    assert "not YAML" in problems[0]
