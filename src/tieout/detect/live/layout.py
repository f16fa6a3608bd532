"""Where the numbers of one payment stand, for those parts of its judgement that are compiled.

settings: `CODE_*` and `KEY_*` tell which row of `codes` and `chains` holds what, -1 where a table
has no such column; `ROLES` and `KEYS` how many there are. ints: the record's codes, then for each
key its last learnt row (`UNTOLD` where a part of the key is missing), then its last row at all.
own: its numbers, in the rows of `numbers`, then the limit it is just below, then for each of
country, merchant, category and device how many earlier rows had it, how many different ones
there were, and days since the first. NaN stands for what is not told.
"""

# Where each group of features begins, as in `features.GROUPS`; the bit of each is its place there.
CLOCK, PACE, AMOUNTS, LEVEL, BURST, TRAVEL = 0, 4, 7, 12, 16, 17
FIRSTS, REPEATS, CROWDS, LIMITS, STATUSES = 20, 36, 37, 40, 43
# Rows of numbers.
TIME, TOGETHER, AMOUNT, LOG, NET, NEAR, IS_NEAR = 0, 1, 2, 3, 4, 5, 6
LATITUDE, LONGITUDE, REFUSED, ASKED_BACK, NUMBERS = 7, 8, 9, 10, 11
LIMIT, SEEN, OWN = 11, 12, 24
# Places in `settings`.
ROLES, KEYS = 0, 1
CODE_HOLDER, CODE_PAYER, CODE_PARTNER, CODE_CATEGORY, CODE_COUNTRY, CODE_CITY = 2, 3, 4, 5, 6, 7
CODE_CARD, CODE_CUSTOMER, CODE_MERCHANT, CODE_DEVICE = 8, 9, 10, 11
KEY_HOLDER, KEY_PAYER, KEY_MONEY, KEY_PAID, KEY_CATEGORY, KEY_LEVELS = 12, 13, 14, 15, 16, 17
KEY_CARD, KEY_CUSTOMER, KEY_MERCHANT, KEY_DEVICE, SETTINGS = 20, 21, 22, 23, 24
# Scores, those that add up first, in the order in which they do.
ODD_AMOUNT, ODD_LEVEL, ODD_HOUR, ODD_COUNTRY, ODD_DEVICE = 0, 1, 2, 3, 4
ODD_MERCHANT, ODD_CATEGORY, ODD_BURST, ODD_TRAVEL, ODD_REPEAT = 5, 6, 7, 8, 9
ODD_TOGETHER, ODD_COMPANY, ODDS = 10, 11, 12
# What numpy is asked the logarithm of: shares and times; and of one more: speed, gap, rows.
RAW_HOUR, RAW_SHARES, RAW_TIMES, RAW_SPEED, RAW_GAP, RAW_ROWS, RAWS = 0, 1, 4, 5, 6, 7, 8
# The last row of a key of which a part is missing.
UNTOLD = -2
COUNTRY_ALONE = 0xFFFFFFFF
DAY_US, MINUTE_US = 86_400e6, 60e6
