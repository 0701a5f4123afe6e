"""External systems as a whole: pause them, let them go on."""

from __future__ import annotations

from crossdock.identity import Actor
from crossdock.operations import audit
from crossdock.operations.context import Context

_PAUSE = """
    insert into system_state (system, paused) values ($1, true)
    on conflict (system) do update set paused = true, changed_at = clock_timestamp()
"""
_RESUME = """
    insert into system_state (system) values ($1)
    on conflict (system) do update set paused = false, halted = '', failures = 0, open_until = '-infinity',
        changed_at = clock_timestamp()
"""


async def pause(context: Context, actor: Actor, system: str, reason: str) -> None:
    """Send nothing to a system until it is resumed; documents wait in order."""
    actor.must("operations:write")
    async with context.store.transaction() as tx:
        await audit.record(tx, actor, "operations:write", "pause_system", "", f"system/{system}", reason=reason)
        await tx.execute(_PAUSE, system)


async def resume(context: Context, actor: Actor, system: str) -> None:
    """Let a paused or halted system go on, and forget its failures."""
    actor.must("operations:write")
    async with context.store.transaction() as tx:
        await audit.record(tx, actor, "operations:write", "resume_system", "", f"system/{system}")
        await tx.execute(_RESUME, system)
