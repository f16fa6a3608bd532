import numpy as np
import pytest

from tieout.practice.rates.answers import AUTH_CODES
from tieout.practice.rates.cells import CHANNEL_OF, shares_within_channel
from tieout.practice.rates.incidents import KINDS
from tieout.practice.rates.period import DAY_MINUTES, busyness
from tieout.practice.rates.statuses import STATUSES
from tieout.practice.rates.stories import CAMPAIGN, NIGHT_NOISE, STORIES, Story


def test_there_is_a_story_of_every_kind() -> None:
    assert tuple(story.kind for story in STORIES) == KINDS
    assert CAMPAIGN.kind is NIGHT_NOISE.kind is None


def test_the_first_round_shows_every_duration() -> None:
    assert {story.minutes[0] for story in STORIES} >= {8, 20, 35, 50, 75}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: str(story.kind))
def test_a_story_is_about_enough_of_the_traffic_to_be_seen(story: Story) -> None:
    channels = busyness(np.arange(7 * DAY_MINUTES)).mean(axis=0)
    cells = channels[CHANNEL_OF] * shares_within_channel()
    assert cells.sum() == pytest.approx(1, abs=0.03)
    for condition in story.conditions:
        assert 0.1 < cells[condition.cells].sum() < 0.6, str(condition)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: str(story.kind))
def test_a_story_moves_what_its_metric_shows(story: Story) -> None:
    effect = story.effect
    moved = {STATUSES[status] for status, _ in effect.turned}
    if effect.volume != 1:
        moved.add("volume")
    if effect.slower != 1:
        moved.add("latency_p95")
    assert story.metric in moved
    assert sum(share for _, share in effect.turned) <= 0.8
    assert effect.auth_code in AUTH_CODES


def test_a_campaign_changes_no_rates() -> None:
    assert CAMPAIGN.effect.turned == ()
    assert CAMPAIGN.effect.slower == 1
    assert CAMPAIGN.effect.volume > 1
