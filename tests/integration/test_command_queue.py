"""Many at once through the queue: everyone gets their own reply, in order, and closing loses nobody."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bot.chat.commands import Actor, Command, Place
from bot.chat.messages import say
from bot.chat.replies import Reply
from bot.command_queue import TOGETHER, CommandQueue


class Slow:
    """A dispatcher that notes its batches and waits for `go` in the first one."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.batches: list[list[str]] = []

    def handle_all(self, commands):
        self.batches.append([command.text for command in commands])
        self.go.wait(5)
        if any(command.text == "crash" for command in commands):
            raise RuntimeError("crash")
        return [Reply(say(command.text)) for command in commands]


def command(text: str) -> Command:
    return Command(text, Actor("console", "local", "U1"), Place(), text)


async def test_what_waits_together_is_handled_together_and_in_order():
    dispatcher = Slow()
    queue = CommandQueue(dispatcher, threads=1)
    waiting = [asyncio.create_task(queue.handle(command(f"c{i}"))) for i in range(40)]
    await asyncio.sleep(0.05)
    dispatcher.go.set()
    replies = await asyncio.gather(*waiting)
    assert [reply.message.short() for reply in replies] == [f"c{i}" for i in range(40)]
    assert [text for batch in dispatcher.batches for text in batch] == [f"c{i}" for i in range(40)]
    assert max(map(len, dispatcher.batches)) == TOGETHER
    queue.close()


async def test_no_thread_is_lost_to_one_that_was_quicker():
    """A command's thread is about to begin, and one that just ends takes the command along."""
    dispatcher = Slow()
    dispatcher.go.set()
    queue = CommandQueue(dispatcher, threads=3)
    queue._free -= 1  # for a command that is gone by the time its thread begins
    asyncio.get_running_loop().call_later(0, queue._rest, asyncio.get_running_loop())
    await asyncio.sleep(0.01)
    assert queue._free == 3
    await asyncio.gather(*(queue.handle(command(f"c{number}")) for number in range(20)))
    await asyncio.sleep(0.02)
    assert queue._free == 3
    queue.close()


async def test_a_crash_reaches_those_who_wait_and_the_queue_goes_on():
    dispatcher = Slow()
    dispatcher.go.set()
    queue = CommandQueue(dispatcher, threads=1)
    with pytest.raises(RuntimeError):
        await queue.handle(command("crash"))
    assert (await queue.handle(command("after"))).message.short() == "after"
    queue.close()


async def test_rounds_of_single_commands_never_stall():
    dispatcher = Slow()
    dispatcher.go.set()
    queue = CommandQueue(dispatcher, threads=2)
    for i in range(200):
        async with asyncio.timeout(2):
            assert (await queue.handle(command(f"c{i}"))).message.short() == f"c{i}"
    queue.close()
