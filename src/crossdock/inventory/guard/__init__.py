"""The conservation guard: the laws of the ledger asked all the time, a little at a time, and on demand.

`items` looks at everything of some items at one moment, from the last checkpoint of each position; `walks` says in
which order all there is comes up, so that a round can stop and go on anywhere. Nothing in here writes: what was found
and verified is handed to `engine/guarding.py`, which stores it. A guard that dies in the middle has done nothing.
"""

from crossdock.inventory.guard.findings import Checkpoint, Finding, Slice, store_checkpoints
from crossdock.inventory.guard.walks import WALKS, Changes, Walk, changes

__all__ = ["WALKS", "Changes", "Checkpoint", "Finding", "Slice", "Walk", "changes", "store_checkpoints"]
