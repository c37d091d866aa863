"""Views of the catalogue: what tells the mistakes apart."""

from .engine import Fresh, as_tuple, instantiate, observe, quiet, trusted
from .observe import first_difference


def entries(exercise):
    """Every catalogued implementation, as (name, number, function)."""
    for group in (exercise.variants, exercise.mistakes):
        for name, (implementations, _) in group.items():
            for number, one in enumerate(as_tuple(implementations)):
                if callable(one) or isinstance(one, Fresh):
                    yield name, number, instantiate(one, None)


def matrix(exercise):
    """Which probe sees which entry of the catalogue.

    Returns
    -------
    DataFrame of bool
        One row for each implementation, one column for each probe; True where it does something
        else than the reference.
    """
    import pandas as pd

    rows = {}
    for name, number, function in entries(exercise):
        label = f"{name} ({number + 1})" if number else name
        rows[label] = [_sees(probe, function, exercise.solution) for probe in exercise.probes]
    columns = [probe.name for probe in exercise.probes]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return table.rename_axis(index="implementation", columns="probe")


def _sees(probe, function, solution):
    expected = trusted(solution, probe)
    runs = [trusted(function, probe) for _ in range(2)]
    return any(first_difference(records, expected) is not None for records in runs)


def confusions(exercise):
    """Pairs of names whose implementations can't be told apart by the exercise's probes."""
    found = []
    for name, _, function in entries(exercise):
        with quiet():
            seen = observe(function, exercise.probes)
        found += [(name, other) for other in exercise.names_that_fit(seen) if other != name]
    return found
