"""How many examples hypothesis draws, and from which seed.

Where ``CI`` is set the seed is fixed, so that a run says something about the change that is tested. ``make fuzz`` draws
``GBA_EXAMPLES`` of them from a fresh seed.

What is read out of chat templates is not kept on disk, so that each test reads anew.
"""

from __future__ import annotations

import os

from hypothesis import settings

os.environ["GBA_FORMATS_DIR"] = ""

settings.register_profile("fixed", derandomize=True, database=None)
if "GBA_EXAMPLES" in os.environ:
    settings.register_profile("fuzz", max_examples=int(os.environ["GBA_EXAMPLES"]), print_blob=True)
    settings.load_profile("fuzz")
elif "CI" in os.environ:
    settings.load_profile("fixed")
