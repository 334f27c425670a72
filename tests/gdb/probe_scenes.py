# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""gdb at an instruction that has a probe, which a client of the guest makes it hit; see scenes.py."""

import threading
import urllib.request

# pylint: disable=undefined-variable


@scene
def beside_a_probe(url):
    attach()
    code = run("x/2i work")
    run("break work if arg == 7")
    done = []
    client = threading.Thread(target=lambda: done.append(urllib.request.urlopen(f"{url}/work?20").read()))
    client.start()
    for _ in range(2):
        go()
        assert number("arg") == 7 and run("x/2i work").replace("=> ", "   ") == code
        run("stepi")
    run("delete")
    run("detach")
    client.join()
    assert done == [b"20 12 9000\n"], done
