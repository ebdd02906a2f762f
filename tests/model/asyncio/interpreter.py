#!/usr/bin/env python3
"""Runs scripts on the real asyncio, and tells what came of each operation.

Standard input is a JSON array of scripts (script.hpp says what they are); standard output is a JSON array with the
log of each, an array of texts. Time is virtual: where the loop would sleep its clock moves on instead, and where it
would wait for ever the script has come to a deadlock.
"""

import asyncio
import contextvars
import json
import re
import selectors
import sys


class Deadlock(BaseException):
    pass


class Selector(selectors.DefaultSelector):
    """Waits for threads only."""

    def __init__(self):
        super().__init__()
        self.now = 0.0
        self.working = 0  # jobs of the pool that have not been told of

    def select(self, timeout=None):
        events = super().select(0)
        if events or timeout == 0 or (timeout is not None and timeout < 0):
            return events
        if self.working:
            return super().select(timeout=60)
        if timeout is None:
            raise Deadlock()
        self.now += timeout
        return []


class Loop(asyncio.SelectorEventLoop):
    def __init__(self):
        self.waits = Selector()
        super().__init__(self.waits)

    def time(self):
        return self.waits.now


class Ordered(dict):
    """A set that is gone through in the order in which its elements came. TaskGroup keeps its tasks in a set."""

    def add(self, x):
        self[x] = None

    def discard(self, x):
        self.pop(x, None)


class AppError(Exception):
    pass


def name_of(error):
    if isinstance(error, BaseExceptionGroup):
        return "ExceptionGroup(" + ", ".join(name_of(e) for e in error.exceptions) + ")"
    return type(error).__name__


class World:
    def __init__(self, script):
        self.script = script
        self.log = []
        self.over = False
        self.locks = {"lock": asyncio.Lock(), "sem1": asyncio.Semaphore(1), "sem2": asyncio.Semaphore(2),
                      "bounded": asyncio.BoundedSemaphore(1)}
        self.event = asyncio.Event()
        self.condition = asyncio.Condition()
        self.queue = asyncio.Queue(1)
        self.var = contextvars.ContextVar("var", default=0)
        self.futures = [asyncio.get_running_loop().create_future() for _ in range(2)]
        self.tasks = []

    def say(self, text):
        if not self.over:
            self.log.append(text)

    async def body(self, who, operations):
        for operation in operations:
            await self.one(who, operation)

    async def one(self, who, operation):
        name, *rest = operation
        if name == "raise":
            self.say(f"{who} raise")
            raise AppError()
        if name == "try":
            try:
                await self.body(who, rest[0])
            except asyncio.CancelledError:
                self.say(f"{who} caught")
                if rest[1] == "again":
                    raise
                asyncio.current_task().uncancel()
            return
        try:
            result = await getattr(self, "do_" + name)(who, *rest)
        except asyncio.CancelledError:
            self.say(f"{who} {name} CancelledError")
            raise
        except Deadlock:
            raise
        except BaseException as error:
            self.say(f"{who} {name} {name_of(error)}")
        else:
            self.say(f"{who} {name} ok" if result is None else f"{who} {name} {result}")

    async def do_sleep(self, who, ms):
        await asyncio.sleep(ms / 1000)

    async def do_acquire(self, who, which):
        await self.locks[which].acquire()

    async def do_release(self, who, which):
        self.locks[which].release()

    async def do_set(self, who):
        self.event.set()

    async def do_clear(self, who):
        self.event.clear()

    async def do_wait(self, who):
        await self.event.wait()

    async def do_with_condition(self, who, operations):
        async with self.condition:
            await self.body(who, operations)

    async def do_wait_condition(self, who):
        await self.condition.wait()

    async def do_notify(self, who, n):
        self.condition.notify(n)

    async def do_notify_all(self, who):
        self.condition.notify_all()

    async def do_put(self, who, value):
        await self.queue.put(value)

    async def do_get(self, who):
        return await self.queue.get()

    async def do_put_nowait(self, who, value):
        self.queue.put_nowait(value)

    async def do_get_nowait(self, who):
        return self.queue.get_nowait()

    async def do_task_done(self, who):
        self.queue.task_done()

    async def do_join(self, who):
        await self.queue.join()

    async def do_set_result(self, who, which, value):
        self.futures[which].set_result(value)

    async def do_set_exception(self, who, which):
        self.futures[which].set_exception(AppError())

    async def do_cancel_future(self, who, which):
        return str(self.futures[which].cancel()).lower()

    async def do_await_future(self, who, which):
        return await self.futures[which]

    async def do_shield_future(self, who, which):
        return await asyncio.shield(self.futures[which])

    async def do_cancel(self, who, which):
        return str(self.tasks[which % len(self.tasks)].cancel()).lower()

    def elder(self, who, which):
        """Nobody waits for one who waits for him."""
        own = int(re.search("[0-9]+", who).group())
        return self.tasks[which % own] if own else self.futures[0]

    async def do_await_task(self, who, which):
        return await self.elder(who, which)

    async def do_shield_task(self, who, which):
        return await asyncio.shield(self.elder(who, which))

    async def do_gather(self, who, which, collect):
        await asyncio.gather(*[self.elder(who, i) for i in which], return_exceptions=collect)

    async def do_uncancel(self, who):
        return asyncio.current_task().uncancel()

    async def do_cancelling(self, who):
        return asyncio.current_task().cancelling()

    async def do_wait_for(self, who, ms, operations):
        await asyncio.wait_for(self.body(who + "w", operations), ms / 1000)

    async def do_wait_for_future(self, who, ms, which):
        return await asyncio.wait_for(self.futures[which], ms / 1000)

    async def do_timeout(self, who, ms, operations):
        # Until 3.11.4 a timeout took any pending request to cancel the task for its own.
        while asyncio.current_task().cancelling():
            asyncio.current_task().uncancel()
        async with asyncio.timeout(ms / 1000):
            await self.body(who, operations)

    async def do_group(self, who, bodies, operations):
        async with asyncio.TaskGroup() as group:
            group._tasks = Ordered()
            for i, each in enumerate(bodies):
                group.create_task(self.body(f"{who}.{i}", each))
            await self.body(who, operations)

    async def do_spawn(self, who, operations):
        self.tasks.append(asyncio.create_task(self.body(f"s{len(self.tasks)}", operations)))

    async def do_call_soon(self, who, text):
        asyncio.get_running_loop().call_soon(self.say, text)

    async def do_call_later(self, who, ms, text):
        asyncio.get_running_loop().call_later(ms / 1000, self.say, text)

    async def do_when_done(self, who, which, text):
        self.tasks[which % len(self.tasks)].add_done_callback(lambda _: self.say(text))

    async def do_var_set(self, who, value):
        self.var.set(value)

    async def do_var_get(self, who):
        return self.var.get()

    async def do_to_thread(self, who, text):
        waits = asyncio.get_running_loop().waits
        waits.working += 1

        def job():
            self.say(f"{text} in thread, var {self.var.get()}")

        future = asyncio.get_running_loop().run_in_executor(None, contextvars.copy_context().run, job)
        future.add_done_callback(lambda _: setattr(waits, "working", waits.working - 1))
        await future

    async def main(self):
        for i, operations in enumerate(self.script):
            self.tasks.append(asyncio.create_task(self.body(f"t{i}", operations)))
        all_of_them = list(self.tasks)
        await asyncio.gather(*all_of_them, return_exceptions=True)
        for i, task in enumerate(all_of_them):
            how = "cancelled" if task.cancelled() else name_of(task.exception()) if task.exception() else "ok"
            self.say(f"t{i} is {how}")
        self.say("over")
        self.over = True


def run(script):
    worlds = []

    async def start():
        worlds.append(World(script))
        await worlds[0].main()

    loop = Loop()
    loop.set_exception_handler(lambda *_: None)
    try:
        loop.run_until_complete(start())
    except Deadlock:
        worlds[0].say("deadlock")
    worlds[0].over = True
    # What is left is cancelled, until it ends or waits once more.
    try:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left))
    except Deadlock:
        pass
    loop.waits.working += 1  # the threads' end
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    return worlds[0].log


if __name__ == "__main__":
    if sys.version_info[:2] != (3, 11):
        sys.exit("the scripts are told as Python 3.11 tells them: in 3.12 wait_for is another")
    json.dump([run(script) for script in json.load(sys.stdin)], sys.stdout)
