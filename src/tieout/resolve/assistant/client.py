"""One question to a model, by pydantic-ai: tried again where that may help, bounded in time."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential_jitter,
)

from tieout.model.errors import InputError
from tieout.resolve.actions.http_client import RETRY_AFTER_MAX_SECONDS, barred_address, host
from tieout.resolve.assistant.tasks import Prompt
from tieout.resolve.config.assistant import AssistantSpec

if TYPE_CHECKING:
    from pydantic_ai import Agent
    from pydantic_ai.models.openai import OpenAIChatModel

Sleep = Callable[[float], Awaitable[None]]
_FIRST_WAIT_SECONDS: Final = 1.0
_WAIT_SECONDS_MAX: Final = 30.0
_AGAIN: Final = frozenset({408, 409, 425, 429})


class NoAnswerError(Exception):
    """There was no answer, and why in a line without secrets."""


class PassingError(NoAnswerError):
    """There was none this time. seconds: how long the server asked to be left alone."""

    def __init__(self, why: str, seconds: float | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds


class UnusableError(NoAnswerError):
    """It answered in a form that was not asked for."""


@dataclass(kw_only=True)
class Tally:
    """What a question used, over all attempts."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(kw_only=True)
class Client:
    """Asks one model; to be entered and left within one event loop."""

    spec: AssistantSpec
    sleep: Sleep = asyncio.sleep
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _model: "OpenAIChatModel | None" = None
    _agents: dict[tuple[str, type], "Agent[Any, Any]"] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        import httpx2
        from openai import AsyncOpenAI
        from pydantic_ai.models.openai import OpenAIChatModel
        from pydantic_ai.providers.openai import OpenAIProvider
        from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

        spec = self.spec
        http = await self._stack.enter_async_context(
            httpx2.AsyncClient(
                timeout=httpx2.Timeout(spec.timeout_seconds),
                follow_redirects=False,
                trust_env=False,
            )
        )
        client = AsyncOpenAI(
            base_url=spec.address, api_key=key_of(spec) or "none", max_retries=0, http_client=http
        )
        provider = (
            OpenAIProvider(openai_client=client)
            if spec.provider == "openai" and not spec.base_url
            else OpenAICompatibleProvider(spec.provider, openai_client=client)
        )
        self._model = OpenAIChatModel(spec.model, provider=provider)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def ask(self, prompt: Prompt, tally: Tally) -> dict[str, Any]:
        """The answer in the prompt's form. Raises NoAnswerError after the last attempt."""
        jitter = wait_exponential_jitter(_FIRST_WAIT_SECONDS, _WAIT_SECONDS_MAX)

        def wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = (error.seconds if isinstance(error, PassingError) else None) or 0.0
            return max(jitter(state), min(asked, RETRY_AFTER_MAX_SECONDS))

        attempts = AsyncRetrying(
            stop=stop_after_attempt(self.spec.attempts),
            wait=wait,
            retry=retry_if_exception_type(PassingError),
            sleep=self.sleep,
            reraise=True,
        )
        return await attempts(self._once, prompt, tally)

    async def _once(self, prompt: Prompt, tally: Tally) -> dict[str, Any]:
        from pydantic_ai import RunUsage, exceptions

        agent, used = self._agent(prompt), RunUsage()
        where, limit = host(self.spec.address), self.spec.timeout_seconds
        try:
            async with asyncio.timeout(limit):
                result = await agent.run(prompt.content, usage=used)
        except (TimeoutError, exceptions.ModelTimeoutError) as error:
            raise PassingError(f"{where}: no answer in {limit:g} s") from error
        except exceptions.ModelHTTPError as error:
            raise _of_status(where, error.status_code, error.retry_after) from error
        except exceptions.ModelAPIError as error:
            raise PassingError(f"{where}: {type(error).__name__}") from error
        except exceptions.AgentRunError as error:
            raise UnusableError(f"{where}: its answer is not of the form asked for") from error
        except Exception as error:
            # Whatever a library raises of what came back: a case is not lost for it.
            raise NoAnswerError(f"{where}: {type(error).__name__}") from error
        finally:
            tally.requests += max(used.requests, 1)
            tally.input_tokens += used.input_tokens
            tally.output_tokens += used.output_tokens
        found: dict[str, Any] = result.output.model_dump(mode="json")
        return found

    def _agent(self, prompt: Prompt) -> "Agent[Any, Any]":
        key = (prompt.instructions, prompt.form)
        if key not in self._agents:
            self._agents[key] = self._made(prompt)
        return self._agents[key]

    def _made(self, prompt: Prompt) -> "Agent[Any, Any]":
        from pydantic_ai import Agent, NativeOutput, PromptedOutput, ToolOutput

        forms: dict[str, Any] = {
            "native": NativeOutput,
            "tool": ToolOutput,
            "prompted": PromptedOutput,
        }
        form: Any = forms[self.spec.output](prompt.form)
        return Agent(
            self._model,
            output_type=form,
            instructions=prompt.instructions,
            # Told what was wrong with its form, a model may mend it once.
            retries=1,
            model_settings={"max_tokens": self.spec.answer_tokens_max, "temperature": 0.0},
        )


def _of_status(where: str, status: int, seconds: float | None) -> NoAnswerError:
    """By the status alone: what a server says beside it may repeat the key."""
    if status in _AGAIN or status >= 500:
        return PassingError(f"{where}: {status}", seconds)
    if status in {401, 403}:
        return NoAnswerError(f"{where}: {status}, the key is not accepted")
    return NoAnswerError(f"{where}: {status}")


def key_of(spec: AssistantSpec) -> str | None:
    """The key from the environment; None where none is needed."""
    name = spec.key_variable
    return os.environ.get(name, "") if name else None


def problem_of(spec: AssistantSpec) -> str:
    """Why a model can't be asked at all, and what to do; blank where it can. Sends nothing."""
    import importlib.util

    if importlib.util.find_spec("pydantic_ai") is None or not importlib.util.find_spec("openai"):
        return "pydantic-ai is not installed; pip install 'tieout[llm]'"
    if spec.key_variable and not key_of(spec):
        return f"the variable {spec.key_variable} is not set; put the key of {spec.provider} there"
    return ""


def require_reachable(spec: AssistantSpec) -> None:
    """Raises InputError where the address may not be called, or cannot be."""
    barred = barred_address(spec.address, private=spec.may_be_private)
    if barred is not None:
        raise InputError(barred.detail)
