"""Forms of the pages for calibration and standard setting."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xblocks.competency.panels import JUDGES, RESPONSE_PROBABILITIES, read_names
from xblocks.records.models import CalibrationFamily, PartialFamily

__all__ = ["AngoffForm", "BookmarkForm", "CalibrateForm", "ContrastingForm"]


class CalibrateForm(forms.Form):
    """Which bank, by which models."""

    bank = forms.ChoiceField(label=_("Bank"))
    family = forms.ChoiceField(
        label=_("Model"),
        choices=CalibrationFamily.choices,
        initial=CalibrationFamily.TWO_PL.value,
        help_text=_("For items that are right or wrong."),
    )
    partial = forms.ChoiceField(
        label=_("Model of partial points"),
        choices=PartialFamily.choices,
        initial=PartialFamily.GPCM.value,
        help_text=_("For items such as ordering, matching, and tables."),
    )

    def __init__(self, *args: Any, banks: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bank"].choices = [(one, one) for one in banks]  # type: ignore[attr-defined]


class _BeginForm(forms.Form):
    """What every standard needs: the bank version and the level."""

    bank = forms.ChoiceField(label=_("Bank version"))
    level = forms.TypedChoiceField(
        label=_("Level"),
        coerce=int,
        choices=[(number, str(number)) for number in range(1, 6)],
        initial=3,
        help_text=_("The cut says from which ability on this level is reached."),
    )

    def __init__(self, *args: Any, banks: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bank"].choices = [(one, one) for one in banks]  # type: ignore[attr-defined]


class AngoffForm(_BeginForm):
    """A panel that judges items."""

    judges = forms.IntegerField(
        label=_("Number of judges"),
        min_value=JUDGES.start,
        max_value=JUDGES.stop - 1,
        initial=8,
        help_text=_("People who know the work well; ten or so give a steady cut."),
    )
    items = forms.CharField(
        label=_("Items to judge"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("Ids, one a line. Empty: every item of the bank that is in use."),
    )

    def clean_items(self) -> tuple[str, ...]:
        """Return the ids."""
        return read_names(self.cleaned_data["items"])


class BookmarkForm(AngoffForm):
    """A panel that marks a booklet."""

    response_probability = forms.TypedChoiceField(
        label=_("Mastered means solved in"),
        coerce=Decimal,
        choices=[(str(one), f"{100 * one:.0f} / 100") for one in RESPONSE_PROBABILITIES],
        initial="0.67",
        help_text=_("67 of 100 is usual: two of three."),
    )


class ContrastingForm(_BeginForm):
    """Two lists of usernames. They are read once and never stored."""

    competent = forms.CharField(
        label=_("Have the level"),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_("Usernames, one a line; ten or more who have been measured."),
    )
    not_yet = forms.CharField(
        label=_("Do not have it yet"),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_("The names are used to look up abilities and then forgotten."),
    )

    def clean_competent(self) -> tuple[str, ...]:
        """Return the names."""
        return read_names(self.cleaned_data["competent"])

    def clean_not_yet(self) -> tuple[str, ...]:
        """Return the names."""
        return read_names(self.cleaned_data["not_yet"])
