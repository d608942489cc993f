"""scim-sanity (PyPI) as a judge from outside."""

import json
import subprocess
import sys
from pathlib import Path

from tests.conftest import Sandbox


def test_the_probe_is_clean(judged: Sandbox) -> None:
    program = str(Path(sys.executable).with_name("scim-sanity"))
    options = ["--token", judged.token, "--json-output", "--i-accept-side-effects"]
    done = subprocess.run(  # noqa: S603 - the judge
        [program, "probe", judged.scim_base_url, *options],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    report = json.loads(done.stdout)
    complaints = [one for one in report["results"] if one["status"] not in {"pass", "skip"}]
    assert complaints == []
    assert report["summary"]["passed"] > 0
    assert done.returncode == 0
