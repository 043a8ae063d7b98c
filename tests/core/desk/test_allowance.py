from core.desk.allowance import MOST_CALLS, Allowance


def test_what_no_seat_is_sure_of_is_spare() -> None:
    allowance = Allowance()
    taken = [allowance.take() for _ in range(MOST_CALLS)]
    assert taken == [True] * (MOST_CALLS - 4) + [False] * 4
    assert allowance.spare == 0


def test_a_call_that_was_not_used_can_be_taken_again() -> None:
    allowance = Allowance(1)
    assert allowance.take() and not allowance.take()
    allowance.give_back()
    assert allowance.take()
