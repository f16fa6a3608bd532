"""Template tags of jobs: what they do, in words."""

from django import template

from tieout.server.jobs import words

register = template.Library()
register.filter("job_words", words.job_words)
register.filter("job_about", words.job_about)
register.filter("cron_words", words.cron_words)
