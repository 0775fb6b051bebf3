"""Who waits for the language model, and what is said meanwhile."""

from __future__ import annotations

import threading

from apps.chat.chat_queue import WaitingLine


def test_the_second_waits_for_the_first_and_is_told_so() -> None:
    line = WaitingLine()
    told: list[int] = []
    order: list[str] = []
    begun, waiting, leave = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        with line.turn(lambda _: None) as mine:
            assert mine
            begun.set()
            leave.wait(30)
            order.append("first")

    def second() -> None:
        def ahead(before: int) -> None:
            told.append(before)
            waiting.set()

        with line.turn(ahead):
            order.append("second")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert begun.wait(30)
    threads[1].start()
    assert waiting.wait(30)
    leave.set()
    for thread in threads:
        thread.join(30)
    assert order == ["first", "second"]
    assert told == [1]


def test_who_gives_up_leaves_the_line() -> None:
    line = WaitingLine()
    with line.turn(lambda _: None):
        gave_up: list[bool] = []

        def impatient() -> None:
            with line.turn(lambda _: None, lambda: True) as mine:
                gave_up.append(mine)

        thread = threading.Thread(target=impatient)
        thread.start()
        thread.join(30)
        assert gave_up == [False]
    with line.turn(lambda _: None) as mine:
        assert mine
