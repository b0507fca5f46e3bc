# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Packages of npm that tests need and Debian lacks: pinned, and kept in the user's cache, outside of the checkout."""
import functools, json, os, pathlib, shutil, subprocess, tempfile, unittest

ROOM_FOR_REASONS = 300


def packages(name, pinned):
    """The directory with node_modules; installs them the first time, skips the test where that cannot be done."""
    place, refusal = _packages(name, tuple(pinned.items()))
    if refusal:
        raise unittest.SkipTest(refusal)
    return place


@functools.cache  # what failed once is not tried for every test
def _packages(name, pinned):
    for program in ("node", "npm"):
        if not shutil.which(program):
            return None, f"{program} is not installed"
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "reportctl-tests"
    place = cache / "-".join([name, *(version for _, version in pinned)])
    if place.is_dir():
        return place, None
    cache.mkdir(parents=True, exist_ok=True)
    making = pathlib.Path(tempfile.mkdtemp(prefix=place.name + "-", dir=cache))
    try:
        (making / "package.json").write_text(json.dumps({"private": True, "dependencies": dict(pinned)}))
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"], cwd=making,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
        if done.returncode:
            errors = [line.removeprefix("npm error ") for line in done.stdout.decode("utf-8", "replace").splitlines() if line.startswith("npm error ")]
            return None, (f"npm cannot install {name}: " + "; ".join(errors))[:ROOM_FOR_REASONS]
        try:
            making.rename(place)
        except OSError:  # another test was faster
            pass
    except subprocess.TimeoutExpired:
        return None, f"npm cannot install {name} in five minutes"
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return place, None
