# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""apps/hello: it boots on every machine, with both compilers, and says so."""

import pytest
from vitrine import TARGETS, WITH_GCC, build


@pytest.mark.parametrize("arch, cc", WITH_GCC)
def test_arguments_and_status(arch, cc):
    image = build("hello", arch, cc)
    for machine in TARGETS[arch].machines:
        result = image.run("one", "two words", 'quo"ted', options=["--machine", machine])
        assert result.status == 0, result.text
        assert "Hello from hello" in result.lines
        assert "argument 1: one" in result.lines
        assert "argument 2: two words" in result.lines
        assert 'argument 3: quo"ted' in result.lines
        assert result.log()[-1] == "exit 0"
