"""Words that one typo separates: a letter missing, added or replaced, or two neighbours swapped."""

from typing import Final

# In a shorter word, one typo makes too many others.
MIN_LETTERS: Final = 4


def differ_by_one(typed: str, word: str) -> bool:
    """Whether `word` begins with `typed` but for one typo."""
    shared = next((at for at, pair in enumerate(zip(typed, word, strict=False)) if pair[0] != pair[1]), None)
    if shared is None:
        # One of them begins with the other: at most one letter was typed too many.
        return len(typed) <= len(word) + 1
    rest, left = typed[shared:], word[shared:]
    return (
        left.startswith(rest[1:])  # a letter too many
        or left[1:].startswith(rest)  # a letter missing
        or left[1:].startswith(rest[1:])  # another letter
        or (left[:2] == rest[1::-1] and left[2:].startswith(rest[2:]))  # two swapped
    )
