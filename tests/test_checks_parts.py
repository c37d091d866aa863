"""The parts of the checks one by one: what is observed, compared, worded, shown and placed."""

import builtins
import os
import subprocess
import sys
import threading
import time
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest

from rmsprop_lesson import checks
from rmsprop_lesson.course.checks import (
    catalogue,
    notebook_cells,
    observe,
    probes,
    sandbox,
    verdict,
    words,
)
from rmsprop_lesson.course.checks.engine import Exercise, Inferred, Probe
from rmsprop_lesson.course.checks.observe import (
    Odd,
    Raised,
    Recorder,
    first_difference,
    plain,
    same,
)
from rmsprop_lesson.course.checks.sandbox import Stop
from rmsprop_lesson.course.checks.source import is_stub, source_of, stub_of, without_docstrings
from rmsprop_lesson.course.checks.verdict import Verdict

# ── plain data ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        (2, 2.0),
        (True, 1.0),
        (np.int8(-3), -3.0),
        (np.float32(0.5), 0.5),
        ([1, 2.5], [1, 2.5]),
        (((1, 2), [3, 4]), [[1, 2], [3, 4]]),
        (np.array([[True, False]]), [[1, 0]]),
        (np.uint8([200, 100]), [200, 100]),
        (2 + 0j, 2.0),
        (np.array([1 + 0j, 1j]), [1, np.nan]),
        ([], []),
        ([[[[[1.0]]]]], [[[[[1]]]]]),
        (np.zeros((1000, 1000)), np.zeros((1000, 1000))),
    ],
)
def test_numbers_become_an_array_of_float64(value, numbers):
    found = plain(value)
    assert isinstance(found, np.ndarray)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, numbers)


def test_a_million_numbers_in_a_list_are_an_array():
    assert plain([1.0] * 1_000_000).shape == (1_000_000,)


def test_what_is_too_large_is_not_even_put_together():
    large = np.broadcast_to(1.0, (3000, 3000))
    tracemalloc.start()
    assert isinstance(plain([large]), tuple | Odd)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_plain_data_are_a_copy():
    array = np.zeros(3)
    copy = plain(array)
    array[:] = 1
    assert copy.tolist() == [0, 0, 0]


def test_an_object_that_can_be_an_array_is_one():
    class Like:
        size = 2

        def __array__(self, dtype=None, copy=None):
            return np.array([1.0, 2.0])

    class TooLarge(Like):
        size = 1_000_001

    class TooLargeAfterAll(Like):
        def __array__(self, dtype=None, copy=None):
            return np.zeros(1_000_001)

    assert plain(Like()).tolist() == [1, 2]
    assert plain(TooLarge()) == Odd("a TooLarge")
    assert plain(TooLargeAfterAll()) == Odd("a TooLargeAfterAll")


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (None, None),
        ("word", "word"),
        ("x" * 300, "x" * 200),
        (("a", None), ("a", None)),
        (["a", ["b"]], ("a", ("b",))),
        ({"a": None, 3: "b"}, {"a": None, "3": "b"}),
        ({"k" * 70: "a"}, {"k" * 60: "a"}),
        ({1: {2: {3: {4: "a"}}}}, {"1": {"2": {"3": {"4": "a"}}}}),
        ([[[["a"]]]], (((("a",),),),)),
        (["a"] * 2000, ("a",) * 2000),
        (dict.fromkeys(range(2000)), {str(i): None for i in range(2000)}),
    ],
)
def test_words_and_containers_are_kept(value, kept):
    assert plain(value) == kept


LARGE = "a very large or nested {}, or one that holds no numbers"


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (object(), "an object"),
        (len, "a builtin_function_or_method"),
        (10**400, "an int"),
        (type("N" * 50, (), {})(), "a " + "N" * 40),
        (np.array(["text"]), LARGE.format("ndarray")),
        (np.zeros(1_000_001), LARGE.format("ndarray")),
        (["a"] * 2001, LARGE.format("list")),
        (dict.fromkeys(range(2001)), LARGE.format("dict")),
    ],
)
def test_anything_else_is_only_named(value, what):
    assert plain(value) == Odd(what)


def test_what_is_nested_too_deeply_is_only_named():
    deep = {1: {1: {1: {1: {1: 1}}}}}
    assert plain(deep) == {"1": {"1": {"1": {"1": Odd(LARGE.format("dict"))}}}}
    assert plain([[[[["a"]]]]]) == ((((Odd(LARGE.format("list")),),),),)
    six = plain([[[[[[1.0]]]]]])  # one tuple, and in it five levels of an array
    assert isinstance(six, tuple)
    assert six[0].shape == (1, 1, 1, 1, 1)
    assert plain([1.0] * 1_000_001) == Odd(LARGE.format("list"))


def test_ragged_numbers_are_a_tuple_of_arrays():
    first, second = plain([[1.0], [2.0, 3.0]])
    assert (first.tolist(), second.tolist()) == ([1], [2, 3])


# ── exceptions ───────────────────────────────────────────────────────────────────────────────────


def failing(source, name="f"):
    """A function of its own file, as a notebook cell has one, and the exception that it raises."""
    import linecache

    filename = "<cell of the test>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    namespace = {}
    exec(compile(source, filename, "exec"), namespace)
    try:
        namespace[name]()
    except BaseException as error:
        return error, namespace[name].__code__
    raise AssertionError


def test_an_exception_is_shown_with_the_learners_line():
    error, code = failing("\n\ndef f():\n    x = 1\n    raise ValueError('a  b\\n c')  # here\n")
    shown = observe.describe_error(error, code)
    assert shown == Raised("ValueError", "a b c", 3, "raise ValueError('a  b\\n c')  # here")
    assert observe.describe_error(error) == Raised("ValueError", "a b c")
    error, code = failing("def f():\n    return int(\n        'x')\n")
    assert observe.describe_error(error, code).line == 2
    source = "def f():\n    return g()\n\ndef g():\n    return 1 / 0\n"
    assert observe.describe_error(*failing(source)) == Raised(
        "ZeroDivisionError", "division by zero", 5, "return 1 / 0"
    )
    source = "import json\ndef f():\n    return json.loads('?')\n"
    assert observe.describe_error(*failing(source)).code == "return json.loads('?')"


def test_an_exception_is_shown_short():
    for length, text in ((160, "x" * 160), (161, "x" * 157 + "...")):
        assert observe.describe_error(ValueError("x" * length)).text == text
    error, code = failing(f"def f():\n    raise ValueError({'x' * 100!r})\n")
    assert observe.describe_error(error, code).code == f"raise ValueError({'x' * 100!r})"[:90]
    assert observe.describe_error(type("E" * 80, (Exception,), {})()).kind == "E" * 60

    class Unspeakable(Exception):
        def __str__(self):
            raise KeyboardInterrupt

    class Stopping(Exception):
        def __str__(self):
            raise Stop

    assert observe.describe_error(Unspeakable()) == Raised("Unspeakable", "")
    with pytest.raises(Stop):
        observe.describe_error(Stopping())


@pytest.mark.parametrize(
    ("raised", "undefined"),
    [
        (Raised("ZeroDivisionError", ""), True),
        (Raised("OverflowError", ""), True),
        (Raised("FloatingPointError", ""), True),
        (Raised("ValueError", "math domain error"), True),
        (Raised("ValueError", "shapes"), False),
        (Raised("TypeError", "math domain error"), False),
    ],
)
def test_some_exceptions_stand_for_a_number_that_does_not_exist(raised, undefined):
    assert raised.undefined is undefined
    nothing = np.array([1.0, np.nan])
    for a, b in ((raised, nothing), (nothing, raised)):
        assert same(a, b) is undefined
        assert same(raised, ("a", nothing)) is undefined
    assert not same(raised, np.ones(2))
    assert not same(raised, None)
    assert same(raised, Raised("OverflowError", "other")) is undefined


# ── the recorder ─────────────────────────────────────────────────────────────────────────────────


def test_a_call_is_recorded_with_copies_of_its_arguments():
    def spoil(array, numbers, number):
        array += 1
        numbers.append(3)
        return array

    recorder = Recorder(spoil)
    array, numbers = np.zeros(2), [1, 2]
    assert recorder.call("one", array, numbers, 2.0).tolist() == [1, 1]
    assert (array.tolist(), numbers) == ([0, 0], [1, 2])
    assert recorder.changed == [("one", 0), ("one", 1)]
    ((label, value),) = recorder.records
    assert (label, value.tolist()) == ("one", [1, 1])


def test_what_is_inside_an_argument_is_copied_too():
    def spoil(rows):
        rows[0].append(3)

    recorder = Recorder(spoil)
    rows = [[1], [2]]
    recorder.call("one", rows)
    assert rows == [[1], [2]]
    assert recorder.changed == [("one", 0)]


def test_an_object_that_may_be_called_but_not_looked_at_is_judged_by_its_answers():
    class Hostile:
        def __call__(self, x):
            return "six"

        def __getattr__(self, name):
            raise MemoryError

    assert exercise().judge(Hostile()).mistake == "wrong return"


def test_nan_that_is_left_alone_is_no_change_but_another_shape_is():
    recorder = Recorder(lambda array: None)
    recorder.call("same", np.array([np.nan]))
    assert recorder.changed == []

    def reshape(array):
        array.shape = (2, 1)

    recorder = Recorder(reshape)
    recorder.call("other", np.zeros(2))
    assert recorder.changed == [("other", 0)]


def test_a_call_may_be_left_out_of_the_records_or_go_to_another_function():
    recorder = Recorder(lambda x: x + 1)
    assert recorder.call("unseen", 1.0, keep=False) == 2
    assert recorder.records == []
    assert recorder.call("other", 1.0, function=lambda x: x - 1) == 0
    recorder.note("worked out", [1, 2])
    (_, number), (label, noted) = recorder.records
    assert (number, label, noted.tolist()) == (0, "worked out", [1, 2])


def probe_of(run):
    return Probe("name", "text", run)


def test_a_probe_ends_where_the_function_fails():
    def fail(x):
        raise ValueError("no")

    def run(recorder):
        recorder.call("first", 1.0, function=abs)
        recorder.call("second", 1.0)
        recorder.call("third", 1.0)

    records, changed = observe.record(fail, probe_of(run))
    assert [label for label, _ in records] == ["first", "second"]
    assert (records[1][1].kind, records[1][1].text, records[1][1].line) == ("ValueError", "no", 2)
    assert changed == []
    records, _ = observe.record(fail, probe_of(lambda recorder: recorder.make(3)))
    ((label, raised),) = records
    assert (label, raised.kind, raised.line) == ("making the object", "ValueError", 2)
    assert Recorder(dict).make([("a", 1)]) == {"a": 1}


def test_a_probe_may_end_by_itself_or_stumble():
    def ends(recorder):
        recorder.note("seen", 1)
        recorder.end()
        recorder.note("never", 1)

    records, _ = observe.record(abs, probe_of(ends))
    assert [label for label, _ in records] == ["seen"]
    records, _ = observe.record(abs, probe_of(lambda recorder: recorder.call("x", 1.0)["key"]))
    assert records[1] == ("result", Odd("unusable (IndexError)"))


def test_the_stop_of_the_sandbox_is_never_swallowed():
    def stopped(*args):
        raise Stop

    for run in (
        lambda recorder: recorder.call("x"),
        lambda recorder: recorder.make(),
        lambda recorder: stopped(),
    ):
        with pytest.raises(Stop):
            observe.record(stopped, probe_of(run))


# ── comparing ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        (1.0, 1.0, True),
        (1.0, 1.00009, True),
        (1.0, 1.00011, False),
        (1.0, -1.0, False),
        (1e6, 1e6 + 90, True),
        (1e6, 1e6 + 110, False),
        (0.0, 9e-16, True),
        (0.0, 2e-15, False),
        (np.nan, np.inf, True),
        (np.nan, -np.inf, True),
        (np.nan, 1.0, False),
        (np.inf, 0.0, False),
    ],
)
def test_numbers_agree_to_a_ten_thousandth(a, b, equal):
    for first, second in ((a, b), (b, a)):
        assert observe.agree(np.array([1.0, first]), np.array([1.0, second])).tolist() == [
            True,
            equal,
        ]
        assert same(np.array(first), np.array(second)) is equal


def test_without_tolerance_numbers_must_be_equal():
    assert observe.agree(np.array([1.0, 0.0]), np.array([1.0, 1e-20]), 0).tolist() == [True, False]
    assert not same(np.array(1.0), np.array(1.00001), tolerance=0)
    assert observe.agree(np.array(1.0), np.array(1.4), 0.5)


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        (np.zeros(2), np.zeros((2, 1)), False),
        (np.zeros(2), (0.0, 0.0), False),
        (np.zeros(()), None, False),
        (None, None, True),
        ("a", "a", True),
        ("a", "b", False),
        (Odd("a"), Odd("a"), True),
        (Odd("a"), Odd("b"), False),
        (("a", np.ones(1)), ("a", np.ones(1)), True),
        (("a", np.ones(1)), ("a", np.zeros(1)), False),
        (("a", "b"), ("a",), False),
        (("a",), ("a", "b"), False),
        ({"a": np.ones(1)}, {"a": np.ones(1)}, True),
        ({"a": np.ones(1)}, {"a": np.zeros(1)}, False),
        ({"a": "x"}, {"b": "x"}, False),
        ({"a": "x"}, {"a": "x", "b": "x"}, False),
        (Raised("TypeError", "a"), Raised("TypeError", "b"), False),
        (Raised("TypeError", "a", 3), Raised("TypeError", "a", 7), True),
        (Raised("TypeError", "a"), Raised("ValueError", "a"), False),
        (Raised("TypeError", "a"), "a", False),
    ],
)
def test_plain_data_agree_in_kind_and_content(a, b, equal):
    assert same(a, b) is equal
    assert same(b, a) is equal


def test_the_first_difference_is_found_by_label_value_and_length():
    one, two = ("one", "a"), ("two", "b")
    assert first_difference([one, two], [one, two]) is None
    assert first_difference([one, two], [one, ("two", "c")]) == 1
    assert first_difference([one, two], [one, ("TWO", "b")]) == 1
    assert first_difference([one], [one, two]) == 1
    assert first_difference([one, two, one], [one]) == 1
    assert first_difference([], []) is None


def test_after_a_number_that_does_not_exist_nothing_more_is_compared():
    seen = [("one", Raised("ZeroDivisionError", ""))]
    expected = [("one", np.array(np.nan)), ("two", "b")]
    assert first_difference(seen, expected) is None
    assert first_difference(expected, seen) is None


# ── words ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array(1 / 3), "the number 0.333333"),
        (np.zeros((3, 2)), "an array of shape (3, 2)"),
        (("a", None), "2 things ('a'; None)"),
        (("a",) * 6, "6 things ('a'; 'a'; 'a'; 'a')"),
        ({"b": "x", "a": "y"}, "a dict with the keys a, b"),
        ({}, "a dict with the keys (none)"),
        (Odd("a generator"), "a generator"),
        ("word", "'word'"),
        (None, "None"),
    ],
)
def test_values_in_words(value, text):
    assert words.describe(value) == text


def test_records_in_words():
    records = [("step 1", np.array(2.0)), ("step 2", Raised("ValueError", "no", 3, "x = 1"))]
    assert words.at(records, 0) == "step 1: the number 2"
    assert words.at(records, 1) == "step 2: ValueError: no in line 3 (x = 1)"
    assert words.at(records, 2) == "nothing more"
    assert words.error(Raised("ValueError", "")) == "ValueError"


@pytest.mark.parametrize(
    ("value", "other", "text"),
    [
        (2.0, 1.0, "2"),
        (1 / 3, 1.0, "0.333333"),
        (1 / 3, 1 / 3 + 1e-8, "0.333333333"),
        (1.0000012, 1.0, "1.0000012"),
        (1.00012, 1.0, "1.00012"),
        (1.0 + 1e-12, 1.0, "1"),
        (123456789.0, 123456788.0, "123456789"),
        (np.nan, 1.0, "not a number"),
        (-np.inf, 1.0, "infinite"),
        (-0.0, 1.0, "0"),
    ],
)
def test_a_number_with_the_digits_that_tell_it_from_the_other(value, other, text):
    assert words.number(value, other) == text


@pytest.mark.parametrize(
    ("got", "want", "text"),
    [
        (10.0, 1.0, " (10 times too large)"),
        (0.25, 1.0, " (4 times too small)"),
        (2.0, 1.0, " (2 times too large)"),
        (-1.0, 1.0, " (the sign is wrong)"),
        (3.0, -3.0, " (the sign is wrong)"),
        (-1000.0, 1000.0001, " (the sign is wrong)"),
        (-2.0, 1.0, ""),
        (1.5, 1.0, ""),
        (2.5, 1.0, ""),
        (2.0003, 1.0, ""),
        (2.0001, 1.0, " (2 times too large)"),
        (1.0001, 1.0, ""),
        (0.0, 1.0, ""),
        (1.0, 0.0, ""),
        (np.nan, 1.0, ""),
        (1.0, np.inf, ""),
    ],
)
def test_a_round_factor_or_a_wrong_sign_is_told(got, want, text):
    assert words.ratio(got, want) == text


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("only length-1 arrays can be converted", "Functions of the math module take one number"),
        ("only 0-dimensional arrays", "use NumPy's, such as np.sqrt, which work on whole arrays"),
        ("name 'np' is not defined", "Run the notebook's first code cell: it imports NumPy as np."),
        ("name 'g' is not defined", "neither an argument of the stub nor made in it"),
        ("ufunc 'bitwise_xor' not supported", "In Python a power is written **"),
        ("unsupported operand type(s) for ^: 'float' and 'int'", "In Python a power is written **"),
        ("The truth value of an array", "use np.where, or an elementwise operation"),
        (
            "missing 1 required positional argument",
            "Keep the arguments of the stub, in their order",
        ),
        ("unsupported operand type(s) for *: 'ellipsis' and 'float'", "Are the dots of the stub"),
        ("unsupported operand type(s) for *: 'NoneType' and 'float'", "Something is None here"),
        ("'NoneType' object is not subscriptable", "rng.shuffle, append and sort"),
        ("unsupported operand type(s) for -: 'list' and 'float'", "A list isn't an array"),
        ("unsupported operand type(s) for **: 'tuple' and 'int'", "gives a pair. Take it apart"),
        ("unsupported operand type(s) for **: 'float' and 'range'", "np.arange"),
        ("'list' object has no attribute 'max'", "np.max(x)"),
        ("'builtin_function_or_method' object has no attribute 'like'", "np.zeros_like(x)"),
        ("module 'numpy' has no attribute 'squareroot'", "NumPy has no `squareroot`"),
        ("'numpy.ndarray' object has no attribute 'sqrt'", "write np.sqrt(x)"),
        ("'float' object has no attribute 'pow'", "A power is written x**2"),
        ("'MyRMSprop' object has no attribute 'S'", "self.S was never set"),
        ("'MyRMSprop' object has no attribute 'step'", "a method that is called `step`"),
        ("name 'sqrt' is not defined", "write np.sqrt"),
        ("'float' object is not callable", "Is a * missing before a bracket?"),
        ("operands could not be broadcast together with shapes (2,3) (2,)", "keepdims=True"),
        ("index 3 is out of bounds for axis 0 with size 3", "one less than the length"),
        ("MyRMSprop() takes no arguments", "__init__, with two underscores"),
        ("C.step() takes 2 positional arguments but 3 were given", "has `self` in front"),
        ("maximum recursion depth exceeded", "Does the function call itself?"),
    ],
)
def test_what_usually_causes_an_exception(text, answer):
    assert answer in words.advice(Raised("Error", text))[1]


@pytest.mark.parametrize(
    "text",
    [
        "'float' object does not support item assignment",
        "'float' object is not subscriptable",
        "'float' object has no attribute 'sum'",
        "object of type 'float' has no len()",
    ],
)
def test_a_loop_over_elements_fails_for_floats_and_only_then_it_is_said(text):
    on_floats = Raised("TypeError", text, on_floats=True)
    assert "plain Python floats" in words.advice(on_floats)[1]
    assert "without a loop" in words.advice(on_floats)[1]
    assert "floats" not in words.advice(Raised("TypeError", text))[1]


def test_a_name_that_is_nearly_an_argument_is_asked_after():
    raised = Raised("NameError", "name 'learning_rat' is not defined")
    assert (
        words.advice(raised, ("theta", "learning_rate"))[1]
        == "Is the argument `learning_rate` meant?"
    )
    raised = Raised("NameError", "name 'q' is not defined")
    assert "(theta, grad)" in words.advice(raised, ("theta", "grad"))[1]


def test_float_of_an_array_is_not_blamed_on_the_math_module():
    text = "only 0-dimensional arrays can be converted to Python scalars"
    assert "float(…)" in words.advice(Raised("TypeError", text, 2, "return float(theta)"))[1]
    assert "np.sqrt" in words.advice(Raised("TypeError", text, 2, "return math.sqrt(S)"))[1]


def test_for_other_exceptions_there_is_no_advice():
    assert words.advice(Raised("KeyError", "'x'"))[1] == ""


# ── probes ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.5"),
        (1e-8, "1e-8"),
        (1e-10, "1e-10"),
        (1e7, "1e7"),
        (1e20, "1e+20"),
        (np.array(2.0), "2"),
        (np.arange(6.0), "(0, 1, 2, 3, 4, 5)"),
        (np.zeros((7, 1)), "an array of shape (7, 1)"),
        ([1.0, (2, "a")], "(1, (2, 'a'))"),
        (len, "len"),
        (None, "None"),
    ],
)
def test_arguments_in_few_characters(value, text):
    assert probes.show_value(value) == text


def test_a_probe_of_one_call():
    probe = probes.call("sum", a=1.0, b=(2.0, 3.0))
    assert (probe.name, probe.text) == ("sum", "With a = 1, b = (2, 3)")
    assert probes.call("sum", 1.0, text="words").text == "words"
    ((label, value),), _ = observe.record(lambda a, b: a + sum(b), probe)
    assert (label, value) == ("result", 6)


def test_a_probe_of_several_steps_hands_on_what_came_back():
    asked = []

    def function(theta, grad, a, b, t, lr):
        asked.append((theta, grad, a, b, t, lr))
        return theta - 1, a + 1, b + 2

    probe = probes.steps("steps", 5.0, (0.5, 2.0), (0.1,), text="words", states=2, counted=True)
    records, _ = observe.record(function, probe)
    assert asked == [(5, 0.5, 0, 0, 1, 0.1), (4, 2, 1, 2, 2, 0.1)]
    assert all(type(number) is float for call in asked for number in (*call[:4], call[5]))
    assert [label for label, _ in records] == ["step 1 with g = 0.5", "step 2 with g = 2"]
    assert [value.tolist() for _, value in records] == [[4, 1, 2], [3, 2, 4]]
    assert (probe.name, probe.text) == ("steps", "words")


def test_a_probe_of_several_steps_keeps_arrays_arrays():
    asked = []

    def function(theta, grad, state, lr):
        asked.append((theta, grad, state))
        return [theta, state]

    for dtype in (np.float64, np.float32):
        probe = probes.steps("", (1.0, 2.0), [(3.0, 4.0)], (0.1,), text="", dtype=dtype)
        observe.record(function, probe)
        assert [part.tolist() for part in asked[-1]] == [[1, 2], [3, 4], [0, 0]]
        assert [part.dtype for part in asked[-1]] == [dtype] * 3
    probe = probes.steps("", (1.0, 2.0), [(3.0, 4.0)], (0.1,), text="")
    observe.record(function, probe)
    assert asked[-1][0].dtype == np.float64


@pytest.mark.parametrize(
    ("theta", "result", "goes_on"),
    [
        (1.0, (1.0, 2.0), True),
        (1.0, [1.0, 2.0], True),
        (1.0, np.array([1.0, 2.0]), True),
        (1.0, (1.0, 2.0, 3.0), False),
        (1.0, (1.0,), False),
        (1.0, np.array(1.0), False),
        (1.0, None, False),
        (1.0, {"a": 1.0, "b": 2.0}, False),
        (1.0, (1.0, "a"), False),
        (1.0, (1.0, None), False),
        (1.0, (np.ones(1), "a"), False),
        (1.0, np.ones((2, 1)), False),
        ((1.0, 2.0), (np.ones(2), np.ones(2)), True),
        ((1.0, 2.0), (np.ones(2), None), False),
        ((1.0, 2.0), (np.ones(2), 1.0), True),
    ],
)
def test_a_probe_goes_on_only_with_parts_that_can_be_told_apart(theta, result, goes_on):
    grads = [theta, theta]
    probe = probes.steps("", theta, grads, (0.1,), text="")
    records, _ = observe.record(lambda *args: result, probe)
    assert [label for label, _ in records] == [
        f"step {t} with g = {probes.show_value(theta)}" for t in ((1, 2) if goes_on else (1,))
    ]


# ── source ───────────────────────────────────────────────────────────────────────────────────────

SOURCE = '''def f(a,
      b=2):
    """Say what it does.

    More.
    """
    c = a + b  # add

    return c
'''
CLASS_SOURCE = '''class C:
    """A class."""

    def __init__(self, a):
        """Begin."""
        self.a = a

    def b(self):
        return self.a
'''


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Import a source from a file, so that it can be read again; a new module each time."""

    def load(source, name):
        module = f"written_{tmp_path.name}_{len(list(tmp_path.iterdir()))}".replace("-", "_")
        (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        return getattr(__import__(module), name)

    return load


def test_source_stub_and_solution_of_a_function(written):
    f = written(SOURCE, "f")
    assert source_of(f) == SOURCE.rstrip("\n")
    head = 'def f(a,\n      b=2):\n    """Say what it does.\n\n    More.\n    """\n'
    assert stub_of(f, "f") == head + "    ..."
    assert stub_of(f, "g", keep_body=True) == SOURCE.rstrip("\n").replace("def f", "def g")
    assert without_docstrings(f) == ("def f(a,\n      b=2):\n    c = a + b  # add\n    return c")
    bare = written("def h(x):\n    # first\n    y = x\n    return y\n", "h")
    assert stub_of(bare, "h") == "def h(x):\n    # first\n    ..."


def test_only_line_ends_are_taken_from_the_end_of_a_source(written):
    source = "def f(X):\n    return X"
    assert source_of(written(source + "\n\n", "f")) == source


def test_only_the_definition_takes_the_new_name(written):
    f = written("def f(n):\n    def f(m):\n        return m\n    return f(n)\n", "f")
    assert stub_of(f, "g", True) == "def g(n):\n    def f(m):\n        return m\n    return f(n)"


def test_source_stub_and_solution_of_a_class(written):
    C = written(CLASS_SOURCE, "C")
    assert stub_of(C, "C") == (
        'class C:\n    """A class."""\n\n    def __init__(self, a):\n        """Begin."""\n'
        "        ...\n\n    def b(self):\n        ..."
    )
    assert without_docstrings(C) == (
        "class C:\n\n    def __init__(self, a):\n        self.a = a\n\n"
        "    def b(self):\n        return self.a"
    )


def test_a_function_inside_another_is_written_flush_left():
    def inner(x):
        """Double."""
        return 2 * x

    assert source_of(inner) == 'def inner(x):\n    """Double."""\n    return 2 * x'
    assert without_docstrings(inner) == "def inner(x):\n    return 2 * x"


STUB = 'def f(x):\n    """Do."""\n    ...'


def made(source, name="f"):
    namespace = {}
    exec(source, namespace)
    return namespace[name]


@pytest.mark.parametrize(
    ("source", "untouched"),
    [
        (STUB, True),
        ("def f(x):\n    ...", True),
        ("def f(x):\n    pass", True),
        ('def f(x):\n    """Other words."""\n    # and a comment\n    ...', True),
        ("def f(y, z): ...", True),
        ("def f(x):\n    return", False),
        ("def f(x):\n    return None", False),
        ("def f(x):\n    return x", False),
        ("def f(x):\n    x = x", False),
        ("def f(x):\n    yield", False),
        ("f = len", False),
        ("f = 3", False),
        ("class f:\n    pass", False),
    ],
)
def test_a_stub_is_known_by_what_it_does(source, untouched):
    assert is_stub(made(source), STUB, "f") is untouched


def test_a_stub_of_a_class_is_known_by_its_methods():
    stub = "class C:\n    def a(self):\n        ...\n    def b(self, x):\n        ..."
    assert is_stub(made(stub, "C"), stub, "C")
    assert is_stub(made(stub.replace("...", "pass"), "C"), stub, "C")
    assert not is_stub(made(stub.replace("...", "return self", 1), "C"), stub, "C")
    assert not is_stub(made(stub.replace("def b", "def c"), "C"), stub, "C")


def test_a_draft_counts_as_untouched_until_it_does_something_else():
    draft = "def f(x):\n    g = [y + 1 for y in x]\n    return max(g, key=lambda z: -z)"
    assert is_stub(made(draft), draft, "f")
    assert is_stub(made(draft.replace("return max", "# why\n    return max")), draft, "f")
    assert not is_stub(made(draft.replace("-z", "+z")), draft, "f")
    assert not is_stub(made(draft.replace("y + 1", "y + 2")), draft, "f")
    assert not is_stub(made(draft.replace("max", "min")), draft, "f")


# ── verdicts ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("parts", "status", "heading", "colour"),
    [
        ((True, None), "right", "✓ f: right", "#009E73"),
        ((True, None, "Nesterov"), "variant", "✓ f: right, as a variant (Nesterov)", "#0072B2"),
        ((False, "sign flipped"), "wrong", "✗ f: not yet (sign flipped)", "#D55E00"),
        ((False, "still the stub"), "open", "… f: still to do", "#999999"),
    ],
)
def test_a_verdict_in_words_markdown_and_html(parts, status, heading, colour):
    passed, mistake, *variant = parts
    one = Verdict("f", passed, mistake, "a < b\nc & d", *variant)
    assert (one.status, one.heading) == (status, heading)
    assert repr(one) == f"{heading}\na < b\nc & d"
    assert one._repr_markdown_() == f"**{heading}**\n\na &lt; b\nc &amp; d"
    assert one._repr_html_() == (
        '<div style="border:1px solid currentColor;border-left:0.5em solid '
        f'{colour};border-radius:0.3em;padding:0.4em 0.8em;margin:0.4em 0">'
        f"<strong>{heading}</strong><div>a &lt; b</div><div>c &amp; d</div></div>"
    )


def test_a_verdict_in_markdown_keeps_quotes_and_in_html_escapes_them():
    one = Verdict("f", False, "it's", 'a "b"')
    assert one._repr_markdown_() == '**✗ f: not yet (it\'s)**\n\na "b"'
    assert "&quot;b&quot;" in one._repr_html_()


@pytest.fixture
def kernel(monkeypatch):
    """A notebook kernel as far as a verdict looks at it."""
    shell = SimpleNamespace(kernel=object(), execution_count=7)
    shown = []
    display = SimpleNamespace(display=lambda bundle, raw: shown.append((bundle, raw)))
    ipython = SimpleNamespace(get_ipython=lambda: shell, display=display)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return SimpleNamespace(shell=shell, shown=shown)


def test_a_verdict_shows_itself_once_in_a_cell(kernel):
    one = Verdict("f", True, None, "Fine.")
    assert verdict.show(one) is one
    assert len(kernel.shown) == 1
    one._ipython_display_()
    assert kernel.shown == [
        ({"text/plain": repr(one), "text/html": one._repr_html_()}, True),
    ]
    kernel.shell.execution_count = 8
    one._ipython_display_()
    assert len(kernel.shown) == 2


def test_outside_of_a_kernel_nothing_is_shown(kernel, monkeypatch):
    one = Verdict("f", True, None, "Fine.")
    kernel.shell.kernel = None  # IPython in a terminal
    assert verdict.show(one) is one
    monkeypatch.delattr(kernel.shell, "kernel")
    verdict.show(one)
    monkeypatch.setitem(sys.modules, "IPython", None)
    verdict.show(one)
    assert kernel.shown == []


# ── the sandbox ──────────────────────────────────────────────────────────────────────────────────


def test_what_is_printed_in_the_sandbox_goes_nowhere(capsys):
    def work():
        print("flood")
        out = sys.stdout
        return out.write("abc"), out.flush(), out.isatty(), out.encoding, sys.stderr is out

    assert sandbox.run(work, 5.0) == (3, None, False, "utf-8", True)
    assert capsys.readouterr() == ("", "")


def test_the_sandbox_is_a_daemon_thread_in_which_numpy_does_not_warn():
    def work():
        thread = threading.current_thread()
        return thread.name, thread.daemon, set(np.geterr().values()), np.float64(1) / 0

    assert sandbox.run(work, 5.0) == ("learner", True, {"ignore"}, np.inf)
    assert np.geterr()["divide"] == "warn"


def test_in_the_sandbox_nobody_can_be_asked():
    def work():
        try:
            return input("name? ")
        except RuntimeError as error:
            return str(error)

    assert sandbox.run(work, 5.0) == "input() can't be used in a check"


def test_work_that_is_stopped_or_late_has_no_result(monkeypatch):
    def stopped():
        raise Stop

    unhandled = []
    monkeypatch.setattr(threading, "excepthook", unhandled.append)
    with pytest.raises(sandbox.TimeUp):
        sandbox.run(stopped, 5.0)
    assert unhandled == []  # the thread ended quietly
    with pytest.raises(sandbox.TimeUp):
        sandbox.run(lambda: time.sleep(0.5), 0.05)


def test_where_there_are_no_threads_the_work_is_done_directly(monkeypatch, capsys):
    def work():
        print("flood")
        builtins.input = None
        return threading.current_thread().name, set(np.geterr().values())

    monkeypatch.setattr(sandbox, "HAS_THREADS", False)
    assert sandbox.run(work, 5.0) == (threading.current_thread().name, {"ignore"})
    assert capsys.readouterr() == ("", "")
    assert builtins.input is not None
    verdict = checks.exercises()["gradient_step"].judge(lambda theta, g, lr: theta + lr * g)
    assert verdict.mistake == "sign flipped"


def test_whether_there_are_threads_is_seen_from_the_platform():
    code = (
        "import sys; sys.platform = 'emscripten'\n"
        "import rmsprop_lesson.course.checks.sandbox as s; print(s.HAS_THREADS)"
    )
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
    assert sandbox.HAS_THREADS


def test_a_working_folder_that_is_gone_is_no_obstacle(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")

    def deletes_it():
        (tmp_path / "notebooks").rmdir()
        return "first"

    assert sandbox.run(deletes_it, 5.0) == "first"
    assert sandbox.run(lambda: "second", 5.0) == "second"
    assert sandbox.run(lambda: os.chdir(tmp_path), 5.0) is None


# ── what the probes of an exercise ask and see ───────────────────────────────────────────────────


def asked(name, index):
    return checks.exercises()[name].probes[index]


def seen_by(probe, function):
    """The records of a probe, arrays as lists."""
    records, _ = observe.record(function, probe)
    return [(label, v.tolist() if isinstance(v, np.ndarray) else v) for label, v in records]


def in_batches(indices, size):
    return [np.array(indices[start : start + size]) for start in range(0, len(indices), size)]


YES = {
    "do indices come twice (1: yes)": 0,
    "are there others than 0 … n−1 (1: yes)": 0,
    "are all of 0 … n−1 there (1: yes)": 1,
    "are the first two batches nearly the same (1: yes)": 0,
    "is np.random left alone (1: yes)": 1,
    "does the same generator give the same batches again (1: yes)": 1,
    "do two generators give different batches (1: yes)": 1,
    "are the indices shuffled (1: yes)": 1,
    "are neighbours kept together (1: yes)": 0,
}


@pytest.mark.parametrize(
    ("order", "changed"),
    [
        (lambda n, rng: rng.permutation(n), {}),
        (lambda n, rng: rng.permutation(n) + 1, {"others than": 1, "all of": 0}),
        (lambda n, rng: np.random.permutation(n), {"left alone": 0, "same batches": 0}),  # noqa: NPY002
        (lambda n, rng: np.random.default_rng().permutation(n), {"same batches": 0}),
        (lambda n, rng: np.random.default_rng(3).permutation(n), {"two generators": 0}),
        (lambda n, rng: np.arange(n), {"two generators": 0, "shuffled": 0, "together": 1}),
        (lambda n, rng: rng.integers(0, n, n), {"twice": 1, "all of": 0}),
    ],
)
def test_the_probe_of_minibatches_sees_content_order_and_the_generator(order, changed):
    probe = asked("minibatches", 0)
    assert (probe.name, probe.text) == ("a smaller last one", "With n = 103, batch_size = 20")
    wanted = {
        label: next((new for part, new in changed.items() if part in label), usual)
        for label, usual in YES.items()
        if "same batches" not in changed or "two generators" not in label
    }
    seen = seen_by(probe, lambda n, size, rng: in_batches(order(n, rng), size))
    assert seen[0] == ("batches", Odd("a list of arrays"))
    assert seen[1:3] == [("number of batches", 6), ("sizes of the batches", [20] * 5 + [3])]
    assert dict(seen[3:]) == wanted


def test_the_probe_of_minibatches_sees_batches_that_overlap():
    def sliding(n, size, rng):
        order = rng.permutation(n)
        return [order[start : start + size] for start in range(n // size)]

    seen = dict(seen_by(asked("minibatches", 0), sliding))
    assert seen["are the first two batches nearly the same (1: yes)"] == 1


def test_the_probe_of_minibatches_ends_where_there_are_no_batches():
    probe = asked("minibatches", 0)
    for result in (None, "word", np.array([5.0]), np.arange(3.0)):
        plain_result = result.tolist() if isinstance(result, np.ndarray) else result
        assert seen_by(probe, lambda *args, r=result: r) == [("batches", plain_result)]
    assert seen_by(probe, lambda *args: iter(())) == [("batches", Odd("a tuple_iterator"))]


def test_the_losses_given_to_numerical_gradient_are_those_that_its_probes_name():
    losses = (
        ("L = x³ + 2xy + y² at (1.5, -2), h = 0.1", lambda x, y: x**3 + 2 * x * y + y**2),
        ("L = Σ exp(θ) at (0, 2, -3), h = 0.2", lambda *theta: sum(np.exp(theta))),
        ("L = a³ − b³ at (-1, 1.5), h = 0.1", lambda a, b: a**3 - b**3),
        (
            "L = a³b² + a exp(c) + d⁴ at (0.5, 2, -1, 3), h = 0.3",
            lambda a, b, c, d: a**3 * b**2 + a * np.exp(c) + d**4,
        ),
    )
    for index, (text, loss) in enumerate(losses):
        given = []
        probe = asked("numerical_gradient", index)
        observe.record(lambda *args, g=given: g.append(args), probe)
        ((function, theta, h),) = given
        assert probe.text == f"With {text}"
        assert text.endswith(f"at {probes.show_value(theta)}, h = {h}")
        for point in (theta, theta + 0.3, -2 * theta):
            assert function(point) == pytest.approx(loss(*point), rel=1e-14)


def drawn(how):
    """The records of the first probe of sample_rates."""
    return dict(seen_by(asked("sample_rates", 0), how))


def test_the_probe_of_sample_rates_sees_how_they_are_spread():
    def skewed(low, high, n, rng):
        return low * (high / low) ** (rng.random(n) ** 2)

    probe = asked("sample_rates", 0)
    assert (probe.name, probe.text) == ("four decades", "With low = 0.0001, high = 1, n = 2000")
    right = drawn(checks.exercises()["sample_rates"].solution)
    shares = {label: value for label, value in right.items() if "share below" in label}
    assert shares == {
        f"share below {end}, which should be near {part}": part
        for end, part in (("0.001", 0.25), ("0.01", 0.5), ("0.1", 0.75))
    }
    assert right["share in the range"] == 1
    assert [v for k, v in drawn(skewed).items() if "share below" in k] == [0.5, 0.7, 0.85]


@pytest.mark.parametrize(
    ("how", "label", "value"),
    [
        (lambda low, high, n, rng: rng.uniform(0.1, 1, n), "do the rates follow", 0),
        (lambda low, high, n, rng: np.geomspace(low, high, n), "is it a grid", 1),
        (lambda low, high, n, rng: low / np.random.random(n), "np.random left alone", 0),  # noqa: NPY002
        (lambda low, high, n, rng: low / np.random.default_rng().random(n), "same generator", 0),
        (lambda low, high, n, rng: low / np.random.default_rng(1).random(n), "two generators", 0),
        (lambda low, high, n, rng: np.full(n, low / rng.random()), "are all the same", 1),
        (lambda low, high, n, rng: low * rng.integers(1, 9, n), "nearly all different", 0),
        (lambda low, high, n, rng: -low * rng.random(n), "share in the range", 0),
    ],
)
def test_the_probe_of_sample_rates_sees_what_is_special(how, label, value):
    found = [seen for name, seen in drawn(how).items() if label in name]
    assert found == [value]


def test_a_probe_leaves_the_notebooks_random_numbers_alone():
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    drawn(lambda low, high, n, rng: low / np.random.random(n))  # noqa: NPY002
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def test_the_probe_of_sample_rates_says_where_it_failed():
    ((label, raised),) = seen_by(asked("sample_rates", 0), lambda *args: 1 / 0)
    assert (label, raised.kind) == ("sample", "ZeroDivisionError")
    assert seen_by(asked("sample_rates", 0), lambda *args: 0.5) == [("sample", 0)]


class Spying:
    """A class in place of MyRMSprop: what it is made and called with."""

    made, calls, answer = (), (), staticmethod(lambda theta, grad: theta - 1)

    def __init__(self, *settings):
        Spying.made += (settings,)
        self.number = len(Spying.made)

    def step(self, theta, grad):
        Spying.calls += ((self.number, theta, grad),)
        return self.answer(theta, grad)


@pytest.fixture
def spying(monkeypatch):
    monkeypatch.setattr(Spying, "made", ())
    monkeypatch.setattr(Spying, "calls", ())
    return monkeypatch


def test_the_probes_of_MyRMSprop_drive_one_object(spying):
    assert (asked("MyRMSprop", 0).name, asked("MyRMSprop", 0).text) == (
        "defaults",
        "MyRMSprop(0.1)",
    )
    assert asked("MyRMSprop", 1).text == "MyRMSprop(0.2, 0.5, 0.04)"
    records = seen_by(asked("MyRMSprop", 2), Spying)
    assert records == [
        ("step 1 with g = 2", 1.0),
        ("step 2 with g = -1", 0.0),
        ("step 3 with g = 0.5", -1.0),
    ]
    assert Spying.made == ((0.1, 0.8, 1e-3),)
    assert Spying.calls == ((1, 2.0, 2.0), (1, 1.0, -1.0), (1, 0.0, 0.5))
    assert all(type(theta) is float for _, theta, _ in Spying.calls)


def test_the_probes_of_MyRMSprop_hand_on_arrays_and_end_at_another_shape(spying):
    records = seen_by(asked("MyRMSprop", 0), Spying)
    assert records == [
        ("step 1 with g = (3, 4, 0)", [0, -3, -0.5]),
        ("step 2 with g = (-2, 1.5, -1.5)", [-1, -4, -1.5]),
        ("step 3 with g = (0, 2, 0.2)", [-2, -5, -2.5]),
    ]
    spying.setattr(Spying, "answer", staticmethod(lambda theta, grad: theta[0]))
    assert seen_by(asked("MyRMSprop", 0), Spying) == [("step 1 with g = (3, 4, 0)", 1.0)]


def test_a_probe_of_MyRMSprop_drives_two_objects_by_turns(spying):
    assert seen_by(asked("MyRMSprop", 3), Spying) == [
        ("step 1 of the first optimiser", 1.0),
        ("step 1 of the second optimiser", 1.0),
        ("step 2 of the first optimiser", 1.0),
        ("step 2 of the second optimiser", 1.0),
    ]
    assert Spying.made == ((0.1,), (0.1,))
    assert Spying.calls == ((1, 2.0, 3.0), (2, 2.0, 1.0)) * 2


def test_the_probe_of_from_pytorch_sees_every_setting():
    probe = asked("from_pytorch", 0)
    assert isinstance(probe.name, str)
    assert probe.text == "With lr = 0.1, alpha = 0.9, eps = 1e-6"
    assert asked("from_pytorch", 1).text == "Without arguments"
    given = []

    def spy(*args):
        given.append(args)
        return {"b": 2.0, "a": "x"}

    assert seen_by(probe, spy) == [("names", "a, b"), ("a", "x"), ("b", 2.0)]
    assert given == [(0.1, 0.9, 1e-6)]
    place = ("epsilon_inside", 0.0)
    for value, kind in [(False, "True or False"), (0, "a number")]:
        seen = seen_by(probe, lambda *args, value=value: {"epsilon_inside": value})
        assert seen == [("names", "epsilon_inside"), place, ("the kind of epsilon_inside", kind)]
    assert seen_by(probe, lambda *args: "x") == [("settings", "x")]
    ((label, raised),) = seen_by(probe, lambda *args: 1 / 0)
    assert (label, raised.kind) == ("settings", "ZeroDivisionError")


def test_the_names_of_all_probes_differ_within_an_exercise_and_their_texts_are_words():
    for exercise in checks.exercises().values():
        names = [probe.name for probe in exercise.probes]
        assert len(set(names)) == len(names)
        assert all(isinstance(part, str) for p in exercise.probes for part in (p.name, p.text))


# ── references at the edges ──────────────────────────────────────────────────────────────────────


def test_the_draft_of_mended_step_adds_epsilon_outside_the_fraction():
    theta, S = checks.exercises()["mended_step"].draft(2.0, 3.0, 4.0, 0.1, 0.5, 0.25)
    assert S == 0.5 * 4 + 0.5 * 9
    assert theta == pytest.approx(2 - 0.1 * 3 / np.sqrt(6.5) + 0.25)


@pytest.mark.parametrize(
    ("losses", "patience", "best"), [([3.0], 1, 0), ([2.0, 2.0, 2.0], 2, 0), ([2.0, 1.0], 1, 1)]
)
def test_best_epoch_of_few_or_equal_losses(losses, patience, best):
    assert checks.exercises()["best_epoch"].solution(losses, patience) == best


# ── an exercise of the test's own ────────────────────────────────────────────────────────────────


def double(x):
    """Double a number."""
    return 2 * x


def exercise(**parts):
    settings = {
        "solution": double,
        "lesson": 3,
        "title": "Doubling",
        "task": "Double it.",
        "probes": (probes.call("three", x=3.0), probes.call("pair", x=np.array([1.0, -2.0]))),
        "mistakes": {
            "halved": (lambda x: x / 2, "Was it halved?"),
            "squared": ((lambda x: x**2, lambda x: x * abs(x)), "Was it squared?"),
        },
        "variants": {"two outputs": (lambda x: (2 * x, 2 * x), "twice the same.")},
        "hints": ("Think.", "$2x$", "return 2 * ..."),
        "explanation": "Two times.",
        "outputs": ("the double",),
    }
    return Exercise(**settings | parts)


@pytest.mark.parametrize(
    ("function", "passed", "mistake", "message"),
    [
        (double, True, None, "All 2 probes agree with the reference."),
        (
            lambda x: (x + x, x + x),
            True,
            None,
            "This is a valid form: twice the same.",
        ),
        (
            lambda x: 0.5 * x,
            False,
            "halved",
            "With x = 3, result: the double is 1.5, but should be 6 (4 times too small).\n"
            "Was it halved?",
        ),
        (
            lambda x: x * abs(x),
            False,
            "squared",
            "With x = 3, result: the double is 9, but should be 6.\nWas it squared?",
        ),
        (
            lambda x: 2 * x + np.array([0.0, 1.0]) * (np.ndim(x) > 0),
            False,
            "wrong shape",
            "With x = 3, result: your function gave an array of shape (2,).\n"
            "Asked for: one number.",
        ),
        (
            lambda x: 2 * x if np.ndim(x) == 0 else np.array([2.0, -3.0]),
            False,
            "unknown",
            "With x = (1, -2), result: the double[1] is -3, but should be -4.\n"
            "This mistake isn't in the catalogue; the hints may help.",
        ),
        (
            lambda x: [].append(x),
            False,
            "returns None",
            "With x = 3, result: your function gave None.\n"
            "Is there a `return` at its end, also in each `if`?",
        ),
        (
            lambda x: "six",
            False,
            "wrong return",
            "With x = 3, result: your function gave 'six'.\nAsked for: one number.\nNot used: `x`.",
        ),
        (
            lambda x: {"a": 6.0},
            False,
            "wrong return",
            "With x = 3, result: your function gave a dict with the keys a.\n"
            "Asked for: one number.\n"
            "Not used: `x`.",
        ),
        (
            lambda x: np.full(3, 6.0),
            False,
            "wrong shape",
            "With x = 3, result: your function gave an array of shape (3,).\n"
            "Asked for: one number.\n"
            "Not used: `x`.",
        ),
        (
            lambda x: np.nan if np.ndim(x) == 0 else 2 * x,
            False,
            "unknown",
            "With x = 3, result: the double is not a number, but should be 6.\n"
            "This mistake isn't in the catalogue; the hints may help.",
        ),
        (
            3,
            False,
            "not a function",
            "Give the function itself: checks.double(double), without calling it first.",
        ),
    ],
)
def test_each_answer_says_what_was_seen(function, passed, mistake, message):
    answer = exercise().judge(function)
    assert (answer.exercise, answer.passed, answer.mistake) == ("double", passed, mistake)
    assert answer.message == message


def test_an_exception_is_told_with_its_advice_or_without():
    def double(x):
        y = 2 * x
        if np.ndim(x):
            y = [][0]
        return y

    answer = exercise().judge(double)
    assert answer.mistake == "index too large"
    assert answer.message == (
        "With x = (1, -2), result: your function raised IndexError: list index out of range "
        "in line 4 (y = [][0]).\n"
        "The last index is one less than the length: range(len(x)) goes from 0 to len(x) − 1."
    )

    def double(x):
        return x * np.sum(np.ones(3), axis=1)

    answer = exercise().judge(double)
    assert answer.mistake == "no such axis"  # and not an index that is too large
    assert "axis 1 is out of bounds" in answer.message

    def double(x):
        return np.undefined if x > 0 else x

    assert (
        exercise(probes=(probes.call("pair", x=np.ones(2)),))
        .judge(double)
        .message.endswith(
            ").\nAn `if` can't decide for a whole array at once: use np.where, or an elementwise "
            "operation."
        )
    )


def test_a_function_that_changes_its_argument_is_told_which():
    def double(x):
        x *= 2
        return x

    answer = exercise().judge(double)
    assert (answer.passed, answer.mistake) == (False, "changes its arguments")
    assert answer.message == (
        "The numbers are right, but your function changed the caller's x (pair, result).\n"
        "Operators like += and *= and writing to x[...] change an array in place: "
        "make a new one, or copy first."
    )


def test_a_function_that_remembers_is_told_so():
    calls = []

    def double(x):
        calls.append(x)
        return 2 * x + 10 * len(calls)

    answer = exercise().judge(double)
    assert answer.mistake == "keeps state"
    assert answer.message == (
        "Asked twice the same (three), your function answered differently "
        "(result: the number 16).\n"
        "Does it keep something between calls (a global variable, an attribute, a "
        "default argument), or use random numbers?"
    )


def test_an_endless_loop_is_told_with_the_probe():
    def double(x):
        while np.ndim(x):
            pass
        return 2 * x

    answer = exercise().judge(double, seconds=0.2)
    assert answer.mistake == "endless loop"
    assert answer.message == (
        "Your function had not come back after 0.2 s (With x = (1, -2)), and was stopped.\n"
        "Does every loop in it come to an end?\n"
        "Nothing in the loop of line 2 changes `np.ndim(x)`."
    )


def test_a_stub_and_a_draft_are_told_what_to_do():
    empty = made("def double(x):\n    ...", "double")
    answer = exercise().judge(empty)
    assert (answer.passed, answer.mistake) == (False, "still the stub")
    assert answer.message == (
        "Replace the dots by your code, run the cell, then run this one again."
    )

    def draft(x):
        return x + 1

    drafted = exercise(draft=draft)
    assert drafted.stub == "def double(x):\n    return x + 1"
    answer = drafted.judge(made(drafted.stub, "double"))
    assert answer.mistake == "still the stub"
    assert answer.message == (
        "This is the code as you found it. Mend it, run the cell, then run this one again."
    )


def pair_of(x):
    """Return the double and the triple."""
    return 2 * x, 3 * x


@pytest.mark.parametrize(
    ("function", "mistake", "message"),
    [
        (
            lambda x: (2 * x, 3.5 * x),
            "unknown",
            "With x = 3, result: the triple is 10.5, but should be 9.\n",
        ),
        (
            lambda x: (2.5 * x, 3 * x),
            "unknown",
            "With x = 3, result: the double is 7.5, but should be 6.\n",
        ),
        (
            lambda x: (2 * x, 3 * x, x),
            "too many returned",
            "With x = 3, result: your function gave 3 things, where 2 are asked for.\n"
            "Asked for: the double and the triple, each one number.",
        ),
        (
            lambda x: (2 * x, 3 * x) if np.ndim(x) == 0 else np.zeros((2, 3)),
            "wrong shape",
            "With x = (1, -2), result: your function gave an array of shape (2, 3).\n"
            "Asked for: the double and the triple, each an array of shape (2,).",
        ),
        (
            lambda x: {"a": x},
            "dict returned",
            "With x = 3, result: your function gave a dict with the keys a.\n"
            "Asked for: the double and the triple, each one number.",
        ),
    ],
)
def test_of_several_outputs_the_wrong_one_is_named(function, mistake, message):
    both = exercise(
        solution=pair_of, outputs=("the double", "the triple"), mistakes={}, variants={}
    )
    answer = both.judge(function)
    assert answer.mistake == mistake
    assert answer.message.startswith(message)


def test_of_several_wrong_outputs_the_last_is_named_since_the_others_follow_from_it():
    both = exercise(
        solution=pair_of, outputs=("the double", "the triple"), mistakes={}, variants={}
    )
    message = both.judge(lambda x: (2.5 * x, 3.5 * x)).message
    assert "the triple is 10.5" in message


def test_without_names_the_result_is_called_so():
    answer = exercise(outputs=()).judge(lambda x: 3 * x)
    assert "result: the result is 9, but should be 6.\n" in answer.message


def test_one_that_records_less_or_more_is_told_where():
    def twice(recorder):
        recorder.call("first", 1.0)
        recorder.call("second", recorder.call("again", 2.0, keep=False))

    def count(recorder):
        for number in range(int(recorder.call("first", 1.0))):
            recorder.note(f"round {number}", number)

    one = exercise(probes=(Probe("count", "Counting", count),), mistakes={}, variants={})
    answer = one.judge(lambda x: 2.0001 * x)
    assert answer.passed
    assert one.names_that_fit([[([("first", np.array(2.0))], [])] * 2]) == []
    short = [("first", np.array(2.0)), ("round 0", np.array(0.0))]
    message = one._compare([[(short, [])] * 2]).message
    assert message.startswith("Counting: nothing more, but round 1: the number 1 was expected.")


def test_names_that_fit_are_all_of_the_catalogue():
    several = exercise(mistakes={"halved": (lambda x: x / 2, ""), "other": (lambda x: x / 2, "")})
    seen = [[observe.record(lambda x: x / 2, probe)] * 2 for probe in several.probes]
    assert several.names_that_fit(seen) == ["halved", "other"]
    seen = [[observe.record(double, probe)] * 2 for probe in several.probes]
    assert several.names_that_fit(seen) == ["right"]
    assert several.judge(lambda x: x / 2).mistake == "unknown"  # two names are none


def test_a_mistake_with_an_unknown_number_is_inferred_from_what_was_seen():
    def times(seen):
        factor = float(seen[0][0][0][0][1]) / 3
        return None if factor < 0 else lambda x: factor * x

    one = exercise(mistakes={"another factor": (Inferred(times), "Which factor is it?")})
    assert one.judge(lambda x: 7 * x).mistake == "another factor"
    assert one.judge(lambda x: -7 * x).mistake == "unknown"


def test_progress_is_remembered_only_for_what_is_right(monkeypatch):
    from rmsprop_lesson.course.checks import engine

    remembered = []
    monkeypatch.setattr(engine, "remember", lambda *parts: remembered.append(parts))
    exercise().check(lambda x: x / 2)
    assert remembered == []
    assert exercise().check(double).passed
    assert remembered == [("exercises", "double")]
    answer = exercise().check(made("def double(x):\n    while True: pass", "double"), seconds=0.1)
    assert answer.message.startswith("Your function had not come back after 0.1 s (With x = 3), ")


def test_if_not_even_the_first_probe_began_no_probe_is_named():
    assert exercise()._time_up([], 5.0).message == (
        "Your function had not come back after 5 s, and was stopped.\n"
        "Does every loop in it come to an end?"
    )


def test_an_entry_of_a_matrix_is_named_by_row_and_column():
    one = exercise(probes=(probes.call("square", x=np.ones((2, 2))),), mistakes={}, variants={})
    message = one.judge(lambda x: 2 * x + np.array([[0, 1], [0, 0]])).message
    assert "result: the double[0, 1] is 3, but should be 2.\n" in message


def test_of_several_arguments_the_one_that_was_changed_is_named():
    def add(x, y):
        return x + y

    def adds_in_place(x, y):
        y += x
        return y

    probe = probes.call("both", x=np.ones(2), y=np.ones(2))
    one = exercise(solution=add, probes=(probe,), mistakes={}, variants={})
    assert "changed the caller's y (both, result)" in one.judge(adds_in_place).message


def test_one_that_records_more_than_it_should_is_told_so():
    def count(recorder):
        for number in range(int(recorder.call("first", 1.0))):
            recorder.note(f"round {number}", number)

    one = exercise(probes=(Probe("count", "Counting", count),), mistakes={}, variants={})
    rounds = [(f"round {number}", np.array(float(number))) for number in range(3)]
    answer = one._compare([[([("first", np.array(2.0)), *rounds], [])] * 2])
    assert answer.mistake == "wrong return"
    assert answer.message.startswith(
        "Counting: round 2: the number 2, but nothing more was expected."
    )


def test_a_notebook_in_which_numpy_raises_gets_the_same_verdicts():
    def inverse(x):
        return 1 / np.float64(x)

    one = exercise(
        solution=inverse,
        probes=(probes.call("zero", x=0.0), probes.call("two", x=2.0)),
        mistakes={"squared": (lambda x: 1 / np.float64(x) ** 2, "")},
        variants={},
    )
    with np.errstate(all="raise"):
        assert one.judge(lambda x: np.float64(x) ** -1).passed
        assert one.judge(lambda x: 1 / np.float64(x) ** 2).mistake == "squared"
        assert catalogue.confusions(one) == []
        assert catalogue.matrix(one).to_numpy().tolist() == [[False, True]]


# ── the catalogue's views ────────────────────────────────────────────────────────────────────────


def test_the_matrix_has_a_row_for_each_implementation_and_a_column_for_each_probe():
    one = exercise(
        probes=tuple(
            probes.call(name, x=x) for name, x in (("zero", 0.0), ("four", 4.0), ("minus", -1.0))
        ),
    )
    table = catalogue.matrix(one)
    assert (table.index.name, table.columns.name) == ("implementation", "probe")
    assert list(table.columns) == ["zero", "four", "minus"]
    assert list(table.index) == ["two outputs", "halved", "squared", "squared (2)"]
    assert table.to_numpy().tolist() == [
        [True, True, True],
        [False, True, True],
        [False, True, True],
        [False, True, True],
    ]


def test_confused_names_are_found():
    one = exercise(
        mistakes={
            "halved": (lambda x: x / 2, ""),
            "squared": (lambda x: x**2, ""),
            "other": (lambda x: x * 0.5, ""),
            "right as well": (lambda x: x + x, ""),
        }
    )
    assert catalogue.confusions(one) == [
        ("halved", "other"),
        ("other", "halved"),
        ("right as well", "right"),
    ]


def test_the_matrix_is_that_of_rmsprop_unless_another_is_named():
    assert checks.matrix().equals(checks.matrix("rmsprop_step"))
    assert list(checks.matrix("gradient_step").columns) == ["floats", "arrays", "2-D array"]


# ── cells ────────────────────────────────────────────────────────────────────────────────────────


def test_the_four_cells_of_an_exercise():
    cells = notebook_cells.cells(exercise())
    assert [cell["cell_type"] for cell in cells] == ["markdown", "code", "code", "markdown"]
    assert [cell["metadata"] for cell in cells] == [
        {
            "rmsprop_lesson": {"exercise": "double", "part": part},
            "slideshow": {"slide_type": slide},
        }
        for part, slide in (
            ("task", "slide"),
            ("stub", "fragment"),
            ("check", "fragment"),
            ("help", "skip"),
        )
    ]
    assert [cell["source"] for cell in cells] == [
        "### Exercise: Doubling\n\nDouble it.",
        'def double(x):\n    """Double a number."""\n    ...',
        "from rmsprop_lesson import checks\n\nchecks.double(double)",
        "<details><summary>Hint 1: a nudge</summary>\n\nThink.\n\n</details>\n\n"
        "<details><summary>Hint 2: a step further</summary>\n\n$2x$\n\n</details>\n\n"
        "<details><summary>Hint 3: half of the code</summary>\n\n"
        "```python\nreturn 2 * ...\n```\n\n</details>\n\n"
        "<details><summary>Solution</summary>\n\n"
        "```python\ndef double(x):\n    return 2 * x\n```\n\nTwo times.\n\n</details>",
    ]


def test_only_a_cell_that_is_wholly_a_placeholder_becomes_an_exercise():
    def cell(source, **metadata):
        return {"cell_type": "markdown", "source": source, "metadata": metadata}

    known = {"double": exercise()}
    left = [
        cell("text <!-- exercise: double -->"),
        cell("x", rmsprop_lesson={"exercise": "double"}),
        cell("x", rmsprop_lesson={"part": "task"}),
    ]
    assert list(notebook_cells.placed(left, known)) == left
    fresh = notebook_cells.cells(exercise())
    assert list(notebook_cells.placed([cell(" <!-- exercise: double -->\n")], known)) == fresh
    kept = {**fresh[0], "id": "abc"}  # up to date: it stays the cell that it is
    assert next(notebook_cells.placed([kept], known)) is kept
