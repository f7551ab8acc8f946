"""The demo desk: people, synthetic clients, the shipped model, and some work done with them."""

from typing import Final

CLIENTS: Final = 1_500

# Their boosters stopped on clients that they were scored on. The folders stay, so that a desk that used them
# can recompute what they answered; nothing new is put in use of them.
RETIRED: Final = frozenset({"demo-2026-11-22.2", "demo-challenger-2026-11"})
