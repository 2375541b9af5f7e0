"""A cell of a file in the configuration is a cell like any."""

from pathlib import Path

import pytest

from gbar.config.explain import checked
from gbar.config.sweep import SweepSection
from gbar.errors import UserError
from gbar.sweeps.design import design_table

FILE = str(Path(__file__).with_name("models") / "luo_rudy_1991.mmt")


def sweep(vary, cell=None, **changed):
    design = {"kind": "sobol", "vary": vary, "range": [0.2, 2], "rows": 8, "seed": 1} | changed
    return checked(SweepSection, {"cell": {"file": FILE} | (cell or {}), "design": design})


def test_one_setting_has_one_identity_whatever_its_currents_are_called():
    common, own, conductance = sweep(["IK1", "INa"]), sweep(["i_K1", "ina.i_Na"]), sweep(["g_K1", "gNa"])
    assert common.design.vary == ["IK1", "INa"]
    assert design_table(common).ids == design_table(own).ids == design_table(conductance).ids
    each = sweep(["g_K1", "INa"], range={"g_K1": [0.5, 1], "INa": [0.2, 2]})
    assert each.design.range == {"IK1": [0.5, 1], "INa": [0.2, 2]}


def test_the_files_own_pulse_is_the_stimulus_and_fills_in_what_the_user_leaves_out():
    assert sweep(["IK1"]).protocol.stimulus.model_dump()["width_ms"] == 2
    paced = checked(
        SweepSection,
        {
            "cell": {"file": FILE},
            "design": {"kind": "grid", "vary": ["IK1"], "levels": [1]},
            "protocol": {"stimulus": {"kind": "pacing", "cycle_length_ms": 500}},
        },
    )
    stimulus = paced.protocol.stimulus
    assert (stimulus.cycle_length_ms, stimulus.width_ms, stimulus.first_ms) == (500, 2, 100)


def test_parameters_can_be_said_by_any_of_their_names():
    assert sweep(["IK1"], {"parameters": {"outside.K_o": 8}}).cell.parameters == {"K_o": 8}


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ({"name": "akwaboah2021"}, "not both"),
        ({"variant": "epi"}, "variant.*cell of a file"),
        ({"voltage": "membrane.W"}, r"cell\.voltage.*membrane\.V"),
        ({"stimulus": "membrane.V"}, "state"),
        ({"currents": {"IKx": "ik.i_Kx"}}, r"cell\.currents\.IKx.*ik\.i_K"),
        ({"parameters": {"K_q": 1}}, "K_q.*K_o"),
    ],
)
def test_what_does_not_fit_the_file_is_refused_by_name(cell, reason):
    with pytest.raises(UserError, match=reason):
        sweep(["IK1"], cell)


def test_a_cell_needs_a_name_or_a_file():
    with pytest.raises(UserError, match=r"name.*or a file"):
        checked(SweepSection, {"cell": {}, "design": {"kind": "grid", "vary": ["IK1"], "levels": [1]}})
    with pytest.raises(UserError, match=r"voltage.*cell with a name"):
        checked(
            SweepSection,
            {
                "cell": {"name": "akwaboah2021", "voltage": "m.V"},
                "design": {"kind": "grid", "vary": ["IKr"], "levels": [1]},
            },
        )


def test_unknown_currents_are_answered_with_near_ones():
    with pytest.raises(UserError, match=r"IKq.*IK1"):
        sweep(["IKq"])
