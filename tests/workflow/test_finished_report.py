"""The report at the end of the real workflow, and Snakemake's own."""

import pytest
from browser import assert_readable, look_at, unavailable
from project import Project

pytestmark = [pytest.mark.workflow, pytest.mark.slow]


@pytest.mark.browser
@pytest.mark.skipif(bool(unavailable()), reason=unavailable() or "a browser is there")
def test_the_report_opens_in_a_browser_and_is_readable(finished: Project):
    assert_readable(look_at(finished.folder / "results/report.html"))


def test_the_report_says_what_was_run(finished: Project):
    page = (finished.folder / "results/report.html").read_text()
    for text in ("akwaboah2021", "dlstm3", "MSE (mV²)", "APD90 MAPE", "IKur", "rows_per_job", "jax", "Akwaboah AD"):
        assert text in page
    assert "Traces of sweep cloud" in page
    assert page.count("<figure") == 8


def test_snakemake_writes_its_own_report_with_captions(project: Project):
    outcome = project.snakemake("--report", "report.html")
    assert outcome.status == 0, outcome.output
    page = (project.folder / "report.html").read_text()
    for text in ("Simulations", "Emulators", "aligned at the upstroke"):
        assert text in page
