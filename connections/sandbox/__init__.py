"""The platforms, simulated: a separate process for the demo and for tests.

Nothing here belongs to production, so outside the demo the package refuses to
be imported at all.
"""

import os

if os.environ.get("RELINK_ENV", "production") != "demo":
    raise ImportError(
        "connections.sandbox simulates the platforms and runs only in the demo: "
        "set RELINK_ENV=demo to use it."
    )
