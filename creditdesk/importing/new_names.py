"""The index of the names of new clients, by the database's fast path."""

from collections.abc import Mapping

from creditdesk.importing import bulk
from creditdesk.models.name_index import IndexedName, word_keys, words_of


def index_new_names(names: Mapping[int, str]) -> None:
    """Index names by the client's key, of clients of whom nothing is indexed yet: see index_names."""
    words = {client: borne for client, name in names.items() if (borne := words_of(name))}
    texts = [(client, " ".join(borne)) for client, borne in words.items()]
    bulk.write(IndexedName, ("client_id", "text"), texts)
    keys = word_keys(words.values())
    links = [(client, keys[word]) for client, borne in words.items() for word in dict.fromkeys(borne)]
    bulk.write(IndexedName.words.through, ("indexedname_id", "nameword_id"), links)
