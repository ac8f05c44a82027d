"""`python -m tests.integration.serving.few_open_files …`: the service, where the system lets it have 200 files open."""

import resource

from auth_http.__main__ import main

MOST = 200

if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST, MOST))
    main()
