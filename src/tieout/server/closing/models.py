"""Tables of closing: the ledger, the tasks of a period, certified balances, explanations."""

from django.conf import settings
from django.db import models

from tieout.close.tasks.model import TaskState

_USER = settings.AUTH_USER_MODEL


class Account(models.Model):
    """An account. opening: before the first entry. is_known: it stands in the chart."""

    code = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200, blank=True)
    type = models.CharField(max_length=20, blank=True)
    opening = models.BigIntegerField(default=0)
    closing = models.BigIntegerField(null=True)
    is_known = models.BooleanField(default=True)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class Period(models.Model):
    """A month that is closed: its calendar, what is material, and whether it is locked.

    policy: of certification, as `tieout.close.review.policy` reads it.
    """

    class State(models.TextChoices):
        """An open period takes entries."""

        OPEN = "open"
        LOCKED = "locked"

    name = models.CharField(max_length=7, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    calendar = models.CharField(max_length=200)
    holidays = models.CharField(max_length=20, blank=True)
    hours_per_day = models.FloatField(default=8.0)
    material_amount = models.BigIntegerField(default=1_000_00)
    material_percent = models.FloatField(default=10.0)
    policy = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    locked_at = models.DateTimeField(null=True)
    locked_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def is_locked(self) -> bool:
        """Whether its books are closed."""
        return self.state == self.State.LOCKED


class Task(models.Model):
    """A task of a period. owner, reviewer: user names or roles; result: what its job found."""

    period = models.ForeignKey(Period, on_delete=models.CASCADE, related_name="tasks")
    code = models.CharField(max_length=100)
    name = models.CharField(max_length=300)
    position = models.PositiveIntegerField()
    depends_on = models.JSONField(default=list)
    workday = models.IntegerField(null=True)
    starts = models.IntegerField(null=True)
    hours = models.FloatField()
    due = models.DateField()
    owner = models.CharField(max_length=150, blank=True)
    reviewer = models.CharField(max_length=150, blank=True)
    job = models.CharField(max_length=50, blank=True)
    arguments = models.JSONField(default=dict)
    is_automated = models.BooleanField(default=False)
    state = models.CharField(max_length=12, default=TaskState.PENDING)
    reason = models.TextField(blank=True)
    evidence = models.TextField(blank=True)
    result = models.JSONField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("period", "position")
        constraints = (
            models.UniqueConstraint(fields=["period", "code"], name="closing_task_once"),
        )

    def __str__(self) -> str:
        return f"{self.period.name} {self.code} ({self.state})"


class Document(models.Model):
    """A voucher that entries refer to."""

    number = models.CharField(max_length=200, unique=True)

    def __str__(self) -> str:
        return self.number


class LedgerUser(models.Model):
    """Somebody, or a system, that posts or approves entries in the books; no login here."""

    name = models.CharField(max_length=150, unique=True)

    def __str__(self) -> str:
        return self.name


class LedgerImport(models.Model):
    """A file that was imported. known: what it says of its entries. currency: of the ledger."""

    file = models.CharField(max_length=500)
    sha256 = models.CharField(max_length=64, blank=True)
    rows = models.BigIntegerField()
    kept = models.BigIntegerField()
    held = models.BigIntegerField()
    repeated = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField()
    known = models.JSONField(default=list)
    currency = models.CharField(max_length=10, blank=True)
    imported_at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.file} ({self.rows} rows)"


class JournalEntry(models.Model):
    """An entry. held: it broke a rule on the way in and does not count in balances."""

    number = models.CharField(max_length=200, unique=True)
    effective = models.DateField(db_index=True)
    posted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    description = models.TextField(blank=True)
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT)
    prepared_by = models.ForeignKey(
        LedgerUser, null=True, on_delete=models.PROTECT, related_name="prepared"
    )
    approved_by = models.ForeignKey(
        LedgerUser, null=True, on_delete=models.PROTECT, related_name="approved"
    )
    origin = models.CharField(max_length=100, blank=True)
    counterparty = models.CharField(max_length=300, blank=True)
    held = models.BooleanField(default=False)
    source = models.ForeignKey(LedgerImport, on_delete=models.PROTECT, related_name="entries")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.number


class JournalLine(models.Model):
    """A line: amount in units of 0.01, debits positive. row: of the file that it came from."""

    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="lines")
    line = models.BigIntegerField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lines")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=10, blank=True)
    row = models.BigIntegerField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.entry_id} {self.line}: {self.amount}"


class LedgerException(models.Model):
    """Something that is wrong in an import, as `tieout.close.ledger.validate` says it."""

    source = models.ForeignKey(LedgerImport, on_delete=models.CASCADE, related_name="exceptions")
    kind = models.CharField(max_length=30, db_index=True)
    severity = models.CharField(max_length=10)
    entry = models.CharField(max_length=200, blank=True)
    account = models.CharField(max_length=100, blank=True)
    row = models.BigIntegerField(null=True)
    amount = models.BigIntegerField(null=True)
    text = models.TextField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


class Certification(models.Model):
    """The balance of an account at the end of a period, and who stands for it.

    support: what it was reconciled with, and reference: where that is (a run, a statement).
    """

    class State(models.TextChoices):
        """A certified balance that changes is decertified."""

        OPEN = "open"
        NOT_DUE = "not_due"
        PREPARED = "prepared"
        CERTIFIED = "certified"
        DECERTIFIED = "decertified"

    period = models.ForeignKey(Period, on_delete=models.CASCADE, related_name="certifications")
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    risk = models.CharField(max_length=10)
    balance = models.BigIntegerField()
    supported = models.BigIntegerField(null=True)
    support = models.CharField(max_length=30, blank=True)
    reference = models.CharField(max_length=300, blank=True)
    explanation = models.TextField(blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    reason = models.TextField(blank=True)
    is_automatic = models.BooleanField(default=False)
    prepared_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField(null=True)
    certified_by = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    certified_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("account__code",)
        constraints = (
            models.UniqueConstraint(fields=["period", "account"], name="closing_balance_once"),
        )

    def __str__(self) -> str:
        return f"{self.period.name} {self.account.code} ({self.state})"

    @property
    def unexplained(self) -> int | None:
        """Balance less what supports it; None before it was reconciled."""
        return None if self.supported is None else self.balance - self.supported

    @property
    def approval(self) -> "DifferenceApproval | None":
        """The approval of the difference as it is now.

        One of another amount does not count, nor one from before it was prepared anew.
        """
        since = self.prepared_at
        return next(
            (
                each
                for each in self.approvals.all()
                if each.amount == self.unexplained and (since is None or each.approved_at >= since)
            ),
            None,
        )


class DifferenceApproval(models.Model):
    """Somebody stands for a difference that nobody could explain: who, why, how much.

    Never changed; another difference needs another one. amount: balance less support, in units.
    """

    certification = models.ForeignKey(
        Certification, on_delete=models.CASCADE, related_name="approvals"
    )
    amount = models.BigIntegerField()
    reason = models.TextField()
    approved_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.certification}: {self.amount}"


class FluxExplanation(models.Model):
    """Why a balance or result moved; bound to the variance by its fingerprint."""

    period = models.ForeignKey(Period, on_delete=models.CASCADE, related_name="explanations")
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    comparison = models.CharField(max_length=20)
    fingerprint = models.CharField(max_length=16)
    text = models.TextField()
    author = models.ForeignKey(_USER, null=True, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("account__code", "comparison")
        constraints = (
            models.UniqueConstraint(
                fields=["period", "account", "comparison"], name="closing_flux_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.period.name} {self.account.code} {self.comparison}"


class LockedBalance(models.Model):
    """The balance of an account as its period was locked; the next period opens with it."""

    period = models.ForeignKey(Period, on_delete=models.CASCADE, related_name="balances")
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    opening = models.BigIntegerField()
    movement = models.BigIntegerField()
    closing = models.BigIntegerField()

    class Meta:
        ordering = ("account__code",)
        constraints = (
            models.UniqueConstraint(fields=["period", "account"], name="closing_locked_once"),
        )

    def __str__(self) -> str:
        return f"{self.period.name} {self.account.code}: {self.closing}"
