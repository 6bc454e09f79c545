"""The lowest releases that pyproject.toml allows: `python -m bench.lowest` prints them for pip."""

import re
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"
BOUND = re.compile(r"([\w.-]+)>=([\w.]+)")


def lowest(pyproject: Path = PYPROJECT) -> dict[str, str]:
    """Name → lowest release, of all that viva and its tests need. Raises ValueError for one without."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    needs = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    bounds = {need: BOUND.match(need) for need in needs}
    if unbound := [need for need, match in bounds.items() if match is None]:
        raise ValueError(f"{pyproject}: no lower bound in {', '.join(unbound)}; expected NAME>=VERSION")
    return {match[1]: match[2] for match in bounds.values() if match}


if __name__ == "__main__":
    for name, release in lowest().items():
        print(f"{name}=={release}")
