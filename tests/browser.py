"""Opening a page in headless Chromium and looking at it as a reader would."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")
CHROMEDRIVER = Path("/usr/bin/chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)

LOOK = """
const images = [...document.images];
const texts = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const parent = walker.currentNode.parentElement;
  if (walker.currentNode.textContent.trim() && parent.getClientRects().length)
    texts.push([parseFloat(getComputedStyle(parent).fontSize), walker.currentNode.textContent.trim().slice(0, 40)]);
}
const beyond = [...document.querySelectorAll("body *")].filter(element => {
  if (element.closest(".scroll") && !element.matches(".scroll")) return false;
  return element.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5;
});
return {
  viewport: window.innerWidth,
  images: images.length,
  broken: images.filter(image => !(image.complete && image.naturalWidth > 0)).map(image => image.alt),
  nameless: images.filter(image => !image.alt.trim()).length,
  smallest: texts.sort((a, b) => a[0] - b[0])[0],
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  beyond: beyond.map(element => element.tagName + "." + element.className),
};
"""


@dataclass(frozen=True)
class View:
    """What a page looks like at one width of the window.

    Attributes:
        viewport: width of the viewport, px.
        images: number of images.
        broken: alternative texts of the images that did not load.
        nameless: number of images without an alternative text.
        smallest: font size of the smallest visible text, px, and its beginning.
        overflow: px by which the page is wider than the viewport.
        beyond: elements outside scroll boxes that reach beyond the right edge.
        console: errors and warnings of the console.
    """

    viewport: int
    images: int
    broken: list[str]
    nameless: int
    smallest: tuple[float, str]
    overflow: int
    beyond: list[str]
    console: list[str]


def unavailable() -> str:
    """Return why no browser can be used here, or nothing."""
    missing = [str(path) for path in (CHROMIUM, CHROMEDRIVER) if not path.exists()]
    return f"{' and '.join(missing)} not installed" if missing else ""


@contextmanager
def _driver() -> Iterator:
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = ChromeOptions()
        options.binary_location = str(CHROMIUM)
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = Chrome(options=options, service=Service(str(CHROMEDRIVER)))
        try:
            yield driver
        finally:
            driver.quit()


def look_at(page: Path, widths: tuple[int, ...] = (1280, 400), shots: Path | None = None) -> list[View]:
    """Open a page at several widths.

    Args:
        page: file to open.
        widths: widths of the viewport, px.
        shots: folder for a picture of the whole page at each width.
    """
    views = []
    with _driver() as driver:
        for width in widths:
            # Device metrics reach widths below the least of a window.
            metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            driver.get(page.resolve().as_uri())
            found = driver.execute_script(LOOK)
            found["smallest"] = tuple(found["smallest"])
            console = [f"{entry['level']}: {entry['message']}" for entry in driver.get_log("browser")]
            views.append(View(**found, console=console))
            if shots is not None:
                height = driver.execute_script("return document.documentElement.scrollHeight")
                driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics | {"height": height})
                driver.save_screenshot(str(shots / f"{page.stem}_{width}.png"))
    return views


def assert_readable(views: list[View]) -> None:
    """Assert that a reader can use the page at every width it was opened at."""
    for view in views:
        assert view.broken == []
        assert view.nameless == 0
        assert view.console == []
        assert view.overflow <= 0
        assert view.beyond == []
        assert view.smallest[0] >= 14, view.smallest
