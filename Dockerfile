# The service, its migrations and its command line in one image; it needs no writable file system:
#
#   docker build --pull --tag auth-service .
#   docker run --rm --read-only --tmpfs /tmp --env-file production.env auth-service doctor
#
# A build takes the newest patch release of the base. To have the same one everywhere, name it by its digest:
#   --build-arg PYTHON_IMAGE=python:3.13-slim-trixie@sha256:...
ARG PYTHON_IMAGE=python:3.13-slim-trixie


FROM ${PYTHON_IMAGE} AS build
# Layers round the time of a file to seconds: bytecode that is checked by it would be stale in the image, and never used.
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore UV_NO_CACHE=1 UV_PYTHON_DOWNLOADS=never \
    PYC_INVALIDATION_MODE=UNCHECKED_HASH
WORKDIR /build

# The installer too is installed by the hashes of the lock.
COPY requirements.lock ./
RUN awk '/^[a-z]/ { wanted = /^uv==/ } wanted' requirements.lock >uv.lock \
    && pip install --quiet --no-cache-dir --require-hashes --requirement uv.lock

# What the service needs and nothing else, in the versions and with the hashes of the lock; what the lock does not have is
# refused. Only wheels, so that no package runs code of its own here. Some carry C sources: 13 MB that nobody reads.
COPY pyproject.toml ./
RUN python -m venv --without-pip /opt/auth-service \
    && uv pip install --quiet --python /opt/auth-service/bin/python --only-binary :all: --compile-bytecode \
        --require-hashes --constraint requirements.lock --extra server --extra redis --requirement pyproject.toml \
    && find /opt/auth-service -name '*.[ch]' -delete

COPY README.md LICENSE ./
COPY src src
RUN uv build --quiet --python /opt/auth-service/bin/python --wheel --out-dir dist \
        --require-hashes --build-constraints requirements.lock \
    && uv pip install --quiet --python /opt/auth-service/bin/python --compile-bytecode --no-deps dist/*.whl \
    && rm -f /opt/auth-service/.lock


FROM ${PYTHON_IMAGE}
# The base comes without the bytecode of the standard library, and a read-only file system would never get it: every
# start and every health check would compile it again.
RUN python -m compileall -q --invalidation-mode unchecked-hash \
        -x '/(ensurepip|idlelib|pydoc_data|site-packages|test|tkinter|turtledemo)/' \
        "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"
COPY --from=build /opt/auth-service /opt/auth-service
# In production nothing is made up: what is missing is refused by name.
ENV PATH=/opt/auth-service/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 AUTH_ENV=production
USER 10001:10001
EXPOSE 8000

# Whether the process still answers, not whether its database does: no restart would mend that.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-I", "-m", "auth_http.health_probe", "8000"]

# The service is process 1, one process for each container, so it is the service that gets SIGTERM: it says that it is not
# ready, goes on serving for AUTH_DRAIN_SECONDS, and finishes what is under way within AUTH_SHUTDOWN_SECONDS.
# Allow it their sum before it is killed, such as `docker stop -t 30`.
ENTRYPOINT ["auth-service"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]

ARG REVISION=unknown
LABEL org.opencontainers.image.title="auth-service" \
    org.opencontainers.image.description="User authentication as a service: accounts, sessions, tokens, roles and an audit trail." \
    org.opencontainers.image.version="0.1.0" \
    org.opencontainers.image.revision="${REVISION}" \
    org.opencontainers.image.licenses="MIT"
