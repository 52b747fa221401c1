"""What a message shows of faults."""

from discgrade.readings.sheets.faults import Fault, message


def fault(column, value, row=2):
    return Fault(row, column, "should be otherwise", value, "faulty")


def test_a_harmless_value_is_shown_and_any_other_is_not():
    text = message([fault("x", "12.5"), fault("x", "Ilona"), fault("rater", "7"), fault("", "a | b")], [])
    assert "row 2, x: should be otherwise. Received: '12.5'" in text
    assert "Ilona" not in text
    assert "'7'" not in text
    assert "row 2: should be otherwise" in text


def test_a_number_that_identifies_somebody_is_not_shown_however_it_is_written():
    for value in ("5001", "5001.0", "5001,00", "05001"):
        assert value not in message([fault("x", value)], ["05001"])
    assert "L4" in message([fault("level", "L4")], ["5001"])
    assert "L4" not in message([fault("level", "L4")], ["l-4"])


def test_many_faults_are_shortened():
    text = message([fault("x", "1", row) for row in range(2, 80)], [])
    assert text.startswith("ratings: 78 faults")
    assert text.endswith("  and 28 more")
    assert text.count("\n") == 51
