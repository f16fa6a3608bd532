"""What is said where no model answers, or its answer is refused: the facts, in fixed sentences."""

from typing import Final

from tieout.model.buckets import NEXT_STEP, Bucket
from tieout.resolve.assistant.answers import Said, Sentence
from tieout.resolve.assistant.material import Material
from tieout.resolve.assistant.pseudonyms import restored

_UNKNOWN: Final = str(Bucket.UNKNOWN)


def template_summary(material: Material) -> Said:
    """A summary by rule. Each sentence cites the facts that stand in it."""
    known = {fact.name: (fact.id, restored(fact.value, material.hidden)) for fact in material.facts}

    def sentence(form: str, *names: str) -> Sentence | None:
        if not all(name in known for name in names):
            return None
        cited, values = zip(*(known[name] for name in names), strict=True)
        if names == ("bucket",):
            values = (values[0].replace("_", " "),)
        return Sentence(text=form.format(*values), cites=cited)

    bucket = known.get("bucket", ("", _UNKNOWN))[1]
    cause = "No rule explains it." if bucket == _UNKNOWN else "It looks like {0}."
    step = NEXT_STEP[Bucket(bucket)] if bucket in set(Bucket) else ""
    both = sentence(
        "Left says {0} and right {1}, {2} apart.", "amount left", "amount right", "difference"
    )
    found = [
        both
        or sentence("It is about {0}.", "difference")
        or sentence("It is about {0}.", "amount left"),
        sentence(cause, "bucket"),
        sentence("{0}.", "proof"),
        sentence("It has been open for {0} days.", "days open"),
    ]
    if step and "bucket" in known:
        found.append(Sentence(text=step, cites=(known["bucket"][0],)))
    return Said(sentences=tuple(each for each in found if each is not None))


def template_answer(material: Material) -> Said:
    """All that is known, for who asks: each fact in a sentence of its own."""
    return Said(
        sentences=tuple(
            Sentence(
                text=f"{fact.name.capitalize()}: {restored(fact.value, material.hidden)}",
                cites=(fact.id,),
            )
            for fact in material.facts
        )
    )
