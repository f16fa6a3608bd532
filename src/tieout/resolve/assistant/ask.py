"""Asks the model, as far as cache, budget, rate and breaker let it; says how it ended."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

from tieout.model.errors import InputError
from tieout.resolve.assistant.answers import RefusedError, Said, read_answer
from tieout.resolve.assistant.client import (
    Client,
    NoAnswerError,
    Sleep,
    Tally,
    UnusableError,
    problem_of,
    require_reachable,
)
from tieout.resolve.assistant.limits import Breaker, Rate
from tieout.resolve.assistant.store import Call, Store
from tieout.resolve.assistant.tasks import Prompt
from tieout.resolve.assistant.usage import Outcome, Usage, at_most, cost_of, over_budget
from tieout.resolve.config.assistant import AssistantSpec

# Between so many rounds of parallel questions what was used is counted.
_ROUNDS: Final = 4
_NOTHING: Final = Usage()


@dataclass(frozen=True, kw_only=True)
class Reply:
    """How a question ended. said: None where a template has to answer, and `call.why` says why.

    raw: what the model answered, as it came, refused or not.
    """

    prompt: Prompt
    call: Call
    said: Said | None = None
    raw: dict[str, Any] | None = None


@dataclass
class _Asked:
    """A question under way."""

    prompt: Prompt
    key: str
    tally: Tally = field(default_factory=Tally)
    content: dict[str, Any] | None = None
    outcome: Outcome = Outcome.ANSWERED
    why: str = ""


@dataclass(kw_only=True)
class Assistant:
    """One model and the limits of its use; several threads may ask it."""

    spec: AssistantSpec
    store: Store
    rate: Rate
    breaker: Breaker
    now: Callable[[], datetime]
    sleep: Sleep

    @classmethod
    def of(
        cls,
        spec: AssistantSpec,
        store: Store,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Sleep = asyncio.sleep,
    ) -> Self:
        """With limits as its spec has them."""
        return cls(
            spec=spec,
            store=store,
            rate=Rate(per_minute=spec.requests_per_minute, burst=spec.parallel),
            breaker=Breaker(failures=spec.breaker_failures, seconds=spec.breaker_seconds),
            now=now,
            sleep=sleep,
        )

    def ask(self, prompts: Sequence[Prompt]) -> list[Reply]:
        """The reply to each, in their order; what is asked twice is asked once. Never raises for
        what a model or its server does."""
        told: dict[str, Reply] = {}
        waiting: dict[str, _Asked] = {}
        for prompt in prompts:
            key = prompt.cache_key(self.spec)
            if key not in told and key not in waiting:
                kept = self._kept(prompt, key)
                if kept is not None:
                    told[key] = kept
                else:
                    waiting[key] = _Asked(prompt, key)
        problem = self._problem() if waiting else ""
        step = self.spec.parallel * _ROUNDS
        pending = list(waiting.values())
        for start in range(0, len(pending), step):
            part = pending[start : start + step]
            self._ask(part, problem)
            told |= {asked.key: self._reply(asked) for asked in part}
        seen: set[str] = set()
        return [self._again(told[key], prompt, seen) for prompt, key in self._keyed(prompts)]

    def _keyed(self, prompts: Sequence[Prompt]) -> list[tuple[Prompt, str]]:
        return [(prompt, prompt.cache_key(self.spec)) for prompt in prompts]

    def _again(self, reply: Reply, prompt: Prompt, seen: set[str]) -> Reply:
        """The reply for a prompt; for the second of two that are alike, a cached one."""
        if reply.call.key not in seen or reply.said is None:
            seen.add(reply.call.key)
            return reply
        call = self._call(prompt, reply.call.key, Outcome.CACHED)
        self.store.note(call)
        return Reply(prompt=prompt, call=call, said=reply.said, raw=reply.raw)

    def _problem(self) -> str:
        problem = problem_of(self.spec)
        if problem:
            return problem
        try:
            require_reachable(self.spec)
        except InputError as error:
            return str(error)
        return ""

    def _kept(self, prompt: Prompt, key: str) -> Reply | None:
        content = self.store.kept(key, self.now()) if self.spec.cache_days else None
        if content is None:
            return None
        try:
            # What was kept may have been changed since.
            prompt.form.model_validate(content)
            said = read_answer(prompt, content)
        except ValueError:
            return None
        call = self._call(prompt, key, Outcome.CACHED)
        self.store.note(call)
        return Reply(prompt=prompt, call=call, said=said, raw=content)

    def _ask(self, part: list[_Asked], problem: str) -> None:
        """Fill in what came of each."""
        reserved, free = Usage(), []
        for asked in part:
            most = at_most(
                len(asked.prompt.content) + len(asked.prompt.instructions),
                self.spec.answer_tokens_max,
                self.spec.prices,
            )
            budget = self.spec.budget
            why = problem or over_budget(budget, self.store.spent, reserved + most, self.now())
            if why:
                asked.outcome, asked.why = Outcome.SKIPPED, why
            else:
                reserved += most
                free.append(asked)
        if free:
            asyncio.run(self._all(free))

    async def _all(self, part: list[_Asked]) -> None:
        places = asyncio.Semaphore(self.spec.parallel)
        async with Client(spec=self.spec, sleep=self.sleep) as client:
            await asyncio.gather(*(self._one(client, asked, places) for asked in part))

    async def _one(self, client: Client, asked: _Asked, places: asyncio.Semaphore) -> None:
        async with places:
            if not self.breaker.allows():
                asked.outcome = Outcome.SKIPPED
                asked.why = "it failed too often and is left alone for a while"
                return
            await self.sleep(self.rate.reserve())
            try:
                asked.content = await client.ask(asked.prompt, asked.tally)
            except UnusableError as error:
                # It did answer: who makes it babble must not take it from the others.
                self.breaker.succeeded()
                asked.outcome, asked.why = Outcome.REFUSED, str(error)
            except NoAnswerError as error:
                self.breaker.failed()
                asked.outcome, asked.why = Outcome.FAILED, str(error)
            else:
                self.breaker.succeeded()

    def _reply(self, asked: _Asked) -> Reply:
        said = None
        if asked.content is not None:
            try:
                said = read_answer(asked.prompt, asked.content)
            except RefusedError as error:
                asked.outcome, asked.why = Outcome.REFUSED, str(error)
        tally, prices = asked.tally, self.spec.prices
        usage = Usage(
            requests=tally.requests,
            input_tokens=tally.input_tokens,
            output_tokens=tally.output_tokens,
            cost=cost_of(tally.input_tokens, tally.output_tokens, prices),
        )
        call = self._call(asked.prompt, asked.key, asked.outcome, why=asked.why, usage=usage)
        self.store.note(call)
        if said is not None and asked.content is not None and self.spec.cache_days:
            until = call.at + timedelta(days=self.spec.cache_days)
            self.store.keep(call, asked.content, until=until)
        return Reply(prompt=asked.prompt, call=call, said=said, raw=asked.content)

    def _call(
        self, prompt: Prompt, key: str, outcome: Outcome, *, why: str = "", usage: Usage = _NOTHING
    ) -> Call:
        return Call(
            at=self.now(),
            task=prompt.task,
            model=self.spec.model,
            key=key,
            outcome=outcome,
            why=why,
            usage=usage,
        )
