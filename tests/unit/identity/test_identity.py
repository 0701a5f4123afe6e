"""Who may do what."""

from __future__ import annotations

import pytest

from crossdock.identity import SCOPES, Actor, Denied, token_digest
from crossdock.identity.actor import operator


def test_an_actor_may_do_what_its_scopes_say_and_nothing_else() -> None:
    actor = Actor("shop", frozenset({"orders:write"}))
    actor.must("orders:write")
    with pytest.raises(Denied, match="operations:write"):
        actor.must("operations:write")


def test_an_actor_sees_its_companies_or_all_if_none_are_named() -> None:
    assert Actor("shop", frozenset(), frozenset({"albion_uk"})).visible() == ["albion_uk"]
    assert not Actor("shop", frozenset(), frozenset({"albion_uk"})).sees("albion_ie")
    assert Actor("desk", frozenset()).visible() is None


def test_a_person_at_the_command_line_may_do_everything_under_his_name() -> None:
    anna = operator("anna")
    assert anna.name == "cli:anna"
    for scope in SCOPES:
        anna.must(scope)


def test_a_token_is_stored_as_its_digest_only() -> None:
    assert len(token_digest("cdk_secret")) == 32
    assert b"secret" not in token_digest("cdk_secret")
