"""Users and the tokens with which programs act for them."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower


class User(AbstractUser):
    """A person who may log in. What they may do follows from their roles, which are groups."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                Lower("email"), name="accounts_email_once", condition=~models.Q(email="")
            ),
        )

    def __str__(self) -> str:
        return self.username


class LoginFailures(models.Model):
    """How often logging in failed lately for a name or an address, and whether it has to wait."""

    key = models.CharField(max_length=200, unique=True)
    failures = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.key


class ApiToken(models.Model):
    """Acts for a user through the API. Only the hash of the token is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def allows(self, scope: str) -> bool:
        """Whether the token was made for this."""
        return scope in self.scopes
