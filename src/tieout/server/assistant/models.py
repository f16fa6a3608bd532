"""The tables of the assistant: kept answers, calls that were made, and what it said of cases."""

from decimal import ROUND_CEILING, Decimal

from django.conf import settings
from django.db import models

USER = settings.AUTH_USER_MODEL
_PICO_DIGITS = 12
TASKS = (
    ("classify", "Bucket"),
    ("severity", "Severity"),
    ("summary", "Summary"),
    ("choose", "Choice"),
    ("question", "Question"),
)


def cost_in_pico(cost: Decimal) -> int:
    """A cost in billionths of a thousandth of its currency, rounded up.

    >>> cost_in_pico(Decimal("0.006")), cost_from_pico(6_000_000_000)
    (6000000000, Decimal('0.006000000000'))
    """
    scaled = cost.scaleb(_PICO_DIGITS)
    return int(scaled.to_integral_value(ROUND_CEILING))


def cost_from_pico(pico: int | None) -> Decimal:
    """The cost in its currency."""
    return Decimal(pico or 0).scaleb(-_PICO_DIGITS)


class KeptAnswer(models.Model):
    """An answer that need not be asked for again; personal data stands in it as pseudonyms."""

    # SHA-256 of model, instructions, form and input.
    key = models.CharField(max_length=64, unique=True)
    task = models.CharField(max_length=10, choices=TASKS)
    model = models.CharField(max_length=200)
    content = models.JSONField()
    made_at = models.DateTimeField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-made_at", "-id")

    def __str__(self) -> str:
        return f"{self.task} {self.key[:12]}"


class AssistantCall(models.Model):
    """A question and how it ended, whether or not anything was sent."""

    at = models.DateTimeField(db_index=True)
    task = models.CharField(max_length=10, choices=TASKS)
    model = models.CharField(max_length=200)
    key = models.CharField(max_length=64)
    outcome = models.CharField(max_length=10)
    why = models.CharField(max_length=300, blank=True)
    requests = models.IntegerField(default=0)
    input_tokens = models.IntegerField(default=0)
    output_tokens = models.IntegerField(default=0)
    # Whole numbers add up exactly in every database.
    cost_pico = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.task}: {self.outcome}"

    @property
    def cost(self) -> Decimal:
        """In the currency of the prices."""
        return cost_from_pico(self.cost_pico)


class Remark(models.Model):
    """What was said of a case in answer to a question; it changes nothing about the case."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="remarks")
    task = models.CharField(max_length=10, choices=TASKS)
    # By the model; otherwise by fixed sentences, and `why` says why.
    by_model = models.BooleanField()
    model = models.CharField(max_length=200, blank=True)
    why = models.CharField(max_length=300, blank=True)
    question = models.CharField(max_length=500, blank=True)
    choice = models.CharField(max_length=500, blank=True)
    sentences = models.JSONField(default=list)
    cites = models.JSONField(default=list)
    # The facts as they were told, by which it cites.
    facts = models.JSONField(default=list)
    confidence = models.FloatField(null=True)
    # It says another than evidence or proposal: neither is carried out without a person.
    needs_person = models.BooleanField(default=False)
    asked_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-id")
        indexes = (models.Index(fields=["case", "task", "-at"], name="assistant_of_case"),)

    def __str__(self) -> str:
        return f"{self.task} of case {self.case_id}"
