import numpy as np
import pytest

from gbar.config.emulate import EmulateSection
from gbar.config.explain import checked
from gbar.emulate.split import TEST, TRAIN, VALIDATION, SplitSettings, check_rows, split_others, split_windows
from gbar.errors import UserError

IDS = [f"row{k:03d}" for k in range(100) for _ in range(1 + k % 4)]


def parts_of(ids: list[str], split: np.ndarray) -> dict[str, set[int]]:
    return {one: {int(part) for i, part in zip(ids, split, strict=True) if i == one} for one in set(ids)}


def test_a_split_by_simulation_keeps_the_windows_of_a_simulation_together() -> None:
    parts = parts_of(IDS, split_windows(IDS, SplitSettings()))
    assert all(len(part) == 1 for part in parts.values())
    counts = [sum(part == {which} for part in parts.values()) for which in (TRAIN, VALIDATION, TEST)]
    assert counts == [72, 8, 20]


def test_a_split_by_window_deals_out_windows_and_leaks_as_published() -> None:
    split = split_windows(IDS, SplitSettings(), by="window")
    assert np.bincount(split).tolist() == [180, 20, 50]
    assert any(len(part) > 1 for part in parts_of(IDS, split).values())


def test_a_split_does_not_depend_on_the_order_of_the_rows() -> None:
    reordered = sorted(IDS, reverse=True)
    assert parts_of(IDS, split_windows(IDS, SplitSettings())) == parts_of(
        reordered, split_windows(reordered, SplitSettings())
    )


def test_most_of_a_split_stays_when_the_design_grows() -> None:
    before = parts_of(IDS, split_windows(IDS, SplitSettings()))
    grown = IDS + [f"new{k}" for k in range(100)]
    after = parts_of(grown, split_windows(grown, SplitSettings()))
    assert sum(before[one] != after[one] for one in before) <= 15


def test_the_seed_changes_the_split_and_nothing_else_does() -> None:
    one, again, other = (split_windows(IDS, SplitSettings(seed=seed)) for seed in (0, 0, 1))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_no_part_asked_for_stays_empty() -> None:
    with pytest.raises(UserError, match="3 simulations leave none for validation"):
        split_windows(["a", "b", "c"], SplitSettings())
    assert set(split_windows(["a", "b", "c"], SplitSettings(validation=0, test=0.4)).tolist()) == {TRAIN, TEST}


def test_silent_simulations_are_dealt_out_in_the_same_shares_beside_those_with_windows() -> None:
    dealt = dict(zip(IDS, split_windows(IDS, SplitSettings()).tolist(), strict=True))
    silent = [f"silent{k}" for k in range(400)]
    found = split_others([*IDS, *silent], dealt, SplitSettings())
    assert found[: len(IDS)].tolist() == [dealt[one] for one in IDS]
    for part, share in ((TRAIN, 0.72), (VALIDATION, 0.08), (TEST, 0.2)):
        assert np.mean(found[len(IDS) :] == part) == pytest.approx(share, abs=0.08)


@pytest.mark.parametrize(
    ("rows", "section", "message"),
    [
        (2, {}, "emulate.split: 2 simulations leave none for "),
        (8, {"split": {"test": 0.9, "validation": 0.1}}, "emulate.split: 8 simulations leave none for validation"),
        (
            40,
            {"settings": 41},
            "emulate: one is to learn from 41 settings, but sweep a has 40 rows, of which",
        ),
        (40, {"learning": [20, 50]}, "emulate: one_50 is to learn from 50 settings"),
    ],
)
def test_too_few_rows_are_told_before_they_are_solved(rows: int, section: dict, message: str) -> None:
    network = {"name": "latent", "widths": [4]}
    model = {"network": network, "training": {"epochs": 1}, "settings": section.get("settings")}
    values = {"sweep": "a", "models": {"one": model}, "split": section.get("split")}
    if "learning" in section:
        values["learning"] = {"models": ["one"], "settings": section["learning"]}
    emulate = checked(EmulateSection, values)
    with pytest.raises(UserError) as raised:
        check_rows(rows, emulate)
    assert str(raised.value).startswith(message)
    check_rows(1000, emulate)
