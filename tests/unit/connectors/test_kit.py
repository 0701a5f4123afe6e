"""Keys, signatures, settings and exact values of the connector kit."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any

import pytest

from crossdock.connectors import CONNECTORS
from crossdock.connectors._kit import Refused, decode, plain, settings_of
from crossdock.connectors._kit.keys import header_key, traceparent
from crossdock.connectors._kit.reading import amount, number, positive_quantity
from crossdock.connectors._kit.settings import InvalidSettings
from crossdock.connectors._kit.signatures import InvalidSecret, StandardWebhooks
from crossdock.connectors._kit.writing import each
from crossdock.connectors.sandbox_erp.settings import SandboxErpSettings
from crossdock.connectors.sandbox_wms.settings import SandboxWmsSettings
from crossdock.model.quantity import Price, Quantity
from crossdock.ports.outcomes import Unsupported
from crossdock.project.network import Settings, System
from crossdock.project.secrets import Secret


def system(**settings: Any) -> System:
    given: dict[str, Any] = {"url": "http://erp", "token": Secret("t", "env:T"), **settings}
    return System("erp", "sandbox_erp", "erp", ("albion_uk",), settings=Settings(**given))


def test_a_plain_key_goes_as_it_is_and_any_other_as_its_digest() -> None:
    assert header_key("albion_uk:goods_receipt:RCN1/2") == "albion_uk:goods_receipt:RCN1/2"
    odd = [header_key(key) for key in ("a b", "ü", "x" * 201, "a\r\nb", "")]
    assert len(set(odd)) == 5
    assert all(key.startswith("sha256:") and key.isascii() for key in odd)


def test_every_attempt_is_a_span_of_the_same_trace() -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    first, second = (traceparent(trace, "key", attempt) for attempt in (1, 2))
    assert first.startswith(f"00-{trace}-")
    assert first != second
    assert traceparent("", "key", 1) == traceparent("0" * 32, "key", 1) == ""


def test_the_vector_of_standard_webhooks_is_authentic() -> None:
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "SECRET")
    webhooks = StandardWebhooks((secret,), clock=lambda: 1614265330.0)
    content = b'{"test": 2432232314}'
    assert webhooks.authentic(lambda name: headers[name], content)
    assert not webhooks.authentic(lambda name: headers[name], content + b" ")
    several = {**headers, "webhook-signature": "v1,AAAA v1a,x " + headers["webhook-signature"]}
    assert webhooks.authentic(lambda name: several[name], content)
    assert not StandardWebhooks(()).authentic(lambda name: headers[name], content)


def test_a_secret_that_is_none_is_refused_without_showing_it() -> None:
    for text in ("whsec_not base64!", "whsec_", ""):
        with pytest.raises(InvalidSecret) as refusal:
            StandardWebhooks((Secret(text, "env:S"),))
        assert "not base64" not in str(refusal.value)
    good = base64.b64encode(b"key").decode()
    assert "key" not in repr(StandardWebhooks((Secret(good, "env:S"),)))


def test_settings_are_typed() -> None:
    assert settings_of(system(options={"page_size": "50"}), SandboxErpSettings).page_size == 50


def test_a_secret_of_a_connectors_own_reaches_it() -> None:
    now, before = Secret("whsec_bm93", "env:NOW"), Secret("whsec_YmVmb3Jl", "env:BEFORE")
    given = system(webhook_secret=now, secrets={"webhook_secret_previous": before})
    assert settings_of(given, SandboxWmsSettings).webhook_secrets == (now, before)
    assert "webhook_secret_previous" in CONNECTORS["sandbox_wms"].spec.secrets


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"secrets": {"password": Secret("p", "env:P")}}, "no such setting: password"),
        ({"options": {"pages": "5"}}, "no such setting: pages"),
        ({"options": {"page_size": "many"}}, "page_size"),
        ({"options": {"page_size": "0"}}, "page_size"),
        ({"token": None}, "token"),
        ({"url": "ftp://erp"}, "http"),
    ],
)
def test_wrong_settings_name_themselves(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidSettings, match=words):
        settings_of(system(**given), SandboxErpSettings)


def test_every_connector_is_registered_under_its_code_and_tells_what_it_needs() -> None:
    for code, kind in CONNECTORS.items():
        assert kind.manifest.code == kind.spec.code == code
        assert {"url", "token"} <= kind.spec.requires
        assert ("webhook_secret" in kind.spec.requires) == bool(kind.manifest.capabilities.receive)


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "1e5", "1E400", "", "--1", "1.", ".5", "0x1F", "1,5", "١", "9" * 16]
)
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        amount(text)


def test_numbers_are_exact_both_ways() -> None:
    assert amount(" -0.10 ") == Decimal("-0.10")
    assert plain(Decimal("1E+3")) == "1000"
    assert plain(Decimal("0.0000001")) == "0.0000001"


@pytest.mark.parametrize("text", ["0", "0.00", "-3"])
def test_nothing_cannot_be_moved(text: str) -> None:
    with pytest.raises(Refused):
        positive_quantity(text)
    assert positive_quantity("0.5") == Quantity(Decimal("0.5"))


def test_a_price_of_many_is_told_as_the_price_of_one_where_that_is_exact() -> None:
    assert each(Price(Decimal("10.20"), "GBP", Quantity(Decimal(10))), Quantity(Decimal(3))) == "1.02"
    with pytest.raises(Unsupported):
        each(Price(Decimal(1), "GBP", Quantity(Decimal(3))), Quantity(Decimal(3)))
    with pytest.raises(Unsupported):
        each(Price(Decimal(1), "GBP", Quantity(Decimal(1), "CA")), Quantity(Decimal(3)))


def test_a_business_number_has_no_slash_and_is_there() -> None:
    assert number(" 45/0001 ") == "45-0001"
    for text in ("", "  ", "x" * 81, "4\x005"):
        with pytest.raises(Refused):
            number(text)


@pytest.mark.parametrize("content", [b'{"a":"\\u0000"}', b'"\\ud800"', b"[" * 100_000, b"\xff"])
def test_what_would_poison_the_store_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        decode(content, dict[str, Any])
