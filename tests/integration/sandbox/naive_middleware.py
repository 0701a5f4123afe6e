"""The smallest thing that can stand in for Crossdock: no store, no checks, greedy promises, everything in memory.

It exists so that the sandbox can be tested before and without the product, through real HTTP and real SFTP.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import datetime as dt
import hashlib
import hmac
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import asyncssh
import httpx2
import msgspec

from crossdock.edi import x12
from crossdock.sandbox.http import HttpServer, Request, Response, answer
from crossdock.sandbox.world import World

POLL_SECONDS = 0.01


class NaiveMiddleware:
    def __init__(self, token: str, webhook_secret: str, sftp_password: str) -> None:
        self.token = token
        self.secret = base64.b64decode(webhook_secret.removeprefix("whsec_"))
        self.sftp_password = sftp_password
        self.server = HttpServer(self.handle)
        self.webhooks: list[dict[str, Any]] = []
        self.documents: Counter[str] = Counter()
        self.refuse_first = 0
        """Answer so many webhooks with 500 before taking any."""
        self.seen: set[str] = set()
        self.free: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        self.backorders: list[dict[str, Any]] = []
        self.releases: Counter[str] = Counter()
        self.country: dict[str, str] = {}
        self.cursors: dict[str, str] = defaultdict(str)
        self.control: Counter[str] = Counter()
        self.tasks: list[asyncio.Task[None]] = []
        self.fetched: set[tuple[str, str]] = set()
        self.numbers: set[tuple[str, ...]] = set()
        self.problems: list[str] = []
        self.rounds: Counter[str] = Counter()

    async def open(self) -> str:
        return f"http://127.0.0.1:{await self.server.start()}"

    async def connect(self, world: World) -> None:
        self.world = world
        self.http = httpx2.AsyncClient(timeout=10, headers={"authorization": f"Bearer {self.token}"})
        self.settings = world.stage.settings
        for name in self.settings.warehouses:
            if name in world.ports:
                opening = await self.get(name, "/wms/v1/stock?report=opening")
                for level in opening["levels"]:
                    self.free[level["owner"], opening["site"], level["sku"]] += Decimal(level["qty"])
        self.connections: dict[str, Any] = {}
        self.tasks = [asyncio.create_task(self.forever(self.poll)), asyncio.create_task(self.forever(self.mail))]

    async def forever(self, work: Any) -> None:
        while True:
            try:
                await work()
            except Exception as problem:  # noqa: BLE001 - tests look at `problems`
                self.problems.append(f"{type(problem).__name__}: {problem}")
            self.rounds[work.__name__] += 1
            await asyncio.sleep(POLL_SECONDS)

    async def sftp(self, partner: str) -> Any:
        if partner not in self.connections:
            connection = await asyncssh.connect(
                "127.0.0.1", self.world.ports["sftp"], username=partner, password=self.sftp_password, known_hosts=None
            )
            self.connections[partner] = (connection, await connection.start_sftp_client())
        return self.connections[partner][1]

    async def hang_up(self, partner: str) -> None:
        connection, _ = self.connections.pop(partner, (None, None))
        if connection is not None:
            connection.abort()
            with contextlib.suppress(Exception):
                await connection.wait_closed()

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for partner in list(getattr(self, "connections", {})):
            await self.hang_up(partner)
        if hasattr(self, "http"):
            await self.http.aclose()
        await self.server.stop()

    async def quiet(self) -> None:
        """Return when nothing is on its way any more, neither here nor in the sandbox."""
        while True:
            seen, rounds = self._traffic(), dict(self.rounds)
            while any(self.rounds[name] < rounds.get(name, 0) + 2 for name in ("poll", "mail")):  # noqa: ASYNC110
                await asyncio.sleep(0.002)
            boxes = [*self.world.mailboxes.values()]
            unread = sum(len(box.waiting()) + len(list(box.outbox.glob("*.edi"))) for box in boxes)
            if not unread and not self.world.stage.caller.pending and seen == self._traffic():
                return

    def _traffic(self) -> tuple[object, ...]:
        counts = (system.book.counts.values() for system in self.world.systems.values())
        return (*(sum(each) for each in counts), self.documents.total(), self.world.stage.schedule.next_at())

    # HTTP, both ways

    async def get(self, system: str, path: str) -> Any:
        for _ in range(20):
            with contextlib.suppress(httpx2.HTTPError):
                response = await self.http.get(f"http://127.0.0.1:{self.world.ports[system]}{path}")
                if response.status_code == 200:
                    return response.json()
            await asyncio.sleep(0.02)
        raise RuntimeError(f"{system}{path} does not answer")

    async def post(self, system: str, path: str, key: str, body: object) -> Any:
        content = msgspec.json.encode(body)
        for _ in range(50):
            with contextlib.suppress(httpx2.HTTPError):
                headers = {"idempotency-key": key}
                url = f"http://127.0.0.1:{self.world.ports[system]}{path}"
                response = await self.http.post(url, content=content, headers=headers)
                if response.status_code < 300:
                    return response.json()
                if response.status_code < 500:
                    raise RuntimeError(f"{path} {response.status_code} {response.text}")
            await asyncio.sleep(0.02)
        raise RuntimeError(f"{system}{path} does not answer")

    async def posting(self, kind: str, key: str, body: object) -> None:
        await self.post("erp", f"/api/v1/postings/{kind}", f"{kind}-{key}", body)

    async def handle(self, request: Request) -> Response:
        if request.path == "/process/v1/orders":
            order = msgspec.json.decode(request.body)
            number = (order["company"], "shop", order["number"])
            if number not in self.numbers:
                self.numbers.add(number)
                lines = [
                    {"line": each["line"], "item": each["item"], "qty": Decimal(each["quantity"])}
                    for each in order["lines"]
                ]
                await self.sell(order["company"], "shop", order["number"], order["customer"], order["country"], lines)
            return answer(202, {"order": order["number"]})
        if self.refuse_first:
            self.refuse_first -= 1
            return answer(500, {})
        headers = request.headers
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + request.body
        expected = base64.b64encode(hmac.digest(self.secret, signed, hashlib.sha256)).decode()
        if headers["webhook-signature"] != f"v1,{expected}":
            return answer(401, {})
        if headers["webhook-id"] not in self.seen:
            self.seen.add(headers["webhook-id"])
            body = msgspec.json.decode(request.body)
            self.webhooks.append(body | {"system": request.path.split("/")[3]})
            await self.react(body["event"], body["data"])
        else:
            self.documents["webhook_repeated"] += 1
        return answer(200, {})

    async def react(self, event: str, data: dict[str, Any]) -> None:
        if event == "shipment.dispatched":
            consignment = {"reference": data["shipment"], "shipper": data["owner"], "site": data["site"]}
            consignment |= {"consignee": data["customer"], "country": data["country"], "shipped_at": data["at"]}
            consignment |= {"packs": len(data["packs"])}
            await self.post("carrier", "/v2/consignments", data["shipment"], consignment)
        elif event == "receipt.confirmed":
            await self.receive(data)
        elif event == "stock.adjusted":
            await self.adjust(data)
        elif event == "return.inspected":
            for line in data["lines"]:
                if line["verdict"] == "RESTOCK":
                    await self.came(data["owner"], data["site"], line["sku"], Decimal(line["qty"]))

    # selling

    async def sell(
        self, entity: str, channel: str, number: str, customer: str, country: str, lines: list[dict[str, Any]]
    ) -> None:
        self.documents["orders"] += 1
        posted = [{"line": each["line"], "item": each["item"], "qty": str(each["qty"])} for each in lines]
        await self.posting("sales_orders", number, {"entity": entity, "order": number, "lines": posted})
        granted: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for line in (goods for each in lines for goods in self.goods_of(entity, each)):
            left = line["qty"]
            for warehouse in self.settings.warehouses.values():
                key = (entity, warehouse.site, line["item"])
                got = min(left, max(Decimal(0), self.free[key]))
                if got:
                    self.free[key] -= got
                    left -= got
                    granted[warehouse.site].append({"order_line": line["line"], "sku": line["item"], "qty": str(got)})
            if left:
                order = {"entity": entity, "channel": channel, "order": number, "customer": customer}
                self.backorders.append(order | {"country": country, "line": line, "left": left})
        for site, shipped in granted.items():
            await self.release(entity, channel, number, customer, country, site, shipped)

    def goods_of(self, entity: str, line: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Of a kit what is there as such, and the components of the rest."""
        parts = self.settings.kits.get(line["item"])
        if not parts:
            yield line
            return
        sites = [warehouse.site for warehouse in self.settings.warehouses.values()]
        there = min(line["qty"], sum(max(Decimal(0), self.free[entity, site, line["item"]]) for site in sites))
        yield line | {"qty": there}
        for part, per in parts.items():
            yield line | {"item": part, "qty": (line["qty"] - there) * per}

    async def release(
        self, entity: str, channel: str, number: str, customer: str, country: str, site: str, lines: list[Any]
    ) -> None:
        self.releases[number] += 1
        ref = f"{number}-{site}-{self.releases[number]}"
        body = {"owner": entity, "order_ref": ref, "channel": channel, "sales_order": number, "lines": lines}
        body |= {"customer": customer, "country": country}
        name = next(name for name, each in self.settings.warehouses.items() if each.site == site)
        await self.post(name, "/wms/v1/shipping-orders", ref, body)

    async def came(self, entity: str, site: str, sku: str, quantity: Decimal) -> None:
        self.free[entity, site, sku] += quantity
        for backorder in self.backorders:
            free = self.free[entity, site, sku]
            if backorder["entity"] == entity and backorder["line"]["item"] == sku and backorder["left"] and free > 0:
                got = min(free, backorder["left"])
                backorder["left"] -= got
                self.free[entity, site, sku] -= got
                line = {"order_line": backorder["line"]["line"], "sku": sku, "qty": str(got)}
                order = (entity, backorder["channel"], backorder["order"], backorder["customer"], backorder["country"])
                await self.release(*order, site, [line])
        self.backorders = [each for each in self.backorders if each["left"]]

    async def receive(self, data: dict[str, Any]) -> None:
        conditions = {"OK": "good", "DMG": "damaged", "QUA": "quarantined"}
        lines = [
            {
                "line": line["line"],
                "po_number": line["po"],
                "po_line": line["po_line"],
                "item": line["sku"],
                "qty": line["qty"],
                "condition": conditions[line["condition"]],
            }
            for line in data["lines"]
        ]
        body = {"entity": data["owner"], "receipt": data["receipt"], "site": data["site"], "lines": lines}
        await self.posting("goods_receipts", data["receipt"], body | {"received_at": data["at"]})
        for line in data["lines"]:
            if line["condition"] == "OK":
                await self.came(data["owner"], data["site"], line["sku"], Decimal(line["qty"]))

    async def adjust(self, data: dict[str, Any]) -> None:
        lines = [{"line": line["line"], "item": line["sku"], "qty": line["qty"]} for line in data["lines"]]
        body = {"entity": data["owner"], "site": data["site"], "number": data["number"], "lines": lines}
        await self.posting("stock_adjustments", data["number"], body)
        for line in data["lines"]:
            await self.came(data["owner"], data["site"], line["sku"], Decimal(line["qty"]))

    # polling

    async def changes(self, kind: str) -> list[dict[str, Any]]:
        page = await self.get("erp", f"/api/v1/changes?object={kind}&cursor={self.cursors[kind]}&limit=50")
        self.cursors[kind] = page["cursor"]
        records: list[dict[str, Any]] = page["records"]
        return records

    async def poll(self) -> None:
        if "erp" in self.world.ports:
            for change in await self.changes("purchase_orders"):
                await self.write_order(change["record"])
            for change in await self.changes("returns"):
                record = change["record"]
                lines = [{"line": line["line"], "sku": line["item"], "qty": line["qty"]} for line in record["lines"]]
                body = {"owner": record["entity"], "rma": record["rma"], "customer": record["customer"]}
                await self.post(
                    f"wms_{record['site']}", "/wms/v1/return-advices", record["rma"], body | {"lines": lines}
                )
        if "marketplace" in self.world.ports:
            feed = await self.get("marketplace", f"/mp/v1/orders?cursor={self.cursors['mp']}&limit=20")
            self.cursors["mp"] = feed["cursor"]
            for order in feed["orders"]:
                lines = [
                    {"line": each["line"], "item": each["sku"], "qty": Decimal(each["qty"])} for each in order["items"]
                ]
                head = (order["entity"], "marketplace", order["id"], order["buyer"], order["country"])
                await self.sell(*head, lines)

    # X12

    async def write(self, partner: str, entity: str, kind: str, functional_id: str, segments: Any) -> None:
        self.control[partner] += 1
        number = self.control[partner]
        edi_id = (self.settings.suppliers | self.settings.retailers)[partner].edi_id
        header = x12.InterchangeOut(
            self.settings.companies[entity].edi_id, edi_id, number, number, dt.datetime.now(dt.UTC)
        )
        data = x12.write_interchange(header, [x12.OutgoingSet(functional_id, kind, segments)])
        name = f"{number:06d}-{kind}.edi"
        for _ in range(20):
            try:
                sftp = await self.sftp(partner)
                async with sftp.open(f"inbox/.part-{name}", "wb") as file:
                    await file.write(data)
                await sftp.posix_rename(f"inbox/.part-{name}", f"inbox/{name}")
            except (OSError, asyncssh.Error) as problem:
                self.documents[f"sftp.{type(problem).__name__}"] += 1
                await self.hang_up(partner)
                await asyncio.sleep(0.05)
            else:
                self.documents[f"out.{kind}"] += 1
                return
        raise RuntimeError(f"{partner} takes no files")

    async def write_order(self, record: dict[str, Any]) -> None:
        revision = record["revision"]
        day = record["order_date"].replace("-", "")
        number, code = record["po_number"], "POC" if revision else "PO1"
        first = ("BEG", "00", "SA", number, "", day)
        if revision:
            first = ("BCH", "04", "SA", number, "", str(revision), day)
        segments: list[tuple[str, ...]] = [first, ("CUR", "BY", record["currency"])]
        segments.append(("N1", "ST", "", "92", record["site"]))
        for line in record["lines"]:
            ids = ("VN", line["vendor_item"], "IN", line["item"])
            if revision:
                change = "DI" if line["status"] == "CANCELLED" else "QI"
                head = (code, line["line"], change, line["qty"], "", "EA", line["unit_cost"], "")
            else:
                head = (code, line["line"], line["qty"], "EA", line["unit_cost"], "")
            segments.append((*head, *ids))
        await self.write(record["vendor"], record["entity"], *(("860", "PC") if revision else ("850", "PO")), segments)

    async def mail(self) -> None:
        for partner in self.world.mailboxes:
            try:
                await self.fetch(partner)
            except (OSError, asyncssh.Error) as problem:
                self.documents[f"sftp.{type(problem).__name__}"] += 1
                await self.hang_up(partner)

    async def fetch(self, partner: str) -> None:
        sftp = await self.sftp(partner)
        for name in sorted(await sftp.listdir("outbox")):
            if not name.endswith(".edi") or name.startswith("."):
                continue
            sftp = await self.sftp(partner)
            async with sftp.open(f"outbox/{name}", "rb") as file:
                data = await file.read()
            for item in x12.read(data):
                assert isinstance(item, x12.TransactionSet), item
                assert not item.refused, (name, item.faults)
                await self.take(partner, item)
            sftp = await self.sftp(partner)
            await sftp.posix_rename(f"outbox/{name}", f"outbox/done/{name}")

    async def take(self, partner: str, item: x12.TransactionSet) -> None:
        entity = self.settings.entity_by_edi_id(item.interchange.receiver) or ""
        self.documents[f"in.{item.type}"] += 1
        rows = [segment.elements for segment in item.segments]
        if item.type == "997":
            return
        if item.interchange.control_number in (known for who, known in self.fetched if who == partner + entity):
            self.documents["interchange_repeated"] += 1
            return
        self.fetched.add((partner + entity, item.interchange.control_number))
        number = (partner, item.type, rows[1][2] if item.type in ("856", "810") else rows[1][3])
        if item.type != "855" and number in self.numbers:
            self.documents["document_repeated"] += 1
            return
        self.numbers.add(number)
        if item.type == "855":
            await self.confirm(entity, rows, item)
        elif item.type == "856":
            await self.announce(partner, entity, rows)
        elif item.type == "810":
            await self.charge(partner, entity, rows)
        elif item.type == "850":
            lines = [{"line": row[1], "item": row[9], "qty": Decimal(row[2])} for row in rows if row[0] == "PO1"]
            customer = self.settings.retailers[partner].customer
            await self.sell(entity, partner, rows[1][3], customer, "United Kingdom", lines)
        group = item.group
        await self.write(
            partner,
            entity,
            "997",
            "FA",
            [
                ("AK1", group.functional_id, group.control_number),
                ("AK2", item.type, item.control_number),
                ("AK5", "A"),
                ("AK9", "A", "1", "1", "1"),
            ],
        )

    async def confirm(self, entity: str, rows: list[list[str]], item: x12.TransactionSet) -> None:
        words = {"IA": "accepted", "IB": "backordered", "IR": "rejected"}
        lines, line = [], ""
        for row in rows:
            if row[0] == "PO1":
                line = row[1]
            elif row[0] == "ACK":
                day = dt.datetime.strptime(row[5], "%Y%m%d").date().isoformat() if len(row) > 5 else None
                lines.append({"line": line, "answer": words.get(row[1], "changed"), "qty": row[2], "date": day})
                self.documents[f"ack.{row[1]}"] += 1
        revision = int(rows[1][5] or "0") if len(rows[1]) > 5 else 0
        body = {"entity": entity, "po_number": rows[1][3], "revision": revision, "lines": lines}
        await self.posting("po_confirmations", f"{rows[1][3]}-{item.interchange.control_number}", body)

    async def announce(self, partner: str, entity: str, rows: list[list[str]]) -> None:
        lines: list[dict[str, str]] = []
        site = eta = po = pack = ""
        for row in rows:
            if row[0] == "N1":
                site = row[4]
            elif row[0] == "DTM" and row[1] == "017":
                eta = dt.datetime.strptime(row[2], "%Y%m%d").date().isoformat()
            elif row[0] == "PRF":
                po = row[1]
            elif row[0] == "MAN":
                pack = row[2]
            elif row[0] == "LIN":
                lines.append({"po": po, "po_line": row[1], "sku": row[5], "pack": pack})
            elif row[0] == "SN1":
                lines[-1]["qty"] = row[2]
        body = {"owner": entity, "advice": rows[1][2], "vendor": partner, "eta": eta, "lines": lines}
        await self.post(f"wms_{site}", "/wms/v1/inbound-advices", f"{partner}-{rows[1][2]}", body)

    async def charge(self, partner: str, entity: str, rows: list[list[str]]) -> None:
        total = next(row[1] for row in rows if row[0] == "TDS")
        body = {"entity": entity, "invoice": rows[1][2], "vendor": partner, "currency": "GBP", "lines": []}
        await self.posting("vendor_invoices", f"{partner}-{rows[1][2]}", body | {"total": str(Decimal(total) / 100)})
