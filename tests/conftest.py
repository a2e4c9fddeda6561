"""How many examples hypothesis draws, and from which seed; and no cache on disk between the tests.

Where ``CI`` is set the seed is fixed, so that a run says something about the change that is tested. ``make fuzz`` draws
``GBA_EXAMPLES`` of them from a fresh seed.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("fixed", derandomize=True, database=None)
if "GBA_EXAMPLES" in os.environ:
    settings.register_profile("fuzz", max_examples=int(os.environ["GBA_EXAMPLES"]), print_blob=True)
    settings.load_profile("fuzz")
elif "CI" in os.environ:
    settings.load_profile("fixed")

os.environ["GBA_FORMAT_CACHE"] = "off"  # test_saved_formats.py turns it on, in a directory of its own
