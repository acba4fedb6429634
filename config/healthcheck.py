"""`python -m config.healthcheck`: exit 0 where the web server of this container is well.

It asks under the first allowed host, because Django answers to no other name.
"""

import http.client
import os
import sys


def is_well(port: int = 8000) -> bool:
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".*")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=8)
    try:
        connection.request("GET", "/healthz", headers={"Host": host or "localhost"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False


if __name__ == "__main__":
    sys.exit(0 if is_well() else 1)
