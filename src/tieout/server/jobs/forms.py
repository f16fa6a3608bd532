"""What an admin fills in for a schedule."""

from typing import Any

from django import forms

from tieout.server.jobs.models import Schedule
from tieout.server.jobs.registry import kinds
from tieout.server.jobs.words import job_words


class ScheduleForm(forms.Form):
    """Name, what to do, and when."""

    name = forms.CharField(max_length=100)
    kind = forms.ChoiceField(label="Job")
    arguments = forms.JSONField(
        required=False,
        initial=dict,
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
        help_text="A pattern inside the workspace: inbox/*.csv",
    )
    missed = forms.ChoiceField(
        choices=Schedule.Missed.choices,
        initial=Schedule.Missed.ONCE,
        label="Times that were missed",
    )
    enabled = forms.BooleanField(required=False, initial=True, label="Switched on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(kind, job_words(kind)) for kind in kinds()]
        for name, each in self.fields.items():
            is_box = isinstance(each, forms.BooleanField)
            is_choice = isinstance(each, forms.ChoiceField)
            css = "form-check-input" if is_box else "form-select" if is_choice else "form-control"
            each.widget.attrs |= {"class": css, "id": f"id_{name}"}

    def clean_arguments(self) -> dict[str, Any]:
        """Nothing filled in is no arguments."""
        return self.cleaned_data["arguments"] or {}
