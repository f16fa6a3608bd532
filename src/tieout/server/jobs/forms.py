"""What an admin fills in for a schedule."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from tieout.server.jobs.asked import ASKED, UNSCHEDULED, Asked, field_name, others, read, shown
from tieout.server.jobs.models import Schedule
from tieout.server.jobs.registry import kinds
from tieout.server.jobs.scheduling import FILE
from tieout.server.jobs.words import job_words


@dataclass(frozen=True)
class Group:
    """The fields that one kind of job is asked with. is_json: those that have no field."""

    kind: str
    words: str
    fields: tuple[BoundField, ...]
    is_chosen: bool
    is_json: bool = False


class ScheduleForm(forms.Form):
    """Name, what to do, with what, and when.

    It has the fields of all kinds; those of the chosen one are read.
    """

    name = forms.CharField(max_length=100)
    kind = forms.ChoiceField(label="Job")
    arguments = forms.JSONField(
        required=False,
        initial=dict,
        label="Other arguments",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="As JSON; {file} stands for the file that arrived.",
    )
    cron = forms.CharField(
        max_length=100,
        required=False,
        label="Times",
        help_text="Minute, hour, day, month, day of week: 30 7 * * 1-5",
    )
    time_zone = forms.CharField(max_length=50, initial="UTC")
    watch = forms.CharField(
        max_length=300,
        required=False,
        label="Or files to watch for",
        help_text="A pattern inside the workspace: inbox/*.csv. In a field of the job, {file} "
        "stands for the file that arrived.",
    )
    missed = forms.ChoiceField(
        choices=Schedule.Missed.choices,
        initial=Schedule.Missed.ONCE,
        label="Times that were missed",
    )
    enabled = forms.BooleanField(required=False, initial=True, label="Switched on")

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, schedule: Schedule | None = None
    ) -> None:
        initial = {name: getattr(schedule, name) for name in self.base_fields if schedule}
        if schedule is not None:
            initial |= shown(schedule.kind, schedule.arguments)
            initial["arguments"] = others(schedule.kind, schedule.arguments)
        super().__init__(data, initial=initial)
        kept = schedule.kind if schedule is not None else ""
        self.offered = [each for each in kinds() if each not in UNSCHEDULED or each == kept]
        field = self.fields["kind"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(kind, job_words(kind)) for kind in self.offered]
        for kind in self.offered:
            for asked in ASKED.get(kind, ()):
                self.fields[field_name(kind, asked)] = _field(asked)
        for name, each in self.fields.items():
            is_box = isinstance(each, forms.BooleanField)
            is_choice = isinstance(each, forms.ChoiceField)
            css = "form-check-input" if is_box else "form-select" if is_choice else "form-control"
            each.widget.attrs |= {"class": css, "id": f"id_{name}"}

    def groups(self) -> Iterator[Group]:
        """The fields of each kind of job."""
        chosen = str(self["kind"].value() or next(iter(self.offered), ""))
        for kind in self.offered:
            asked = ASKED.get(kind)
            fields = tuple(self[field_name(kind, each)] for each in asked or ())
            yield Group(kind, job_words(kind), fields, kind == chosen)
            if asked is None or (kind == chosen and self["arguments"].value() not in _NOTHING):
                yield Group(kind, job_words(kind), (self["arguments"],), kind == chosen, True)

    def clean(self) -> dict[str, Any]:
        """The chosen kind's fields as its arguments."""
        values = dict(self.cleaned_data)
        kind, arguments = values.get("kind", ""), values.get("arguments") or {}
        if not isinstance(arguments, dict):
            self.add_error("arguments", "expected a JSON object")
            return values
        found = {asked.name: self._argument(kind, asked) for asked in ASKED.get(kind, ())}
        arguments = arguments | {name: each for name, each in found.items() if each is not None}
        self._require_all(kind, arguments)
        values["arguments"] = arguments
        return values

    def _argument(self, kind: str, asked: Asked) -> Any:
        name = field_name(kind, asked)
        try:
            return read(asked, self.cleaned_data.get(name, ""))
        except ValueError as error:
            self.add_error(name, str(error))
            return None

    def _require_all(self, kind: str, arguments: dict[str, Any]) -> None:
        arrives = bool(self.cleaned_data.get("watch"))
        for asked in ASKED.get(kind, ()):
            name, value = field_name(kind, asked), arguments.get(asked.name)
            needed = asked.needed or (
                asked.where and arguments.get(asked.where[0]) == asked.where[1]
            )
            if needed and not value and name not in self.errors:
                self.add_error(name, "This field is required.")
            elif isinstance(value, str) and FILE in value and not arrives:
                self.add_error(name, "{file} is a file that arrives: give files to watch for")
        if kind == "rootcause" and not (arguments.get("outcome") or arguments.get("value")):
            self.add_error("rootcause-outcome", "Give an outcome, or a value.")


_NOTHING: tuple[Any, ...] = (None, "", {}, "{}", "null")


def _field(asked: Asked) -> forms.Field:
    common: dict[str, Any] = {"label": asked.label, "required": False, "help_text": asked.help}
    if asked.form == "choice":
        return forms.ChoiceField(choices=asked.choices, **common)
    attributes = {"inputmode": "numeric"} if asked.form == "number" else {}
    return forms.CharField(max_length=500, widget=forms.TextInput(attrs=attributes), **common)
