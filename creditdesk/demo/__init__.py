"""The demo desk: people, synthetic clients, the shipped model, and some work done with them."""

from typing import Final

CLIENTS: Final = 1_500
