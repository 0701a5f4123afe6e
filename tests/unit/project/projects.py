"""A small network project in a folder, to be broken one line at a time."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from crossdock.project import Problem, examine
from crossdock.project.registry import ConnectorSpec, Registry

ENVIRONMENT = {
    "ERP_URL": "http://erp.test",
    "ERP_TOKEN": "erp-secret",
    "SFTP_PASSWORD": "sftp-secret",
    "SFTP_PORT": "2222",
    "SHOP_KEY": "shop-secret",
}

REGISTRY = Registry(
    connectors={
        "an_erp": ConnectorSpec(
            code="an_erp",
            role="erp",
            sends=frozenset({"sales_order", "goods_receipt"}),
            polls=frozenset({"items"}),
            resend="lookup",
            options=frozenset({"page_size"}),
        ),
        "a_wms": ConnectorSpec(code="a_wms", role="wms", sends=frozenset({"inbound_advice"}), resend="idempotent"),
        "a_shop": ConnectorSpec(code="a_shop", role="channel", sends=frozenset({"availability"})),
    },
    scopes=frozenset({"orders:write"}),
)

FILES = {
    "network.yaml": """\
        name: small
        calendars:
          office: {country: GB, subdivision: ENG}
        companies:
          acme: {name: Acme Ltd, currency: GBP, zone: Europe/London, calendar: office}
        locations:
          north: {name: North, zone: Europe/London, calendar: office}
        policies:
          supplier_terms:
            usual: {price_percent: "2.5"}
          sales:
            usual: {locations: [north]}
        channels:
          shop: {name: Shop, promise: asked, system: shop, companies: {acme: usual}}
        ownership:
          item: erp
          customer: erp
          purchase_order: erp
          return_authorization: erp
          goods_receipt: wms
          inventory_report: {north: wms}
          inventory_adjustment: wms
          warehouse_progress: wms
          shipment: wms
          return_progress: wms
          sales_order: {shop: shop}
        consumers:
          shop: {name: Shop, key: "env:SHOP_KEY", channel: shop, scopes: ["orders:write"]}
        """,
    "systems/erp.yaml": """\
        connector: an_erp
        role: erp
        settings:
          url: env:ERP_URL
          token: env:ERP_TOKEN
        sends: [sales_order, goods_receipt]
        polls:
          - {kind: items, every_minutes: 15}
        resend: lookup
        """,
    "systems/wms.yaml": """\
        connector: a_wms
        role: wms
        of: north
        settings: {url: "http://wms.test"}
        sends: [inbound_advice]
        """,
    "systems/shop.yaml": """\
        connector: a_shop
        role: channel
        of: shop
        settings: {url: "http://shop.test"}
        sends: [availability]
        """,
    "partners/potter.yaml": """\
        name: Potter
        kind: supplier
        zone: Europe/London
        calendar: office
        transport:
          host: sftp.test
          port: env:SFTP_PORT
          user: potter
          password: env:SFTP_PASSWORD
        items:
          rule: "P-{item}"
          pairs: {"1": "ONE"}
        agreement:
          their: {qualifier: ZZ, id: POTTER}
          sends: [purchase_order]
          takes: [ship_notice]
          terms: usual
        companies:
          acme:
            our: {qualifier: "01", id: ACME}
        """,
}


def write_project(folder: Path, changes: dict[str, tuple[str, str]] | None = None, **extra: str) -> Path:
    """The small project; `changes` replace one text in one file."""
    files = {name: dedent(text) for name, text in FILES.items()} | extra
    for name, (before, after) in (changes or {}).items():
        assert before in files[name], f"{before!r} is not in {name}"
        files[name] = files[name].replace(before, after, 1)
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def problems_of(folder: Path) -> list[Problem]:
    """What is wrong, with everything given that a check can be given."""
    return examine(folder, ENVIRONMENT, REGISTRY)[1]
