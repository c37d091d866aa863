"""The worksheets: decent arithmetic, a right key, nothing twice, nothing half written."""

import re
import subprocess
import sys
from decimal import Decimal

import numpy as np
import pytest

from rmsprop_lesson import Parabola, RMSprop, descend, worksheets
from rmsprop_lesson.course.commands import main

POOL = worksheets.sheets()


def exact(sheet, **options):
    optimizer = RMSprop(float(sheet.learning_rate), float(sheet.beta), **options)
    return descend(Parabola(), optimizer, start=float(sheet.start), steps=worksheets.STEPS)


def test_there_is_a_sheet_for_each_student_of_a_large_lecture():
    assert len(POOL) >= 300
    assert len({sheet.beta for sheet in POOL}) >= 5


def test_the_key_agrees_with_the_package_within_the_stated_deviation():
    for sheet in POOL:
        run, rows = exact(sheet), sheet.rows()
        for name, values in {
            "new_theta": run.positions[1:],
            "S": run.state["S"][1:],
            "root": np.sqrt(run.state["S"][1:]),
            "step": run.step,
        }.items():
            key = [float(getattr(row, name)) for row in rows]
            np.testing.assert_allclose(key, values, rtol=0, atol=0.8 * float(worksheets.TOLERANCE))


def test_a_wrong_update_is_farther_off_than_the_stated_deviation():
    for sheet in POOL:
        corrected = exact(sheet, bias_correction=True).positions[1]
        forgotten = float(sheet.start - sheet.learning_rate * sheet.start)  # gradient descent
        for wrong in (corrected, forgotten):
            assert abs(float(sheet.rows()[0].new_theta) - wrong) > float(worksheets.TOLERANCE)


def test_the_first_average_needs_no_rounding_and_every_row_follows_the_stated_rule():
    for sheet in POOL:
        first, *_ = rows = sheet.rows()
        assert (1 - sheet.beta) * sheet.start**2 == first.S
        for row in rows:
            numbers = (row.square, row.S, row.root, row.step, row.new_theta)
            assert all(number == round(number, 4) for number in numbers)
            assert abs(row.root**2 - row.S) < Decimal("0.001")
            assert row.new_theta == row.theta - row.step


def test_no_two_students_have_the_same_even_with_the_sign_turned():
    drawn = worksheets.draw(len(POOL), seed=3)
    assert len({(abs(s.start), s.learning_rate, s.beta) for s in drawn}) == len(POOL)
    assert {s.start > 0 for s in drawn} == {True, False}


def test_a_seed_gives_the_same_sheets_and_another_seed_others():
    assert worksheets.draw(30, seed=7) == worksheets.draw(30, seed=7) != worksheets.draw(30, seed=8)


def test_the_command_writes_a_page_for_each_student_and_the_key(tmp_path, capsys):
    main(["worksheet", "--students", "30", "--seed", "7", "--out", str(tmp_path)])
    assert "32 files" in capsys.readouterr().out
    pages = sorted(tmp_path.glob("worksheet_*.html"))
    assert len(pages) == 30
    assert len({re.sub(r"Sheet \d+", "", page.read_text("utf-8")) for page in pages}) == 30
    together = (tmp_path / worksheets.ALL).read_text("utf-8")
    assert together.count("<section>") == 30
    key = (tmp_path / worksheets.KEY).read_text("utf-8")
    for number, sheet in enumerate(worksheets.draw(30, seed=7), start=1):
        assert f"Sheet {number}: " in key
        for row in sheet.rows():
            shown = f"{row.new_theta:.4f}".replace("-", "−")
            assert shown in key
            assert shown not in together


def test_a_smaller_class_leaves_no_sheet_of_the_larger_one(tmp_path):
    worksheets.write(tmp_path, 12)
    (tmp_path / "notes.html").write_text("mine")
    worksheets.write(tmp_path, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "answer_key.html", "notes.html", "worksheet_1.html", "worksheet_2.html",
        "worksheet_3.html", "worksheets.html",
    ]  # fmt: skip


@pytest.mark.parametrize("students", ["0", "-1", "100000"])
def test_a_number_of_students_that_cannot_be_is_refused(students, tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["worksheet", "--students", students, "--out", str(tmp_path)])
    message = capsys.readouterr().err
    assert f"students must be at least 1 and at most {len(POOL)}, got {students}" in message
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_an_error_in_one_line(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit):
        main(["worksheet", "--students", "3", "--out", str(tmp_path / "file")])
    assert "file" in capsys.readouterr().err.splitlines()[-1]


def test_the_module_runs_as_a_program(tmp_path):
    command = [sys.executable, "-m", "rmsprop_lesson", "worksheet", "--students", "2"]
    subprocess.run([*command, "--out", tmp_path / "new" / "folder"], check=True)
    assert (tmp_path / "new" / "folder" / worksheets.KEY).exists()
