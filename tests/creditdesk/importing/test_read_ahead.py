import threading

import pytest

from creditdesk.importing.read_ahead import read_ahead


def test_items_come_in_order_each_next_one_computed_beside_the_last():
    computed, other_thread = threading.Event(), []

    def items():
        for number in range(3):
            other_thread.append(threading.current_thread() is not threading.main_thread())
            yield number
            if number == 0:
                computed.set()

    ahead = read_ahead(items())
    assert next(ahead) == 0
    # The second one is on its way before anybody takes it.
    assert computed.wait(5)
    assert list(ahead) == [1, 2]
    assert other_thread == [True, True, True]


def test_what_an_item_raises_is_raised_in_its_turn():
    def items():
        yield 1
        raise OSError("no space left on the disk")

    ahead = read_ahead(items())
    assert next(ahead) == 1
    with pytest.raises(OSError, match="no space"):
        next(ahead)
