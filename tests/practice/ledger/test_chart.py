from tieout.practice.ledger.chart import CHART, NAMES, RESULT_ACCOUNTS, Account


def test_numbers_and_names_are_given_once() -> None:
    assert len(CHART) == len(NAMES) == len(set(NAMES.values())) == 19


def test_accounts_are_in_the_order_of_their_numbers() -> None:
    numbers = [account.number for account in CHART]
    assert numbers == sorted(numbers)
    assert (CHART[0].name, CHART[-1].name) == ("Cash", "Depreciation")


def test_assets_and_expenses_grow_by_debits() -> None:
    sides = {account.type: account.normal_side for account in CHART if not account.contra}
    assert sides == {
        "asset": "debit",
        "liability": "credit",
        "equity": "credit",
        "revenue": "credit",
        "expense": "debit",
    }


def test_what_is_written_down_grows_by_credits() -> None:
    assert Account(1, "Written down", "asset", contra=True).normal_side == "credit"
    assert [account.number for account in CHART if account.contra] == [1590]


def test_results_are_revenue_and_expenses() -> None:
    assert RESULT_ACCOUNTS == (4000, 5000, 6000, 6100, 6200, 6250, 6300)
