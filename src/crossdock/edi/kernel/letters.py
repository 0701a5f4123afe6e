"""Letters beyond ASCII that are none: what a text of UTF-8, of a set of eight bits or of both holds by mistake."""

from __future__ import annotations

import re

CONTROL_IN_UTF8 = re.compile(rb"\xc2[\x80-\x9f]")
WESTERN_IN_UTF8 = re.compile(rb"[\xc2\xc3][\x80-\xbf]")
"""A western letter of UTF-8, which no word in a set of eight bits looks like."""
CONTROLS = bytes(range(0x80, 0xA0))
"""Control characters in ISO 8859, letters in the sets of Windows."""
