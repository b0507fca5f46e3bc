# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""The clock of the host, for what must not happen under REPORTCTL_NOW: the environment in which a program finds it standing at an instant."""
import atexit
import datetime
import functools
import os
import pathlib
import shutil
import subprocess
import tempfile


@functools.cache
def compiled(name, *options):
    """What NAME.c beside this file makes."""
    directory = tempfile.mkdtemp(prefix=f'reportctl-{name}-')
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    made = os.path.join(directory, name)
    subprocess.run(['g++', '-x', 'c', *options, '-O1', '-o', made, str(pathlib.Path(__file__).with_name(name + '.c'))], check=True)
    return made


def at(instant):
    """`2026-06-01T12:00:00Z`. REPORTCTL_NOW is unset, since it would replace this clock too."""
    seconds = int(datetime.datetime.fromisoformat(instant.replace('Z', '+00:00')).timestamp())
    return {'LD_PRELOAD': compiled('host_clock', '-shared', '-fPIC'), 'HOST_CLOCK': str(seconds), 'REPORTCTL_NOW': ''}
