"""Which language model may be asked, how often, and what it may cost."""

from decimal import Decimal
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from tieout.resolve.config.channels import ConfigModel, Variable, checked_url

Provider = Literal["openai", "compatible", "huggingface", "local"]
_ADDRESSES: Final[dict[str, str]] = {
    "openai": "https://api.openai.com/v1",
    "huggingface": "https://router.huggingface.co/v1",
    "local": "http://127.0.0.1:8080/v1",
}
_KEYS: Final[dict[str, str]] = {"openai": "OPENAI_API_KEY", "huggingface": "HF_TOKEN"}


class AssistantPrices(ConfigModel):
    """What a million tokens cost; 0 where nothing is paid."""

    input_per_million: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    output_per_million: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    currency: Annotated[str, Field(max_length=12)] = "USD"


class AssistantBudget(ConfigModel):
    """What may be used within a UTC day and month. Beyond it templates answer."""

    tokens_per_day: Annotated[int | None, Field(ge=0)] = None
    cost_per_day: Annotated[Decimal | None, Field(ge=0)] = None
    cost_per_month: Annotated[Decimal | None, Field(ge=0)] = None


class AssistantSpec(ConfigModel):
    """A language model behind an interface as OpenAI's, and the limits of its use."""

    provider: Annotated[
        Provider,
        Field(description="openai, huggingface (inference), local, or compatible: any other."),
    ]
    model: Annotated[
        str, Field(min_length=1, max_length=200, description="As its server calls it.")
    ]
    base_url: Annotated[
        str, Field(description="Up to `/v1`; needed for `compatible`, known for the others.")
    ] = ""
    key_env: Annotated[
        Variable | None,
        Field(description="Variable with the key; OPENAI_API_KEY, HF_TOKEN where they are known."),
    ] = None
    http: Annotated[bool, Field(description="Allow plain http.")] = False
    private: Annotated[bool, Field(description="Allow addresses of the own network.")] = False
    output: Annotated[
        Literal["native", "tool", "prompted"],
        Field(description="How the form of answers is asked for: schema, tool call, or in words."),
    ] = "native"
    timeout_seconds: Annotated[float, Field(gt=0, le=300)] = 30.0
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    parallel: Annotated[int, Field(ge=1, le=64, description="Questions under way at once.")] = 4
    requests_per_minute: Annotated[float, Field(gt=0)] = 60.0
    answer_tokens_max: Annotated[int, Field(ge=16, le=8192)] = 600
    breaker_failures: Annotated[
        int, Field(ge=1, description="Failures in a row after which it is left alone for a while.")
    ] = 5
    breaker_seconds: Annotated[float, Field(gt=0, description="How long.")] = 60.0
    cache_days: Annotated[int, Field(ge=0, description="How long answers are kept; 0: not.")] = 30
    confidence: Annotated[
        float,
        Field(
            gt=0, lt=0.8, description="How sure its buckets count until people's decisions tell."
        ),
    ] = 0.5
    prices: AssistantPrices = AssistantPrices()
    budget: AssistantBudget = AssistantBudget()

    @property
    def address(self) -> str:
        """The base URL that is called."""
        return (self.base_url or _ADDRESSES.get(self.provider, "")).rstrip("/")

    @property
    def key_variable(self) -> str | None:
        """The variable of the environment that holds the key; None where none is needed."""
        return self.key_env or _KEYS.get(self.provider)

    @property
    def may_be_private(self) -> bool:
        """Whether the own network may be called."""
        return self.private or self.provider == "local"

    @model_validator(mode="after")
    def _reachable(self) -> "AssistantSpec":
        if not self.address:
            raise ValueError(f"provider {self.provider} needs a `base_url`")
        checked_url(self.address)
        own = self.provider == "local" and urlsplit(self.address).hostname in {
            "127.0.0.1", "localhost", "::1",
        }  # fmt: skip
        if self.address.startswith("http:") and not (self.http or own):
            raise ValueError(
                f"{self.address}: plain http; write https, or `http: true` to allow it"
            )
        return self
